"""Windows round boxes, the track of each, and the draw."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wildwear.movies.clip_windows import KeyBox, Window, box_at, sampled, windows_of_boxes, windows_of_tags
from wildwear.movies.records import MovieInfo, TrackPoint
from wildwear.records import Box
from wildwear.tagging.movies.tags import MovieTags, TrackTags

LEFT = (0.1, 0.1, 0.3, 0.9)
RIGHT = (0.5, 0.1, 0.7, 0.9)
SECOND = Fraction(1)


def key(
    timestamp: str, corners: tuple[float, float, float, float] = LEFT, person: str = "1", movie: str = "a"
) -> KeyBox:
    return KeyBox(movie=movie, person=person, timestamp=timestamp, corners=corners)


def test_a_clip_is_the_same_however_its_timestamp_is_written() -> None:
    assert key("0902").clip_id == key("902.0").clip_id
    assert key("0902").clip_id != key("0903").clip_id
    assert key("0902").clip_id != key("0902", person="2").clip_id
    assert key("0902").clip_id != key("0902", RIGHT).clip_id


def test_a_window_reaches_half_its_length_to_both_sides_and_not_before_the_film() -> None:
    (early, late) = windows_of_boxes([key("0902"), key("0.25")], SECOND)
    assert (early.start, early.end) == (0, Fraction(3, 4))
    assert (late.start, late.end) == (Fraction(1803, 2), Fraction(1805, 2))


def test_a_box_that_is_listed_twice_is_one_clip() -> None:
    assert len(windows_of_boxes([key("0902"), key("902")], SECOND)) == 1


def test_between_two_seconds_a_person_moves_in_proportion() -> None:
    first, second = windows_of_boxes([key("2"), key("3", RIGHT)], SECOND)
    assert first.at(Fraction(5, 2)) == pytest.approx((0.3, 0.1, 0.5, 0.9))
    assert first.at(Fraction(0)) == LEFT
    assert second.at(Fraction(9)) == RIGHT


@pytest.mark.parametrize(
    "other",
    [key("5", RIGHT), key("3", RIGHT, person="2"), key("3", RIGHT, movie="b")],
    ids=["later than a second", "another person", "another film"],
)
def test_other_boxes_are_no_part_of_a_track(other: KeyBox) -> None:
    (window,) = (one for one in windows_of_boxes([key("2"), other], SECOND) if one.key == key("2"))
    assert window.track == ((Fraction(2), LEFT),)


def test_boxes_of_nobody_in_particular_are_not_joined() -> None:
    windows = windows_of_boxes([key("2", person=""), key("3", RIGHT, person="")], SECOND)
    assert [len(window.track) for window in windows] == [1, 1]


def test_a_person_in_two_places_at_once_says_nothing_of_a_track() -> None:
    windows = windows_of_boxes([key("2"), key("3", RIGHT), key("3", (0.2, 0.2, 0.4, 0.8))], SECOND)
    assert len(windows[0].track) == 1


CORNERS = st.tuples(*[st.floats(0, 1) for _ in range(4)])


@given(st.dictionaries(st.integers(0, 20), CORNERS, min_size=1, max_size=5), st.fractions(-1, 25))
def test_a_box_between_others_lies_between_them(known: dict[int, tuple[float, ...]], time: Fraction) -> None:
    track = [(Fraction(at), corners) for at, corners in sorted(known.items())]
    found = box_at(track, time)  # type: ignore[arg-type]
    for axis, value in enumerate(found):
        values = [corners[axis] for _, corners in track]
        assert min(values) - 1e-9 <= value <= max(values) + 1e-9
    if time in dict(track):
        assert found == pytest.approx(dict(track)[time])


def many(sizes: dict[str, int]) -> list[Window]:
    return windows_of_boxes([key(str(at), movie=movie) for movie, size in sizes.items() for at in range(size)], SECOND)


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 12), min_size=1),
    st.integers(1, 30),
    st.integers(1, 30),
    st.integers(0, 3),
)
def test_a_larger_draw_holds_the_smaller_one(sizes: dict[str, int], one: int, other: int, seed: int) -> None:
    windows = many(sizes)
    small, large = (sampled(windows, count, seed) for count in sorted((one, other)))
    assert {window.key.clip_id for window in small} <= {window.key.clip_id for window in large}
    assert len(small) == min(min(one, other), len(windows))
    assert small == sorted(small, key=windows.index)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 40), min_size=1), st.integers(1, 60))
def test_a_draw_takes_from_each_film_in_proportion(sizes: dict[str, int], count: int) -> None:
    drawn = Counter(window.key.movie for window in sampled(many(sizes), count, 0))
    share = min(1.0, count / sum(sizes.values()))
    if count >= len(sizes):
        assert all(drawn[film] >= 1 for film in sizes)
    assert all(drawn[film] <= share * size + 1 + len(sizes) * share for film, size in sizes.items())


def test_another_seed_draws_others_and_the_order_of_boxes_does_not_matter() -> None:
    windows = many({"a": 50, "b": 50})
    assert sampled(windows, 10, 0) == sampled(list(reversed(windows)), 10, 0)
    assert sampled(windows, 10, 0) != sampled(windows, 10, 1)


def tagged(*tracks: TrackTags) -> MovieTags:
    info = MovieInfo(path="a.mp4", width=200, height=100, duration=Fraction(20), rate=Fraction(25), codec="h264")
    return MovieTags(
        path="a.mp4",
        model="m@1",
        people="p@1",
        info=info,
        status="ok",
        decoded_until=Fraction(20),
        tracks=tracks,
    )


def track(number: int, left_out: str = "") -> TrackTags:
    points = tuple(
        TrackPoint(time=Fraction(at), box=Box(x1=20 + at, y1=10, x2=60 + at, y2=90), score=0.9) for at in range(2, 12)
    )
    return TrackTags(
        number=number,
        shot=0,
        start=Fraction(2),
        end=Fraction(12),
        points=points,
        frames=3,
        best=Fraction(5),
        left_out=left_out,
    )


def test_a_track_gives_a_clip_at_its_best_moment_in_fractions_of_the_frame() -> None:
    (window,) = windows_of_tags(tagged(track(7), track(8, left_out="face_only")), "a", SECOND, Fraction(0))
    assert (window.key.person, window.key.timestamp) == ("7", "5")
    assert window.key.corners == pytest.approx((0.125, 0.1, 0.325, 0.9))
    assert [time for time, _ in window.track] == [4, 5, 6]


def test_or_one_each_so_many_seconds_round_it() -> None:
    windows = windows_of_tags(tagged(track(7)), "a", SECOND, Fraction(3))
    assert [window.key.timestamp for window in windows] == ["2", "5", "8", "11"]
