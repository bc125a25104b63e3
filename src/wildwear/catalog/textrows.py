"""Text files as rows: CSV and TSV, and JSON Lines. A record that cannot be read costs itself and no other."""

from __future__ import annotations

import csv
import io
import json
from collections import deque
from collections.abc import Iterator
from itertools import count

from wildwear.catalog.rows import AnyRow, BadRow, Reading, Row, with_sampled_columns
from wildwear.errors import UnreadableInput

_LONGEST_RECORD = 16 * 2**20
_LONGEST_RECORD_LINES = 2000


class _Endless(Exception):
    """A record that does not end where an honest export's would; its text is the reason's name."""


class _Lines:
    """The lines of a text, one record at a time, so that the lines of a record that went wrong can be read again."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self._characters = 0
        self.characters = 0
        """All that were read so far."""

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._stream.readline(_LONGEST_RECORD)
        if not line:
            if self._record:
                raise _Endless("unclosed_quote")
            raise StopIteration
        self._record.append(line)
        self._characters += len(line)
        self.characters += len(line)
        if len(line) == _LONGEST_RECORD:
            raise _Endless("line_too_long")
        if self._characters > _LONGEST_RECORD or len(self._record) > _LONGEST_RECORD_LINES:
            raise _Endless("unclosed_quote")
        return line

    def peek(self) -> str:
        """The next line, which stays to be read."""
        self._again.appendleft(self._stream.readline(_LONGEST_RECORD))
        return self._again[0]

    @property
    def first_line(self) -> str:
        """Where the record began."""
        return self._record[0]

    @property
    def at_first_line(self) -> bool:
        """Whether the record has one line so far."""
        return len(self._record) == 1

    def begin_record(self) -> None:
        self._record, self._characters = [], 0

    def give_back(self) -> None:
        """Lets all lines of the record but the first be read again; the rest of a line too long is passed over."""
        if len(line := self._record[-1]) == _LONGEST_RECORD:
            self._record.pop()
            while len(line) == _LONGEST_RECORD:
                line = self._stream.readline(_LONGEST_RECORD)
        self._again.extendleft(reversed(self._record[1:]))


def read_delimited(text: io.TextIOWrapper, name: str) -> Reading:
    """CSV or TSV: the first record names the columns; a record with too many or too few cells is a bad row."""
    lines = _Lines(text)
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_RECORD))
    delimiter = max(",;\t|", key=lines.peek().count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        header = _named(next(reader))
    except (csv.Error, _Endless):
        raise UnreadableInput(f"{name} is no table: its first line, the header, does not end") from None
    return Reading(header, _delimited_rows(lines, reader, header, delimiter))


def _delimited_rows(
    lines: _Lines, reader: Iterator[list[str]], header: tuple[str, ...], delimiter: str
) -> Iterator[AnyRow]:
    for number in count(2):
        lines.begin_record()
        try:
            cells = next(reader, None)
        except _Endless as endless:
            lines.give_back()
            yield BadRow(number, str(endless))
            continue
        except csv.Error as error:
            if not lines.at_first_line:
                lines.give_back()
                yield BadRow(number, "unclosed_quote", str(error))
                continue
            # A bare quote within a quoted cell: leniently, the quote is part of the text.
            cells = next(csv.reader([lines.first_line], delimiter=delimiter))
        if cells is None:
            return
        if len(cells) > len(header) and not any(cells[len(header) :]):
            del cells[len(header) :]
        if len(cells) == len(header):
            yield Row(number, dict(zip(header, cells, strict=True)))
        elif cells:
            lines.give_back()
            yield BadRow(number, "ragged_row", f"{len(cells)} cells, and the header has {len(header)}")


def _named(header: list[str]) -> tuple[str, ...]:
    """Names for all columns: blank ones by position, repeated ones numbered."""
    names: list[str] = []
    for position, cell in enumerate(header, 1):
        name = cell.strip() or f"column {position}"
        names.append(name if name not in names else f"{name} ({position})")
    return tuple(names)


def read_objects(text: io.TextIOWrapper) -> Reading:
    """JSON Lines: the columns are the names that the first objects have."""
    lines = _Lines(text)
    return with_sampled_columns(_object_rows(lines), lambda: lines.characters)


def _object_rows(lines: _Lines) -> Iterator[AnyRow]:
    for number in count(1):
        lines.begin_record()
        try:
            line = next(lines, None)
            if line is None:
                return
            cells = json.loads(line) if line.strip() else {}
        except _Endless:
            lines.give_back()
            yield BadRow(number, "line_too_long")
        except (ValueError, RecursionError) as error:
            yield BadRow(number, "bad_json", str(error))
        else:
            if not isinstance(cells, dict):
                yield BadRow(number, "bad_json", "the line holds no object")
            elif cells:
                yield Row(number, cells)
