"""Whether tracks stay with one person: people drawn as two blocks of colour, and real ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wildwear.errors import UserError
from wildwear.movies.clothes_colours import colours
from wildwear.movies.decoding import open_movie
from wildwear.movies.people.registry import open_detector
from wildwear.movies.records import Detection, Shot, Track
from wildwear.movies.tracks import Tracker, TrackSettings, buffered_iou
from wildwear.records import Box

WIDTH, HEIGHT = 480, 270
RED, BLUE, GREEN, WHITE, BLACK = (200, 30, 30), (30, 40, 200), (30, 160, 60), (240, 240, 240), (15, 15, 15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walker:
    """Somebody who walks at an even pace; farther down in a list is nearer to the camera."""

    x: float
    pace: float = 0.0
    """Pixels a second."""
    upper: tuple[int, int, int] = RED
    lower: tuple[int, int, int] = BLACK
    away: tuple[float, float] = (0, 0)
    """Seconds between which nobody finds them."""
    name: str = ""

    def box(self, time: Fraction) -> Box:
        x = self.x + self.pace * float(time)
        return Box(x1=x, y1=60, x2=x + 60, y2=240)

    def is_found(self, time: Fraction) -> bool:
        box = self.box(time)
        return box.x1 >= 0 and box.x2 <= WIDTH and not self.away[0] <= time < self.away[1]


def drawn(people: Sequence[Walker], time: Fraction) -> NDArray[np.uint8]:
    frame = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    for person in people:
        if person.is_found(time):
            x1, _, x2, _ = (int(side) for side in person.box(time).as_tuple())
            frame[60:150, x1:x2] = person.upper
            frame[150:240, x1:x2] = person.lower
    return frame


def shot(end: float = 100, start: float = 0, number: int = 0) -> Shot:
    return Shot(number=number, start=Fraction(start), end=Fraction(end))


def looks(seconds: int, every: Fraction) -> list[Fraction]:
    return [every * at for at in range(int(seconds / every))]


def walked(people: Sequence[Walker], every: Fraction, seconds: int = 4, **options: float) -> list[set[int]]:
    """For each track, who is in it."""
    tracker, who = Tracker(TrackSettings(**options)), {}
    for time in looks(seconds, every):
        found = [(number, person) for number, person in enumerate(people) if person.is_found(time)]
        who |= {(time, person.box(time)): number for number, person in found}
        boxes = [Detection(box=person.box(time), score=0.9, person=person.name) for _, person in found]
        tracker.add(time, boxes, drawn(people, time))
    tracks = tracker.end_shot(shot())
    assert sum(len(track.points) for track in tracks) == len(who), "every sure detection is in one track"
    return [{who[point.time, point.box] for point in track.points} for track in tracks]


RATES = pytest.mark.parametrize("every", [Fraction(1, 5), Fraction(1)], ids=["5/s", "1/s"])


@RATES
@pytest.mark.parametrize("pace", [0, 20, 90])
def test_a_person_is_one_track_even_where_boxes_do_not_overlap(every: Fraction, pace: float) -> None:
    assert walked([Walker(x=20, pace=pace)], every) == [{0}]


@RATES
def test_two_who_cross_keep_their_tracks(every: Fraction) -> None:
    people = [Walker(x=20, pace=80, upper=RED), Walker(x=400, pace=-80, upper=BLUE)]
    assert walked(people, every) == [{0}, {1}]


def test_two_in_the_same_clothes_who_cross_are_told_apart_by_where_they_go() -> None:
    people = [Walker(x=20, pace=80), Walker(x=400, pace=-80)]
    assert walked(people, Fraction(1, 5)) == [{0}, {1}]


@RATES
def test_people_in_the_same_clothes_who_stand_are_told_apart(every: Fraction) -> None:
    assert walked([Walker(x=60 * at) for at in range(6)], every) == [{at} for at in range(6)]


def test_a_person_who_is_hidden_for_a_while_is_one_track() -> None:
    assert walked([Walker(x=50, pace=20, away=(1, 2))], Fraction(1, 5)) == [{0}]


def test_a_person_who_is_away_for_long_is_another_track() -> None:
    assert walked([Walker(x=50, away=(1, 3))], Fraction(1, 5), max_gap=1.5) == [{0}, {0}]


@RATES
def test_another_person_at_the_same_place_a_while_later_is_another_track(every: Fraction) -> None:
    people = [Walker(x=50, upper=RED, away=(2, 9)), Walker(x=50, upper=GREEN, lower=WHITE, away=(0, 3))]
    assert walked(people, every, seconds=6) == [{0}, {1}]


def test_people_looked_for_more_rarely_than_the_longest_gap_are_tracks_still() -> None:
    assert walked([Walker(x=50), Walker(x=300, upper=BLUE)], Fraction(4), seconds=20) == [{0}, {1}]


@RATES
def test_people_with_names_keep_them_wherever_and_whenever_they_are_seen(every: Fraction) -> None:
    swap = [
        Walker(x=20, pace=400, away=(1, 8), name="a"),
        Walker(x=200, upper=RED, name="b"),
        Walker(x=400, away=(0, 8), name="a"),
    ]
    tracks = walked(swap, every, seconds=10)
    assert tracks == [{0, 2}, {1}]


def test_one_name_twice_in_a_frame_is_two_tracks() -> None:
    people = [Walker(x=20, name="a"), Walker(x=300, name="a")]
    assert walked(people, Fraction(1)) == [{0}, {1}]


def boxes(*places: float, score: float = 0.9) -> list[Detection]:
    return [Detection(box=Box(x1=x, y1=60, x2=x + 60, y2=240), score=score) for x in places]


def test_without_a_picture_the_place_decides() -> None:
    tracker = Tracker()
    keys = [tracker.add(Fraction(at, 5), boxes(20 + 5 * at, 300 - 5 * at)) for at in range(10)]
    assert keys == [[0, 1]] * 10


def test_keys_follow_people_however_detections_are_ordered() -> None:
    tracker = Tracker()
    assert tracker.add(Fraction(0), boxes(20, 300)) == [0, 1]
    assert tracker.add(Fraction(1, 5), boxes(300, 20)) == [1, 0]


def test_embeddings_of_the_caller_decide_instead_of_colours() -> None:
    tracker = Tracker(TrackSettings(looks_weight=1.0))
    one, other = [1.0, 0.0], [0.0, 1.0]
    assert tracker.add(Fraction(0), boxes(20, 60), embeddings=np.array([one, other])) == [0, 1]
    assert tracker.add(Fraction(1), boxes(20, 60), embeddings=np.array([other, one])) == [1, 0]


def test_an_embedding_of_zeros_says_nothing() -> None:
    tracker = Tracker()
    for at in range(3):
        assert tracker.add(Fraction(at), boxes(20), embeddings=np.zeros((1, 8))) == [0]


def test_unsure_detections_go_on_with_a_track_and_start_none() -> None:
    tracker = Tracker(TrackSettings(start_score=0.5))
    assert tracker.add(Fraction(0), boxes(20) + boxes(300, score=0.3)) == [0, -1]
    assert tracker.add(Fraction(1, 5), boxes(20, score=0.3)) == [0]


def test_tracks_end_with_their_shot_and_numbers_go_on() -> None:
    tracker = Tracker()
    for at in range(4):
        tracker.add(Fraction(at), boxes(20, 300))
    first = tracker.end_shot(shot(4))
    for at in range(4, 6):
        tracker.add(Fraction(at), boxes(20))
    second = tracker.end_shot(shot(6, 4, number=1))
    assert [(track.number, track.shot) for track in first + second] == [(0, 0), (1, 0), (2, 1)]


def test_a_cut_told_of_late_takes_nothing_across() -> None:
    told, late = Tracker(), Tracker()
    frames = [drawn([Walker(x=20, upper=RED)], Fraction(0)), drawn([Walker(x=20, upper=RED)], Fraction(0))]
    for at in range(10):
        if at == 6:
            expected = told.end_shot(shot(1.2))
        for tracker in (told, late):
            tracker.add(Fraction(at, 5), boxes(20) if at != 5 else [], frames[at >= 6])
    assert late.end_shot(shot(1.2)) == expected
    assert late.end_shot(shot(9, 1.2, 1)) == told.end_shot(shot(9, 1.2, 1))
    assert (expected[0].start, expected[0].end) == (0, Fraction(4, 5))


def test_a_shot_without_people_has_no_tracks() -> None:
    tracker = Tracker()
    assert tracker.add(Fraction(0), []) == []
    assert tracker.end_shot(shot()) == []


def test_boxes_beyond_the_frame_have_no_colours() -> None:
    frame = drawn([], Fraction(0))
    assert colours(frame, Box(x1=WIDTH + 5, y1=0, x2=WIDTH + 50, y2=100)) is None
    assert Tracker().add(Fraction(0), boxes(WIDTH + 5), frame) == [0]


def test_colours_are_alike_for_the_same_clothes_and_light_or_dark_apart() -> None:
    people = [Walker(x=20, upper=RED), Walker(x=150, upper=RED), Walker(x=300, upper=WHITE)]
    frame = drawn(people, Fraction(0))
    one, same, other = (colours(frame, person.box(Fraction(0))) for person in people)
    assert one is not None
    assert same is not None
    assert other is not None
    assert one @ same == pytest.approx(1)
    assert one @ other < 0.6


sides = st.floats(1, 200)
corners = st.floats(-500, 500)
placed = st.tuples(corners, corners, sides, sides).map(
    lambda box: np.array([box[0], box[1], box[0] + box[2], box[1] + box[3]])
)


@given(one=placed, other=placed, buffer=st.floats(0, 3))
def test_buffered_iou_is_a_symmetric_share(one: NDArray[np.float64], other: NDArray[np.float64], buffer: float) -> None:
    share = buffered_iou(one, other, buffer)
    assert 0 <= share <= 1
    assert share == pytest.approx(buffered_iou(other, one, buffer))
    assert buffered_iou(one, one, buffer) == pytest.approx(1)
    assert not share or buffered_iou(one, other, buffer + 0.5) > 0


found_boxes = st.lists(
    st.builds(
        lambda x, y, width, height, score: Detection(box=Box(x1=x, y1=y, x2=x + width, y2=y + height), score=score),
        corners,
        corners,
        sides,
        sides,
        st.floats(0, 1),
    ),
    max_size=5,
)


@settings(max_examples=40)
@given(frames=st.lists(found_boxes, max_size=8), cut=st.integers(0, 8))
def test_every_detection_is_in_one_track_at_most_and_every_sure_one_in_one(
    frames: list[list[Detection]], cut: int
) -> None:
    tracker = Tracker()
    for at, detections in enumerate(frames):
        keys = tracker.add(Fraction(at), detections)
        assert len(set(keys) - {-1}) == sum(key >= 0 for key in keys), "nobody is in a frame twice"
    tracks = tracker.end_shot(shot(cut)) + tracker.end_shot(shot(100, cut, 1))
    assert [track.number for track in tracks] == list(range(len(tracks)))
    tracked = [point.box for track in tracks for point in track.points]
    sure = [one.box for detections in frames for one in detections if one.score >= TrackSettings().start_score]
    assert len(tracked) <= sum(map(len, frames))
    assert all(box in tracked for box in sure)
    assert all(_rises(track) and (track.end < cut) == (track.shot == 0) for track in tracks)


def _rises(track: Track) -> bool:
    times = [point.time for point in track.points]
    return times == sorted(set(times))


@pytest.mark.parametrize(
    ("options", "flag"), [({"looks_weight": 1.5}, "--looks-weight"), ({"max_gap": -1.0}, "--max-gap")]
)
def test_settings_out_of_range_are_refused(options: dict[str, float], flag: str) -> None:
    with pytest.raises(UserError, match=flag):
        TrackSettings(**options)


def tracked(path: Path, network: Path, every: Fraction, end: Fraction) -> list[Track]:
    detector, tracker, due = open_detector(str(network), str(path)), Tracker(), Fraction(0)
    with open_movie(path) as movie:
        for frame in movie.frames(end=end):
            if frame.time >= due:
                tracker.add(frame.time, detector.detect(frame), frame.pixels)
                due += every
    return tracker.end_shot(shot(1000))


@pytest.mark.data
@RATES
@pytest.mark.parametrize(("name", "people"), [("walking", 2), ("classroom", 4), ("store-aisle", 3)])
def test_real_people_are_one_track_each_that_stays_with_them(
    name: str, people: int, every: Fraction, data: Path
) -> None:
    """In the aisle somebody walks past the two who stand there, close to the camera."""
    tracks = tracked(data / "movies" / f"{name}.mp4", data / "models" / "yolox_nano.onnx", every, Fraction(4))
    assert len(tracks) == people
    assert sum(track.start == 0 for track in tracks) == min(people, 4 if name == "classroom" else 2)
    for track in tracks:
        steps = [abs(b.box.x1 - a.box.x1) for a, b in zip(track.points, track.points[1:], strict=False)]
        assert max(steps) < 75, "nobody jumps to where another is"


@pytest.mark.data
def test_people_who_come_one_after_the_other_are_told_apart(data: Path) -> None:
    """A woman in grey until 19.4 s, a man in black from 22.8 s on, at the same table."""
    tracks = tracked(data / "movies" / "one-by-one.mp4", data / "models" / "yolox_nano.onnx", Fraction(1), Fraction(26))
    assert len(tracks) == 2
    assert tracks[0].end < 20
    assert tracks[1].start > 22
