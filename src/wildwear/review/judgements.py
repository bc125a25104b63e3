"""What people have decided so far about the items of a collection, in columns, in step with the log."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wildwear.decisions import DecisionLog, standing
from wildwear.review.collection import Collection, Ints
from wildwear.workspace import Workspace


class State(IntEnum):
    """A verdict as the page's columns hold it."""

    NONE = 0
    KEEP = 1
    REJECT = 2
    RELABEL = 3


_VERDICTS = pa.array(["clear", "keep", "reject", "relabel"], pa.string())
"""In the order of their `State`."""


class Judgements:
    """The standing verdicts. `catch_up` takes over what anybody has added to the log."""

    def __init__(self, workspace: Workspace, collection: Collection, palette: Sequence[str]) -> None:
        self._collection = collection
        self._log = DecisionLog(workspace)
        self._lock = Lock()
        self._verdict = np.zeros(len(collection.crop.names), np.int8)
        self._label = np.full(len(collection.crop.names), -1, np.int32)
        self._becomes = np.full(len(collection.crop.names), -1, np.int32)
        self._palette = pa.array(palette, pa.string())
        self.seen = self._log.last()
        """The newest sequence number that is taken over."""
        self._apply(standing(workspace, collection.name))

    def catch_up(self) -> None:
        """Takes over what was appended since."""
        with self._lock:
            last = self._log.last()
            if last > self.seen:
                self._apply(self._log.since(self.seen, self._collection.name))
                self.seen = last

    def states(self) -> NDArray[np.int8]:
        """The `State` of every item; a label that was kept and is now another counts as not judged."""
        crop, label = self._collection.crop.codes, self._collection.label.codes
        verdict = self._verdict[crop]
        outdated = (verdict == State.KEEP) & (self._label[crop] != label)
        return np.where(outdated, np.int8(State.NONE), verdict)

    def moved_to(self, category: str) -> NDArray[np.bool_]:
        """Which items were relabelled, and to that category."""
        code = pc.index(self._palette, category).as_py()
        moved: NDArray[np.bool_] = (self._verdict == State.RELABEL) & (self._becomes == code)
        return moved[self._collection.crop.codes]

    def destinations(self, items: NDArray[np.int64]) -> dict[int, int]:
        """Where the relabelled ones among `items` went: by position in `items`, a position in the palette."""
        crop = self._collection.crop.codes[items]
        moved = np.flatnonzero((self._verdict[crop] == State.RELABEL) & (self._becomes[crop] >= 0))
        return dict(zip(moved.tolist(), self._becomes[crop[moved]].tolist(), strict=True))

    def _apply(self, rows: pa.Table) -> None:
        """Rows in order of sequence, or one a crop: the last of each crop stands."""
        place = self._collection.crop.find(rows["crop_id"])
        known = place >= 0
        for column, codes in (
            (self._verdict, _places(rows["verdict"], _VERDICTS)),
            (self._label, self._collection.label.find(rows["category"])),
            (self._becomes, _places(rows["becomes"], self._palette)),
        ):
            column[place[known]] = codes[known]


def items_of(collection: Collection, crop_ids: pa.ChunkedArray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The items that show those crops, and for each the row of `crop_ids` that it belongs to."""
    codes = collection.crop.find(crop_ids)
    order = np.argsort(collection.crop.codes, kind="stable")
    held: Ints = collection.crop.codes[order]
    first, last = np.searchsorted(held, codes, "left"), np.searchsorted(held, codes, "right")
    rows = np.repeat(np.arange(len(codes)), last - first)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    return order[np.repeat(first, last - first) + within], rows


def _places(values: pa.ChunkedArray, names: pa.Array) -> NDArray[np.int64]:
    """Where each value stands in `names`, -1 where it does not."""
    places: NDArray[np.int64] = (
        pc.fill_null(pc.index_in(values, value_set=names, skip_nulls=True), -1).to_numpy().astype(np.int64)
    )
    return places
