"""What a sheet shows, and in what order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.review.serving import Served, fill, fill_dataset, label, serving

from wildwear.errors import UnknownName
from wildwear.review.collection import Collection, Names, open_collection
from wildwear.review.judgements import Judgements, State
from wildwear.review.settings import ReviewSettings
from wildwear.review.sheets import Order, SheetRequest, Sheets, choose, sheet_json
from wildwear.workspace import Workspace

LABELS = ["Jeans", "Jeans", "Dress", "Jeans", None, "Jeans"]


@pytest.fixture
def collection(workspace: Workspace) -> Collection:
    fill(workspace, LABELS)
    return open_collection(workspace, None)


@pytest.fixture
def served(workspace: Workspace) -> Iterator[Served]:
    fill(workspace, LABELS)
    with serving(workspace) as server:
        yield server


def chosen(collection: Collection, **wanted: object) -> list[int]:
    states = np.zeros(len(collection), np.int8)
    items = choose(collection, SheetRequest(**wanted), states)  # type: ignore[arg-type]
    return [int(item) for item in items]


def test_a_sheet_holds_its_category_most_suspicious_first(collection: Collection) -> None:
    assert chosen(collection, category="Jeans") == [5, 3, 1, 0]
    assert chosen(collection, category="Dress") == [2]


def test_without_a_category_all_labelled_pictures_are_shown(collection: Collection) -> None:
    assert chosen(collection, order="newest") == [5, 3, 2, 1, 0]


def test_look_alikes_stand_together_before_those_that_are_alone(collection: Collection) -> None:
    assert chosen(collection, category="Jeans", order="clusters") == [1, 3, 0, 5]


def test_mode_and_source_narrow_a_sheet(collection: Collection) -> None:
    assert chosen(collection, mode="worn", order="newest") == [5, 3, 1]
    assert chosen(collection, source="autumn.csv", order="newest") == [2, 0]


def test_names_that_are_not_there_come_with_near_ones(collection: Collection) -> None:
    with pytest.raises(UnknownName, match=r"unknown category 'Jens': did you mean Jeans\?"):
        chosen(collection, category="Jens")
    with pytest.raises(UnknownName, match=r"unknown mode 'wornn': did you mean worn\?"):
        chosen(collection, mode="wornn")


@pytest.fixture(scope="module")
def fifty(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    workspace = Workspace.create(tmp_path_factory.mktemp("fifty") / "w")
    fill(workspace, ["Jeans"] * 50)
    return open_collection(workspace, None)


@given(order=st.sampled_from(["suspicious", "clusters", "newest", "random"]), seed=st.integers(0, 2**63 - 1))
def test_every_order_shows_the_same_items_once(fifty: Collection, order: Order, seed: int) -> None:
    rng = np.random.default_rng(seed)
    collection = replace(
        fifty,
        suspicion=rng.choice([np.nan, 0.0, 0.5, 1.0], 50).astype(np.float32),
        look_alike=rng.integers(-1, 4, 50),
        label=replace(fifty.label, codes=rng.integers(-1, 1, 50).astype(np.int32)),
    )
    items = chosen(collection, order=order, seed=seed)
    assert sorted(items) == np.flatnonzero(collection.label.codes >= 0).tolist()
    assert items == chosen(collection, order=order, seed=seed)


def test_what_inspect_has_not_judged_comes_last(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"] * 3, inspected=False)
    collection = open_collection(workspace, None)
    assert not collection.inspected
    assert chosen(collection) == [0, 1, 2]


def test_suspicion_of_a_label_that_has_changed_since_says_nothing(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"] * 3)
    label(workspace, {"p0": "Jeans", "p1": "Jeans", "p2": "Dress"})
    collection = open_collection(workspace, None)
    assert np.isnan(collection.suspicion).tolist() == [False, False, True]
    assert chosen(collection) == [1, 0, 2]


@given(st.lists(st.text(max_size=4), min_size=1), st.lists(st.none() | st.text(max_size=4), max_size=20))
def test_a_few_texts_are_found_as_many_are(held: list[str], wanted: list[str | None]) -> None:
    names = sorted(set(held), key=str.encode)
    few = Names(names=pa.array(names + ["\U0010ffff"] * 2000), codes=np.zeros(0, np.int32))
    many = Names(names=pa.array(names), codes=np.zeros(0, np.int32))
    asked = pa.array(wanted, pa.string())
    expected = [names.index(one) if one in names else -1 for one in wanted]
    assert few.find(asked).tolist() == many.find(asked).tolist() == expected


def test_a_product_is_shown_by_its_first_picture(collection: Collection) -> None:
    assert collection.of_products(["p3", "none", "p0"]) == [3, None, 0]
    assert collection.of_products([]) == []


def test_a_sheet_is_json_column_by_column(collection: Collection) -> None:
    states = np.array([0, 1, 2, 3, 0, 0], np.int8)
    items = np.array([5, 3, 1], np.int64)
    assert json.loads(sheet_json(collection, "ab", items, states, {1: 7})) == {
        "sheet": "ab",
        "count": 3,
        "tile": 128,
        "columns": 8,
        "rows": 8,
        "items": [5, 3, 1],
        "clusters": [0, 8, 8],
        "verdicts": [0, 3, 1],
        "suspicion": [83, 50, 17],
        "becomes": {"1": 7},
    }
    assert json.loads(sheet_json(collection, "ab", items[:0], states, {}))["items"] == []


def test_the_same_sheet_has_the_same_name_and_old_ones_go(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheets = Sheets(collection)
    first, second = np.arange(3), np.arange(2)
    name = sheets.add(first)
    assert sheets.add(first.copy()) == name != sheets.add(second)
    monkeypatch.setattr("wildwear.review.sheets._HELD_ITEMS", 4)
    last = sheets.add(np.arange(4))
    assert sheets.sprite(name, 0) is None
    held = sheets.sprite(last, 0)
    assert held is not None and held.tolist() == [0, 1, 2, 3]
    assert sheets.sprite(last, 1) is None


def test_sheets_by_state_follow_the_decisions(served: Served) -> None:
    served.decide((0, "keep"), (1, "reject"), (3, "relabel", "chinos"))

    def items(state: str) -> list[int]:
        found: list[int] = served.get(f"/api/sheet?order=newest&state={state}")["items"]
        return found

    assert items("kept") == [0]
    assert items("rejected") == [1]
    assert items("relabelled") == [3]
    assert items("unjudged") == [5, 2]
    assert items("all") == [5, 3, 2, 1, 0]


def test_a_query_shows_what_it_labelled(served: Served) -> None:
    assert served.get("/api/sheet?query=q+Dress")["items"] == [2]
    assert served.get("/api/sheet?query=q+Nothing")["items"] == []


def test_a_dataset_is_reviewed_by_its_samples_and_their_sets(workspace: Workspace) -> None:
    fill_dataset(workspace, "street", [([10, 10, 60, 60], ["Coat", "Jacket"]), (None, ["Coat"]), (None, [])])
    with serving(workspace, ReviewSettings(on="street")) as served:
        overall = served.get("/api/collection")
        assert (overall["name"], overall["kind"], overall["count"]) == ("street", "dataset", 2)
        assert [(one["name"], one["count"]) for one in overall["categories"]] == [("Coat", 2), ("Jacket", 1)]
        assert overall["sources"] == [{"name": "train", "count": 3}]
        assert served.get("/api/sheet?category=Jacket")["items"] == [0]
        item = served.get("/api/item/0")
        assert item["category"] == "Coat|Jacket"
        assert item["crop_id"].endswith("@10,10,60,60")
        assert item["product_id"] is None


def test_a_keep_counts_for_the_label_that_was_kept_and_no_other(workspace: Workspace) -> None:
    fill(workspace, ["Jeans", "Jeans"])
    with serving(workspace) as served:
        served.decide((0, "keep"), (1, "reject"))
    fill(workspace, ["Chinos", "Chinos"])
    collection = open_collection(workspace, None)
    states = Judgements(workspace, collection, ("Chinos", "Jeans")).states()
    assert states.tolist() == [State.NONE, State.REJECT]
