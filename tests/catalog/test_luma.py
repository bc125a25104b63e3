"""The real catalogue: counts that are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from wildwear.catalog.images_folder import read_images_folder

from .conftest import Shop


@pytest.mark.data
def test_luma_folds_into_147_products_that_name_every_picture_there_is(shop: Shop, data: Path) -> None:
    images = data / "luma" / "images"
    report = shop.take(str(data / "luma" / "products.csv"), images=str(images))
    products = shop.products.values()
    assert report.exit_status == 0
    assert (report.done["products"], report.done["variants folded"]) == (147, 1847)
    assert len(products) == 147
    assert sum(len(product.variants) for product in products) == 1847
    named = {url for product in products for url in product.image_urls}
    there = {path.relative_to(images).as_posix() for path in images.rglob("*") if path.is_file()}
    assert named == there
    assert len(named) == report.done["pictures named"] == 675
    assert read_images_folder(shop.workspace) == images.resolve()


@pytest.mark.data
def test_luma_texts_are_plain_and_attributes_united(shop: Shop, data: Path) -> None:
    shop.take(str(data / "luma" / "products.csv"))
    for product in shop.products.values():
        assert product.product_id == product.group_id
        assert not any(mark in product.title + product.description for mark in ("<", "&bull;", "&nbsp;", "\n", "  "))
    hoodie = shop.products["MH01"]
    assert hoodie.title == "Chaz Kangeroo Hoodie"
    assert (hoodie.attributes["size"], hoodie.attributes["color"]) == ("XS|S|M|L|XL", "Black|Gray|Orange")
    assert hoodie.attributes["climate"] == "All-weather|Cool|Indoor|Spring|Windy"
    assert hoodie.image_urls[0] == "m/h/mh01-gray_main.jpg"


@pytest.mark.data
def test_luma_is_the_same_in_batches_of_any_size(shop: Shop, data: Path) -> None:
    file = str(data / "luma" / "products.csv")
    shop.take(file, batch_rows=100)
    products = shop.products
    report = shop.take(file)
    assert report.skipped["products unchanged"] == 147
    assert shop.products == products
