"""The JSON of a movie's tags."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tagging.outputs.movie_tags import CUT, movie

from wildwear.movies.records import MovieInfo, Shot, TrackPoint
from wildwear.records import Box, Region
from wildwear.tagging.movies.json_form import from_json, seconds, time, to_json
from wildwear.tagging.movies.tags import Appearance, FailedMovie, MovieTags, TrackTags
from wildwear.tagging.tags import Outfit, Score

HOURS = 360_000
microseconds = st.integers(0, HOURS * 1_000_000).map(lambda count: Fraction(count, 1_000_000))
any_times = st.fractions(0, HOURS, max_denominator=1_000_000)
shares = st.integers(0, 10_000).map(lambda count: count / 10_000)
scores = st.builds(Score, category=st.text(max_size=9), region=st.sampled_from(Region), score=shares)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x, y, width, height = (draw(st.integers(low, 800_000)) for low in (-10_000, -10_000, 1, 1))
    return Box(x1=x / 100, y1=y / 100, x2=(x + width) / 100, y2=(y + height) / 100)


def movies(times: st.SearchStrategy[Fraction]) -> st.SearchStrategy[MovieTags]:
    points = st.builds(TrackPoint, time=times, box=boxes(), score=shares)
    top = st.lists(scores, max_size=3).map(tuple)
    tracks = st.builds(
        TrackTags,
        number=st.integers(0, 9),
        shot=st.integers(0, 9),
        start=times,
        end=times,
        points=st.lists(points, min_size=1, max_size=3).map(tuple),
        frames=st.integers(0, 9),
        top=top,
        outfit=_outfits(),
        best=times,
        left_out=st.sampled_from(["", "face_only"]),
    )
    appearances = st.builds(
        Appearance,
        number=st.integers(0, 9),
        start=times,
        end=times,
        tracks=st.lists(st.integers(0, 9), max_size=3).map(tuple),
        top=top,
        outfit=_outfits(),
        best=times,
    )
    rates = st.fractions(0, 1000, max_denominator=1001)
    infos = st.builds(
        MovieInfo,
        path=st.just("a.mp4"),
        width=st.integers(1, 8192),
        height=st.integers(1, 8192),
        duration=times,
        rate=rates,
        codec=st.text(max_size=5),
        rotation=st.sampled_from([0, 90, 180, 270]),
    )
    return st.builds(
        MovieTags,
        path=st.just("a.mp4"),
        model=st.text(max_size=9),
        people=st.text(max_size=9),
        info=infos,
        status=st.sampled_from(["ok", "partial"]),
        decoded_until=times,
        detail=st.text(max_size=9),
        shots=st.lists(st.tuples(times, times), max_size=3).map(
            lambda ends: tuple(Shot(number=i, start=a, end=b) for i, (a, b) in enumerate(ends))
        ),
        tracks=st.lists(tracks, max_size=3).map(tuple),
        appearances=st.lists(appearances, max_size=3).map(tuple),
        left_out=st.dictionaries(st.text(max_size=5), st.integers(0, 99), max_size=3),
    )


def _outfits() -> st.SearchStrategy[Outfit]:
    def worn(region: Region) -> st.SearchStrategy[Score | None]:
        return st.none() | st.builds(Score, category=st.text(max_size=9), region=st.just(region), score=shares)

    return st.builds(Outfit, **{region.value: worn(region) for region in Region})


def through_text(tags: MovieTags | FailedMovie) -> MovieTags | FailedMovie:
    return from_json(json.loads(json.dumps(to_json(tags))))


@given(movies(microseconds))
def test_tags_come_back_from_json_as_they_were(tags: MovieTags) -> None:
    assert through_text(tags) == tags


@given(movies(any_times))
def test_times_of_any_clock_lose_less_than_a_microsecond_and_only_once(tags: MovieTags) -> None:
    read = through_text(tags)
    assert isinstance(read, MovieTags)
    assert abs(read.decoded_until - tags.decoded_until) <= Fraction(1, 1_000_000)
    assert through_text(read) == read


@given(any_times)
def test_a_time_in_json_is_a_number_of_seconds(when: Fraction) -> None:
    assert abs(time(seconds(when)) - when) <= Fraction(1, 1_000_000)
    assert seconds(time(seconds(when))) == seconds(when)


def test_the_object_of_a_movie_is_as_documented() -> None:
    record = to_json(movie())
    dress = {"category": "Dress", "region": "full", "score": 0.6}
    assert (record["movie"], record["status"], record["people"]) == (
        "films/walking.mp4",
        "ok",
        "boxes.csv@0123456789ab",
    )
    assert record["info"] == {
        "width": 320,
        "height": 180,
        "duration": 4.0,
        "rate": "24000/1001",
        "codec": "h264",
        "rotation": 0,
    }
    assert record["shots"] == [[0.0, 2.0], [2.0, 4.0]] and CUT == 2
    assert record["tracks"][0]["points"] == [[0.0, 20.0, 20.0, 80.0, 160.0, 0.9], [1.0, 60.0, 20.0, 120.0, 160.0, 0.9]]
    assert [one.get("left_out") for one in record["tracks"]] == [None, None, None, "face_only"]
    first = record["appearances"][0]
    assert (first["start"], first["end"], first["tracks"], first["outfit"]) == (0.0, 4.0, [0, 2], {"full": dress})


def test_a_movie_that_failed_is_its_reason() -> None:
    failed = FailedMovie(path="a.mp4", reason="not_a_movie", detail="it is a text")
    assert to_json(failed) == {
        "movie": "a.mp4",
        "status": "failed",
        "reason": "not_a_movie",
        "detail": "it is a text",
    }
    assert through_text(failed) == failed


def test_a_box_thinner_than_what_is_written_is_not_rounded_away() -> None:
    point = TrackPoint(time=Fraction(0), box=Box(x1=1.001, y1=2.0, x2=1.002, y2=9.0), score=0.5)
    tags = replace(movie(), tracks=(replace(movie().tracks[0], points=(point,)),))
    assert through_text(tags) == tags


@pytest.mark.parametrize("damage", [{}, {"status": "ok"}, {"status": "ok", "movie": "a", "info": {}}, {"status": 1}])
def test_anything_else_is_refused(damage: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_json(damage)
