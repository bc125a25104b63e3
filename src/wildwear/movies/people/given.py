"""People whose boxes a file gives, time by time."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from wildwear.errors import UnreadableInput
from wildwear.movies.records import Detection, Frame
from wildwear.records import Box, Rejection

NEAR = Fraction(1, 10)
"""Seconds: a frame shows what was given for a time so near, and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBox:
    """A person at a time, in a frame of any size."""

    time: Fraction
    corners: tuple[float, float, float, float]
    """Left, top, right, bottom, as fractions of the frame's width and height, each 0 to 1."""
    score: float = 1.0
    person: str = ""


class GivenBoxes:
    """The boxes of one movie as a detector."""

    side = 0

    def __init__(self, key: str, boxes: Iterable[GivenBox], notes: Sequence[str] = ()) -> None:
        self.key, self.notes = key, tuple(notes)
        self._by_time: dict[Fraction, list[GivenBox]] = {}
        for box in sorted(boxes, key=lambda box: (box.time, -box.score)):
            self._by_time.setdefault(box.time, []).append(box)
        self.times: tuple[Fraction, ...] | None = tuple(self._by_time)
        self._times = list(self._by_time)

    def detect(self, frame: Frame) -> list[Detection]:
        """The people of the nearest time that is at most `NEAR` away."""
        at = bisect_left(self._times, frame.time)
        near = [time for time in self._times[max(0, at - 1) : at + 1] if abs(time - frame.time) <= NEAR]
        if not near:
            return []
        height, width = frame.pixels.shape[:2]
        nearest = min(near, key=lambda time: abs(time - frame.time))
        return [_detection(box, width, height) for box in self._by_time[nearest]]

    def detect_many(self, frames: Sequence[Frame]) -> list[list[Detection]]:
        return [self.detect(frame) for frame in frames]


def of_movie(
    key: str, movie: str, boxes: Sequence[GivenBox], movies: Sequence[str], notes: Sequence[str]
) -> GivenBoxes:
    """The boxes of a movie; raises `UnreadableInput` where there are none, with some of the names that there are."""
    if boxes:
        return GivenBoxes(key, boxes, notes)
    names = ", ".join(map(repr, movies[:3])) + (" …" if len(movies) > 3 else "") if movies else "no film"
    raise UnreadableInput(f"{key} has no box of {movie!r}; it is about {names}")


def file_key(path: Path) -> str:
    """A file's name and the first 12 digits of its checksum."""
    with path.open("rb") as file:
        return f"{path.name}@{hashlib.file_digest(file, 'sha256').hexdigest()[:12]}"


def left_out(rejections: Sequence[Rejection], rows: int) -> tuple[str, ...]:
    """In words, how many rows of a file could not be taken, and why; nothing where all could."""
    if not rejections:
        return ()
    first = rejections[0]
    reasons = Counter(rejection.reason for rejection in rejections)
    counts = ", ".join(f"{count:,} {reason}" for reason, count in reasons.items())
    return (f"{first.source}: {len(rejections):,} of {rows:,} rows left out ({counts}); the first is row {first.row}",)


def _detection(box: GivenBox, width: int, height: int) -> Detection:
    x1, y1, x2, y2 = box.corners
    pixels = Box(x1=x1 * width, y1=y1 * height, x2=x2 * width, y2=y2 * height)
    return Detection(box=pixels, score=box.score, person=box.person)
