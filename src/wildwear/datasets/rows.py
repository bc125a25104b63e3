"""Reads tables row by row: CSV, TSV, JSON Lines and Parquet, all of it as text, with each row's number."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from wildwear.errors import UnreadableInput

Row = dict[str, str] | str
"""The cells of a row by column, or what is wrong with it."""

_MAX_ROWS = 50_000_000
_MAX_BYTES = 16 << 30  # of Parquet columns once unpacked
_MAX_CELL = 1 << 20
_CONTROLS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"))


def read_rows(path: Path) -> tuple[list[str], Iterator[tuple[int, Row]]]:
    """Column names, and (row number, row) pairs; a header is row 1. Raises `UnreadableInput` for what is no table."""
    endings = path.suffix.casefold()
    if endings not in _READERS:
        raise UnreadableInput(f"{path}: a table ends in {', '.join(_READERS)}")
    try:
        return _READERS[endings](path)
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror or error}") from error


def _read_csv(path: Path, delimiter: str = ",") -> tuple[list[str], Iterator[tuple[int, Row]]]:
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        header = next(csv.reader(file, delimiter=delimiter), None)
    if not header:
        raise UnreadableInput(f"{path} is empty: its first row names the columns")
    names = [name.strip() for name in header]
    if len(set(names)) < len(names):
        raise UnreadableInput(f"{path}: row 1 names a column twice: {', '.join(names)}")
    return names, _csv_rows(path, names, delimiter)


def _csv_rows(path: Path, names: list[str], delimiter: str) -> Iterator[tuple[int, Row]]:
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        next(reader)
        number = 1
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:  # a cell beyond the reader's limit; the rows after it can be read
                yield number, str(error)
                continue
            if not cells:
                continue
            if len(cells) != len(names):
                yield number, f"{len(cells)} cells, and row 1 names {len(names)} columns"
            else:
                yield number, _clean(dict(zip(names, cells, strict=True)))


def _read_tsv(path: Path) -> tuple[list[str], Iterator[tuple[int, Row]]]:
    return _read_csv(path, "\t")


def _read_jsonl(path: Path) -> tuple[list[str], Iterator[tuple[int, Row]]]:
    names: dict[str, None] = {}
    for _, row in _jsonl_rows(path):
        names |= dict.fromkeys(row) if isinstance(row, dict) else {}
    if not names:
        raise UnreadableInput(f"{path}: no line of it is a JSON object")
    return list(names), ((number, _filled(row, names)) for number, row in _jsonl_rows(path))


def _jsonl_rows(path: Path) -> Iterator[tuple[int, Row]]:
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                values = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield number, f"not JSON: {error}"
                continue
            if isinstance(values, dict):
                yield number, _clean({str(name): _text(value) for name, value in values.items()})
            else:
                yield number, "not a JSON object"


def _filled(row: Row, names: Mapping[str, None]) -> Row:
    return row if isinstance(row, str) else {name: row.get(name, "") for name in names}


def _read_parquet(path: Path) -> tuple[list[str], Iterator[tuple[int, Row]]]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise UnreadableInput(f"{path} is not Parquet: {error}") from error
    unpacked = sum(file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups))
    if file.metadata.num_rows > _MAX_ROWS or unpacked > _MAX_BYTES:
        raise UnreadableInput(
            f"{path} would unpack to {file.metadata.num_rows:,} rows of {unpacked:,} bytes: "
            f"at most {_MAX_ROWS:,} rows and {_MAX_BYTES:,} bytes are read"
        )

    def rows() -> Iterator[tuple[int, Row]]:
        number = 0
        for batch in file.iter_batches(batch_size=8192):
            for values in batch.to_pylist():
                number += 1
                yield number, _clean({name: _text(value) for name, value in values.items()})

    return file.schema_arrow.names, rows()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "|".join(map(_text, value))
    return str(value)


def _clean(row: dict[str, str]) -> Row:
    """Without bidirectional controls and outer white space; text that cannot be text is a problem with the row."""
    for name, cell in row.items():
        if "\0" in cell or any("\ud800" <= char <= "\udfff" for char in cell):
            return f"column {name!r} holds bytes that are not UTF-8 text"
        if len(cell) > _MAX_CELL:
            return f"column {name!r} holds {len(cell):,} characters"
    return {name: cell.translate(_CONTROLS).strip() for name, cell in row.items()}


_READERS: Mapping[str, Callable[[Path], tuple[list[str], Iterator[tuple[int, Row]]]]] = {
    ".csv": _read_csv,
    ".tsv": _read_tsv,
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".parquet": _read_parquet,
}
