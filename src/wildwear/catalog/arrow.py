"""Products as rows of the `products` table, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from wildwear.records import Product, Rejection, Variant
from wildwear.tables import PRODUCTS, REJECTIONS


def products_to_arrow(products: Sequence[Product]) -> pa.Table:
    """One row a product, with the columns of `tables.PRODUCTS`."""
    columns = {
        "product_id": [one.product_id for one in products],
        "group_id": [one.group_id for one in products],
        "title": [one.title for one in products],
        "description": [one.description for one in products],
        "brand": [one.brand for one in products],
        "category_path": [one.category_path for one in products],
        "attributes": [[{"name": name, "value": value} for name, value in one.attributes.items()] for one in products],
        "image_urls": [one.image_urls for one in products],
        "variants": [[_variant(variant) for variant in one.variants] for one in products],
        "source": [one.source for one in products],
        "row": [one.row for one in products],
    }
    return pa.table(columns, schema=PRODUCTS.schema)


def _variant(variant: Variant) -> dict[str, object]:
    return {"product_id": variant.product_id, "title": variant.title, "image_urls": list(variant.image_urls)}


def products_from_arrow(table: pa.Table) -> Iterator[Product]:
    """The inverse of `products_to_arrow`."""
    for row in table.select(PRODUCTS.schema.names).to_pylist():
        row["category_path"] = tuple(row["category_path"] or ())
        row["attributes"] = {pair["name"]: pair["value"] for pair in row["attributes"] or ()}
        row["image_urls"] = tuple(row["image_urls"] or ())
        row["variants"] = tuple(
            Variant(product_id=one["product_id"], title=one["title"], image_urls=tuple(one["image_urls"] or ()))
            for one in row["variants"] or ()
        )
        yield Product(**row)


def rejections_to_arrow(rejections: Iterable[Rejection]) -> pa.Table:
    """One row a rejection, with the columns of `tables.REJECTIONS`."""
    rows = [{"source": r.source, "row": r.row, "reason": r.reason, "detail": r.detail} for r in rejections]
    return pa.Table.from_pylist(rows, schema=REJECTIONS.schema)
