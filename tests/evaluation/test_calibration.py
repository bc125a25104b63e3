"""Calibration, against examples by hand and against the definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wildwear.evaluation.calibration import (
    Said,
    adaptive_reliability,
    calibration,
    error_by_chance,
    expected_calibration_error,
    reliability,
)


def test_the_error_is_that_of_an_example_by_hand() -> None:
    """Bins of a half: 0.2 and 0.4 (mean 0.3) with one of two right, 0.8 with none of one right."""
    bins = reliability(np.array([0.2, 0.4, 0.8]), np.array([True, False, False]), bins=2)
    assert [(held.samples, held.accuracy) for held in bins] == [(2, 0.5), (1, 0.0)]
    assert expected_calibration_error(bins) == pytest.approx((2 * abs(0.3 - 0.5) + 0.8) / 3)


def test_adaptive_bins_hold_equally_many_predictions_in_the_order_of_confidence() -> None:
    random = np.random.default_rng(0)
    confidence = random.beta(8, 1, 100)
    bins = adaptive_reliability(confidence, random.random(100) < confidence, bins=10)
    assert [held.samples for held in bins] == [10] * 10
    assert [held.confidence for held in bins] == sorted(held.confidence for held in bins)


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(1, 40))
def test_bins_hold_every_sample_once_and_the_error_is_a_share(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    confidence, right = random.random(count), random.random(count) < 0.5
    for bins in (reliability(confidence, right), adaptive_reliability(confidence, right)):
        assert sum(held.samples for held in bins) == count
        assert 0 <= expected_calibration_error(bins) <= 1


def said(confidence: np.ndarray, right: np.ndarray) -> Said:
    return Said(confidence=confidence, right=right, mass=np.where(right, confidence, 1 - confidence))


def test_honest_confidence_has_no_calibration_error_and_overconfidence_has() -> None:
    random = np.random.default_rng(0)
    confidence = random.uniform(0.5, 1, 20_000)
    honest = calibration(said(confidence, random.random(20_000) < confidence))
    assert honest.error < 0.02 and honest.adaptive_error < 0.02 and abs(honest.overconfidence) < 0.01
    boastful = calibration(said(confidence, random.random(20_000) < 0.5))
    assert boastful.error == pytest.approx(0.25, abs=0.02)
    assert boastful.adaptive_error == pytest.approx(0.25, abs=0.02)
    assert boastful.overconfidence == pytest.approx(0.25, abs=0.02)


def test_an_honest_model_stays_below_what_chance_explains_about_as_often_as_it_should() -> None:
    random = np.random.default_rng(3)
    below = []
    for trial in range(60):
        confidence = random.uniform(0.2, 1, 200)
        error = expected_calibration_error(reliability(confidence, random.random(200) < confidence))
        below.append(error <= error_by_chance(confidence, trial))
    assert np.mean(below) >= 0.85
    assert error_by_chance(random.random(100)) > 2 * error_by_chance(random.random(10_000))


def test_the_log_loss_is_that_of_the_summed_probability_where_there_is_a_right_class() -> None:
    right = np.array([True, False, False])
    found = calibration(Said(confidence=np.array([0.5, 0.5, 1.0]), right=right, mass=np.array([0.75, 0.3, np.nan])))
    assert found.log_loss == pytest.approx((-np.log(0.75) - np.log(0.3)) / 2)
    nothing = calibration(Said(confidence=np.array([0.5]), right=right[1:2], mass=np.array([np.nan])))
    assert nothing.log_loss is None
