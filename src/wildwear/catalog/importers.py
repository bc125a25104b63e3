"""The formats there are. A further one is a file with a class and a line here."""

from __future__ import annotations

from collections.abc import Collection

from wildwear.catalog.importer import Importer
from wildwear.catalog.magento import Magento
from wildwear.catalog.table import Table
from wildwear.errors import UnknownName

IMPORTERS: tuple[Importer, ...] = (Magento(), Table())
"""In the order in which they are asked whether they recognise a file; the table takes what nobody else does."""


def find_importer(format_name: str, columns: Collection[str]) -> Importer:
    """The importer of that name or, for `auto`, the first that recognises the columns; raises `UnknownName`."""
    if format_name == "auto":
        return next(one for one in IMPORTERS if one.recognises(columns))
    by_name = {one.name: one for one in IMPORTERS}
    if format_name not in by_name:
        raise UnknownName("format", format_name, ["auto", *by_name])
    return by_name[format_name]
