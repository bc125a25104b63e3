"""Outfits joined across shots: who leaves and comes back in the same clothes is one appearance.

Two tracks are joined where no more than a few seconds lie between them, they do not overlap in time, the same
garments lead, and they look alike: by the network's features and by the colours of the clothes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from wildwear.tagging.movies.outfits import Probabilities

Vector = NDArray[np.float64]

_SHARED = 0.5  # of the probability over categories that two looks at one outfit have in common


@dataclass(frozen=True, slots=True, kw_only=True)
class Worn:
    """What was seen of one track, as much as joining needs."""

    number: int
    start: Fraction
    end: Fraction
    probabilities: Probabilities
    """One a class; sums to 1."""
    embedding: Vector
    """Of length 1."""
    colours: Vector
    """Of length 1."""
    weight: float
    """The sum of its looks' weights."""
    best: Fraction
    """When the outfit is best seen."""
    best_weight: float


def likeness(one: Worn, other: Worn) -> float:
    """How alike two tracks look, 0 to 1: the mean of the cosines of their features and of their colours."""
    return max(0.0, float(one.embedding @ other.embedding + one.colours @ other.colours) / 2)


def same_garments(one: Worn, other: Worn) -> bool:
    """Whether the categories agree: half of the probability at least is shared."""
    return float(np.minimum(one.probabilities, other.probabilities).sum()) >= _SHARED


def join(tracks: Sequence[Worn], gap: float, min_likeness: float) -> list[list[Worn]]:
    """The tracks of each appearance, in order of time; appearances in the order of their first tracks.

    Each track goes to the appearance that looks most alike among those that ended at most `gap` seconds before, are
    of another shot, and have not gone on with somebody of its own shot.
    """
    groups: list[list[Worn]] = []
    for track in sorted(tracks, key=lambda one: (one.start, one.number)):
        likely = [group for group in groups if _may_go_on(group, track, gap, min_likeness)]
        if likely:
            max(likely, key=lambda group: likeness(group[-1], track)).append(track)
        else:
            groups.append([track])
    return groups


def _may_go_on(group: Sequence[Worn], track: Worn, gap: float, min_likeness: float) -> bool:
    last = group[-1]
    return (
        last.end <= track.start
        and track.start - last.end <= gap
        and likeness(last, track) >= min_likeness
        and same_garments(last, track)
    )
