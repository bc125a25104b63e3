"""Opens a file of any format for reading row by row."""

from __future__ import annotations

import codecs
import io
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from wildwear.catalog.merchant_xml import declared_encoding, read_feed
from wildwear.catalog.parquet import read_parquet
from wildwear.catalog.rows import AnyRow, Reading
from wildwear.catalog.settings import ImportSettings
from wildwear.catalog.sources import Source, plainly
from wildwear.catalog.textrows import read_delimited, read_objects
from wildwear.errors import UnreadableInput, UserError


@contextmanager
def open_rows(source: Source, settings: ImportSettings, columns: Collection[str] | None = None) -> Iterator[Reading]:
    """Opens a file for reading row by row in bounded memory; of a Parquet file only `columns` are read.

    Raises `UnreadableInput` for a file that is not of its format, or of more rows or bytes than the settings allow
    (a Parquet file's are known before anything of it is read).
    """
    with source.open(settings) as stream, _decoded(stream, source, settings) as text:
        with plainly(source.name):
            if text is None:
                reading = read_parquet(stream, source.name, settings, columns)
            elif source.kind == "jsonl":
                reading = read_objects(text)
            elif source.kind == "xml":
                reading = read_feed(text, source.name)
            else:
                reading = read_delimited(text, source.name)
        yield Reading(reading.columns, _checked(reading.rows, source, settings))


def _checked(rows: Iterator[AnyRow], source: Source, settings: ImportSettings) -> Iterator[AnyRow]:
    with plainly(source.name):
        for position, row in enumerate(rows, 1):
            if position > settings.max_rows:
                allowed = f"--max-rows {settings.max_rows:,} allows; rows before stay imported"
                raise UnreadableInput(f"{source.name} has more rows than {allowed}")
            yield row


def _decoded(
    stream: io.BufferedReader, source: Source, settings: ImportSettings
) -> AbstractContextManager[io.TextIOWrapper | None]:
    if source.kind == "parquet":
        return nullcontext()
    encoding = _known(settings.encoding, "--encoding ")
    with plainly(source.name):
        start = stream.peek(4)
    if source.kind == "xml" and encoding == "utf-8":
        encoding = _known(declared_encoding(start) or "utf-8", f"{source.name} declares the encoding ")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif encoding == "utf-8":
        encoding = "utf-8-sig"
    # Bytes that are not of the encoding become lone surrogates: their row alone is refused, not the file.
    return io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="")


def _known(encoding: str, what: str) -> str:
    try:
        "".encode(encoding)  # there are codecs that are none of text, such as hex
        return codecs.lookup(encoding).name
    except (LookupError, UnicodeError):
        raise UserError(f"{what}{encoding}: there is no such encoding; try utf-8 or cp1252") from None
