"""Stored pictures by item: read from a version that stays open, and found again where that version is gone."""

from __future__ import annotations

from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wildwear.errors import StorageError
from wildwear.table import Table

Items = NDArray[np.int64]


class Pictures:
    """The pictures of a collection's items. A page may stay open for days while other stages rewrite the table, and
    an hour after that the version that it began with is removed."""

    def __init__(self, table: Table, crop_ids: pa.Array, codes: NDArray[np.int32], place: Items) -> None:
        """`codes` says which of `crop_ids` each item shows, and `place` where in `table` its picture lies."""
        self._table, self._crop_ids, self._codes = table, crop_ids, codes
        self._open = table.snapshot(), place
        self._lock = Lock()
        self.version = f"{table.uri} {self._open[0].version}"
        """The version of the table in which the items were numbered."""

    def read(self, items: Items) -> list[bytes | None]:
        """The JPEG of each item; None for one that is not there any more. Raises `StorageError`."""
        was = self._open
        try:
            return self._read(items)
        except StorageError:
            with self._lock:
                if self._open is was:
                    self._find_again()
        return self._read(items)

    def _read(self, items: Items) -> list[bytes | None]:
        snapshot, places = self._open
        place = places[items]
        there = np.flatnonzero(place >= 0)
        pictures: list[bytes | None] = [None] * len(items)
        if len(there):
            rows = snapshot.take(place[there].tolist(), ["bytes"])["bytes"]
            for position, data in zip(there.tolist(), rows, strict=True):
                pictures[position] = data.as_py()
        return pictures

    def _find_again(self) -> None:
        """Opens the newest version, where each picture may lie elsewhere."""
        ids = self._table.read(["image_id"])["image_id"]
        wanted = pc.replace_substring_regex(self._crop_ids, "@.*", "")
        place = pc.fill_null(pc.index_in(wanted, value_set=ids.combine_chunks()), -1).to_numpy().astype(np.int64)
        self._open = self._table.snapshot(), place[self._codes]
