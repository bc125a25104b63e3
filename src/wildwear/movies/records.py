"""What passes between the parts that look at movies.

A time is a `Fraction` of seconds on the movie's own clock: presentation timestamp × time base, less the container's
start, as a player counts it. A box is in pixels of the upright frame at its full size.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from wildwear.records import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieInfo:
    """What a movie's header says; decoding may find less."""

    path: str
    width: int
    """Pixels, upright."""
    height: int
    """Pixels, upright."""
    duration: Fraction
    """Seconds; 0 where the header does not say."""
    rate: Fraction
    """Frames a second on average; 0 where the header does not say."""
    codec: str
    rotation: int = 0
    """Degrees by which frames are turned to stand upright: 0, 90, 180 or 270."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One decoded frame."""

    time: Fraction
    pixels: NDArray[np.uint8]
    """H × W × 3, RGB in 0 to 255, upright."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What one camera shows without a cut: from `start` up to, and without, `end`."""

    number: int
    """From 0, in order."""
    start: Fraction
    end: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """A person in a frame."""

    box: Box
    score: float
    """0 to 1."""
    person: str = ""
    """Who it is, where the source of the box says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackPoint:
    """Where a track is at one time."""

    time: Fraction
    box: Box
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One person within one shot."""

    number: int
    """From 0, in order of the first point within a movie."""
    shot: int
    """The shot's number."""
    points: tuple[TrackPoint, ...]
    """At least one, in order of time."""

    @property
    def start(self) -> Fraction:
        return self.points[0].time

    @property
    def end(self) -> Fraction:
        return self.points[-1].time
