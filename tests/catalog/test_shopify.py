"""Shopify's product CSV: one product over several rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from wildwear.records import Variant

from .conftest import Shop
from .exports import SHOPIFY_NEW, SHOPIFY_OLD, delimited

Write = Callable[..., str]

NEW_NAMES = {
    "Handle": "URL handle", "Body (HTML)": "Description", "Product Category": "Product category",
    "Image Src": "Product image URL", "Variant Image": "Variant image URL", "Variant SKU": "SKU",
    "Image Position": "Image position", "Google Shopping / Age Group": "Google Shopping / Age group",
    **{f"Option{at} {part}": f"Option{at} {part.lower()}" for at in (1, 2, 3) for part in ("Name", "Value")},
}  # fmt: skip


@pytest.fixture(params=["old", "new"])
def write(shop: Shop, request: pytest.FixtureRequest) -> Write:
    """Writes rows, named by the old generation's columns, in each generation."""

    def rows(*cells: dict[str, str], name: str = "products_export.csv") -> str:
        if request.param == "old":
            return shop.write(name, delimited(SHOPIFY_OLD, cells))
        renamed = [{NEW_NAMES.get(column, column): value for column, value in row.items()} for row in cells]
        return shop.write(name, delimited(SHOPIFY_NEW, renamed))

    return rows


TEE = [
    {"Handle": "tee", "Title": "Tee", "Body (HTML)": "<p>Soft,\n\"very\" &amp; warm.</p>", "Vendor": "Acme",
     "Product Category": "Apparel & Accessories > Clothing > Shirts", "Type": "T-Shirt", "Tags": "summer, Women's",
     "Option1 Name": "Size", "Option1 Value": "S", "Option2 Name": "Color", "Option2 Value": "Red",
     "Variant SKU": "SKU", "Image Src": "https://cdn.x/1.jpg?v=1,2", "Image Position": "1",
     "Variant Image": "https://cdn.x/red.jpg", "Google Shopping / Gender": "female",
     "Fabric (product.metafields.shopify.fabric)": "cotton; polyester"},
    {"Handle": "tee", "Option1 Value": "M", "Option2 Value": "Red", "Variant SKU": "SKU",
     "Image Src": "https://cdn.x/2.jpg", "Variant Image": "https://cdn.x/red.jpg"},
    {"Handle": "tee", "Option1 Value": "M", "Option2 Value": "Blue", "Variant Image": "https://cdn.x/blue.jpg"},
    {"Handle": "tee", "Image Src": "https://cdn.x/3.jpg", "Image Position": "3"},
]  # fmt: skip


def test_variants_and_further_pictures_fold_into_their_product(shop: Shop, write: Write) -> None:
    report = shop.take(write(*TEE, {"Handle": "cap", "Title": "Cap"}))
    product = shop.products["tee"]
    assert shop.products.keys() == {"tee", "cap"}
    assert (product.title, product.description, product.brand) == ("Tee", 'Soft, "very" & warm.', "Acme")
    assert product.category_path == ("Apparel & Accessories/Clothing/Shirts", "T-Shirt")
    assert product.image_urls == (
        "https://cdn.x/1.jpg?v=1,2", "https://cdn.x/red.jpg", "https://cdn.x/2.jpg", "https://cdn.x/blue.jpg",
        "https://cdn.x/3.jpg",
    )  # fmt: skip
    assert product.attributes == {
        "size": "S|M", "color": "Red|Blue", "gender": "female", "fabric": "cotton; polyester", "tags": "summer|Women's",
    }  # fmt: skip
    assert product.variants == (
        Variant(product_id="tee/S/Red", title="S / Red", image_urls=("https://cdn.x/red.jpg",)),
        Variant(product_id="tee/M/Red", title="M / Red", image_urls=("https://cdn.x/red.jpg",)),
        Variant(product_id="tee/M/Blue", title="M / Blue", image_urls=("https://cdn.x/blue.jpg",)),
    )
    assert (report.exit_status, report.done["products"], report.done["variants folded"]) == (0, 2, 3)


def test_a_product_without_options_has_no_variants(shop: Shop, write: Write) -> None:
    shop.take(write({"Handle": "cap", "Title": "Cap", "Option1 Name": "Title", "Option1 Value": "Default Title"}))
    assert (shop.products["cap"].variants, shop.products["cap"].attributes) == ((), {})


def test_a_title_repeated_on_every_row_is_the_same_product(shop: Shop, write: Write) -> None:
    rows = [row | {"Title": "Tee", "Vendor": "Acme"} for row in TEE]
    report = shop.take(write(*rows))
    assert (report.failed, report.skipped.get("repeated rows that say nothing new")) == ({}, None)
    assert [one.product_id for one in shop.products["tee"].variants] == ["tee/S/Red", "tee/M/Red", "tee/M/Blue"]
    assert len(shop.products["tee"].image_urls) == 5


def test_a_product_may_go_on_in_the_next_file(shop: Shop, write: Write) -> None:
    shop.take(write(*TEE[:2], name="1.csv"), write(*TEE[2:], name="2.csv"))
    assert len(shop.products["tee"].variants) == 3
    assert shop.products["tee"].attributes["color"] == "Red|Blue"


@pytest.mark.parametrize("batch_rows", [1, 2, 3])
def test_batches_do_not_show(shop: Shop, write: Write, batch_rows: int) -> None:
    file = write(*TEE, {"Handle": "cap", "Title": "Cap"})
    shop.take(file)
    expected = shop.products
    shop.take(file, batch_rows=batch_rows)
    assert shop.products == expected


def test_rows_of_a_product_that_was_refused_are_refused_with_it(shop: Shop, write: Write) -> None:
    file = write(
        {"Handle": "long", "Title": "x" * 3000}, {"Handle": "long", "Image Src": "https://cdn.x/1.jpg"},
        {"Handle": "lost", "Image Src": "https://cdn.x/2.jpg"}, {"Title": "No handle"},
        {"Handle": "cap", "Title": "Cap"},
    )  # fmt: skip
    report = shop.take(file)
    assert shop.products.keys() == {"cap"}
    assert shop.rejections(file) == [
        (2, "title_too_long"), (3, "product_refused"), (4, "no_title"), (5, "no_id"),
    ]  # fmt: skip
    assert any("mend the row that begins the product" in note for note in report.notes)


def test_h48_a_handle_that_two_products_have_is_reported(shop: Shop, write: Write) -> None:
    file = write(*TEE, {"Handle": "cap", "Title": "Cap"}, {"Handle": "tee", "Title": "Jeans", "Option1 Value": "S"})
    report = shop.take(file)
    assert shop.rejections(file) == [(7, "duplicate_product")]
    assert any("title 'Tee' against 'Jeans'" in note for note in report.notes)


def test_h48_the_same_variant_twice_says_nothing_new_unless_its_picture_differs(shop: Shop, write: Write) -> None:
    other = TEE[1] | {"Variant Image": "https://cdn.x/other.jpg"}
    report = shop.take(file := write(*TEE, TEE[1], other))
    assert report.skipped["repeated rows that say nothing new"] == 1
    assert shop.rejections(file) == [(7, "duplicate_product")]
    assert "1 other picture" in shop.rejected(file)[0].detail


def test_h47_an_unclosed_quote_costs_its_row_alone(shop: Shop) -> None:
    file = shop.write("a.csv", 'Handle,Title,Body (HTML)\ntee,Tee,"<p>Soft\ncap,Cap,Warm\n')
    shop.take(file)
    assert shop.products.keys() == {"cap"}
    assert shop.rejections(file) == [(2, "unclosed_quote")]
