"""Amazon Reviews 2023 metadata, as published and as the `datasets` library rewrites it."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from .conftest import Shop
from .exports import CDN, Goods, amazon_item, json_lines

PICTURES = [
    {"thumb": "http://x/t1.jpg", "large": "http://x/l1,_SX38_CR,0.jpg", "variant": "PT01", "hi_res": None},
    {"thumb": "http://x/t2.jpg", "large": None, "variant": "PT02", "hi_res": ""},
    {"thumb": "http://x/t3.jpg", "large": "http://x/l3.jpg", "variant": "MAIN", "hi_res": "http://x/h3.jpg"},
    {"thumb": None, "large": None, "variant": "PT03", "hi_res": None},
]


@pytest.mark.parametrize("converted", [False, True])
def test_the_largest_size_of_each_picture_is_taken_and_the_main_one_comes_first(shop: Shop, converted: bool) -> None:
    item = amazon_item(Goods(id="P"))
    item["images"] = {name: [one[name] for one in PICTURES] for name in PICTURES[0]} if converted else PICTURES
    shop.take(shop.write("meta.jsonl", json_lines([item])))
    assert shop.products["P"].image_urls == ("http://x/h3.jpg", "http://x/l1,_SX38_CR,0.jpg", "http://x/t2.jpg")


@pytest.mark.parametrize("converted", [False, True])
def test_details_become_attributes_and_descriptions_join(shop: Shop, converted: bool) -> None:
    item = amazon_item(Goods(id="P"), converted=converted) | {"features": ["<b>Warm</b>", "Soft &amp; warm."]}
    shop.take(shop.write("meta.jsonl", json_lines([item])))
    product = shop.products["P"]
    assert product.attributes == {"Department": "mens", "Package Dimensions": "1 x 2 inches"}
    assert product.description == "Soft & warm. Warm"
    assert (product.group_id, product.brand, product.category_path) == ("P", "Acme", ("Clothing/Shirts",))


def test_the_converted_form_may_be_parquet(shop: Shop) -> None:
    item = amazon_item(Goods(id="P"), converted=True)
    item["videos"] = {"title": ["x"], "url": [None], "user_id": ["u"]}
    path = shop.folder / "full.parquet"
    pq.write_table(pa.Table.from_pylist([item]), path)
    report = shop.take(str(path))
    assert report.details["formats"] == {str(path): "amazon_reviews"}
    assert shop.products["P"].image_urls == (f"{CDN}/a/1.jpg", f"{CDN}/b/2.jpg")


NULLS: list[dict[str, Any]] = [
    {"price": None}, {"price": "—"}, {"price": "from 3.99"}, {"store": None}, {"images": None}, {"images": []},
    {"images": {}}, {"images": "none"}, {"images": [None, 7, {"large": 7}]}, {"features": None, "description": None},
    {"description": []}, {"details": None}, {"details": "{}"}, {"details": "{not json"}, {"categories": None},
    {"categories": []}, {"main_category": None}, {"bought_together": ["x"]},
    {"images": {"large": "x", "variant": ["MAIN"]}},
]  # fmt: skip


def test_whatever_is_null_or_of_another_kind_costs_itself_and_not_the_product(shop: Shop) -> None:
    items = [amazon_item(Goods(id=f"P{number}")) | nulls for number, nulls in enumerate(NULLS)]
    report = shop.take(shop.write("meta.jsonl", json_lines(items)))
    assert (report.failed, len(shop.products)) == ({}, len(NULLS))
    without = [f"P{number}" for number, nulls in enumerate(NULLS) if nulls.get("categories", "") in (None, [])]
    assert {shop.products[one].category_path for one in without} == {("AMAZON FASHION",)}


def test_null_titles_and_bad_lines_are_rejected_with_their_rows(shop: Shop) -> None:
    good = json.dumps(amazon_item(Goods(id="A")))
    lines = [
        good,
        json.dumps(amazon_item(Goods(id="B")) | {"title": None}),
        "{",
        "",
        json.dumps({"parent_asin": None}),
        "[]",
    ]
    file = shop.write("meta.jsonl", "\r\n".join([*lines, good.replace('"A"', '"C"')]))
    shop.take(file)
    assert shop.products.keys() == {"A", "C"}
    assert shop.rejections(file) == [(2, "no_title"), (3, "bad_json"), (5, "no_id"), (6, "bad_json")]
