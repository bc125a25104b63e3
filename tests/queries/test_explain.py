"""`--explain` and `--diff`: what came in, what nearly did, what decided, what would change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.queries.shop import batch, fill, write

from wildwear.queries.explain import CAME_IN, ELSEWHERE, LOST, MINUS, ONE_SIDE
from wildwear.queries.relax import any_side, minus_terms, without_minus, without_scopes
from wildwear.queries.samples import sample, spread
from wildwear.queries.settings import LabelSettings
from wildwear.queries.stage import label
from wildwear.queries.syntax import parse
from wildwear.workspace import Workspace

QUERIES = """
not = ["title:poster"]
[Jeans]
match = 'jeans | title:denim | skinny & fit'
not = ["phone case"]
[Jacket]
match = 'jacket'
"""
PRODUCTS = {
    "Blue Jeans": "",
    "Straight Jeans": "with a phone, in case",
    "Denim Trousers": "",
    "Denim Jacket": "",
    "Jeans Phone Case": "",
    "Jeans Poster": "",
    "Workwear": "sturdy denim",
    "Skinny Something": "",
    "Mug": "",
}


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    fill(workspace, list(PRODUCTS), list(PRODUCTS.values()))
    write(workspace.root / "queries.toml", QUERIES)
    return workspace


def explained(shop: Workspace, **settings: Any) -> dict[str, Any]:
    details: dict[str, Any] = dict(label(shop, LabelSettings(explain="jeans", **settings)).details)
    return details


def test_every_product_that_has_to_do_with_a_category_is_counted_once(shop: Workspace) -> None:
    details = explained(shop)
    assert details["counts"] == {CAME_IN: 3, LOST: 1, MINUS: 2, ELSEWHERE: 1, ONE_SIDE: 1}
    assert details["words"] == {"jeans": 2, "denim": 1}
    assert details["query"] == "jeans | title:denim | skinny & fit"


def test_near_misses_name_what_held_them_off(shop: Workspace) -> None:
    samples = explained(shop)["samples"]
    whys = {kind: [found["why"] for found in products] for kind, products in samples.items()}
    assert whys[LOST] == ["loses to Jacket: head noun 'jacket' at title:6 beats 'denim' at title:0"]
    assert whys[MINUS] == ["but for 'phone case' at title:6", "but for 'poster' at title:6"]
    assert whys[ELSEWHERE] == ["only 'denim' at description:7"]
    assert whys[ONE_SIDE] == ["only 'skinny' at title:0"]


def test_samples_show_the_words_that_decided(shop: Workspace) -> None:
    samples = explained(shop, sample=2)["samples"]
    assert [found["product_id"] for found in samples[CAME_IN]] == ["P0", "P2"]
    shown = samples[CAME_IN][0]
    assert [shown["excerpt"][start:end] for start, end in shown["highlights"]] == ["Jeans"]
    assert samples[ELSEWHERE][0]["excerpt"] == "Workwear  [description] sturdy denim"


def test_a_category_that_nothing_has_to_do_with_is_explained_as_empty(workspace: Workspace) -> None:
    fill(workspace, ["Mug"])
    report = label(workspace, LabelSettings(explain="Sarong"))
    assert report.done == {"Sarong: came in": 0}
    assert report.details["samples"] == {}


def test_a_diff_shows_gained_lost_and_moved(shop: Workspace, tmp_path: Path) -> None:
    label(shop, LabelSettings())
    trial = "[Jeans]\nmatch = 'jeans & !blue | skinny'\n[Jacket]\nmatch = 'jacket'\n[Chinos]\nmatch = 'trousers'"
    report = label(shop, LabelSettings(queries=write(tmp_path / "trial.toml", trial), diff=True))
    details: Any = report.details
    assert details["changes"] == [["Chinos", 0, 1, 1, 0], ["Jeans", 3, 4, 3, 2]]
    assert details["moves"] == [["Jeans", "Chinos", 1]]
    whys = {kind: [found["why"] for found in products] for kind, products in details["samples"].items()}
    assert whys == {
        "gained a label": [
            "unlabelled → Jeans: the only claim: 'jeans' at title:0",
            "unlabelled → Jeans: the only claim: 'jeans' at title:0",
            "unlabelled → Jeans: the only claim: 'skinny' at title:0",
        ],
        "lost its label": ["Jeans → unlabelled: nothing matches"],
        "moved to another category": ["Jeans → Chinos: the only claim: 'trousers' at title:6"],
    }
    assert report.done == {"labels as before": 2}


def test_a_diff_against_no_labels_shows_all_as_gained(shop: Workspace) -> None:
    details: Any = label(shop, LabelSettings(diff=True)).details
    assert details["changes"] == [["Jacket", 0, 1, 1, 0], ["Jeans", 0, 3, 3, 0]]


def test_a_diff_without_a_change_is_empty(shop: Workspace) -> None:
    label(shop, LabelSettings())
    details: Any = label(shop, LabelSettings(diff=True)).details
    assert (details["changes"], details["moves"], details["samples"]) == ([], [], {})


def test_relaxed_queries_ask_for_less() -> None:
    query = parse("(title:(a & !b) | c) & !d & e")
    assert str(without_minus(query)) == "(title:a | c) & e"
    assert list(map(str, minus_terms(query))) == ["title:b", "d"]
    assert str(any_side(query)) == "((title:(a & !b) | c) | e) & !d"
    assert str(without_scopes(parse("title:a & !title:b"))) == "a & !title:b"


def test_long_texts_are_cut_around_the_word() -> None:
    rows = batch("Title", descriptions=["x " * 100 + "jeans" + " y" * 100])
    word = {"word": "jeans", "field": "description", "offset": 200}
    shown = sample(rows, 0, [word], "why")
    assert len(shown["excerpt"]) < 130
    assert [shown["excerpt"][start:end] for start, end in shown["highlights"]] == ["jeans"]
    assert spread([5, 6, 7], 5) == [5, 6, 7]
