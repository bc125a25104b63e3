"""Texts and truths of the rendered catalogue."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wildwear.rendered.catalogue import picture_bytes, products
from wildwear.rendered.chance import choice, draw, fraction
from wildwear.rendered.texts import product_batches, product_rows
from wildwear.rendered.truth import fate, looks, truth
from wildwear.rendered.wardrobe import BY_CATEGORY, KINDS
from wildwear.tables import PRODUCTS


def many(count: int, seed: int = 0) -> pa.Table:
    return pa.Table.from_batches(product_batches(count, seed))


@given(index=st.integers(0, 10**9), seed=st.integers(0, 2**40))
@settings(max_examples=25, deadline=None)
def test_a_product_depends_on_its_number_and_the_seed_alone(index: int, seed: int) -> None:
    alone = product_rows(np.array([index]), seed).to_pylist()[0]
    among = product_rows(np.arange(max(0, index - 3), index + 2), seed).to_pylist()[min(index, 3)]
    assert alone == among


def test_batches_of_any_size_hold_the_same_products() -> None:
    assert many(500).equals(pa.Table.from_batches(product_batches(500, batch_rows=37)).combine_chunks())
    assert not many(50).equals(many(50, seed=1))


def test_rows_have_the_columns_of_the_products_table() -> None:
    batch = next(product_batches(10))
    assert batch.schema.equals(PRODUCTS.schema, check_metadata=True)
    assert batch["product_id"].null_count == 0


def test_texts_name_the_category_that_they_claim() -> None:
    table = many(3000)
    for index, (title, description) in enumerate(
        zip(table["title"].to_pylist(), table["description"].to_pylist(), strict=True)
    ):
        nouns = [noun.lower() for noun in BY_CATEGORY[truth(index).claimed].nouns]
        assert any(noun in title.lower() for noun in nouns)
        assert any(noun in description.split(".")[0].lower() + "." + description.lower() for noun in nouns)


def test_five_in_a_hundred_texts_claim_another_category() -> None:
    look = looks(np.arange(100_000), seed=3)
    assert (look.kind != look.claimed).mean() == pytest.approx(0.05, abs=0.004)


def test_every_kind_is_about_as_frequent_as_any_other() -> None:
    counts = np.bincount(looks(np.arange(50_000), seed=0).kind, minlength=len(KINDS))
    assert counts.min() > 0.8 * counts.mean()


def test_descriptions_are_about_490_characters_of_plain_text_with_other_garments_in_most() -> None:
    table = many(2000)
    descriptions = table["description"].to_pylist()
    assert 420 < np.mean([len(text) for text in descriptions]) < 540
    assert not any(re.search("[<>&]", text) for text in descriptions)
    others = [
        sum(word in text.lower() for word in ("jeans", "jacket", "coat", "hoodie", "dress", "vest"))
        for text in descriptions
    ]
    assert np.mean(np.array(others) > 0) > 0.5


def test_titles_are_nearly_all_different_and_style_numbers_are_but_for_duplicates() -> None:
    table = many(20_000)
    assert len(set(table["title"].to_pylist())) > 0.9 * len(table)
    distinct = len(set(table["description"].to_pylist()))
    assert 0.97 < distinct / len(table) < 0.99


def test_a_duplicate_repeats_all_texts_and_a_lookalike_has_its_own() -> None:
    rows = many(3000).to_pylist()
    pairs = [
        (row, rows[what.duplicate_of])
        for index, row in enumerate(rows)
        if (what := truth(index)).duplicate_of is not None
    ]
    alike = [
        (row, rows[what.lookalike_of])
        for index, row in enumerate(rows)
        if (what := truth(index)).lookalike_of is not None
    ]
    assert len(pairs) > 30 and len(alike) > 50
    assert all(one["title"] == other["title"] and one["description"] == other["description"] for one, other in pairs)
    assert all(one["description"] != other["description"] for one, other in alike)
    assert all(one["product_id"] != other["product_id"] for one, other in (*pairs, *alike))


def test_pictures_are_named_below_the_base_address_as_many_as_there_are() -> None:
    for index, urls in enumerate(many(200)["image_urls"].to_pylist()):
        assert urls == [f"/p/{index}/{position}.jpg" for position in range(truth(index).pictures)]


def test_single_products_are_the_rows_of_the_table_with_their_truth() -> None:
    entries = list(products(600, seed=2, base_url="http://127.0.0.1:9"))
    rows = pa.Table.from_batches(product_batches(600, seed=2, base_url="http://127.0.0.1:9")).to_pylist()
    assert [entry.truth.index for entry in entries] == list(range(600))
    for entry, row in zip(entries, rows, strict=True):
        assert (entry.product.product_id, entry.product.title) == (row["product_id"], row["title"])
        assert list(entry.product.image_urls) == row["image_urls"]
        assert entry.product.attributes == {"color": entry.truth.colour}


def test_a_few_in_a_hundred_pictures_meet_each_fate() -> None:
    fates = [fate(index, 0) for index in range(5000)]
    shares = {name: fates.count(name) / len(fates) for name in set(fates)}
    assert shares["ok"] > 0.9
    for name, share in (("dead", 0.02), ("flaky", 0.02), ("truncated", 0.01), ("page", 0.005), ("placeholder", 0.02)):
        assert shares[name] == pytest.approx(share, abs=0.006)


def test_what_is_sent_is_a_jpeg_half_a_jpeg_a_page_or_the_placeholder() -> None:
    first = {
        name: next(i for i in range(3000) if fate(i, 0) == name) for name in ("ok", "truncated", "page", "placeholder")
    }
    sent = {name: picture_bytes(index, side=96) for name, index in first.items()}
    assert sent["ok"].startswith(b"\xff\xd8") and sent["ok"].endswith(b"\xff\xd9")
    assert sent["truncated"].startswith(b"\xff\xd8") and not sent["truncated"].endswith(b"\xff\xd9")
    assert sent["page"].startswith(b"<!doctype html>")
    others = [i for i in range(3000) if fate(i, 0) == "placeholder"][1:3]
    assert {picture_bytes(index, side=96) for index in others} == {sent["placeholder"]}


def test_drawn_numbers_are_uniform_and_independent_of_each_other() -> None:
    index = np.arange(200_000)
    numbers = fraction(0, "a", index)
    assert numbers.min() >= 0 and numbers.max() < 1
    assert np.histogram(numbers, 20, (0, 1))[0].std() < 150
    assert abs(np.corrcoef(numbers, fraction(0, "b", index))[0, 1]) < 0.01
    assert abs(np.corrcoef(numbers, fraction(1, "a", index))[0, 1]) < 0.01
    assert set(choice(0, "c", index, 7).tolist()) == set(range(7))
    assert len(set(draw(0, "d", index).tolist())) == len(index)
