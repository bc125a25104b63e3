"""What a file of any format is read as: rows of cells with their numbers, and bad rows with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


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
