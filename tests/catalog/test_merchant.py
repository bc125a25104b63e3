"""Google Merchant feeds: what the fields become, in TSV and in XML."""

from __future__ import annotations

from typing import Any

import pytest

from wildwear.records import Product

from .conftest import Shop
from .exports import MERCHANT, delimited, rss

FULL = {
    "id": "A-S", "title": "Tee S", "description": "Soft.", "link": "https://shop.example/a", "price": "15.00 EUR",
    "image_link": "https://cdn.x/1.jpg", "item_group_id": "A", "google_product_category": "212", "color": "Red/White",
    "size": "S", "gender": "female", "age_group": "adult", "material": "cotton", "pattern": "striped", "brand": "Acme",
    "product_type": "Home > Women > Tees", "availability": "in_stock",
}  # fmt: skip


def _as_tsv(shop: Shop, rows: list[dict[str, str]]) -> str:
    return shop.write("feed.tsv", delimited(MERCHANT, rows, "\t"))


def _as_xml(shop: Shop, rows: list[dict[str, str]]) -> str:
    items = ("".join(f"<g:{name}>{text.replace('>', '&gt;')}</g:{name}>" for name, text in row.items()) for row in rows)
    return shop.write("feed.xml", rss(f"<item>{item}</item>" for item in items))


@pytest.mark.parametrize("write", [_as_tsv, _as_xml])
def test_every_field_finds_its_place_and_groups_fold(shop: Shop, write: Any) -> None:
    rows = [FULL, FULL | {"id": "A-M", "title": "Tee M", "size": "M", "image_link": "https://cdn.x/2.jpg"}]
    report = shop.take(write(shop, rows))
    product = shop.products["A"]
    assert (product.title, product.description, product.brand) == ("Tee S", "Soft.", "Acme")
    assert product.category_path == ("Home/Women/Tees",)
    assert product.image_urls == ("https://cdn.x/1.jpg", "https://cdn.x/2.jpg")
    assert product.attributes == {
        "color": "Red/White", "size": "S|M", "gender": "female", "age_group": "adult", "material": "cotton",
        "pattern": "striped", "google_product_category": "212",
    }  # fmt: skip
    assert [(one.product_id, one.title) for one in product.variants] == [("A-S", "Tee S"), ("A-M", "Tee M")]
    assert report.exit_status == 0


def _only(shop: Shop, file: str) -> Product:
    shop.take(file)
    (product,) = shop.products.values()
    return product


def test_names_with_spaces_capitals_and_prefixes_are_the_same_names(shop: Shop) -> None:
    header = [
        "ID",
        "Title",
        "g:link",
        "Image Link",
        "additional image link",
        "additional image link",
        "Product Type",
        "price",
    ]
    row = [
        "1",
        "Tee",
        "https://x/1",
        "https://x/1.jpg",
        "https://x/2.jpg,https://x/3.jpg",
        "https://x/4.jpg",
        "A > B",
        "1",
    ]
    product = _only(shop, shop.write("feed.txt", "\t".join(header) + "\r\n" + "\t".join(row) + "\r\n"))
    assert product.image_urls == tuple(f"https://x/{number}.jpg" for number in (1, 2, 3, 4))
    assert product.category_path == ("A/B",)


def test_a_feed_may_separate_by_commas(shop: Shop) -> None:
    file = shop.write("feed.csv", delimited(MERCHANT, [FULL]))
    assert shop.take(file).details["formats"] == {file: "merchant"}


def test_product_details_are_attributes(shop: Shop) -> None:
    detail = "Cut:Sleeve:Long, wide,Care:Wash:30°"
    product = _only(shop, _as_tsv(shop, [FULL | {"product_detail": detail}]))
    assert (product.attributes["Sleeve"], product.attributes["Wash"]) == ("Long, wide", "30°")
    parts = "<g:attribute_name>{}</g:attribute_name><g:attribute_value>{}</g:attribute_value>"
    details = [("Sleeve", "Long"), ("Neck", "V"), ("", "x"), ("y", "")]
    repeated = "".join(f"<g:product_detail>{parts.format(*pair)}</g:product_detail>" for pair in details)
    item = "<g:id>2</g:id><title>T</title><link>x</link><g:image_link>x.jpg</g:image_link><g:price>1</g:price>"
    shop.take(shop.write("details.xml", rss([f"<item>{item}{repeated}</item>"])))
    assert shop.products["2"].attributes == {"Sleeve": "Long", "Neck": "V"}


def test_rows_without_id_or_title_are_rejected(shop: Shop) -> None:
    file = _as_tsv(shop, [FULL | {"id": ""}, FULL | {"title": " "}, FULL])
    shop.take(file)
    assert shop.rejections(file) == [(2, "no_id"), (3, "no_title")]
