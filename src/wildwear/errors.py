"""What can go wrong, as types.

::

    WildwearError                 one plain line: what, where, what to do (exit status 1)
    ├── UserError (ValueError)    something a user can mend
    │   ├── UnknownName           a name that is not among the choices; names the nearest
    │   ├── MissingColumn         a table lacks a column; names the columns there are
    │   ├── QuerySyntaxError      a query that cannot be read; points at the character
    │   ├── EditConflict          a file that somebody else has changed meanwhile
    │   ├── NotAWorkspace         a folder that `wildwear init` has not made
    │   ├── UnreadableInput       a file that is not what it is said to be
    │   │   └── Unreadable        a movie that cannot be decoded, with a reason that can be counted (`movies.probing`)
    │   └── UnsafeModel           a model file that is refused before anything in it runs
    ├── StorageError              a table cannot be read or written: disk full, read-only, I/O error
    ├── SchemaError               a table was written by a newer wildwear
    ├── LeakError                 a product, picture or sender stands on two sides of a split
    └── TrainingStopped           training ended early: told to, or its loss is no number; what was reached is kept
        ├── Interrupted           a signal said so: nothing that comes after it begins
        └── ProcessLost           one of the processes that train together is gone, or hangs

A row that fails is no exception: it is a row with a status and a reason (see `records.Failure`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class WildwearError(Exception):
    """The root of everything this package raises on purpose; `str()` of it is one plain line."""


class UserError(WildwearError, ValueError):
    """Something a user can mend: the message holds the value, where it stood and the remedy."""


class UnknownName(UserError):
    """A name that is not among the choices.

    >>> str(UnknownName("category", "Jaket", ["Jacket", "Jeans"]))
    "unknown category 'Jaket': did you mean Jacket?"
    """

    def __init__(self, kind: str, value: str, choices: Iterable[str], where: str = "") -> None:
        self.kind, self.value, self.choices = kind, value, sorted(choices)
        super().__init__(f"unknown {kind} {str(value)!r}{where and ' in ' + where}: {self._remedy()}")

    def _remedy(self) -> str:
        by_folded = {choice.casefold(): choice for choice in self.choices}
        near = difflib.get_close_matches(self.value.casefold(), by_folded, n=3, cutoff=0.6)
        if near:
            return f"did you mean {' or '.join(by_folded[name] for name in near)}?"
        return f"choose from {', '.join(self.choices)}" if self.choices else "there are none yet"


class MissingColumn(UserError):
    """A table lacks a column that is needed."""

    def __init__(self, column: str, there_are: Iterable[str], where: str, remedy: str = "") -> None:
        columns = ", ".join(there_are)
        super().__init__(f"{where}: no column {column!r}; there are {columns}{remedy and '. ' + remedy}")


class QuerySyntaxError(UserError):
    """A query that cannot be read; `column` (0-based) is where in the line `query` it went wrong.

    `position` is where in the whole text, for an editor; it is `column` unless told.
    """

    def __init__(self, problem: str, query: str, column: int, where: str = "", position: int | None = None) -> None:
        self.problem, self.query, self.column = problem, query, column
        self.position = column if position is None else position
        super().__init__(f"{where and where + ': '}{problem}\n  {query}\n  {' ' * column}^")


class EditConflict(UserError):
    """A file was changed since it was read: what is there is not overwritten."""


class NotAWorkspace(UserError):
    """A folder that is not a workspace."""


class UnreadableInput(UserError):
    """A file that is missing, unreadable or not of the format it is said to be."""


class UnsafeModel(UserError):
    """A model that is refused: a pickle, external data, custom operators, a wrong checksum, NaN weights."""


class StorageError(WildwearError):
    """A table cannot be read or written; nothing that was acknowledged is lost."""


class SchemaError(WildwearError):
    """A table was written with a schema that this version cannot read."""


class LeakError(WildwearError):
    """Something that must stand on one side of a split stands on two."""


class TrainingStopped(WildwearError):
    """Training ended before its last step; the newest checkpoint stays."""


class Interrupted(TrainingStopped):
    """Somebody told it to stop: what comes after it does not begin either."""


class ProcessLost(TrainingStopped):
    """One of the processes that train together has ended or hangs: the others cannot go on."""
