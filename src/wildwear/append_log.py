"""A table that is only ever appended to, its rows numbered in one order over threads and processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from wildwear.table import Table

_READERS_SECONDS = 60.0


@dataclass(slots=True)
class AppendLog:
    """Gives rows the numbers of the column `sequence`; several processes may append at once."""

    table: Table
    _known: tuple[int, int] = field(init=False, default=(0, 0))
    """A version of the table, and its newest sequence number (or a later one)."""

    def append(self, count: int, rows: Callable[[range], pa.Table]) -> range:
        """Adds `count` rows, made for their numbers, in one commit; on the disk when this returns."""
        if not count:
            return range(0)
        with self.table.locked():
            first = self.last() + 1
            sequences = range(first, first + count)
            self.table.append(rows(sequences))
            self._known = self.table.newest, sequences[-1]
        return sequences

    def last(self) -> int:
        """The newest sequence number, 0 before the first."""
        newest, (version, last) = self.table.newest, self._known
        if newest != version:
            newer = self.table.read(["sequence"], f"sequence > {last}")["sequence"]
            last = pc.max(newer).as_py() or last
            self._known = newest, last
        return last

    def compact(self) -> None:
        """Merges the small files that many commits leave; nobody holds a version of a log for long."""
        self.table.compact(readers_seconds=_READERS_SECONDS)
