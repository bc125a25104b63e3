"""What batches are drawn from: one version of each dataset, open, with the samples that show a class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wildwear.datasets.reader import label_matrix
from wildwear.errors import UserError
from wildwear.table import Snapshot
from wildwear.training.data import Part

Stored = tuple[bytes, list[float] | None]
"""A picture's bytes, and its box where it has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The samples of one dataset that training draws from."""

    name: str
    snapshot: Snapshot
    """The version that `rows` are positions in; its number is to be the same where training goes on."""
    rows: NDArray[np.int64]
    """N; positions of the samples in stored order, ascending."""
    members: NDArray[np.bool_]
    """N × C; which classes are right for each."""
    columns: Sequence[str] = ("bytes", "box")
    """Those that say what is looked at."""
    weight: float = 1.0
    """How often each of them is seen in an epoch."""

    def pictures(self, samples: NDArray[np.int64]) -> list[Stored]:
        """What is looked at in some of the N samples, in the order asked for."""
        if not len(samples):
            return []
        rows = self.snapshot.take(self.rows[samples].tolist(), list(self.columns))
        boxes = rows["box"].to_pylist() if "box" in self.columns else [None] * rows.num_rows
        return list(zip((data or b"" for data in rows["bytes"].to_pylist()), boxes, strict=True))


def open_source(part: Part, classes: Sequence[str]) -> Source:
    """The samples of `part` whose set holds at least one of the classes; raises `UserError` where there is none."""
    import pyarrow.compute as pc

    snapshot = part.table.snapshot()
    wanted = pa.concat_arrays([pa.array([], pa.string())] + [b[0] for b in snapshot.batches(["sample_id"], part.where)])
    rows: list[NDArray[np.int64]] = []
    members: list[NDArray[np.bool_]] = []
    start = 0
    for batch in snapshot.batches(["sample_id", "labels"]):
        here = np.flatnonzero(pc.is_in(batch["sample_id"], value_set=wanted).to_numpy(zero_copy_only=False))
        shown = label_matrix(batch["labels"].take(pa.array(here)), classes)
        some = shown.any(axis=1)
        rows.append(start + here[some])
        members.append(shown[some])
        start += batch.num_rows
    if not sum(map(len, rows)):
        raise UserError(f"{part.title}: no sample shows any of the {len(classes)} classes")
    return Source(
        name=part.title,
        snapshot=snapshot,
        rows=np.concatenate(rows),
        members=np.concatenate(members),
        columns=part.picture_columns,
        weight=part.weight,
    )
