"""One shot while it goes on: where it ends, who is in it, and the best looks at them.

A cut is told some frames after it happened. The frames since then are kept, and the next segment is fed with them: so
it stands as if decoding had begun at the cut, which is what a run does that goes on after a kill.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wildwear.movies.records import Detection, Shot, Track
from wildwear.movies.shots import FRAMES_BEHIND, ShotFinder, ShotSettings
from wildwear.movies.tracks import Tracker, TrackSettings
from wildwear.records import Box
from wildwear.tagging.movies.looks import Look, Looks, Seen
from wildwear.tagging.movies.quality import Quality

_FRAMES_KEPT = FRAMES_BEHIND + 2  # beside those of a shot's least length: a cut is told that much later at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in a frame that was searched for people."""

    detection: Detection
    """In pixels of the frame at full size."""
    quality: Quality
    cut: NDArray[np.uint8]
    """The person's part of the frame at full size, H × W × 3 RGB; empty where the quality has a reason."""
    box: Box
    """Where the person is in `cut`."""
    colours: NDArray[np.float64]
    """How the clothes are coloured: a vector of length 1, or of zeros where they are not seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A frame, as small as cuts need it, and who is in it."""

    time: Fraction
    small: NDArray[np.uint8]
    people: tuple[Person, ...] | None
    """None where it was not searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedShot:
    """A shot with all that was seen in it."""

    shot: Shot
    tracks: list[Track]
    seen: list[Seen]
    """One a track."""
    looked: tuple[Fraction, ...]
    """When it was searched for people."""
    frames: int
    last_frame: Fraction
    """The time of its last frame."""
    unsure: int
    """Detections that no track took."""


class LookAt(Protocol):
    """Cuts out what the network will see of a person."""

    def __call__(self, time: Fraction, person: Person) -> Look: ...


class Segment:
    """Takes moments in order of time until its shot ends."""

    def __init__(self, shots: ShotSettings, tracks: TrackSettings, most_looks: int, look_at: LookAt) -> None:
        self._finder, self._tracker, self._looks = ShotFinder(shots), Tracker(tracks), Looks(most_looks)
        self._look_at = look_at
        self._kept_seconds = 2 * Fraction(shots.min_shot)
        self._kept: deque[Moment] = deque()
        self._frames = 0
        self._looked: list[Fraction] = []
        self._unsure: list[Fraction] = []

    def add(self, moment: Moment) -> EndedShot | None:
        """The shot, where it is now known to have ended: then take `rest` and begin another segment."""
        self._frames += 1
        # By what was there before: a pause in the film does not make those older that came just before it.
        while len(self._kept) > _FRAMES_KEPT and self._kept[-1].time - self._kept[0].time > self._kept_seconds:
            self._kept.popleft()
        self._kept.append(moment)
        if moment.people is not None:
            self._link(moment.time, moment.people)
        shot = self._finder.add(moment.time, moment.small)
        return None if shot is None else self._ended(shot)

    def finish(self, end: Fraction) -> EndedShot | None:
        """The shot that ends with the movie; None where there was no frame."""
        shot = self._finder.finish(end)
        return None if shot is None else self._ended(shot)

    def rest(self, end: Fraction) -> list[Moment]:
        """What was added from `end`, where the shot ended, on."""
        return [moment for moment in self._kept if moment.time >= end]

    def _link(self, time: Fraction, people: tuple[Person, ...]) -> None:
        self._looked.append(time)
        colours = np.stack([person.colours for person in people]) if people else None
        keys = self._tracker.add(time, [person.detection for person in people], embeddings=colours)
        for key, person in zip(keys, people, strict=True):
            if key < 0:
                self._unsure.append(time)
            elif person.quality.reason:
                self._looks.reject(time, person.detection.box, person.quality.reason)
            elif self._looks.wants(key, time, person.quality.weight):
                self._looks.add(key, self._look_at(time, person))

    def _ended(self, shot: Shot) -> EndedShot:
        tracks = self._tracker.end_shot(shot)
        return EndedShot(
            shot=shot,
            tracks=tracks,
            seen=self._looks.take(tracks, shot.end),
            looked=tuple(time for time in self._looked if time < shot.end),
            frames=self._frames - len(self.rest(shot.end)),
            last_frame=max(moment.time for moment in self._kept if moment.time < shot.end),
            unsure=sum(time < shot.end for time in self._unsure),
        )
