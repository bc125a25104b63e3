"""The best few looks at each person of a shot, kept while the shot goes on: memory does not grow with its length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from wildwear.movies.records import Track
from wildwear.records import Box

_APART = 1.0  # seconds after which two looks at a person tell as much as they ever will
_IN_ALL = 200  # looks in memory, some 180 MB; a crowd gets fewer each


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One person in one frame, ready for the network."""

    time: Fraction
    box: Box
    weight: float
    """0 to 1; above 0."""
    inputs: NDArray[np.float16]
    """V × 3 × S × S, one a view."""
    colours: NDArray[np.float64] | None
    """How the clothes are coloured, a vector of length 1."""
    thumbnail: NDArray[np.uint8]
    """The person, small, H × W × 3 RGB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What there is of one track."""

    looks: list[Look]
    """The best ones, in order of time."""
    reasons: list[str]
    """Why the track's other boxes are no looks."""


class Looks:
    """Keeps at most `most` looks a person: good ones, and not all from one second."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[int, list[Look]] = {}
        self._rejected: dict[tuple[Fraction, Box], str] = {}

    def wants(self, key: int, time: Fraction, weight: float) -> bool:
        """Whether a look of at most that weight could be kept: what could not need not be cut out."""
        kept = self._kept.get(key, [])
        return len(kept) < self._most or _worth(time, weight, kept) > min(_worths(kept))

    def add(self, key: int, look: Look) -> None:
        """Takes a look at the person of `key`, and lets the one go that tells least where there are too many."""
        kept = self._kept.setdefault(key, [])
        kept.append(look)
        if len(kept) > self._most:
            _drop_least(kept)
        elif sum(map(len, self._kept.values())) > _IN_ALL:
            _drop_least(max(self._kept.values(), key=len))

    def reject(self, time: Fraction, box: Box, reason: str) -> None:
        """Notes why there is no look at the person in `box`."""
        self._rejected[time, box] = reason

    def take(self, tracks: Iterable[Track], end: Fraction) -> list[Seen]:
        """What there is of each track of the shot that ended at `end`; forgets it. What is later stays."""
        kept = {(look.time, look.box): look for looks in self._kept.values() for look in looks}
        result = []
        for track in tracks:
            places = [(point.time, point.box) for point in track.points]
            looks = [kept[place] for place in places if place in kept]
            while len(looks) > self._most:
                _drop_least(looks)
            result.append(Seen(looks=looks, reasons=[self._rejected[one] for one in places if one in self._rejected]))
        later = {key: [look for look in looks if look.time >= end] for key, looks in self._kept.items()}
        self._kept = {key: looks for key, looks in later.items() if looks}
        self._rejected = {place: reason for place, reason in self._rejected.items() if place[0] >= end}
        return result


def _worth(time: Fraction, weight: float, others: Sequence[Look]) -> float:
    """What a look adds to others: little where one of them is of the same moment."""
    apart = min((abs(float(time - other.time)) for other in others), default=_APART)
    return weight * min(1.0, apart / _APART)


def _worths(looks: Sequence[Look]) -> list[float]:
    return [_worth(one.time, one.weight, [other for other in looks if other is not one]) for one in looks]


def _drop_least(looks: list[Look]) -> None:
    worths = _worths(looks)
    del looks[worths.index(min(worths))]
