"""What several views of a person say together, and outfits joined across shots."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from wildwear.records import Box, Region
from wildwear.tagging.movies.appearances import Worn, join
from wildwear.tagging.movies.outfits import best_of_each_region, framed, merged, own_pixels, view_boxes, weighted_mean
from wildwear.tagging.outfit import Scorer

CLASSES = ("Tee", "Jacket", "Jeans", "Skirt", "Dress", "Coat", "Hat")
REGIONS = (*[Region.UPPER] * 2, *[Region.LOWER] * 2, *[Region.FULL] * 2, Region.ACCESSORY)


def views(body: list[float], upper: list[float], lower: list[float]) -> np.ndarray:
    return np.array([body, body, upper, lower])


BODY = [0.3, 0.1, 0.3, 0.2, 0.06, 0.02, 0.02]
UPPER = [0.05, 0.85, 0.02, 0.02, 0.02, 0.02, 0.02]
LOWER = [0.02, 0.02, 0.05, 0.85, 0.02, 0.02, 0.02]


def test_a_garment_is_read_from_the_view_of_its_own_region() -> None:
    said = merged(views(BODY, UPPER, LOWER), REGIONS, trust=0.8)
    assert said[1] > said[0]
    assert said[3] > said[2]


def test_views_without_pixels_of_their_own_say_nothing() -> None:
    assert merged(views(BODY, UPPER, LOWER), REGIONS, trust=0.0) == pytest.approx(np.array(BODY))


def test_how_much_of_a_region_is_seen_is_read_from_the_body() -> None:
    said = merged(views(BODY, UPPER, LOWER), REGIONS, trust=1.0)
    assert said[:2].sum() == pytest.approx(0.4)
    assert said[2:4].sum() == pytest.approx(0.5)


@given(arrays(np.float64, (4, 7), elements=st.floats(0, 1)), st.floats(0, 1))
def test_any_views_give_probabilities_that_sum_to_one(weights: np.ndarray, trust: float) -> None:
    rows = (weights + 1e-6) / (weights + 1e-6).sum(axis=1, keepdims=True)
    said = merged(rows, REGIONS, trust)
    assert said.sum() == pytest.approx(1)
    assert (said >= 0).all()


def test_a_whole_frame_is_taken_as_it_is() -> None:
    assert merged(np.array([BODY]), REGIONS, trust=0.5) == pytest.approx(np.array(BODY))


def test_a_good_look_counts_for_more() -> None:
    mean = weighted_mean([np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])], [3.0, 1.0])
    assert mean.tolist() == [[0.75, 0.25]]


def test_every_region_has_its_best() -> None:
    top = best_of_each_region(np.array(BODY), REGIONS, Scorer(CLASSES, REGIONS, 0.15), count=1)
    assert [score.category for score in top] == ["Tee", "Jeans", "Dress", "Hat"]


def test_unlikely_categories_are_left_out_where_that_is_asked_for() -> None:
    top = best_of_each_region(np.array(BODY), REGIONS, Scorer(CLASSES, REGIONS, 0.15), count=3, min_score=0.2)
    assert [score.category for score in top] == ["Tee", "Jeans", "Skirt"]


@given(st.floats(0, 500), st.floats(0, 500), st.floats(1, 500), st.floats(1, 500))
def test_a_framed_person_is_inside_an_upright_frame(x: float, y: float, wide: float, high: float) -> None:
    person = Box(x1=x, y1=y, x2=x + wide, y2=y + high)
    frame = framed(person)
    assert frame.x1 <= person.x1 < person.x2 <= frame.x2
    assert frame.y1 <= person.y1 < person.y2 <= frame.y2
    assert (frame.y2 - frame.y1) / (frame.x2 - frame.x1) >= 1.5 - 1e-6
    assert all(view.y1 < view.y2 for view in view_boxes(person))


def test_a_person_as_high_as_two_inputs_has_pixels_enough() -> None:
    assert [own_pixels(Box(x1=0, y1=0, x2=9, y2=high), 192) for high in (96, 384, 900)] == [0.25, 1.0, 1.0]


def worn(number: int, start: float, end: float, look: int = 0, garment: int = 0) -> Worn:
    return Worn(
        number=number,
        start=Fraction(start),
        end=Fraction(end),
        probabilities=np.eye(3)[garment] * 0.7 + 0.1,
        embedding=np.eye(3)[look],
        colours=np.eye(3)[look],
        weight=1.0,
        best=Fraction(start),
        best_weight=1.0,
    )


def numbers(tracks: list[Worn], gap: float = 10.0) -> list[list[int]]:
    return [[one.number for one in group] for group in join(tracks, gap, 0.85)]


def test_the_same_outfit_goes_on_in_the_next_shot() -> None:
    assert numbers([worn(0, 0, 2), worn(1, 2, 4), worn(2, 9, 11)]) == [[0, 1, 2]]


def test_who_is_away_for_long_appears_anew() -> None:
    assert numbers([worn(0, 0, 2), worn(1, 13, 14)]) == [[0], [1]]


def test_two_people_of_one_moment_are_never_one() -> None:
    assert numbers([worn(0, 0, 2), worn(1, 1, 3)]) == [[0], [1]]


def test_other_clothes_or_another_look_are_not_joined() -> None:
    assert numbers([worn(0, 0, 2), worn(1, 2, 4, garment=1)]) == [[0], [1]]
    assert numbers([worn(0, 0, 2), worn(1, 2, 4, look=1)]) == [[0], [1]]


def test_two_who_go_on_side_by_side_keep_apart() -> None:
    pairs = [worn(0, 0, 2), worn(1, 0, 2, look=1), worn(2, 2, 4, look=1), worn(3, 2, 4)]
    assert numbers(pairs) == [[0, 3], [1, 2]]


def test_the_order_in_which_tracks_come_does_not_matter() -> None:
    tracks = [worn(0, 0, 2), worn(1, 2, 4), replace(worn(2, 5, 6), weight=0.2)]
    assert numbers(tracks) == numbers(tracks[::-1])
