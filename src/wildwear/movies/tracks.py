"""Tracks: the same person from detection to detection within one shot.

People are looked for a few times a second at most, so boxes of one person need not overlap. What links them is how
well the box lies where the person was going, widened by how far people walk in the time between (buffered IoU: Yang
et al., Hard to Track Objects with Irregular Motions and Similar Appearances?, WACV 2023), and how alike the clothes
look. The Hungarian algorithm pairs detections with tracks at the least cost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from wildwear.errors import UserError
from wildwear.movies.clothes_colours import colours
from wildwear.movies.records import Detection, Shot, Track, TrackPoint
from wildwear.movies.shots import FRAMES_BEHIND

Vector = NDArray[np.float64]

IMPOSSIBLE = 1e3
"""The cost of a pair that cannot be."""
STRANGERS = 0.4
"""How alike any two people look, 0 to 1: the product of their vectors says nothing below this."""
REMEMBERED = Fraction(30)
"""Seconds for which detections are kept to be looked at anew, when a cut is told of late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackSettings:
    """Which detections are taken for the same person."""

    start_score: float = 0.4
    """A track starts with a detection at least this sure, 0 to 1; less sure ones only go on with a track."""
    max_gap: float = 2.5
    """Seconds that a person may be out of sight and be the same track after."""
    looks_weight: float = 0.7
    """How much it counts that clothes look alike, against where the box is, 0 to 1."""
    min_likeness: float = 0.35
    """Place and looks together must agree at least this well, 0 to 1."""
    min_likeness_again: float = 0.7
    """What they must agree when a person was out of sight for a second or more, and another may have come, 0 to 1."""
    speed: float = 2.0
    """How far people stray from where they were going, in widths of their box a second."""

    def __post_init__(self) -> None:
        for name in ("start_score", "looks_weight", "min_likeness", "min_likeness_again"):
            if not 0 <= getattr(self, name) <= 1:
                raise UserError(f"--{name.replace('_', '-')} must lie between 0 and 1, and is {getattr(self, name)}")
        for name in ("max_gap", "speed"):
            if getattr(self, name) < 0:
                raise UserError(f"--{name.replace('_', '-')} must be 0 or more, and is {getattr(self, name)}")


@dataclass(slots=True)
class _Seen:
    """A detection at its time."""

    time: Fraction
    detection: Detection
    place: Vector
    """x1, y1, x2, y2."""
    looks: Vector | None
    """A vector of length 1."""


@dataclass(slots=True)
class _Live:
    """A track that may go on."""

    key: int
    seen: _Seen
    """The last detection."""
    looks: Vector | None
    velocity: Vector
    """Of the box's corners, in pixels a second."""
    points: list[TrackPoint] = field(default_factory=list)

    def predicted(self, time: Fraction) -> Vector:
        """Where the box is expected; nobody is trusted to walk straight on for more than a second."""
        return self.seen.place + self.velocity * min(float(time - self.seen.time), 1.0)

    def go_on(self, seen: _Seen) -> None:
        elapsed = float(seen.time - self.seen.time)
        if self.points and elapsed > 0:
            latest = (seen.place - self.seen.place) / elapsed
            self.velocity = latest if len(self.points) == 1 else 0.5 * (self.velocity + latest)
        self.looks = _mixed(self.looks, seen.looks)
        self.seen = seen
        self.points.append(TrackPoint(time=seen.time, box=seen.detection.box, score=seen.detection.score))


