"""Which seconds of which people become clips: windows round the boxes of a source, before a film is opened."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from wildwear.movies.records import TrackPoint
from wildwear.tagging.movies.tags import MovieTags, TrackTags

Corners: TypeAlias = tuple[float, float, float, float]
"""x1, y1, x2, y2 as fractions of the frame, 0 to 1."""

_NEIGHBOUR = Fraction(1)
"""Boxes of one person further apart than this many seconds say nothing of what lies between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyBox:
    """A person at one time of a movie, as a source of boxes says."""

    movie: str
    """The stem of the film's file; AVA's video id."""
    person: str
    timestamp: str
    """Seconds on the movie's clock, as the source writes them."""
    corners: Corners
    """To four digits."""

    @property
    def time(self) -> Fraction:
        return Fraction(self.timestamp)

    @property
    def clip_id(self) -> str:
        """First 32 hex digits of a SHA-256 over what is looked at: the same clip in every workspace."""
        corners = ",".join(f"{corner:.4f}" for corner in self.corners)
        seen = "@".join((self.movie, str(self.time), self.person, corners))
        return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One person for a short while."""

    key: KeyBox
    start: Fraction
    end: Fraction
    track: tuple[tuple[Fraction, Corners], ...]
    """Where the person is, in order of time: at `key.time`, and what is known around it."""

    def at(self, time: Fraction) -> Corners:
        """The box at a time, as `box_at` has it."""
        return box_at(self.track, time)


def box_at(track: Sequence[tuple[Fraction, Corners]], time: Fraction) -> Corners:
    """The box at a time: between two known ones in proportion, before the first and after the last as there."""
    after = bisect_right(track, time, key=lambda known: known[0])
    if after == 0 or after == len(track):
        return track[max(0, after - 1)][1]
    (t1, first), (t2, second) = track[after - 1 : after + 1]
    part = float((time - t1) / (t2 - t1))
    x1, y1, x2, y2 = (one + (other - one) * part for one, other in zip(first, second, strict=True))
    return x1, y1, x2, y2


def rounded(corners: Corners) -> Corners:
    """Corners to four digits, as clips are told apart by.

    >>> rounded((0.123449, 0.5, 1.0, 1.0))
    (0.1234, 0.5, 1.0, 1.0)
    """
    x1, y1, x2, y2 = (round(corner, 4) for corner in corners)
    return x1, y1, x2, y2


def windows_of_boxes(boxes: Iterable[KeyBox], seconds: Fraction) -> list[Window]:
    """A window round each box, once; where its person has boxes up to a second before or after, they are its track."""
    people: dict[tuple[str, str], list[KeyBox]] = {}
    for clip_id, box in {box.clip_id: box for box in boxes}.items():
        people.setdefault((box.movie, box.person or clip_id), []).append(box)
    windows = []
    for held in people.values():
        held.sort(key=lambda box: (box.time, box.clip_id))
        alone = Counter(box.time for box in held)
        for at, box in enumerate(held):
            near = [held[i] for i in (at - 1, at, at + 1) if 0 <= i < len(held)]
            known = [
                one for one in near if one is box or (alone[one.time] == 1 and abs(one.time - box.time) <= _NEIGHBOUR)
            ]
            windows.append(_window(box, [(one.time, one.corners) for one in known], seconds))
    return sorted(windows, key=in_order)


def windows_of_tags(tags: MovieTags, movie: str, seconds: Fraction, every: Fraction) -> list[Window]:
    """Windows on the tracks of a tagged movie that were not left out: at the best moment of each, and `every` so many
    seconds before and after while the track lasts (0: at the best moment alone)."""
    windows = []
    for track in tags.tracks:
        if not track.left_out:
            points = [(point.time, _fractions(point, tags.info.width, tags.info.height)) for point in track.points]
            for time in _moments(track, every):
                corners = rounded(box_at(points, time))
                key = KeyBox(movie=movie, person=str(track.number), timestamp=as_text(time), corners=corners)
                windows.append(_window(key, points, seconds))
    return sorted(windows, key=in_order)


def in_order(window: Window) -> tuple[str, Fraction, str]:
    """Films by name, each from its beginning to its end."""
    return window.key.movie, window.key.time, window.key.clip_id


def as_text(time: Fraction) -> str:
    """Seconds with at most six digits, as a timestamp's text.

    >>> as_text(Fraction(25, 2)), as_text(Fraction(1001, 30000))
    ('12.5', '0.033367')
    """
    return f"{float(time):.6f}".rstrip("0").rstrip(".")


def sampled(windows: Sequence[Window], count: int | None, seed: int) -> list[Window]:
    """`count` windows (None: all), drawn from each film in proportion to how many it has, and at least one from each
    as far as they reach. A larger sample holds the smaller one."""
    if count is None or count >= len(windows):
        return list(windows)
    films: dict[str, list[tuple[str, Window]]] = {}
    for window in windows:
        films.setdefault(window.key.movie, []).append((_drawn(window, seed), window))
    ranked = [
        (rank / len(drawn), place, window)
        for drawn in films.values()
        for rank, (place, window) in enumerate(sorted(drawn, key=lambda one: one[0]))
    ]
    taken = sorted(ranked, key=lambda one: one[:2])[:count]
    return sorted((window for _, _, window in taken), key=in_order)


def _window(key: KeyBox, track: Iterable[tuple[Fraction, Corners]], seconds: Fraction) -> Window:
    start, end = max(Fraction(0), key.time - seconds / 2), key.time + seconds / 2
    around = {time: corners for time, corners in track if start - _NEIGHBOUR <= time <= end + _NEIGHBOUR}
    return Window(key=key, start=start, end=end, track=tuple(sorted((around | {key.time: key.corners}).items())))


def _moments(track: TrackTags, every: Fraction) -> list[Fraction]:
    last = max(track.points[-1].time, track.best)
    if not every:
        return [track.best]
    before = int((track.best - track.start) / every)
    after = int((last - track.best) / every)
    return [track.best + step * every for step in range(-before, after + 1)]


def _fractions(point: TrackPoint, width: int, height: int) -> Corners:
    x1, y1, x2, y2 = point.box.as_tuple()
    return x1 / width, y1 / height, x2 / width, y2 / height


def _drawn(window: Window, seed: int) -> str:
    return hashlib.sha256(f"{seed}\0{window.key.clip_id}".encode()).hexdigest()
