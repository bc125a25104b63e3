"""Buttons, zips, pockets, prints and strings: what is drawn on cloth."""

from __future__ import annotations

import numpy as np

from wildwear.rendered.cut import Cut, Opening
from wildwear.rendered.fabric import Colour, Fabric
from wildwear.rendered.geometry import Line, curve, ellipse, mirrored
from wildwear.rendered.paint import Mark, Patch, Stroke


def opening_marks(opening: Opening, fabric: Fabric, start: float, end: float) -> list[Mark]:
    """Buttons on their placket, or a zip, down the middle from `start` to `end`."""
    if opening == "zip":
        return _zip(fabric, start, end)
    if opening in ("buttons", "placket"):
        return _placket(fabric, start, start + 0.6 if opening == "placket" else end, short=opening == "placket")
    if opening == "single":
        edge: Mark = Stroke(curve([(0.01, start), (0.06, (start + end) / 2), (0.16, end)]), 0.018, fabric.trim, 230)
        spots = [(-0.04, y) for y in (start + 0.08, start + 0.42) if y < end - 0.4]
    elif opening == "double":
        edge = Stroke([(0.22, start), (0.24, end)], 0.016, fabric.trim, 220)
        spots = [(x, start + y) for y in (0.15, 0.6, 1.05) for x in (-0.2, 0.16)]
    else:
        return []
    return [edge, *(mark for x, y in spots for mark in button(x, y, 0.058, fabric.tone(0.5)))]


def _zip(fabric: Fabric, start: float, end: float) -> list[Mark]:
    line = [(0.0, start - 0.1), (0.0, end)]
    puller = [(-0.025, start + 0.1), (0.025, start + 0.1), (0.02, start + 0.26), (-0.02, start + 0.26)]
    return [
        Stroke(line, 0.09, fabric.trim, 120),
        Stroke(line, 0.035, (70, 70, 74)),
        Stroke(line, 0.03, (196, 192, 180), 255, 0.012),
        Patch(puller, (205, 200, 188)),
    ]


def _placket(fabric: Fabric, start: float, stop: float, *, short: bool) -> list[Mark]:
    edges = [[(x, start - 0.1), (x, stop)] for x in (-0.085, 0.085)] + [[(-0.085, stop), (0.085, stop)]] * short
    heights = np.linspace(start + 0.1, stop - 0.16, 3 if short else max(5, int((stop - start) / 0.36)))
    buttons = [mark for y in heights for mark in button(0.0, float(y), 0.042, fabric.tone(1.25))]
    return [*(Stroke(edge, 0.014, fabric.trim, 190) for edge in edges), *buttons]


def button(x: float, y: float, radius: float, colour: Colour) -> list[Mark]:
    """A button with a rim and a bright spot."""
    return [
        Patch(ellipse(x + 0.008, y + 0.012, radius * 1.12, radius * 1.12), (20, 20, 24), 110),
        Patch(ellipse(x, y, radius, radius), colour),
        Patch(ellipse(x - radius * 0.3, y - radius * 0.3, radius * 0.35, radius * 0.35), (255, 255, 255), 120),
    ]


def pocket_marks(cut: Cut, fabric: Fabric) -> list[Mark]:
    """The pockets of a garment for the upper body."""
    if cut.pockets == "none":
        return []
    if cut.pockets == "chest":
        return _sewn_on([(0.26, 2.12), (0.62, 2.1), (0.62, 2.46), (0.44, 2.54), (0.27, 2.47), (0.26, 2.12)], fabric)
    if cut.pockets == "kangaroo":
        half = [(-0.34, 2.92), (-0.52, 3.3), (-0.52, cut.hem - 0.24)]
        return _sewn_on(np.vstack([half, mirrored(half), half[:1]]), fabric)
    if cut.pockets == "welt":
        y = min(cut.hem - 0.35, 3.05)
        return [Stroke([(side * 0.33, y), (side * 0.66, y + 0.3)], 0.05, fabric.trim, 200) for side in (-1, 1)]
    y = min(cut.hem - 0.35, 3.2)
    corners = [(0.3, y), (0.66, y), (0.66, y + 0.16), (0.3, y + 0.16), (0.3, y)]
    return [mark for side in (-1, 1) for mark in _sewn_on(np.array(corners) * (side, 1), fabric)]


def _sewn_on(shape: Line, fabric: Fabric) -> list[Mark]:
    return [Patch(shape, fabric.tone(0.93), 110), Stroke(shape, 0.016, fabric.trim, 200)]


def chest_print(colour: Colour) -> list[Mark]:
    """A badge such as printed tees carry: a ring, a bar and lines of lettering too small to read."""
    ring = ellipse(0, 2.3, 0.3, 0.3)
    bars = [(-0.36, 2.27, 0.36, 2.36), (-0.24, 2.68, 0.24, 2.72), (-0.16, 2.77, 0.16, 2.8)]
    boxes = [Patch([(a, b), (c, b), (c, d), (a, d)], colour, 225) for a, b, c, d in bars]
    return [Stroke(ring, 0.05, colour, 225), *boxes]


def drawstrings(fabric: Fabric, low: float) -> list[Mark]:
    """The two strings of a hood, which begin at `low`."""
    pale = (236, 234, 228) if sum(fabric.base) < 560 else (120, 120, 124)
    marks: list[Mark] = []
    for side in (-1, 1):
        string = curve([(side * 0.1, low), (side * 0.14, low + 0.35), (side * 0.11, low + 0.7)])
        marks += [Stroke(string + np.array([0.02, 0.02]), 0.04, fabric.tone(0.5), 110), Stroke(string, 0.035, pale)]
        marks.append(Stroke(string[-3:], 0.05, (150, 148, 140)))
    return marks
