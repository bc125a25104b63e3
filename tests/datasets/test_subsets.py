"""Parts of a dataset's side: whole groups, nested, drawn by a seed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.training.coloured import samples, write_dataset

from wildwear.datasets.subsets import nested_subset, positions, subset_where
from wildwear.errors import UserError
from wildwear.workspace import Workspace

GROUPS = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=40)
TRAIN = "split = 'train'"


def chosen(groups: list[str], samples: int, seed: int = 0) -> set[int]:
    return set(nested_subset(groups, [f"{row:03}" for row in range(len(groups))], samples, seed).tolist())


@given(GROUPS, st.integers(1, 50), st.integers(1, 50), st.integers(0, 9))
def test_a_smaller_subset_lies_in_a_larger_one(groups: list[str], one: int, other: int, seed: int) -> None:
    assert chosen(groups, min(one, other), seed) <= chosen(groups, max(one, other), seed)


@given(GROUPS, st.integers(1, 50))
def test_groups_come_whole_and_the_count_is_as_near_as_whole_groups_allow(groups: list[str], wanted: int) -> None:
    rows = chosen(groups, wanted)
    taken = {groups[row] for row in rows}
    assert taken
    assert rows == {row for row, group in enumerate(groups) if group in taken}
    largest = max(Counter(groups).values())
    assert abs(len(rows) - min(wanted, len(groups))) <= largest


@given(GROUPS, st.integers(1, 50))
def test_the_order_of_rows_does_not_matter(groups: list[str], wanted: int) -> None:
    order = np.random.default_rng(len(groups)).permutation(len(groups))
    moved = {int(order[row]) for row in chosen([groups[row] for row in order], wanted)}
    assert {groups[row] for row in moved} == {groups[row] for row in chosen(groups, wanted)}


def test_another_seed_draws_other_groups() -> None:
    groups = [f"photo {number // 2}" for number in range(200)]
    draws = [frozenset(chosen(groups, 20, seed)) for seed in range(5)]
    assert len(set(draws)) == 5
    assert [len(draw) for draw in draws] == [20] * 5


def test_a_subset_of_one_side_is_a_condition_that_any_reader_takes(workspace: Workspace) -> None:
    table = write_dataset(workspace, "drawn", samples({"train": 40, "val": 10}))
    where = subset_where(table, TRAIN, 10, seed=1)
    rows = table.read(["split", "group"], where)
    assert rows.num_rows == 10
    assert set(rows["split"].to_pylist()) == {"train"}
    assert set(Counter(rows["group"].to_pylist()).values()) == {2}
    groups = table.read(["group"])["group"].to_pylist()
    assert [groups[row] for row in positions(table, where)] == rows["group"].to_pylist()


def test_more_samples_than_there_are_is_an_error_that_says_how_many(workspace: Workspace) -> None:
    table = write_dataset(workspace, "drawn", samples({"train": 40, "val": 10}))
    with pytest.raises(UserError, match="drawn@41: there are 40 samples"):
        subset_where(table, TRAIN, 41, seed=0)
