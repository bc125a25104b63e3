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
from wildwear.training.bags import Bags
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
    """N; positions of the samples in stored order, ascending; of a bag its first."""
    members: NDArray[np.bool_]
    """N × C; which classes are right for each."""
    columns: Sequence[str] = ("bytes", "box")
    """Those that say what is looked at."""
    weight: float = 1.0
    """How often each of them is seen in an epoch."""
    bags: Bags | None = None
    """The boxes of each sample, where a sample is a bag of them."""

    @property
    def stored(self) -> int:
        """How many rows the samples are."""
        return len(self.rows if self.bags is None else self.bags.rows)

    def certainty(self, samples: NDArray[np.int64]) -> NDArray[np.float32]:
        """How much some of the N samples count, 0 to 1."""
        return np.ones(len(samples), np.float32) if self.bags is None else self.bags.certainty[samples]

    def pictures(self, samples: NDArray[np.int64], luck: NDArray[np.float64] | None = None) -> list[Stored]:
        """What is looked at in some of the N samples, in the order asked for.

        `luck`, a number in 0 to 1 for each, says which box of a bag.
        """
        if not len(samples):
            return []
        at = self.rows[samples] if self.bags is None or luck is None else self.bags.draw(samples, luck)
        rows = self.snapshot.take(at.tolist(), list(self.columns))
        boxes = rows["box"].to_pylist() if "box" in self.columns else [None] * rows.num_rows
        return list(zip((data or b"" for data in rows["bytes"].to_pylist()), boxes, strict=True))


def open_source(part: Part, classes: Sequence[str], *, bagged: bool = False) -> Source:
    """The samples of `part` whose set holds at least one of the classes; raises `UserError` where there is none.

    Boxes of one bag are samples of their own unless `bagged`.
    """
    import pyarrow.compute as pc

    snapshot = part.table.snapshot()
    wanted = pa.concat_arrays([pa.array([], pa.string())] + [b[0] for b in snapshot.batches(["sample_id"], part.where)])
    rows: list[NDArray[np.int64]] = []
    members: list[NDArray[np.bool_]] = []
    names: list[pa.Array] = []
    start = 0
    for batch in snapshot.batches(["sample_id", "labels", "bag"]):
        here = np.flatnonzero(pc.is_in(batch["sample_id"], value_set=wanted).to_numpy(zero_copy_only=False))
        shown = label_matrix(batch["labels"].take(pa.array(here)), classes)
        some = shown.any(axis=1)
        rows.append(start + here[some])
        members.append(shown[some])
        names.append(pc.coalesce(batch["bag"], batch["sample_id"]).take(pa.array(here[some])))
        start += batch.num_rows
    if not sum(map(len, rows)):
        raise UserError(f"{part.title}: no sample shows any of the {len(classes)} classes")
    found, shown = np.concatenate(rows), np.concatenate(members)
    bags = None
    if bagged:
        bags, first = Bags.of(pa.concat_arrays(names).to_pylist(), found)
        bags, found, shown = bags if len(first) < len(found) else None, found[first], shown[first]
    return Source(
        name=part.title,
        snapshot=snapshot,
        rows=found,
        members=shown,
        columns=part.picture_columns,
        weight=part.weight,
        bags=bags,
    )
