"""The formats there are. A further one is a file with a class and a line here."""

from __future__ import annotations

from collections.abc import Collection

from wildwear.catalog.abo import Abo
from wildwear.catalog.amazon_reviews import AmazonReviews
from wildwear.catalog.importer import Importer
from wildwear.catalog.magento import Magento
from wildwear.catalog.merchant import Merchant
from wildwear.catalog.shopify import Shopify
from wildwear.catalog.table import Table
from wildwear.errors import UnknownName, UserError

IMPORTERS: tuple[Importer, ...] = (Magento(), Shopify(), Merchant(), Abo(), AmazonReviews(), Table())
"""The last one, the table, takes what nobody else recognises."""

FORMATS = tuple(one.name for one in IMPORTERS)


def find_importer(format_name: str, columns: Collection[str], where: str = "") -> Importer:
    """The importer of that name (else `UnknownName`) or, for `auto`, the one that recognises the columns; raises
    `UserError` where several do."""
    if format_name == "auto":
        *known, table = IMPORTERS
        fitting = [one for one in known if one.recognises(columns)] or [table]
        if len(fitting) > 1:
            names = " or ".join(one.name for one in fitting)
            raise UserError(f"{where and where + ': '}this may be {names}: say which with --format")
        return fitting[0]
    if format_name not in FORMATS:
        raise UnknownName("format", format_name, ["auto", *FORMATS])
    return IMPORTERS[FORMATS.index(format_name)]
