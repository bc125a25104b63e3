"""What a model would say of a clip: the categories that an annotator is offered first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from wildwear.datasets.reader import STORED
from wildwear.images.decode import decode_upright
from wildwear.movies.bodies import part_of
from wildwear.records import Box, Region
from wildwear.table import Table
from wildwear.tagging.movies.outfits import framed
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    from wildwear.models.package import Model

NONE = "none"
OFFERED = 5
_TOGETHER = 64  # rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Guesser:
    """Fills `top` and `model` of rows of the table `clips`."""

    model: Model | None

    @staticmethod
    def load(name: str, workspace: Workspace) -> Guesser:
        """The model of that name, or `none`; raises as `load_model` does."""
        from wildwear.models.registry import load_model

        return Guesser(model=None if name == NONE else load_model(name, workspace))

    def look(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row with the likeliest categories; as it is where it failed, or nobody looks.

        Two views are looked at, the body and the person framed as photographs frame people (docs/ava-fashion.md has
        what that is worth), of one clip alone, so that what is found does not depend on what else is built beside it.
        """
        if self.model is None or row["status"] != "ok":
            return row
        x1, y1, x2, y2 = row["box"]
        rgb = decode_upright(row["picture"], STORED)
        person = Box(x1=x1, y1=y1, x2=x2, y2=y2)
        views = [self.model.preprocessing(rgb, view) for view in (part_of(person, Region.FULL), framed(person))]
        scores = self.model.probabilities(self.model.run(np.stack(views)).logits).mean(axis=0)
        best = (-scores).argsort(kind="stable")[:OFFERED].tolist()
        top = [{"category": self.model.classes[one], "score": float(scores[one])} for one in best]
        return row | {"top": top, "model": self.model.key}


def guess_anew(table: Table, clip_ids: Sequence[str], guesser: Guesser) -> int:
    """Has those of the clips looked at that another model has seen, or none, and says how many they were."""
    if guesser.model is None:
        return 0
    rows = table.read(["clip_id", "model", "status"]).to_pylist()
    wanted = set(clip_ids)
    other = [
        at
        for at, row in enumerate(rows)
        if row["status"] == "ok" and row["clip_id"] in wanted and row["model"] != guesser.model.key
    ]
    snapshot = table.snapshot() if other else None
    for start in range(0, len(other), _TOGETHER):
        assert snapshot
        held = snapshot.take(other[start : start + _TOGETHER], table.spec.schema.names).to_pylist()
        table.upsert(pa.Table.from_pylist([guesser.look(row) for row in held], schema=table.spec.schema))
    return len(other)
