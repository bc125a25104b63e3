"""A file as rows: whatever its format, each row is a mapping of cells with its number, or a bad row with a reason."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, count, islice
from typing import Any, TypeAlias

from wildwear.catalog.settings import ImportSettings
from wildwear.catalog.sources import Source, plainly
from wildwear.errors import UnreadableInput, UserError

_LONGEST_RECORD = 16 * 2**20
_LONGEST_RECORD_LINES = 2000
_SAMPLED_OBJECTS = 1000


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


@contextmanager
def open_rows(source: Source, settings: ImportSettings, columns: Collection[str] | None = None) -> Iterator[Reading]:
    """Opens a file for reading row by row in bounded memory; of a Parquet file only `columns` are read.

    Raises `UnreadableInput` for a file that is not of its format, or of more rows or bytes than the settings allow
    (a Parquet file's are known before anything of it is read).
    """
    with source.open(settings) as stream:
        with plainly(source.name):
            reading = _read(stream, source, settings, columns)
        yield Reading(reading.columns, _checked(reading.rows, source, settings))


def _read(
    stream: io.BufferedReader, source: Source, settings: ImportSettings, columns: Collection[str] | None
) -> Reading:
    if source.kind == "parquet":
        from wildwear.catalog.parquet import read_parquet

        return read_parquet(stream, source.name, settings, columns)
    lines = _Lines(_decoded(stream, settings))
    return read_objects(lines) if source.kind == "jsonl" else read_delimited(lines, source.name)


def _checked(rows: Iterator[AnyRow], source: Source, settings: ImportSettings) -> Iterator[AnyRow]:
    with plainly(source.name):
        for position, row in enumerate(rows, 1):
            if position > settings.max_rows:
                allowed = f"--max-rows {settings.max_rows:,} allows; rows before stay imported"
                raise UnreadableInput(f"{source.name} has more rows than {allowed}")
            yield row


def _decoded(stream: io.BufferedReader, settings: ImportSettings) -> io.TextIOWrapper:
    try:
        encoding = codecs.lookup(settings.encoding).name
    except LookupError:
        raise UserError(f"--encoding {settings.encoding}: there is no such encoding; try utf-8 or cp1252") from None
    start = stream.peek(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif encoding == "utf-8":
        encoding = "utf-8-sig"
    # Bytes that are not of the encoding become lone surrogates: their row alone is refused, not the file.
    return io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="")


class _Endless(Exception):
    """A record that does not end where an honest export's would; `args[0]` says how."""


class _Lines:
    """The lines of a text, one record at a time, so that the lines of a record that went wrong can be read again."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self._characters = 0

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
        if len(line) == _LONGEST_RECORD:
            raise _Endless("line_too_long")
        if self._characters > _LONGEST_RECORD or len(self._record) > _LONGEST_RECORD_LINES:
            raise _Endless("unclosed_quote")
        return line

    def peek(self) -> str:
        """The next line, which stays to be read."""
        self._again.appendleft(self._stream.readline(_LONGEST_RECORD))
        return self._again[0]

    def begin_record(self) -> None:
        self._record, self._characters = [], 0

    def give_back(self) -> None:
        """Lets all lines of the record but the first be read again; the rest of a line too long is passed over."""
        if len(line := self._record[-1]) == _LONGEST_RECORD:
            self._record.pop()
            while len(line) == _LONGEST_RECORD:
                line = self._stream.readline(_LONGEST_RECORD)
        self._again.extendleft(reversed(self._record[1:]))


def read_delimited(lines: _Lines, name: str) -> Reading:
    """CSV or TSV: the first record names the columns; a record with too many or too few cells is a bad row."""
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_RECORD))
    reader = csv.reader(lines, delimiter=max(",;\t|", key=lines.peek().count))
    try:
        header = _named(next(reader))
    except (csv.Error, _Endless):
        raise UnreadableInput(f"{name} is no table: its first line, the header, does not end") from None
    return Reading(header, _delimited_rows(lines, reader, header))


def _delimited_rows(lines: _Lines, reader: Iterator[list[str]], header: tuple[str, ...]) -> Iterator[AnyRow]:
    for number in count(2):
        lines.begin_record()
        try:
            cells = next(reader, None)
        except (csv.Error, _Endless) as error:
            lines.give_back()
            yield BadRow(number, error.args[0] if isinstance(error, _Endless) else "unclosed_quote")
            continue
        if cells is None:
            return
        if len(cells) > len(header) and not any(cells[len(header) :]):
            del cells[len(header) :]
        if len(cells) == len(header):
            yield Row(number, dict(zip(header, cells, strict=True)))
        elif cells:
            yield BadRow(number, "ragged_row", f"{len(cells)} cells, and the header has {len(header)}")


def _named(header: list[str]) -> tuple[str, ...]:
    """Names for all columns: blank ones by position, repeated ones numbered."""
    names: list[str] = []
    for position, cell in enumerate(header, 1):
        name = cell.strip() or f"column {position}"
        names.append(name if name not in names else f"{name} ({position})")
    return tuple(names)


def read_objects(lines: _Lines) -> Reading:
    """JSON Lines: the columns are the names that the first 1,000 objects have."""
    rows = _object_rows(lines)
    sample = list(islice(rows, _SAMPLED_OBJECTS))
    columns = dict.fromkeys(name for row in sample if isinstance(row, Row) for name in row.cells)
    return Reading(tuple(columns), chain(sample, rows))


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
