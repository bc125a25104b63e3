"""The shipped queries on a real catalogue, titles and descriptions alone, against the shop's own category path."""

from __future__ import annotations

import csv
import html
import re
from pathlib import Path

import pytest
from tests.queries.shop import batch, shipped_labeller

from wildwear.taxonomy import load_taxonomy

HOODIES = {"Hoodie", "Sweatshirt"}
JACKETS = {"Jacket", "Anorak", "Bomber", "Coat", "Parka", "Vest", "Outerwear"}
TEES = {"Tee", "Top", "Longsleeve"}
TANKS = {"Bra", "Tank", "Top"}
PANTS = {"Pants", *load_taxonomy().umbrellas["Pants"]}
SHORTS = {"Shorts", "Sweatshorts", "Trunks"}

TRUTH = {
    "Men/Tops/Hoodies & Sweatshirts": HOODIES,
    "Men/Tops/Jackets": JACKETS,
    "Men/Tops/Tees": TEES,
    "Men/Tops/Tanks": TANKS - {"Bra"},
    "Men/Bottoms/Pants": PANTS,
    "Men/Bottoms/Shorts": SHORTS,
    "Women/Tops/Hoodies & Sweatshirts": HOODIES,
    "Women/Tops/Jackets": JACKETS,
    "Women/Tops/Tees": TEES,
    "Women/Tops/Bras & Tanks": TANKS,
    "Women/Bottoms/Pants": PANTS,
    "Women/Bottoms/Shorts": SHORTS,
}
"""What each category path of the export allows."""

pytestmark = pytest.mark.data


def text_of(markup: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", " ", markup))).strip()


def path_of(categories: str) -> str:
    """The path below the two shop floors; the others are campaigns and collections."""
    paths = (path.removeprefix("Default Category/") for path in categories.split(","))
    return next(path for path in paths if path in TRUTH)


@pytest.fixture(scope="module")
def outcomes(data: Path) -> list[tuple[str, str, str | None]]:
    """Title, category path and winner of each configurable product."""
    with (data / "luma" / "products.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["product_type"] == "configurable"]
    titles = [text_of(row["name"]) for row in rows]
    products = batch(*titles, descriptions=[text_of(row["description"]) for row in rows])
    labeller = shipped_labeller("head-noun")
    assert labeller.matcher.columns == ["description", "title"]
    claims = labeller(products).to_pylist()
    winners = [next((claim["category"] for claim in row if claim["wins"]), None) for row in claims]
    return [(title, path_of(row["categories"]), won) for title, row, won in zip(titles, rows, winners, strict=True)]


def test_at_least_95_percent_of_the_groups_get_a_label(outcomes: list[tuple[str, str, str | None]]) -> None:
    assert len(outcomes) == 147
    unlabelled = [title for title, _, won in outcomes if won is None]
    assert len(unlabelled) <= 0.05 * len(outcomes), unlabelled


def test_at_least_97_percent_of_the_labels_agree_with_the_path(outcomes: list[tuple[str, str, str | None]]) -> None:
    labelled = [(title, path, won) for title, path, won in outcomes if won is not None]
    wrong = [(title, path, won) for title, path, won in labelled if won not in TRUTH[path]]
    assert len(wrong) <= 0.03 * len(labelled), wrong


def test_pants_without_a_finer_word_get_the_umbrella(outcomes: list[tuple[str, str, str | None]]) -> None:
    won = {title: category for title, _, category in outcomes}
    assert won["Cronus Yoga Pant"] == "Pants"
    assert won["Geo Insulated Jogging Pant"] == "Joggers"
    assert won["Sylvia Capri"] == "Capris"
