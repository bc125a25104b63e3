"""Real clips: how many people, no switches of identity, and what they wear among the best three of its region."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from wildwear.models.registry import find_model
from wildwear.models.settings import RuntimeOptions
from wildwear.records import Region
from wildwear.tagging.movies.analysis import Job, tag_movie
from wildwear.tagging.movies.kept import tags_in
from wildwear.tagging.movies.progress_log import read_log
from wildwear.tagging.movies.settings import MovieSettings
from wildwear.tagging.movies.tags import TrackTags

pytestmark = pytest.mark.data

CLIPS = ("walking", "store-aisle", "classroom")


@pytest.fixture(scope="module")
def people(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[TrackTags]]:
    """The tracks of each clip, from left to right where they are first seen."""
    settings = MovieSettings(people=str(data / "models" / "yolox_nano.onnx"))
    model, options = str(find_model("wildwear-base")), RuntimeOptions(threads=1)
    found = {}
    for name in CLIPS:
        log = tmp_path_factory.mktemp("logs") / name
        movie = str(data / "movies" / f"{name}.mp4")
        tag_movie(lambda _: None, Job(movie=movie, log=str(log), model=model, settings=settings, options=options))
        tracks = [tags_in(track) for shot in read_log(log).shots for track in shot["tracks"]]
        found[name] = sorted(tracks, key=lambda track: track.points[0].box.x1)
    return found


def best(track: TrackTags, region: Region, count: int = 3) -> list[str]:
    return [score.category for score in track.top if score.region == region][:count]


@pytest.mark.parametrize(("clip", "count"), [("walking", 2), ("store-aisle", 2), ("classroom", 4)])
def test_everybody_who_is_there_at_first_is_one_track_to_the_end(
    people: Mapping[str, list[TrackTags]], clip: str, count: int
) -> None:
    whole = [track for track in people[clip] if track.start == 0]
    assert len(whole) == count
    assert len({track.end for track in whole}) == 1
    assert not any(track.left_out for track in whole)


def test_the_woman_who_comes_into_the_aisle_later_is_the_only_other_one(people: Mapping[str, list[TrackTags]]) -> None:
    later = [track for clip in CLIPS for track in people[clip] if track.start > 0]
    assert [track in people["store-aisle"] for track in later] == [True]


def test_the_dress_is_among_the_best_three_of_its_wearer(people: Mapping[str, list[TrackTags]]) -> None:
    woman = people["walking"][0]
    assert "Dress" in [score.category for score in woman.top[:3]]
    assert best(woman, Region.FULL, 1) == ["Dress"]


def test_the_jacket_and_the_jeans_are_among_the_best_three_of_their_wearer(
    people: Mapping[str, list[TrackTags]],
) -> None:
    man = people["store-aisle"][0]
    assert "Jacket" in best(man, Region.UPPER)
    assert "Jeans" in best(man, Region.LOWER)
