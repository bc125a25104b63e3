"""Parquet files as rows, judged by their footer before anything in them is decompressed."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from itertools import count
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from wildwear.catalog.rows import AnyRow, Reading, Row
from wildwear.catalog.settings import ImportSettings
from wildwear.catalog.sources import reason_of
from wildwear.errors import UnreadableInput

_BATCH_ROWS = 256  # a dictionary-encoded megabyte may stand in every row


def read_parquet(
    stream: io.BufferedReader, name: str, settings: ImportSettings, columns: Collection[str] | None = None
) -> Reading:
    """Rows with cells as Python values, numbered from 1; raises `UnreadableInput` where the footer, or the values as
    they come, claim more rows or bytes than the settings allow."""
    try:
        file = pq.ParquetFile(stream)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableInput(f"{name} is not a readable Parquet file: {reason_of(error)}") from error
    footer = file.metadata
    stated = sum(footer.row_group(index).total_byte_size for index in range(footer.num_row_groups))
    for what, stands, allowed, flag in (
        ("rows", footer.num_rows, settings.max_rows, "--max-rows"),
        ("bytes", stated, settings.max_bytes, "--max-bytes"),
    ):
        if stands > allowed:
            raise UnreadableInput(f"{name} holds {stands:,} {what}, more than {flag} {allowed:,} allows")
    names = tuple(file.schema_arrow.names)
    wanted = [column for column in names if columns is None or column in columns]
    return Reading(names, _rows(file, name, wanted, settings))


def _rows(file: pq.ParquetFile, name: str, columns: list[str], settings: ImportSettings) -> Iterator[AnyRow]:
    numbers, left = count(1), settings.max_bytes
    try:
        for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=columns):
            left -= batch.nbytes
            if left < 0:
                raise UnreadableInput(
                    f"{name} expands to more than --max-bytes {settings.max_bytes:,} allows; rows before stay imported"
                )
            values = [_values(batch.column(index)) for index in range(batch.num_columns)]
            for cells in zip(*values, strict=True):
                yield Row(next(numbers), dict(zip(columns, cells, strict=True)))
    except (pa.ArrowException, OSError) as error:
        after = f"after row {next(numbers) - 1}: {reason_of(error)}; rows before stay imported"
        raise UnreadableInput(f"{name} is damaged {after}") from error


def _values(column: pa.Array) -> list[Any]:
    """Python values; text that is not UTF-8 keeps its bad bytes as lone surrogates, so that its row alone fails."""
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            return [_value(one) for one in column]
        raw = column.view(pa.binary() if pa.types.is_string(column.type) else pa.large_binary()).to_pylist()
        return [None if one is None else one.decode("utf-8", "surrogateescape") for one in raw]


def _value(one: pa.Scalar) -> Any:
    try:
        return one.as_py()
    except UnicodeDecodeError:
        return "\udcff"
