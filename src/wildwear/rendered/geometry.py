"""Outlines in body units: smooth curves, tubes around a limb, and the view that puts them on a picture.

One body unit is the height of a head; x is 0 in the middle of the body and grows to the right of the picture, y is 0
at the top of the head and grows downwards, about 7.7 at the soles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Points: TypeAlias = NDArray[np.float64]
"""Corners of an outline, N × 2."""
Line: TypeAlias = Sequence[tuple[float, float]] | Points
"""Points in order, written out or as an array."""


def curve(points: Line, steps: int = 8) -> Points:
    """A Catmull–Rom spline through `points`, open, with `steps` pieces between two of them."""
    p = np.asarray(points, dtype=np.float64)
    if len(p) < 3:
        return p
    padded = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    a, b, c, d = (padded[i : len(padded) - 3 + i, None] for i in range(4))
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    pieces = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return np.vstack([pieces.reshape(-1, 2), p[-1:]])


def outline(*sides: Line, steps: int = 8) -> Points:
    """A closed outline whose `sides` are smooth in themselves and meet in corners."""
    return np.vstack([curve(side, steps) for side in sides])


def mirrored(points: Line) -> Points:
    """The same on the other half of the body, walked the other way round."""
    return np.asarray(points, dtype=np.float64)[::-1] * (-1, 1)


def tube(centre: Line, radii: Sequence[float]) -> Points:
    """The outline around a limb that runs along `centre` with a half-width at each of its points."""
    middle = curve(centre)
    radius = np.interp(np.linspace(0, 1, len(middle)), np.linspace(0, 1, len(radii)), radii)
    along = np.gradient(middle, axis=0)
    across = np.stack([along[:, 1], -along[:, 0]], axis=1) / np.hypot(*along.T)[:, None]
    return np.vstack([middle + across * radius[:, None], (middle - across * radius[:, None])[::-1]])


def ellipse(x: float, y: float, rx: float, ry: float, start: float = 0, end: float = 360, turn: float = 0) -> Points:
    """An ellipse (or an arc of it, degrees clockwise from 3 o'clock), turned by `turn` degrees."""
    t = np.radians(np.linspace(start, end, 33))
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    px, py = rx * np.cos(t), ry * np.sin(t)
    return np.stack([x + px * c - py * s, y + px * s + py * c], axis=1)


def lengths(line: Points) -> Points:
    """How far along a line each of its points is."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])


def point_at(line: Points, distance: float) -> Points:
    """The point so far along a line, or its end."""
    along = lengths(line)
    return np.array([np.interp(distance, along, line[:, axis]) for axis in (0, 1)])


def line_to(line: Points, part: float) -> Points:
    """The beginning of a line, up to `part` (0 to 1) of its length."""
    along = lengths(line)
    stop = along[-1] * min(part, 1.0)
    return np.vstack([line[along < stop - 1e-9], point_at(line, stop)])


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where a body stands in a picture."""

    unit: float
    """Pixels in one body unit."""
    x: float
    """Column of the body's middle."""
    y: float
    """Row of the top of its head."""
    flip: bool = False
    """Mirrors the body: its left becomes its right."""
    turn: float = 0.0
    """Turns it about the top of its head, radians clockwise."""

    def __call__(self, points: Line) -> Points:
        """Body units to pixels."""
        x, y = (np.asarray(points, dtype=np.float64) * (-self.unit if self.flip else self.unit, self.unit)).T
        c, s = np.cos(self.turn), np.sin(self.turn)
        return np.stack([x * c - y * s + self.x, x * s + y * c + self.y], axis=1)
