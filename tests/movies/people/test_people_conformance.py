"""What every detector of people does, whatever it is made of."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np
import pytest
from tests.movies.people.tiny_detectors import DETECTORS, PLACE

from wildwear.models.settings import RuntimeOptions
from wildwear.movies.people.base import PersonDetector
from wildwear.movies.people.registry import open_detector
from wildwear.movies.records import Detection, Frame

TIME = Fraction(902)
FILM = "films/film one.mp4"


def frame(level: int, *, time: Fraction = TIME, width: int = 128, height: int = 72) -> Frame:
    return Frame(time=time, pixels=np.full((height, width, 3), level, np.uint8))


@dataclass(frozen=True, kw_only=True)
class Case:
    """A detector, a frame with people, and one without where there is such a thing."""

    detector: PersonDetector
    peopled: Frame
    empty: Frame | None
    place: tuple[float, float, float, float] = PLACE


def _network(name: str, tmp_path: Path) -> Case:
    (tmp_path / "tiny.onnx").write_bytes(DETECTORS[name]().SerializeToString())
    spec = str(tmp_path / "tiny.onnx")
    return Case(detector=open_detector(spec, FILM, RuntimeOptions(threads=1)), peopled=frame(255), empty=frame(0))


def _ava(tmp_path: Path) -> Case:
    corners = ",".join(map(str, PLACE))
    (tmp_path / "ava.csv").write_text(
        f"film one,0902,{corners},80,1\nfilm one,0902,{corners},12,1\nother,0903,0,0,1,1,1,1"
    )
    detector = open_detector(f"ava:{tmp_path / 'ava.csv'}", FILM)
    return Case(detector=detector, peopled=frame(0), empty=frame(0, time=Fraction(903)))


def _coco(tmp_path: Path) -> Case:
    image = {"id": 1, "video": "film one.mp4", "timestamp": "902", "width": 1280, "height": 720}
    person = {"image_id": 1, "bbox": [320, 180, 320, 360], "score": 0.75, "track_id": 7}
    content = {"images": [image], "annotations": [person]}
    (tmp_path / "coco.json").write_text(json.dumps(content))
    detector = open_detector(f"coco:{tmp_path / 'coco.json'}", FILM)
    return Case(detector=detector, peopled=frame(0), empty=frame(0, time=Fraction(903)))


def _nobody(tmp_path: Path) -> Case:
    return Case(detector=open_detector("none", FILM), peopled=frame(0), empty=None, place=(0, 0, 1, 1))


CASES: dict[str, Callable[[Path], Case]] = {
    "ava": _ava,
    "coco": _coco,
    "none": _nobody,
    **{name: lambda tmp_path, name=name: _network(name, tmp_path) for name in DETECTORS},  # type: ignore[misc]
}


@pytest.fixture(params=[*CASES, pytest.param("yolox_nano", marks=pytest.mark.data)])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    if request.param in CASES:
        return CASES[request.param](tmp_path)
    data: Path = request.getfixturevalue("data")
    detector = open_detector(str(data / "models" / "yolox_nano.onnx"), FILM, RuntimeOptions(threads=1))
    with av.open(data / "movies" / "walking.mp4") as film:
        pixels = next(film.decode(video=0)).to_ndarray(format="rgb24")
    peopled = Frame(time=TIME, pixels=pixels)
    return Case(detector=detector, peopled=peopled, empty=frame(114), place=(0.63, 0.378, 0.726, 1.0))


def fractions(detection: Detection, where: Frame) -> np.ndarray:
    height, width = where.pixels.shape[:2]
    return np.array(detection.box.as_tuple()) / [width, height, width, height]


def test_it_says_what_it_is_in_one_line(case: Case) -> None:
    assert case.detector.key.isprintable()
    assert case.detector.side >= 0
    assert all(note.isprintable() for note in case.detector.notes)


def test_a_person_is_found_where_they_stand(case: Case) -> None:
    found = case.detector.detect(case.peopled)
    assert min(np.abs(fractions(one, case.peopled) - case.place).max() for one in found) < 0.05


def test_nobody_is_found_where_nobody_is(case: Case) -> None:
    if case.empty is not None:
        assert case.detector.detect(case.empty) == []


def test_people_lie_inside_the_frame_the_surest_first(case: Case) -> None:
    found = case.detector.detect(case.peopled)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    for one in found:
        left, top, right, bottom = fractions(one, case.peopled)
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1


def test_one_person_is_found_once(case: Case) -> None:
    found = case.detector.detect(case.peopled)
    places = [fractions(one, case.peopled) for one in found]
    near = [np.abs(place - case.place).max() < 0.1 for place in places]
    assert near.count(True) == 1


def test_many_frames_of_any_sizes_give_what_each_gives_alone(case: Case) -> None:
    peopled, empty = case.peopled, case.empty or case.peopled
    wide = replace(peopled, pixels=np.ascontiguousarray(peopled.pixels[::2, ::2]))
    frames = [peopled, empty, wide, *[empty, peopled] * 5]
    together = case.detector.detect_many(frames)
    alone = [case.detector.detect(one) for one in frames]
    assert [len(found) for found in together] == [len(found) for found in alone]
    for one, other in zip(chain(*together), chain(*alone), strict=True):
        assert one.person == other.person
        assert (*one.box.as_tuple(), one.score) == pytest.approx((*other.box.as_tuple(), other.score), abs=0.1)


def test_no_frames_give_nothing(case: Case) -> None:
    assert case.detector.detect_many([]) == []


def test_boxes_are_in_the_pixels_of_the_frame_that_was_given(case: Case) -> None:
    larger = replace(case.peopled, pixels=np.repeat(np.repeat(case.peopled.pixels, 2, axis=0), 2, axis=1))
    once = sorted(fractions(one, case.peopled).tolist() for one in case.detector.detect(case.peopled))
    twice = sorted(fractions(one, larger).tolist() for one in case.detector.detect(larger))
    assert np.array(once) == pytest.approx(np.array(twice), abs=0.03)


def test_frames_are_left_as_they_are(case: Case) -> None:
    pixels = case.peopled.pixels.copy()
    pixels.flags.writeable = False
    case.detector.detect_many([replace(case.peopled, pixels=pixels)])
    assert (pixels == case.peopled.pixels).all()


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 500), (700, 2)])
def test_frames_of_odd_shapes_are_looked_at_too(case: Case, width: int, height: int) -> None:
    odd = frame(255, width=width, height=height)
    for one in case.detector.detect(odd):
        assert one.box.x2 <= width
        assert one.box.y2 <= height


def test_where_only_some_times_are_known_they_are_told_and_no_others_answer(case: Case) -> None:
    times = case.detector.times
    if times is None:
        return
    assert list(times) == sorted(set(times))
    assert all(case.detector.detect(replace(case.peopled, time=time)) for time in times)
    assert case.detector.detect(replace(case.peopled, time=times[0] + Fraction(1, 24)))
    assert not case.detector.detect(replace(case.peopled, time=times[-1] + Fraction(1, 2)))
