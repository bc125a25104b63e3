"""Any table with a row a product: columns are guessed by their names."""

from __future__ import annotations

import re
from collections.abc import Collection

from wildwear.catalog.fields import ATTRIBUTE, Fields, RowRejected, flat
from wildwear.catalog.importer import Converted, Importer
from wildwear.records import Product

_GROUP = "group_id item_group_id product_group_id parent_id parent_sku parent_asin parent_product_id group parent"
_ONE = {
    "id": f"product_id sku asin id item_id product_code article_id article_number code {_GROUP}",
    "group": _GROUP,
    "title": "title name product_name product_title item_name product_display_name display_name",
    "brand": "brand brand_name vendor manufacturer designer store",
    "category": "category_path category categories product_category google_product_category product_type main_category "
    "department breadcrumbs breadcrumb",
}
"""Names by role, the likeliest first; one column is taken."""

_SEVERAL = {
    "description": "description product_description long_description body_html body features bullet_points "
    "bullet_point short_description",
    "images": "image_urls images image_url image image_link image_src main_image main_image_url base_image img img_url "
    "picture picture_url pictures photo photo_url photos additional_images additional_image_link "
    "additional_image_links additional_image_urls",
    "attributes": "attributes additional_attributes details",
}
"""Names by role, in the order in which their texts stand; all that are there are taken."""

_ATTRIBUTES = (
    "color colour size material fabric fabric_type gender age_group pattern style season sleeve sleeve_length neckline "
    "fit occasion climate"
)
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_PATHS = re.compile(r"[|;\n]")
_STEP = re.compile(r"\s*(?:>|»|/)\s*")


class Table(Importer):
    """CSV, TSV, JSON Lines or Parquet with one row a product, or one row a variant and a column that groups them."""

    name = "table"

    def recognises(self, columns: Collection[str]) -> bool:
        return bool(columns)

    def guess(self, columns: Collection[str]) -> dict[str, tuple[str, ...]]:
        by_name: dict[str, str] = {}
        for column in columns:
            by_name.setdefault(_NOT_IN_NAMES.sub("_", column.lower()).strip("_"), column)
        roles: dict[str, tuple[str, ...]] = {}
        for names, several in ((_ONE, False), (_SEVERAL, True)):
            for role, likely in names.items():
                found = tuple(by_name[name] for name in likely.split() if name in by_name)
                if found:
                    roles[role] = found if several else found[:1]
        if roles.get("group") == roles.get("id"):
            roles.pop("group", None)
        return roles | {f"{ATTRIBUTE}{name}": (by_name[name],) for name in _ATTRIBUTES.split() if name in by_name}

    def convert(self, fields: Fields) -> Converted:
        product_id = fields.text("id")
        if not product_id:
            raise RowRejected("no_id", "the id is blank")
        group_id, title = fields.text("group") or product_id, fields.text("title")
        if not title and group_id == product_id:
            raise RowRejected("no_title", "the title is blank")
        return Converted(
            product=Product(
                product_id=product_id,
                group_id=group_id,
                title=title,
                description=" ".join(fields.texts("description")),
                brand=fields.text("brand"),
                category_path=_categories(fields),
                attributes=fields.attributes(),
                image_urls=fields.images(),
            )
        )


def _categories(fields: Fields) -> tuple[str, ...]:
    """Categories as `A/B/C`: a list is one path, a text may hold several."""
    paths: list[str] = []
    for value in fields.values("category"):
        if isinstance(value, list):
            paths.append("/".join(text for one in flat(value) if (text := fields.plain(one, "category"))))
            continue
        for text in flat(value):
            paths += ["/".join(_STEP.split(fields.plain(path, "category"))) for path in _PATHS.split(text)]
    return tuple(path for path in dict.fromkeys(paths) if path)
