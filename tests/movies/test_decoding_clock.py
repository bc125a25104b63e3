"""Times rise, whatever timestamps say, and stay near the truth."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wildwear.movies.clock import Clock

STEP = Fraction(1001, 24000)
stamps = st.lists(st.none() | st.fractions(-5, 100, max_denominator=1000), max_size=60)


def mended(stated: list[Fraction | None], period: Fraction = STEP) -> tuple[list[Fraction], int]:
    clock: Clock[int] = Clock(period)
    times = list(clock.times((stamp, number) for number, stamp in enumerate(stated)))
    assert [number for _, number in times] == list(range(len(stated)))
    return [time for time, _ in times], clock.mended


@given(stamps, st.sampled_from([Fraction(0), STEP, Fraction(1, 90000), Fraction(50)]))
def test_h38_times_rise_strictly_whatever_is_stated(stated: list[Fraction | None], period: Fraction) -> None:
    times, count = mended(stated, period)
    assert all(before < after for before, after in pairwise(times))
    assert count >= stated.count(None)


@given(st.lists(st.fractions(0, 100, max_denominator=90000), unique=True, max_size=40))
def test_times_that_rise_are_left_as_they_are(stated: list[Fraction]) -> None:
    stated.sort()
    assert mended(list(stated)) == (stated, 0)


@given(st.lists(st.integers(1, 38), unique=True, max_size=12), st.data())
def test_h38_scattered_bad_timestamps_leave_each_frame_within_half_a_frame(bad: list[int], data: st.DataObject) -> None:
    truth = [number * STEP for number in range(40)]
    stated: list[Fraction | None] = list(truth)
    for number in bad:
        if number - 1 not in bad and number + 1 not in bad:
            stated[number] = data.draw(st.sampled_from([None, truth[0], truth[number - 1], truth[number] + 50]))
    times, _ = mended(stated)
    assert all(abs(time - true) <= STEP / 2 for time, true in zip(times, truth, strict=True))


@given(st.integers(1, 20), st.integers(1, 15))
def test_h38_a_run_of_missing_timestamps_is_paced_by_the_rate_and_then_joined(at: int, count: int) -> None:
    truth = [number * STEP for number in range(40)]
    stated = [None if at <= number < at + count else time for number, time in enumerate(truth)]
    assert mended(stated) == (truth, count)


def test_h38_pacing_that_ran_ahead_waits_for_the_timestamps() -> None:
    """The header says 12 frames a second, the frames come at 24."""
    stated = [None if 3 <= number < 9 else number * STEP for number in range(60)]
    times, _ = mended(stated, 2 * STEP)
    assert times[-20:] == stated[-20:]


def test_h38_recordings_put_one_after_the_other_go_on_from_where_time_stands() -> None:
    uneven = [Fraction(number, 100) for number in (0, 3, 5, 9, 10, 16, 20)]
    times, count = mended([*uneven, *uneven], Fraction(1, 25))
    gap = uneven[-1] + Fraction(1, 25)
    assert times == uneven + [gap + time for time in uneven]
    assert count == 1


@pytest.mark.parametrize("wrong", [[2, 3], [3, 2], [2, 2], [5000, 5001], [5000, 4000], [5000, 2], [2, 5000]])
def test_h38_two_timestamps_that_jump_do_not_shift_what_follows(wrong: list[int]) -> None:
    truth = [number * STEP for number in range(20)]
    stated = [*truth[:9], wrong[0] * STEP, wrong[1] * STEP, *truth[11:]]
    assert mended(list(stated))[0] == truth


def test_a_picture_that_stands_for_long_is_no_jump() -> None:
    stated: list[Fraction | None] = [Fraction(0), Fraction(1), Fraction(600), Fraction(601), Fraction(602)]
    assert mended(stated) == (stated, 0)


def test_a_rate_that_nobody_films_at_is_not_believed() -> None:
    assert mended([Fraction(0), None, None], Fraction(1, 90_000))[0] == [0, Fraction(1, 25), Fraction(2, 25)]
    assert mended([Fraction(0), Fraction(1, 50), None], Fraction(0))[0][-1] == Fraction(2, 50)
