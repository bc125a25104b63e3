"""Pictures of one side of a dataset, as a model wants them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from wildwear.datasets.reader import PixelBatch, parse_on, read_pixels
from wildwear.errors import UserError
from wildwear.models.package import Model
from wildwear.progress import Advance
from wildwear.records import Split
from wildwear.table import Table
from wildwear.workspace import Workspace

_BATCH = 16  # pictures that are run at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Pictures of one side of a dataset."""

    title: str
    table: Table
    where: str
    samples: int

    def spread(self, count: int) -> Side:
        """About `count` of them, evenly spread over the side in stored order; all where there are fewer."""
        if count >= self.samples:
            return self
        ids = self.table.read(["sample_id"], self.where)["sample_id"].to_pylist()
        chosen = np.linspace(0, len(ids) - 1, count).round().astype(int)
        quoted = ", ".join(f"'{ids[row]}'" for row in chosen.tolist())
        return replace(self, where=f"sample_id IN ({quoted})", samples=count)


def open_side(workspace: Workspace | None, on: str, otherwise: Split) -> Side:
    """What `NAME[:split]` names, `otherwise` being the split that is meant where none is."""
    if workspace is None:
        raise UserError(f"{on} names a dataset of a workspace: say which one with -w")
    ref = parse_on(on)
    ref = replace(ref, split=ref.split or otherwise)
    if ref.weight != 1 or ref.samples is not None:
        raise UserError(f"{on}: name a dataset and a side alone, as in street:train")
    table = ref.open(workspace)
    assert ref.where is not None
    return Side(title=f"{ref.name}:{ref.split}", table=table, where=ref.where, samples=table.count(ref.where))


def batches(side: Side, model: Model, advance: Advance) -> Iterator[PixelBatch]:
    """Its pictures that can be read, in stored order; raises `UserError` where there are none."""
    found = False
    for batch in read_pixels(
        side.table, model.preprocessing, where=side.where, batch_size=_BATCH, columns=["sample_id", "labels"]
    ):
        if batch.rows.num_rows:
            found = True
            yield batch
        advance(batch.rows.num_rows + batch.failed.num_rows)
    if not found:
        raise UserError(f"{side.title}: none of its samples can be read")
