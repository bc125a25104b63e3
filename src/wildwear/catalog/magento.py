"""Magento's product export: configurable products list their variants, rows of further store views repeat a sku."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from wildwear.catalog.attributes import parse_variations
from wildwear.catalog.fields import Fields, RowRejected, flat
from wildwear.catalog.importer import CatalogFile, Converted, Importer
from wildwear.catalog.text import plain_text
from wildwear.records import Product

_ROLES = {
    "id": ("sku",),
    "title": ("name",),
    "description": ("description", "short_description"),
    "category": ("categories",),
    "images": ("base_image", "small_image", "thumbnail_image", "additional_images"),
    "attributes": ("additional_attributes",),
    "store_view": ("store_view_code",),
}
_VARIATIONS = "configurable_variations"
_OWN_COLUMNS = frozenset({"sku", "name", "product_type", "attribute_set_code"})
_DEFAULT_VIEWS = frozenset({"", "default", "admin", "all"})
_HOUSEKEEPING = frozenset({"has_options", "required_options"})
_BRAND_ATTRIBUTES = ("brand", "manufacturer")


class Magento(Importer):
    """The CSV that Magento 2 (Adobe Commerce) exports under System > Data Transfer > Export."""

    name = "magento"

    def __init__(self, parents: Mapping[str, str] | None = None) -> None:
        self._parents = parents or {}

    def recognises(self, columns: Collection[str]) -> bool:
        return _OWN_COLUMNS.issubset(columns)

    def guess(self, columns: Collection[str]) -> dict[str, tuple[str, ...]]:
        there = {role: tuple(name for name in names if name in columns) for role, names in _ROLES.items()}
        return {role: names for role, names in there.items() if names}

    def prepared(self, files: Sequence[CatalogFile]) -> Magento:
        parents: dict[str, str] = {}
        for file in files:
            for row in file.rows():
                variations = row.cells.get(_VARIATIONS)
                if not isinstance(variations, str) or not variations:
                    continue
                with suppress(RecursionError):  # refused when it is converted
                    parent = plain_text(next(flat(row.cells.get(file.columns["id"][0])), ""))
                    for sku in parse_variations(variations):
                        parents.setdefault(plain_text(sku), parent)
        return Magento(parents)

    def convert(self, fields: Fields) -> Converted:
        sku = fields.text("id")
        if not sku:
            raise RowRejected("no_id", "the sku is blank")
        supplement = fields.text("store_view").lower() not in _DEFAULT_VIEWS
        title = fields.text("title")
        if not title and not supplement:
            raise RowRejected("no_title", "the name is blank")
        attributes = {name: text for name, text in fields.attributes().items() if name not in _HOUSEKEEPING}
        product = Product(
            product_id=sku,
            group_id=self._parents.get(sku, sku),
            title=title,
            description=" ".join(fields.texts("description")),
            brand=next((attributes[name] for name in _BRAND_ATTRIBUTES if name in attributes), ""),
            category_path=_categories(fields),
            attributes=attributes,
            image_urls=fields.images(),
        )
        return Converted(product=product, supplement=supplement)


def _categories(fields: Fields) -> tuple[str, ...]:
    paths = [fields.plain(path, "category") for path in fields.raw("category").split(",")]
    return tuple(path for path in dict.fromkeys(paths) if path)
