"""Sides by connected components: properties over arbitrary groups and labels."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wildwear.datasets.settings import SplitSettings
from wildwear.datasets.splitting import (
    SIDES,
    assign_sides,
    component_keys,
    connected,
    nested_order,
    straddling,
)
from wildwear.errors import UserError

CATEGORIES = ["Jeans", "Tee", "Coat", "Dress"]
listings = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 40), st.sets(st.sampled_from(CATEGORIES), min_size=1, max_size=3)),
    min_size=1,
    max_size=120,
)
Listings = list[tuple[int, int, set[str]]]


def sides_by_row(rows: Listings, how: SplitSettings) -> list[str]:
    groups, pictures = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    component = connected(groups, pictures)
    keys = component_keys(component, [f"g{group}" for group in groups])
    sides = assign_sides(component, keys, [sorted(row[2]) for row in rows], how)
    return [SIDES[side].value for side in sides[component]]


@given(listings, st.randoms(use_true_random=False), st.booleans(), st.integers(0, 5))
def test_a_split_does_not_depend_on_the_order_of_rows(rows: Listings, random: object, by: bool, seed: int) -> None:
    how = SplitSettings(val=0.2, test=0.2, stratify=by, seed=seed)
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    straight = sides_by_row(rows, how)
    assert sides_by_row([rows[index] for index in order], how) == [straight[index] for index in order]


@given(listings, st.booleans())
def test_no_group_and_no_picture_stands_on_two_sides(rows: Listings, by: bool) -> None:
    sides = np.array([SIDES.index(side) for side in sides_by_row(rows, SplitSettings(stratify=by))], np.int8)  # type: ignore[arg-type]
    for column in (0, 1):
        assert straddling(np.array([row[column] for row in rows]), sides) == (0, 0)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=40),
)
def test_rows_are_connected_exactly_if_a_chain_of_shared_codes_leads_from_one_to_the_other(
    pairs: list[tuple[int, int]],
) -> None:
    found = connected(np.array([a for a, _ in pairs]), np.array([b for _, b in pairs]))
    component = list(range(len(pairs)))
    for _ in pairs:
        for i, one in enumerate(pairs):
            for j, other in enumerate(pairs):
                if one[0] == other[0] or one[1] == other[1]:
                    component[i] = component[j] = min(component[i], component[j])
    same = [[a == b for b in component] for a in component]
    assert same == (found[:, None] == found[None, :]).tolist()


@settings(max_examples=20)
@given(st.integers(0, 1000), st.sampled_from([(0.1, 0.1), (0.2, 0.1), (0.25, 0.0), (0.0, 0.3)]), st.booleans())
def test_shares_are_met_where_groups_are_small(seed: int, shares: tuple[float, float], by: bool) -> None:
    random = np.random.default_rng(seed)
    groups = random.integers(0, 500, 2000)
    rows = [(int(group), 10_000 + i, {CATEGORIES[int(group) % 4]}) for i, group in enumerate(groups)]
    counts = Counter(sides_by_row(rows, SplitSettings(val=shares[0], test=shares[1], stratify=by, seed=seed)))
    tolerance = 0.01 if by else 0.1  # of chance: five deviations of the share of 500 groups
    assert abs(counts["val"] / 2000 - shares[0]) <= tolerance
    assert abs(counts["test"] / 2000 - shares[1]) <= tolerance


def test_stratified_every_category_has_its_share() -> None:
    sizes = {"Jeans": 1000, "Tee": 300, "Coat": 50}
    rows = [(f"{name}{i}", name) for name, size in sizes.items() for i in range(size)]
    component = np.arange(len(rows))
    sides = assign_sides(component, [key for key, _ in rows], [[name] for _, name in rows], SplitSettings())
    for name, size in sizes.items():
        counts = Counter(int(sides[i]) for i, row in enumerate(rows) if row[1] == name)
        assert [counts[1], counts[2]] == pytest.approx([size / 10, size / 10], abs=1)


def test_a_category_of_a_few_samples_goes_to_training_first() -> None:
    keys = [f"k{i}" for i in range(103)]
    labels = [["Tee"]] * 100 + [["Hoodie"]] * 3
    sides = assign_sides(np.arange(103), keys, labels, SplitSettings())
    assert sides[100:].tolist() == [0, 0, 0]


def test_without_stratifying_groups_that_come_later_move_no_others() -> None:
    how = SplitSettings(stratify=False)
    few: Listings = [(group, group, {"Tee"}) for group in range(100)]
    more: Listings = [*few, *((group, group, {"Tee"}) for group in range(100, 300))]
    assert sides_by_row(more, how)[:100] == sides_by_row(few, how)


def test_another_seed_gives_another_split() -> None:
    rows: Listings = [(group, group, {"Tee"}) for group in range(100)]
    assert sides_by_row(rows, SplitSettings(seed=1)) != sides_by_row(rows, SplitSettings(seed=2))


@given(listings, st.integers(1, 60), st.integers(1, 60))
def test_a_smaller_dataset_is_part_of_a_larger_one(rows: Listings, a: int, b: int) -> None:
    component = connected(np.array([row[0] for row in rows]), np.array([row[1] for row in rows]))
    keys = component_keys(component, [f"g{row[0]}" for row in rows])
    ids = [f"s{i:04}" for i in range(len(rows))]
    order = nested_order(component, keys, ids, seed=0)
    assert sorted(order.tolist()) == list(range(len(rows)))
    small, large = sorted((a, b))
    assert set(order[:small]) <= set(order[:large])


@pytest.mark.parametrize("shares", [{"val": -0.1}, {"val": 0.5, "test": 0.5}, {"test": 1.0}, {"size": 0}])
def test_shares_and_sizes_that_make_no_sense_are_refused(shares: dict[str, float]) -> None:
    with pytest.raises(UserError):
        SplitSettings(**shares)  # type: ignore[arg-type]