class Tracker:
    """Links detections into tracks, shot by shot.

    A cut may be told of late: what was added from a shot's end on is linked anew, as the next shot's.
    """

    def __init__(self, settings: TrackSettings = TrackSettings()) -> None:
        self._settings = settings
        self._live: list[_Live] = []
        self._ended: list[_Live] = []
        self._recent: deque[tuple[Fraction, list[_Seen]]] = deque()
        self._looked: Fraction | None = None
        self._keys = 0
        self._tracks = 0

    def add(
        self,
        time: Fraction,
        detections: Sequence[Detection],
        frame_rgb: NDArray[np.uint8] | None = None,
        embeddings: NDArray[np.floating] | None = None,
    ) -> list[int]:
        """Detections of one frame, later than all before.

        Clothes are compared by their colours in `frame_rgb` (H × W × 3, the one that the boxes are in), or by
        `embeddings` (one row a detection), which should not change from call to call. Returns for each detection a
        key that detections of one person share, for now: `end_shot` says what stands. -1: not sure enough.
        """
        seen = [
            _Seen(time, detection, np.array(detection.box.as_tuple()), _looks(place, detection, frame_rgb, embeddings))
            for place, detection in enumerate(detections)
        ]
        self._recent.append((time, seen))
        while len(self._recent) > FRAMES_BEHIND and time - self._recent[0][0] > REMEMBERED:
            self._recent.popleft()
        return self._link(time, seen)

    def end_shot(self, shot: Shot) -> list[Track]:
        """The tracks of a shot, numbered on from those before; forgets them."""
        found = sorted(self._ended + self._live, key=lambda live: live.key)
        self._live, self._ended = [], []
        tracks: list[Track] = []
        for live in found:
            points = tuple(point for point in live.points if point.time < shot.end)
            if points:
                tracks.append(Track(number=self._tracks + len(tracks), shot=shot.number, points=points))
        self._tracks += len(tracks)
        self._recent = deque((time, seen) for time, seen in self._recent if time >= shot.end)
        for time, seen in self._recent:
            self._link(time, seen)
        return tracks

    def _link(self, time: Fraction, seen: list[_Seen]) -> list[int]:
        from scipy.optimize import linear_sum_assignment

        self._end_lost(time)
        keys = [-1] * len(seen)
        costs = self._costs(time, seen)
        for row, column in zip(*linear_sum_assignment(costs), strict=True):
            if costs[row, column] < IMPOSSIBLE:
                self._live[row].go_on(seen[column])
                keys[column] = self._live[row].key
        for column, one in enumerate(seen):
            if keys[column] < 0 and one.detection.score >= self._settings.start_score:
                keys[column] = self._start(one)
        self._looked = time
        return keys

    def _start(self, seen: _Seen) -> int:
        live = _Live(self._keys, seen, None, np.zeros(4))
        live.go_on(seen)
        self._live.append(live)
        self._keys += 1
        return live.key

    def _end_lost(self, time: Fraction) -> None:
        lost = [live for live in self._live if self._is_lost(live, time)]
        self._ended += lost
        self._live = [live for live in self._live if live not in lost]

    def _is_lost(self, live: _Live, time: Fraction) -> bool:
        """Whoever was there when people were last looked for is not, however long that is ago; nor who has a name."""
        if live.seen.time == self._looked or live.seen.detection.person:
            return False
        return time - live.seen.time > self._settings.max_gap

    def _costs(self, time: Fraction, seen: list[_Seen]) -> Vector:
        """Tracks × detections: 1 − likeness, `IMPOSSIBLE` where it is too little."""
        costs = np.full((len(self._live), len(seen)), IMPOSSIBLE)
        for row, live in enumerate(self._live):
            least = self._least_likeness(live, time)
            for column, one in enumerate(seen):
                likeness = self._likeness(live, one, time)
                if likeness >= least:
                    costs[row, column] = 1 - likeness
        return costs

    def _least_likeness(self, live: _Live, time: Fraction) -> float:
        """More is asked the longer somebody was out of sight, up to a second: another may have come."""
        least, again = self._settings.min_likeness, self._settings.min_likeness_again
        away = 0.0 if live.seen.time == self._looked else min(float(time - live.seen.time), 1.0)
        return least + (again - least) * away

    def _likeness(self, live: _Live, seen: _Seen, time: Fraction) -> float:
        """0 to 1, and above 1 for those who are known to be the same."""
        known, person = live.seen.detection.person, seen.detection.person
        elapsed = float(time - live.seen.time)
        place = buffered_iou(live.predicted(time), seen.place, 0.1 + self._settings.speed * elapsed / 2)
        if known or person:
            return 1 + place if known == person else 0.0
        if not place:
            return 0.0
        if live.looks is None or seen.looks is None:
            return place
        weight = self._settings.looks_weight
        alike = max(0.0, (float(live.looks @ seen.looks) - STRANGERS) / (1 - STRANGERS))
        return (1 - weight) * place + weight * alike


def buffered_iou(one: Vector, other: Vector, buffer: float) -> float:
    """Intersection over union of two boxes (x1, y1, x2, y2), each widened by `buffer` of its sides at either end."""
    one, other = _widened(one, buffer), _widened(other, buffer)
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    if (sides <= 0).any():
        return 0.0
    shared = float(np.prod(sides))
    return shared / (float(np.prod(one[2:] - one[:2])) + float(np.prod(other[2:] - other[:2])) - shared)


def _widened(box: Vector, buffer: float) -> Vector:
    sides = (box[2:] - box[:2]) * buffer
    return np.concatenate([box[:2] - sides, box[2:] + sides])


def _looks(
    place: int,
    detection: Detection,
    frame: NDArray[np.uint8] | None,
    embeddings: NDArray[np.floating] | None,
) -> Vector | None:
    if embeddings is not None:
        return _unit(np.asarray(embeddings[place], np.float64)) if embeddings[place].any() else None
    return colours(frame, detection.box) if frame is not None else None


def _mixed(old: Vector | None, new: Vector | None) -> Vector | None:
    if old is None or new is None:
        return new if old is None else old
    return _unit(0.8 * old + 0.2 * new)


def _unit(vector: Vector) -> Vector:
    return vector / max(float(np.linalg.norm(vector)), 1e-12)
