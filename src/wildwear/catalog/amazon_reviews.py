"""Amazon Reviews 2023: the items' metadata, as published and as the `datasets` library rewrites it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import zip_longest
from typing import Any

from wildwear.catalog.fields import Fields, RowRejected, flat
from wildwear.catalog.importer import Converted, Importer
from wildwear.records import Product

_ROLES = {
    "id": ("parent_asin",),
    "title": ("title",),
    "description": ("description", "features"),
    "brand": ("store",),
    "category": ("categories", "main_category"),
    "images": ("images",),
    "attributes": ("details",),
}
_OWN_COLUMNS = frozenset({"parent_asin", "main_category", "title", "images"})
_SIZES = ("hi_res", "large", "thumb")
_MAIN = "MAIN"


class AmazonReviews(Importer):
    """`meta_CATEGORY.jsonl`, and the same as JSON Lines or Parquet with `images` as columns and `details` as text."""

    name = "amazon_reviews"

    def recognises(self, columns: Collection[str]) -> bool:
        return _OWN_COLUMNS.issubset(columns)

    def guess(self, columns: Collection[str]) -> dict[str, tuple[str, ...]]:
        there = {role: tuple(name for name in names if name in columns) for role, names in _ROLES.items()}
        return {role: names for role, names in there.items() if names}

    def convert(self, fields: Fields) -> Converted:
        parent_asin, title = fields.text("id"), fields.text("title")
        if not parent_asin:
            raise RowRejected("no_id", "the parent_asin is blank")
        if not title:
            raise RowRejected("no_title", "the title is null or blank")
        product = Product(
            product_id=parent_asin,
            group_id=parent_asin,
            title=title,
            description=" ".join(fields.texts("description")),
            brand=fields.text("brand"),
            category_path=_category(fields),
            attributes=fields.attributes(),
            image_urls=fields.resolved(_pictures(fields)),
        )
        return Converted(product=product)


def _category(fields: Fields) -> tuple[str, ...]:
    """`categories` is one path from the top; `main_category` stands for it where it is empty."""
    paths = ("/".join(fields.plain(step, "category") for step in flat(value)) for value in fields.values("category"))
    return tuple(path for path in paths if path)[:1]


def _pictures(fields: Fields) -> Iterator[str]:
    """Each picture in the largest size that is there, the main one first."""
    for value in fields.values("images"):
        listed = [one for one in _as_list(value) if isinstance(one, dict)]
        for one in sorted(listed, key=lambda picture: picture.get("variant") != _MAIN):
            address = next((text for size in _SIZES for text in flat(one.get(size)) if text.strip()), None)
            if address is not None:
                yield address.strip()


def _as_list(images: Any) -> list[Any]:
    """`{"large": [a, b], "variant": [c, d]}` is `[{"large": a, "variant": c}, {"large": b, "variant": d}]`."""
    if not isinstance(images, dict):
        return images if isinstance(images, list) else []
    columns = {name: values for name, values in images.items() if isinstance(values, list)}
    return [dict(zip(columns, row, strict=True)) for row in zip_longest(*columns.values())]
