"""The rule that turns probabilities into an outfit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wildwear.records import Region
from wildwear.tagging.outfit import Scorer

CLASSES = ("Jacket", "Tee", "Jeans", "Skirt", "Dress", "Coat", "Hat")
REGIONS = (Region.UPPER, Region.UPPER, Region.LOWER, Region.LOWER, Region.FULL, Region.FULL, Region.ACCESSORY)
SCORER = Scorer(CLASSES, REGIONS, min_region=0.1)

distributions = st.lists(st.floats(0.0, 1.0), min_size=7, max_size=7).filter(lambda p: sum(p) > 0.01)


def normalised(values: list[float]) -> np.ndarray:
    return np.array(values) / np.sum(values)


def test_a_pair_wins_where_its_joint_mass_is_larger() -> None:
    outfit = SCORER.outfit(np.array([0.30, 0.05, 0.20, 0.05, 0.35, 0.05, 0.0]))
    assert str(outfit) == "Jacket + Jeans"
    assert outfit.full is None


def test_a_full_body_garment_wins_where_its_mass_exceeds_the_pair() -> None:
    outfit = SCORER.outfit(np.array([0.20, 0.05, 0.15, 0.05, 0.30, 0.25, 0.0]))
    assert str(outfit) == "Dress"
    assert outfit.upper is outfit.lower is None


def test_a_garments_score_is_its_share_of_its_region() -> None:
    outfit = SCORER.outfit(np.array([0.30, 0.10, 0.45, 0.15, 0.0, 0.0, 0.0]))
    assert outfit.upper is not None and outfit.upper.score == pytest.approx(0.75)
    assert outfit.lower is not None and outfit.lower.score == pytest.approx(0.75)


def test_the_best_of_nothing_is_nothing() -> None:
    assert str(SCORER.outfit(np.array([0.90, 0.06, 0.04, 0.0, 0.0, 0.0, 0.0]))) == "Jacket"
    assert str(Scorer(CLASSES, REGIONS, min_region=1.0).outfit(np.full(7, 1 / 7))) == "nothing certain"


def test_an_accessory_joins_when_it_is_above_the_threshold() -> None:
    assert str(SCORER.outfit(np.array([0.5, 0.0, 0.2, 0.0, 0.0, 0.0, 0.3]))) == "Jacket + Jeans + Hat"
    assert SCORER.outfit(np.array([0.6, 0.0, 0.35, 0.0, 0.0, 0.0, 0.05])).accessory is None


def test_boxes_are_layers_and_the_surest_box_takes_its_region() -> None:
    coat = [0.05, 0.0, 0.0, 0.0, 0.05, 0.9, 0.0]
    tee = [0.1, 0.8, 0.0, 0.0, 0.1, 0.0, 0.0]
    jacket = [0.5, 0.3, 0.2, 0.0, 0.0, 0.0, 0.0]
    jeans = [0.0, 0.0, 0.7, 0.3, 0.0, 0.0, 0.0]
    assert str(SCORER.outfit_of_boxes(np.array([jacket, coat, tee, jeans]))) == "Coat + Tee + Jeans"


def test_a_model_without_a_region_still_gives_an_outfit() -> None:
    scorer = Scorer(["Jeans", "Skirt"], [Region.LOWER, Region.LOWER], min_region=0.1)
    assert str(scorer.outfit(np.array([0.2, 0.8]))) == "Skirt"


@given(distributions)
def test_an_outfit_is_one_full_body_garment_or_a_pair_and_each_score_is_a_share(values: list[float]) -> None:
    outfit = SCORER.outfit(normalised(values))
    assert outfit.full is None or (outfit.upper is None and outfit.lower is None)
    for garment in outfit.garments:
        assert 0 < garment.score <= 1 + 1e-9
        assert REGIONS[CLASSES.index(garment.category)] == garment.region


@given(distributions, st.integers(1, 9), st.floats(0, 1))
def test_the_top_is_sorted_and_above_the_least_score(values: list[float], count: int, least: float) -> None:
    probabilities = normalised(values)
    scores = [one.score for one in SCORER.top(probabilities, count, least)]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == min(count, int((probabilities >= least).sum()))


@given(distributions)
def test_the_masses_of_the_regions_sum_to_one(values: list[float]) -> None:
    assert sum(SCORER.masses(normalised(values)).values()) == pytest.approx(1)
