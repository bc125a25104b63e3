"""Intervals that resample whole groups."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wildwear.evaluation.bootstrap import Bootstrap, wilson


def grouped(seed: int, groups: int = 60, size: int = 5, spread: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Right or wrong, where each group has a rate of its own around 0.7."""
    random = np.random.default_rng(seed)
    rate = np.clip(random.normal(0.7, spread, groups), 0, 1).repeat(size)
    return (random.random(groups * size) < rate), np.arange(groups).repeat(size).astype(str)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    truth = grouped(0, groups=200_000)[0].mean()
    intervals = [Bootstrap(groups, rounds=300).mean(right) for right, groups in map(grouped, range(200))]
    covered = np.mean([interval.low <= truth <= interval.high for interval in intervals])
    assert 0.89 <= covered <= 0.99


def test_samples_that_hang_together_make_wider_intervals() -> None:
    right, groups = grouped(1)
    apart = Bootstrap(np.arange(len(right)).astype(str)).mean(right)
    together = Bootstrap(groups).mean(right)
    assert together.high - together.low > 1.3 * (apart.high - apart.low)


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(1, 12))
def test_the_value_is_the_plain_mean_and_lies_in_the_interval(seed: int, groups: int) -> None:
    right, names = grouped(seed, groups=groups)
    estimate = Bootstrap(names, rounds=100).mean(right)
    assert estimate.value == pytest.approx(right.mean())
    assert estimate.low - 1e-9 <= estimate.value <= estimate.high + 1e-9 or groups < 5


def test_the_draws_are_those_of_the_seed() -> None:
    right, groups = grouped(2)
    assert Bootstrap(groups, seed=3).mean(right) == Bootstrap(groups, seed=3).mean(right)
    assert Bootstrap(groups, seed=3).mean(right) != Bootstrap(groups, seed=4).mean(right)


def test_a_difference_is_surer_than_its_parts() -> None:
    """Two models that differ in few samples: paired draws see it, separate intervals overlap."""
    right, groups = grouped(3)
    better = right | (np.arange(len(right)) % 25 == 0)
    bootstrap = Bootstrap(groups)
    gain = bootstrap.mean(better.astype(float) - right)
    assert gain.low > 0
    assert bootstrap.mean(right).high > bootstrap.mean(better).low


def test_macro_is_the_mean_over_labels_and_labels_that_a_draw_misses_are_left_out() -> None:
    right = np.array([True] * 90 + [False] * 10)
    label = np.array([0] * 90 + [1] * 10)
    estimate = Bootstrap(np.arange(100).astype(str)).macro(right, label)
    assert estimate.value == 0.5
    rare = Bootstrap(np.array(["a"] * 90 + ["b"] * 10)).macro(right, label)
    assert (rare.low, rare.high) == (0.0, 1.0)


def test_each_label_gets_an_interval_of_its_own() -> None:
    right, groups = grouped(4)
    label = np.arange(len(right)) % 3
    estimates = Bootstrap(groups).draws(right, label).estimates()
    assert [estimate.value for estimate in estimates] == [right[label == one].mean() for one in range(3)]


def test_one_group_alone_gives_no_false_certainty_about_its_value() -> None:
    estimate = Bootstrap(np.array(["g"] * 4)).mean(np.array([True, True, False, True]))
    assert (estimate.value, estimate.low, estimate.high) == (0.75, 0.75, 0.75)


def test_differences_of_draws_are_those_of_the_values() -> None:
    """What is drawn together may be subtracted later: that is what pairing is."""
    right, groups = grouped(5)
    other = np.roll(right, 7)
    bootstrap = Bootstrap(groups)
    together = bootstrap.mean(right.astype(float) - other)
    apart = (bootstrap.draws(right) - bootstrap.draws(other)).differences()[0]
    assert (apart.value, apart.low, apart.high) == pytest.approx((together.value, together.low, together.high))


def test_seeds_that_say_the_same_change_nothing() -> None:
    right, groups = grouped(6)
    one, three = (Bootstrap(groups).mean(values) for values in (right, np.stack([right] * 3)))
    assert (three.value, three.low, three.high) == pytest.approx((one.value, one.low, one.high))


def test_seeds_of_another_stream_are_drawn_apart() -> None:
    levels = np.array([0.2, 0.5, 0.8])[:, None] * np.ones((3, 50))
    bootstrap = Bootstrap(np.arange(50).astype(str))
    same = bootstrap.draws(levels) - bootstrap.draws(levels)
    apart = bootstrap.draws(levels) - bootstrap.draws(levels, stream=1)
    assert same.replicates.std() == 0
    assert apart.replicates.std() > 0.1


def test_a_label_that_some_draws_miss_is_estimated_from_those_that_hold_it() -> None:
    right = np.array([True] * 30 + [False])
    label = np.array([0] * 30 + [1])
    frequent, rare = Bootstrap(np.arange(31).astype(str)).draws(right, label).estimates()
    assert (frequent.value, frequent.low, frequent.high) == (1.0, 1.0, 1.0)
    assert (rare.value, rare.low, rare.high) == (0.0, 0.0, 0.0)


def test_p_is_small_where_the_interval_leaves_zero_out_and_never_zero() -> None:
    random = np.random.default_rng(7)
    bootstrap = Bootstrap(np.arange(200).astype(str), rounds=500)
    for shift, sure in ((0.5, True), (0.0, False)):
        gain = bootstrap.draws(random.normal(shift, 1, 200)).differences()[0]
        assert gain.shown == sure
        assert (gain.p < 0.05) == sure
        assert gain.p >= 2 / 501


@settings(deadline=None)
@given(st.integers(1, 200), st.floats(0, 1))
def test_wilsons_interval_holds_the_share_and_stays_between_0_and_1(count: int, share: float) -> None:
    found = wilson(share, count)
    assert 0 <= found.low <= share + 1e-9 and share - 1e-9 <= found.high <= 1
    assert found.high - found.low > 0


def test_wilsons_interval_is_that_of_scipy() -> None:
    from scipy.stats import binomtest

    for right, count in ((0, 5), (3, 10), (50, 60)):
        expected = binomtest(right, count).proportion_ci(method="wilson")
        found = wilson(right / count, count)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-6)
