"""What a file of any format is read as: rows of cells with their numbers, and bad rows with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

_SAMPLED_ROWS = 1000
_SAMPLED_CHARACTERS = 2**25


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `number` counts records from 1, the header being 1 where there is one."""

    number: int
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read."""

    number: int
    reason: str
    detail: str = ""


AnyRow: TypeAlias = Row | BadRow


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that is being read."""

    columns: tuple[str, ...]
    rows: Iterator[AnyRow]


def with_sampled_columns(rows: Iterator[AnyRow], characters: Callable[[], int]) -> Reading:
    """Rows of a format without a header: the columns are the names that the first 1,000 rows have, or the first 32
    million of the `characters` read so far."""
    sample: list[AnyRow] = []
    for row in rows:
        sample.append(row)
        if len(sample) == _SAMPLED_ROWS or characters() > _SAMPLED_CHARACTERS:
            break
    columns = dict.fromkeys(name for row in sample if isinstance(row, Row) for name in row.cells)
    return Reading(tuple(columns), chain(sample, rows))
