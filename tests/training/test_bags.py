"""Bags: a box is drawn by what the network believes of it, and a bag counts by its likeliest box."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.training.coloured import samples, write_dataset

from wildwear.training.bags import Bags, Rounds
from wildwear.training.data import open_parts
from wildwear.training.sources import open_source
from wildwear.workspace import Workspace


def drawn(bags: Bags, bag: int, count: int = 20_000) -> dict[int, float]:
    """How often each row of a bag is drawn."""
    luck = (np.arange(count) + 0.5) / count
    rows, times = np.unique(bags.draw(np.full(count, bag), luck), return_counts=True)
    return dict(zip(rows.tolist(), (times / count).tolist(), strict=True))


def two_bags() -> Bags:
    return Bags(np.array([7, 9, 4, 5, 6]), np.array([0, 2, 5]))


def test_at_first_all_boxes_of_a_bag_are_drawn_alike_and_count_in_full() -> None:
    assert drawn(two_bags(), 0) == pytest.approx({7: 0.5, 9: 0.5})
    assert drawn(two_bags(), 1) == pytest.approx({4: 1 / 3, 5: 1 / 3, 6: 1 / 3}, abs=1e-3)
    assert two_bags().certainty.tolist() == [1, 1]


def test_boxes_are_drawn_by_a_power_of_their_probability_and_bags_count_by_the_best() -> None:
    bags = two_bags()
    bags.weigh(np.array([0.8, 0.4, 0.01, 0.01, 0.02]), sharpness=2)
    assert drawn(bags, 0) == pytest.approx({7: 0.8, 9: 0.2}, abs=1e-3)
    assert drawn(bags, 1) == pytest.approx({4: 1 / 6, 5: 1 / 6, 6: 4 / 6}, abs=0.01)
    assert bags.certainty == pytest.approx([0.8, 0.1])


@given(st.lists(st.integers(1, 6), min_size=1, max_size=20), st.integers(0, 2**32))
def test_what_is_drawn_is_in_the_bag(sizes: list[int], seed: int) -> None:
    random = np.random.default_rng(seed)
    starts = np.cumsum([0, *sizes])
    bags = Bags(random.permutation(starts[-1]), starts)
    bags.weigh(random.random(starts[-1]) * (random.random(starts[-1]) < 0.5), sharpness=3)
    asked = random.integers(0, len(sizes), 50)
    luck = np.append(random.random(48), [0.0, np.nextafter(1.0, 0.0)])
    rows = bags.draw(asked, luck)
    assert all(row in bags.rows[starts[bag] : starts[bag + 1]] for row, bag in zip(rows, asked, strict=True))


def test_what_is_restored_draws_as_before() -> None:
    pytest.importorskip("torch", reason="needs the extra [train]")
    bags, others = two_bags(), two_bags()
    bags.weigh(np.array([0.8, 0.4, 0.3, 0.01, 0.02]), sharpness=2)
    Rounds([others, None], 3, 10).load_state_dict(Rounds([bags, None], 3, 10).state_dict())
    assert drawn(others, 1) == drawn(bags, 1)
    assert others.certainty.tolist() == bags.certainty.tolist()


def test_rounds_start_evenly_over_the_training() -> None:
    rounds = Rounds([two_bags()], 3, 10)
    assert [step for step in range(10) if rounds.due(step)] == [0, 3, 6]
    assert [rounds.end(step, 10) for step in (0, 2, 3, 6, 9)] == [3, 3, 6, 10, 10]


def test_without_bags_there_are_no_rounds() -> None:
    rounds = Rounds([None], 3, 10)
    assert not rounds.due(0)
    assert rounds.end(0, 10) == 10


def boxes_of(row: dict[str, object], number: int) -> dict[str, object]:
    name = str(row["sample_id"])
    return row | {"sample_id": f"{name}-{number}", "bag": name, "box": [0.0, 8.0 * number, 40.0, 8.0 * number + 16]}


def bagged_workspace(workspace: Workspace) -> Workspace:
    rows: list[Any] = samples({"train": 4, "val": 2}, ["Tee"])
    write_dataset(workspace, "shop", [rows[0], *(boxes_of(rows[1], n) for n in range(3)), rows[2], *rows[4:]])
    return workspace


def test_a_source_has_a_sample_for_each_bag_and_one_for_each_row_without(workspace: Workspace) -> None:
    (part,) = open_parts(bagged_workspace(workspace), ("shop",)).learned
    source = open_source(part, ("Tee",), bagged=True)
    assert source.rows.tolist() == [0, 1, 4]
    assert source.stored == 5
    (_, first), (_, last) = (source.pictures(np.array([1]), np.array([luck]))[0] for luck in (0.0, 0.99))
    assert (first, last) == ([0, 0, 40, 16], [0, 16, 40, 32])


def test_boxes_are_samples_of_their_own_where_the_recipe_has_no_rounds(workspace: Workspace) -> None:
    (part,) = open_parts(bagged_workspace(workspace), ("shop",)).learned
    source = open_source(part, ("Tee",))
    assert (len(source.rows), source.bags) == (5, None)
