"""Shopify's product export, of both generations: a product's further variants and pictures are rows below its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from wildwear.catalog.attributes import SEPARATOR, unite, united_in_order
from wildwear.catalog.fields import ATTRIBUTE, Fields, RowRejected
from wildwear.catalog.importer import CatalogFile, Converted, Importer
from wildwear.records import Product, Variant

_ROLES = {
    "id": ("handle", "url handle"),
    "title": ("title",),
    "description": ("body (html)", "body html", "description"),
    "brand": ("vendor",),
    "category": ("product category", "standard product type", "type", "custom product type"),
    "images": ("image src", "product image url"),
    "variant_images": ("variant image", "variant image url"),
    "variant_sku": ("variant sku", "sku"),
    "tags": ("tags",),
    "option_names": ("option1 name", "option2 name", "option3 name"),
    "option_values": ("option1 value", "option2 value", "option3 value"),
    f"{ATTRIBUTE}gender": ("google shopping / gender",),
    f"{ATTRIBUTE}age_group": ("google shopping / age group",),
}
"""Columns in lower case: the two generations differ in capitals and in some of the names."""

_OWN_COLUMNS = ("body (html)", "option1 name", "option1 value", "variant sku", "image src", "product image url")
_METAFIELD = re.compile(r"(.+?) \(product\.metafields\.shopify\.[\w.-]+\)")
_NO_OPTION = frozenset({"", "default title", "default"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """The product whose rows are being read."""

    handle: str = ""
    title: str = ""
    option_names: tuple[str, ...] = ()
    """Of Option1, Option2, Option3; only a product's first row has them."""
    is_refused: bool = False


class Shopify(Importer):
    """The CSV that Shopify exports under Products > Export, and the template of its import."""

    name = "shopify"

    def __init__(self) -> None:
        self._begun = _Begun()

    def recognises(self, columns: Collection[str]) -> bool:
        names = {column.lower() for column in columns}
        return "title" in names and not names.isdisjoint(_ROLES["id"]) and not names.isdisjoint(_OWN_COLUMNS)

    def guess(self, columns: Collection[str]) -> dict[str, tuple[str, ...]]:
        by_name = {column.lower(): column for column in columns}
        there = {role: tuple(by_name[name] for name in names if name in by_name) for role, names in _ROLES.items()}
        for column in columns:
            if found := _METAFIELD.fullmatch(column):
                there.setdefault(f"{ATTRIBUTE}{found[1].lower()}", (column,))
        return {role: names for role, names in there.items() if names}

    def prepared(self, files: Sequence[CatalogFile]) -> Shopify:  # noqa: ARG002
        return Shopify()

    def convert(self, fields: Fields) -> Converted:
        handle = fields.text("id")
        if not handle:
            raise RowRejected("no_id", "the handle is blank")
        begun = self._begun
        # Exports of other programs repeat the title on every row.
        if handle == begun.handle and fields.text("title") in ("", begun.title):
            if begun.is_refused:
                raise RowRejected("product_refused", f"the row that begins {handle} was not taken")
            return _further_row(fields, begun)
        self._begun = _Begun(handle=handle, is_refused=True)
        self._begun, converted = _first_row(fields, handle)
        return converted


def _first_row(fields: Fields, handle: str) -> tuple[_Begun, Converted]:
    title = fields.text("title")
    if not title:
        raise RowRejected("no_title", f"the title is blank, and no row of {handle} stands above")
    names = tuple(fields.plain(text, "attributes").lower() for text in _in_place(fields, "option_names"))
    begun = _Begun(handle=handle, title=title, option_names=names)
    variant, pictures = _variant(fields, handle)
    tags = (fields.plain(tag, "tags") for tag in fields.raw("tags").split(","))
    tagged = {"tags": SEPARATOR.join(tag for tag in tags if tag)}
    product = Product(
        product_id=handle,
        group_id=handle,
        title=title,
        description=" ".join(fields.texts("description")),
        brand=fields.text("brand"),
        category_path=tuple(path for text in fields.texts("category") if (path := _path(text))),
        attributes=unite(fields.attributes(), _options(fields, begun), tagged if tagged["tags"] else {}),
        image_urls=pictures,
        variants=(variant,) if variant else (),
    )
    return begun, Converted(product=product)


def _further_row(fields: Fields, begun: _Begun) -> Converted:
    """A variant, or one more picture of the product."""
    variant, pictures = _variant(fields, begun.handle)
    product = Product(
        product_id=variant.product_id if variant else begun.handle,
        group_id=begun.handle,
        title="",
        attributes=_options(fields, begun),
        image_urls=pictures,
        variants=(variant,) if variant else (),
    )
    return Converted(product=product, supplement=variant is None)


def _variant(fields: Fields, handle: str) -> tuple[Variant | None, tuple[str, ...]]:
    """The variant that a row is about, named by its options, which are unique in a product where a SKU need not be;
    and the row's pictures, the product's before the variant's own."""
    options = [fields.plain(text, "attributes") for text in _in_place(fields, "option_values")]
    options = [text for text in options if text.lower() not in _NO_OPTION]
    parts = options or ([] if fields.text("title") else fields.texts("variant_sku"))
    own = fields.images("variant_images")
    pictures = united_in_order(fields.images(), own)
    if not parts:
        return None, pictures
    return Variant(product_id="/".join((handle, *parts)), title=" / ".join(options), image_urls=own), pictures


def _options(fields: Fields, begun: _Begun) -> dict[str, str]:
    values = (fields.plain(text, "attributes") for text in _in_place(fields, "option_values"))
    pairs = zip(begun.option_names, values, strict=False)
    return {name: value for name, value in pairs if name and value.lower() not in _NO_OPTION}


def _in_place(fields: Fields, role: str) -> list[str]:
    """The role's cells, blank ones too, so that the second name belongs to the second value."""
    return [str(fields.cells.get(column) or "") for column in fields.columns.get(role, ())]


def _path(text: str) -> str:
    return "/".join(step.strip() for step in text.split(">") if step.strip())
