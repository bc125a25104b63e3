"""Google Merchant product feeds: TSV or CSV, and XML (see `merchant_xml` for how that is read)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from wildwear.catalog.fields import ATTRIBUTE, Fields, RowRejected, flat
from wildwear.catalog.importer import Converted, Importer
from wildwear.records import Product

_ATTRIBUTES = ("color", "size", "gender", "age_group", "material", "pattern")
_ROLES = {
    "id": ("id",),
    "group": ("item_group_id",),
    "title": ("title",),
    "description": ("description", "product_highlight"),
    "brand": ("brand",),
    "category": ("product_type", "google_product_category"),
    "images": ("image_link", "additional_image_link"),
    "details": ("product_detail",),
    **{f"{ATTRIBUTE}{name}": (name,) for name in _ATTRIBUTES},
}
_FEED_COLUMNS = frozenset({"id", "title", "link", "image_link"})
_SHOPPING_COLUMNS = frozenset(
    {"price", "availability", "condition", "gtin", "mpn", "google_product_category", "product_type", "item_group_id"}
)
_REPEATED = re.compile(r" \(\d+\)$")


class Merchant(Importer):
    """The feed of a Google Merchant Center account, which Facebook's and others' catalogues follow."""

    name = "merchant"

    def recognises(self, columns: Collection[str]) -> bool:
        names = {_plain_name(column) for column in columns}
        return names >= _FEED_COLUMNS and not names.isdisjoint(_SHOPPING_COLUMNS)

    def guess(self, columns: Collection[str]) -> dict[str, tuple[str, ...]]:
        by_name: dict[str, list[str]] = {}
        for column in columns:
            by_name.setdefault(_plain_name(column), []).append(column)
        there = {role: tuple(one for name in names for one in by_name.get(name, ())) for role, names in _ROLES.items()}
        return {role: names for role, names in there.items() if names}

    def convert(self, fields: Fields) -> Converted:
        product_id, title = fields.text("id"), fields.text("title")
        if not product_id:
            raise RowRejected("no_id", "the id is blank")
        if not title:
            raise RowRejected("no_title", "the title is blank")
        paths, codes = _categories(fields)
        attributes = fields.attributes()
        for name, value in (*_details(fields), *(("google_product_category", code) for code in codes)):
            attributes.setdefault(name, value)
        product = Product(
            product_id=product_id,
            group_id=fields.text("group") or product_id,
            title=title,
            description=" ".join(fields.texts("description")),
            brand=fields.text("brand"),
            category_path=paths,
            attributes=attributes,
            image_urls=fields.images(),
        )
        return Converted(product=product)


def _plain_name(column: str) -> str:
    """`g:Image Link (2)` is `image_link`, as the names are written with spaces or underscores and may repeat."""
    return _REPEATED.sub("", column.strip().lower()).removeprefix("g:").replace(" ", "_")


def _categories(fields: Fields) -> tuple[tuple[str, ...], list[str]]:
    """Paths as `A/B/C`, and the numbers that Google's own categories may be given as."""
    texts = fields.texts("category")
    paths = ("/".join(step for one in text.split(">") if (step := one.strip())) for text in texts if not text.isdigit())
    return tuple(path for path in dict.fromkeys(paths) if path), [text for text in texts if text.isdigit()]


def _details(fields: Fields) -> Iterator[tuple[str, str]]:
    """`product_detail`: elements of their own in XML, `section:name:value,section:name:value` in a table."""
    for value in fields.values("details"):
        for one in value if isinstance(value, list) else [value]:
            for name, text in _pairs(one):
                cleaned = fields.plain(name, "attributes"), fields.plain(text, "attributes")
                if all(cleaned):
                    yield cleaned


def _pairs(detail: Any) -> Iterator[tuple[str, str]]:
    if isinstance(detail, dict):
        name, value = (next(flat(detail.get(f"attribute_{part}")), "") for part in ("name", "value"))
        yield name, value
        return
    for text in flat(detail):
        parts: list[str] = []
        for part in text.split(","):
            if part.count(":") >= 2 or not parts:
                parts.append(part)
            else:
                parts[-1] += f",{part}"
        for part in parts:
            _, _, named = part.partition(":")
            name, _, value = named.partition(":")
            yield name.strip(), value.strip()
