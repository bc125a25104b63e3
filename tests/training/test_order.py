"""Epochs are exact, batches nearly equal, and all of it is a function of the step and the seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wildwear.table import Snapshot
from wildwear.training.order import Draw, Order, label_sets
from wildwear.training.recipe import SamplingSettings
from wildwear.training.sources import Source

SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=3)
BATCH_SIZES = st.integers(1, 50)
SEEDS = st.integers(0, 2**32)


def source(sets: Sequence[int], weight: float = 1.0) -> Source:
    """One sample for each number, which is its class; an order never looks into the table."""
    members = np.eye(max(sets) + 1, dtype=bool)[list(sets)]
    nothing = cast("Snapshot", None)
    return Source(name="drawn", snapshot=nothing, rows=np.arange(len(sets)), members=members, weight=weight)


def order(
    sizes: Sequence[int], batch_size: int = 7, seed: int = 0, *, balance: float = 0.0, per_source: bool = False
) -> Order:
    settings = SamplingSettings(batch_size=batch_size, balance=balance, per_source=per_source)
    return Order([source([0] * size) for size in sizes], settings, seed)


def drawn(order: Order, epoch: int) -> list[Draw]:
    return [order.batch(epoch * order.steps_per_epoch + step) for step in range(order.steps_per_epoch)]


def samples(draws: Sequence[Draw]) -> list[tuple[int, int]]:
    return [pair for draw in draws for pair in zip(draw.source.tolist(), draw.row.tolist(), strict=True)]


def counts(order: Order, epochs: Sequence[int], size: int) -> list[int]:
    """How often each sample of the only source is drawn."""
    seen = Counter(row for epoch in epochs for _, row in samples(drawn(order, epoch)))
    return [seen[row] for row in range(size)]


@given(SIZES, BATCH_SIZES, SEEDS, st.booleans(), st.integers(0, 3))
def test_each_sample_stands_exactly_once_in_an_epoch(
    sizes: list[int], batch_size: int, seed: int, per_source: bool, epoch: int
) -> None:
    draws = drawn(order(sizes, batch_size, seed, per_source=per_source), epoch)
    assert sorted(samples(draws)) == [(number, row) for number, size in enumerate(sizes) for row in range(size)]
    assert np.concatenate([draw.ticket for draw in draws]).tolist() == list(range(sum(sizes)))
    assert {draw.epoch for draw in draws} == {epoch}


@given(SIZES, BATCH_SIZES, st.booleans())
def test_batches_are_as_many_as_they_must_be_and_differ_by_one_sample_at_most(
    sizes: list[int], batch_size: int, per_source: bool
) -> None:
    made = order(sizes, batch_size, per_source=per_source)
    lengths = [len(draw.row) for draw in drawn(made, 1)]
    assert len(lengths) == made.steps_per_epoch == -(-sum(sizes) // batch_size)
    assert max(lengths) <= batch_size and max(lengths) - min(lengths) <= 1
    assert min(lengths) == made.smallest_batch


@given(SIZES, BATCH_SIZES, SEEDS, st.booleans(), st.lists(st.integers(0, 100), max_size=12))
def test_a_batch_is_the_same_whenever_it_is_asked_for(
    sizes: list[int], batch_size: int, seed: int, per_source: bool, steps: list[int]
) -> None:
    made = order(sizes, batch_size, seed, balance=0.5, per_source=per_source)
    for step in steps:
        again = order(sizes, batch_size, seed, balance=0.5, per_source=per_source).batch(step)
        for name in ("source", "row", "ticket"):
            np.testing.assert_array_equal(getattr(made.batch(step), name), getattr(again, name))


@given(SEEDS, st.integers(1, 200), BATCH_SIZES)
def test_the_batch_size_cuts_the_epoch_and_does_not_shuffle_it(seed: int, size: int, batch_size: int) -> None:
    assert samples(drawn(order([size], batch_size, seed), 2)) == samples(drawn(order([size], size, seed), 2))


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    orders = [tuple(samples(drawn(order([50], seed=seed), epoch))) for seed in (0, 1) for epoch in (0, 1)]
    assert len(set(orders)) == 4


@given(st.floats(0.05, 3.5), st.integers(1, 60), SEEDS, st.integers(1, 6))
def test_a_weight_repeats_samples_evenly_within_epochs_and_over_them(
    weight: float, size: int, seed: int, epochs: int
) -> None:
    made = Order([source([0] * size, weight)], SamplingSettings(batch_size=7, balance=0), seed)
    assert made.places == max(1, round(weight * size))
    for seen in (counts(made, [epochs - 1], size), counts(made, range(epochs), size)):
        assert max(seen) - min(seen) <= 1
    assert sum(counts(made, range(epochs), size)) == epochs * made.places


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=60), st.floats(0, 1), st.floats(0.1, 2), SEEDS, st.integers(0, 5)
)
def test_balance_keeps_the_places_of_a_source_and_is_even_within_each_set(
    sets: list[int], balance: float, weight: float, seed: int, epoch: int
) -> None:
    made = Order([source(sets, weight)], SamplingSettings(batch_size=9, balance=balance), seed)
    for epochs in ([epoch], range(epoch + 1)):
        seen = counts(made, epochs, len(sets))
        assert sum(seen) == len(epochs) * max(1, round(weight * len(sets)))
        for one in set(sets):
            of_set = [count for count, its in zip(seen, sets, strict=True) if its == one]
            assert max(of_set) - min(of_set) <= 1


@pytest.mark.parametrize("balance", [0.0, 0.3, 0.5, 1.0])
def test_balance_gives_each_set_its_size_to_the_power_of_what_is_left(balance: float) -> None:
    sizes = np.array([1, 5, 40, 154])
    made = Order(
        [source(np.repeat(np.arange(4), sizes).tolist())], SamplingSettings(batch_size=64, balance=balance), seed=3
    )
    epochs = 60
    seen = np.array(counts(made, range(epochs), 200))
    shares = np.add.reduceat(seen, np.cumsum(sizes) - sizes) / epochs
    expected = sizes ** (1 - balance)
    assert shares == pytest.approx(200 * expected / expected.sum(), abs=0.3)


@given(st.lists(st.integers(20, 200), min_size=2, max_size=3), st.integers(8, 40), SEEDS)
def test_per_source_puts_every_source_in_proportion_into_every_batch(
    sizes: list[int], batch_size: int, seed: int
) -> None:
    for draw in drawn(order(sizes, batch_size, seed, per_source=True), 0):
        for number, size in enumerate(sizes):
            due = len(draw.row) * size / sum(sizes)
            assert abs((draw.source == number).sum() - due) <= len(sizes)


def test_processes_that_share_a_batch_see_all_sources() -> None:
    shares = [draw.source[0::2] for draw in drawn(order([300, 300], 20, per_source=True), 0)]
    assert all(0 < share.sum() < len(share) for share in shares)


def test_a_rare_source_of_low_weight_is_seen_all_the_same() -> None:
    made = Order([source([0]), source([0] * 20)], SamplingSettings(batch_size=64, balance=0), 0)
    light = Order([source([0], 0.01), source([0] * 20)], SamplingSettings(batch_size=64, balance=0), 0)
    assert made.places == light.places == 21


@given(st.lists(st.lists(st.booleans(), min_size=11, max_size=11), min_size=1, max_size=30))
def test_equal_sets_have_equal_numbers_from_zero_without_gaps(rows: list[list[bool]]) -> None:
    numbers = label_sets(np.array(rows))
    assert len(set(zip(map(tuple, rows), numbers.tolist(), strict=True))) == len(set(map(tuple, rows)))
    assert set(numbers.tolist()) == set(range(len(set(map(tuple, rows)))))
