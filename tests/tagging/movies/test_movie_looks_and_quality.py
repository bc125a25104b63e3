"""How well frames show people, which of them are kept, and which frames are searched."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from wildwear.errors import UserError
from wildwear.movies.records import Track, TrackPoint
from wildwear.records import Box
from wildwear.tagging.movies.looks import Look, Looks
from wildwear.tagging.movies.quality import BLURRED, FACE_ONLY, TOO_SMALL, judge_box, judge_pixels, sharpness
from wildwear.tagging.movies.searching import Schedule
from wildwear.tagging.movies.settings import MovieSettings

EVERY = Fraction(1, 5)


def checked(height: int, width: int) -> np.ndarray:
    """Cloth with a coarse check."""
    rows, columns = np.mgrid[:height, :width] * 12 // height
    return np.repeat((((rows + columns) % 2) * 160 + 40).astype(np.uint8)[..., None], 3, axis=2)


def look(seconds: float, weight: float) -> Look:
    return Look(
        time=Fraction(seconds),
        box=Box(x1=0, y1=0, x2=1 + seconds, y2=2),
        weight=weight,
        inputs=np.zeros((1, 3, 1, 1), np.float16),
        colours=np.zeros(1),
        thumbnail=np.zeros((1, 1, 3), np.uint8),
    )


def track(*looks: Look) -> Track:
    points = tuple(TrackPoint(time=one.time, box=one.box, score=0.9) for one in looks)
    return Track(number=0, shot=0, points=points)


def box(x1: float, y1: float, x2: float, y2: float) -> Box:
    return Box(x1=x1, y1=y1, x2=x2, y2=y2)


def test_a_person_of_few_pixels_is_too_small() -> None:
    assert judge_box(box(10, 10, 30, 50), 640, 360, min_person=48).reason == TOO_SMALL


def test_head_and_shoulders_at_the_lower_edge_are_a_face_only_and_somebody_seated_is_not() -> None:
    assert judge_box(box(200, 60, 560, 360), 640, 360, min_person=48).reason == FACE_ONLY
    assert judge_box(box(200, 60, 420, 340), 640, 360, min_person=48).reason == ""


def test_a_larger_person_and_more_of_the_body_weigh_more() -> None:
    standing, small, cut = (
        judge_box(one, 640, 360, min_person=48).weight
        for one in (box(200, 20, 300, 340), box(200, 100, 240, 200), box(200, 200, 300, 360))
    )
    assert standing > small
    assert standing > cut


def test_somebody_who_leaves_at_the_side_weighs_less() -> None:
    inside, leaving = (judge_box(one, 640, 360, 48).weight for one in (box(50, 20, 150, 340), box(0, 20, 100, 340)))
    assert leaving < inside


def test_a_blurred_person_is_left_out_and_a_sharp_one_is_not() -> None:
    sharp = checked(300, 100)
    blurred = np.asarray(Image.fromarray(sharp).filter(ImageFilter.GaussianBlur(14)))
    assert judge_pixels(sharp).weight > 0.5
    assert judge_pixels(blurred).reason == BLURRED


@pytest.mark.parametrize("dimmed", [0.5, 0.8])
def test_sharpness_hardly_depends_on_light_or_size(dimmed: float) -> None:
    rgb = checked(384, 128)
    dark = (rgb * dimmed).astype(np.uint8)
    assert sharpness(dark) == pytest.approx(sharpness(rgb), rel=0.05)
    assert sharpness(checked(192, 64)) == pytest.approx(sharpness(rgb), rel=0.5)


@given(st.integers(1, 40), st.integers(1, 40))
def test_any_pixels_have_a_sharpness(height: int, width: int) -> None:
    assert np.isfinite(sharpness(np.zeros((height, width, 3), np.uint8)))


def test_looks_keep_the_best_and_spread_them_over_time() -> None:
    looks = Looks(most=2)
    given_looks = [look(0, 0.9), look(0.1, 0.95), look(5, 0.5), look(9, 0.1)]
    for one in given_looks:
        looks.add(7, one)
    (seen,) = looks.take([track(*given_looks)], end=Fraction(10))
    assert [float(one.time) for one in seen.looks] == pytest.approx([0.1, 5])


def test_what_cannot_be_kept_is_not_wanted() -> None:
    looks = Looks(most=2)
    for one in (look(0, 0.9), look(3, 0.9)):
        looks.add(1, one)
    assert not looks.wants(1, Fraction(6), 0.2)
    assert looks.wants(1, Fraction(6), 1.0)
    assert looks.wants(2, Fraction(6), 0.2)


def test_looks_of_the_next_shot_stay_when_one_is_taken() -> None:
    looks = Looks(most=4)
    before, after = look(1, 0.5), look(3, 0.5)
    looks.add(1, before)
    looks.add(1, after)
    looks.reject(Fraction(1), box(0, 0, 9, 9), BLURRED)
    assert [len(seen.looks) for seen in looks.take([track(before)], end=Fraction(2))] == [1]
    assert [len(seen.looks) for seen in looks.take([track(after)], end=Fraction(4))] == [1]


def test_a_track_without_looks_has_the_reasons() -> None:
    looks = Looks(most=4)
    hidden = look(1, 0.5)
    looks.reject(hidden.time, hidden.box, FACE_ONLY)
    (seen,) = looks.take([track(hidden)], end=Fraction(2))
    assert (seen.looks, seen.reasons) == ([], [FACE_ONLY])


@given(st.lists(st.fractions(0, 30), min_size=1, max_size=60, unique=True), st.data())
def test_a_run_that_goes_on_searches_the_frames_that_it_would_have_searched(
    times: list[Fraction], data: st.DataObject
) -> None:
    times = sorted(times)
    cut = data.draw(st.integers(0, len(times) - 1))
    whole = Schedule(0.5, None, Fraction(1, 25), None)
    searched = [time for time in times if whole.due(time)]
    rest = Schedule(0.5, None, Fraction(1, 25), times[cut - 1] if cut else None)
    assert [time for time in times[cut:] if rest.due(time)] == [time for time in searched if time >= times[cut]]


def test_frames_are_searched_five_times_a_second_at_any_rate() -> None:
    for rate in (Fraction(24000, 1001), Fraction(30), Fraction(60)):
        schedule = Schedule(0.2, None, 1 / rate, None)
        assert sum(schedule.due(number / rate) for number in range(int(10 * rate))) in (50, 51)


def test_given_times_name_the_nearest_frame() -> None:
    schedule = Schedule(0.2, (Fraction(1), Fraction(2)), Fraction(1, 25), None)
    assert [number for number in range(75) if schedule.due(Fraction(number, 25))] == [25, 50]


@pytest.mark.parametrize("wrong", [{"detect_every": 0}, {"min_person": -1}, {"join_likeness": 1.5}])
def test_settings_that_cannot_be_are_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(UserError, match="--" + next(iter(wrong)).replace("_", "-")):
        MovieSettings(**wrong)  # type: ignore[arg-type]
