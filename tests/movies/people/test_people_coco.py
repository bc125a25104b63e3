"""Boxes of people in COCO's JSON form."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wildwear.errors import UnreadableInput
from wildwear.movies.people.boxes_coco import coco_people
from wildwear.movies.people.given import GivenBoxes
from wildwear.movies.records import Frame

IMAGE: dict[str, Any] = {"id": 1, "video": "film", "timestamp": 2, "width": 200, "height": 100}
PERSON: dict[str, Any] = {"image_id": 1, "bbox": [20, 10, 40, 80]}


def opened(tmp_path: Path, content: object, movie: str = "film") -> GivenBoxes:
    file = tmp_path / "people.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return coco_people(file, movie)


def seen(people: GivenBoxes, time: Fraction = Fraction(2)) -> list[tuple[float, ...]]:
    """Boxes in a frame of 200 × 100."""
    found = people.detect(Frame(time=time, pixels=np.zeros((100, 200, 3), np.uint8)))
    return [tuple(round(side, 3) for side in one.box.as_tuple()) for one in found]


def test_a_box_is_left_top_width_height_in_pixels_of_its_image(tmp_path: Path) -> None:
    people = opened(tmp_path, {"images": [IMAGE], "annotations": [PERSON]})
    assert seen(people) == [(20, 10, 60, 90)]
    assert people.notes == ()


@pytest.mark.parametrize(
    ("timestamp", "time"),
    [
        (3, Fraction(3)),
        (41.708333, Fraction(41708333, 1000000)),
        ("0902", Fraction(902)),
        ("0902.5", Fraction(1805, 2)),
        ("1001/24", Fraction(1001, 24)),
        (1e-05, Fraction(1, 100000)),
    ],
)
def test_a_timestamp_is_taken_as_exactly_as_it_is_written(tmp_path: Path, timestamp: object, time: Fraction) -> None:
    people = opened(tmp_path, {"images": [IMAGE | {"timestamp": timestamp}], "annotations": [PERSON]})
    assert people.times == (time,)


@pytest.mark.parametrize(
    "naming",
    [
        {"video": "film"},
        {"video": "some/where/film.mp4"},
        {"video": None, "video_id": 5},
        {"video": None, "file_name": "frames/film/000123.jpg"},
    ],
)
def test_a_film_is_named_by_the_image_its_video_or_its_folder(tmp_path: Path, naming: dict[str, object]) -> None:
    videos = [{"id": 5, "name": "film.mkv"}]
    assert seen(opened(tmp_path, {"videos": videos, "images": [IMAGE | naming], "annotations": [PERSON]}))


def test_only_persons_count_where_there_are_categories(tmp_path: Path) -> None:
    categories = [{"id": 1, "name": "Person"}, {"id": 2, "name": "dog"}]
    annotations = [PERSON | {"category_id": 2}, PERSON | {"category_id": 1, "bbox": [0, 0, 10, 10]}]
    people = opened(tmp_path, {"categories": categories, "images": [IMAGE], "annotations": annotations})
    assert seen(people) == [(0, 0, 10, 10)]


def test_categories_without_a_person_are_named(tmp_path: Path) -> None:
    content = {"categories": [{"id": 2, "name": "dog"}], "images": [IMAGE], "annotations": [PERSON]}
    with pytest.raises(UnreadableInput, match="no category 'person'; it has dog"):
        opened(tmp_path, content)


def test_scores_and_tracks_come_through_the_surest_first(tmp_path: Path) -> None:
    annotations = [PERSON | {"score": 0.5, "track_id": 3}, PERSON | {"score": 0.75, "track_id": "b"}]
    people = opened(tmp_path, {"images": [IMAGE], "annotations": annotations})
    found = people.detect(Frame(time=Fraction(2), pixels=np.zeros((10, 20, 3), np.uint8)))
    assert [(one.score, one.person) for one in found] == [(0.75, "b"), (0.5, "3")]


def test_a_box_is_cut_off_at_the_edge_of_its_image(tmp_path: Path) -> None:
    people = opened(tmp_path, {"images": [IMAGE], "annotations": [PERSON | {"bbox": [-10, 50, 40, 80]}]})
    assert seen(people) == [(0, 50, 30, 100)]


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ({"bbox": None}, "box"),
        ({"bbox": [1, 2, 3]}, "box"),
        ({"bbox": [1, 2, "x", 4]}, "box"),
        ({"bbox": [1, 2, 0, 4]}, "box"),
        ({"bbox": [1, 2, 10**400, 4]}, "box"),
        ({"bbox": [500, 2, 10, 4]}, "box"),
        ({"score": 1.5}, "box"),
        ({"image_id": 9}, "no_image"),
        ({"image_id": [1]}, "no_image"),
    ],
)
def test_an_annotation_that_cannot_be_taken_is_counted_and_named(
    tmp_path: Path, spoiled: dict[str, object], reason: str
) -> None:
    people = opened(tmp_path, {"images": [IMAGE], "annotations": [PERSON, PERSON | spoiled]})
    assert len(seen(people)) == 1
    assert f"1 of 2 rows left out (1 {reason}); the first is row 2" in people.notes[0]


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ({"timestamp": None}, "timestamp"),
        ({"timestamp": -1}, "timestamp"),
        ({"timestamp": "1/0"}, "timestamp"),
        ({"timestamp": "9" * 5000}, "timestamp"),
        ({"width": 0}, "width_height"),
        ({"height": "high"}, "width_height"),
        ({"video": ""}, "video"),
    ],
)
def test_an_image_that_says_too_little_is_counted_and_named(
    tmp_path: Path, spoiled: dict[str, object], reason: str
) -> None:
    people = opened(tmp_path, {"images": [IMAGE, IMAGE | {"id": 2} | spoiled], "annotations": [PERSON]})
    assert f"(1 {reason}); the first is row 2" in people.notes[0]


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", "null", "[" * 100_000, '{"images": 3, "annotations": []}', '{"images": [], "annotations": [1]}'],
)
def test_what_is_not_of_this_form_is_unreadable_in_one_line(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableInput) as caught:
        opened(tmp_path, content)
    assert "people.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_numbers_that_are_none_do_no_harm(tmp_path: Path) -> None:
    text = json.dumps({"images": [IMAGE], "annotations": [PERSON]}).replace("[20, 10, 40", "[NaN, 10, Infinity")
    with pytest.raises(UnreadableInput, match="has no box of 'film'"):
        opened(tmp_path, text)


@pytest.mark.parametrize("number", ["1e999999999", "1e-999999999", "0." + "1" * 5000])
def test_a_number_whose_digits_would_fill_the_memory_is_none(tmp_path: Path, number: str) -> None:
    text = json.dumps({"images": [IMAGE, IMAGE | {"id": 2, "timestamp": "?"}], "annotations": [PERSON]})
    people = opened(tmp_path, text.replace('"?"', number))
    assert "1 of 2 rows left out (1 timestamp)" in people.notes[0]


def test_a_film_that_the_file_does_not_know_is_an_error_with_the_names_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="has no box of 'other'; it is about 'film'"):
        opened(tmp_path, {"images": [IMAGE], "annotations": [PERSON]}, movie="other")
    with pytest.raises(UnreadableInput, match="it is about no film"):
        opened(tmp_path, {"images": [], "annotations": []})


def test_of_two_times_the_nearer_one_answers(tmp_path: Path) -> None:
    images = [IMAGE, IMAGE | {"id": 2, "timestamp": "2.125"}]
    annotations = [PERSON, PERSON | {"image_id": 2, "bbox": [0, 0, 10, 10]}]
    people = opened(tmp_path, {"images": images, "annotations": annotations})
    assert seen(people, Fraction(205, 100)) == [(20, 10, 60, 90)]
    assert seen(people, Fraction(207, 100)) == [(0, 0, 10, 10)]
    assert seen(people, Fraction(19, 10)) == [(20, 10, 60, 90)]
    assert seen(people, Fraction(18, 10)) == []
