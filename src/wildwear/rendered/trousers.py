"""Garments with legs: trousers of any length and width."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from wildwear.rendered.body import CROTCH, HIP, WAIST, Body
from wildwear.rendered.fabric import Fabric
from wildwear.rendered.geometry import Points, curve, lengths, line_to, outline, point_at
from wildwear.rendered.paint import Fold, Mark, Piece, Stroke
from wildwear.rendered.trims import button

RISE = WAIST + 0.12
"""Where trousers and skirts begin."""
_ORANGE_THREAD, _COPPER = (196, 142, 74), (176, 142, 96)
_WHOLE_LEG = 3.2

Style = Literal["jeans", "chinos", "elastic", "plain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegCut:
    """How trousers are cut; lengths in body units."""

    length: float = 1.0
    """Part of the leg that is covered, from hip to ankle."""
    hip: float = 0.05
    """How much wider than the hip."""
    thigh: float = 0.41
    """Half-width below the crotch."""
    knee: float = 0.29
    """Half-width."""
    hem: float = 0.23
    """Half-width."""
    style: Style = "plain"
    """Which pockets, fly and waistband there are."""
    turn_up: bool = False
    """The hem is turned outwards once."""
    creases: float = 1.0
    """How deep they are."""
    rise: float = RISE
    """Height of the upper edge."""

    @property
    def thread(self) -> tuple[int, int, int] | None:
        """The colour of visible stitching, where it is not that of the cloth."""
        return _ORANGE_THREAD if self.style == "jeans" else None


def trousers(cut: LegCut, fabric: Fabric, body: Body, rng: np.random.Generator) -> tuple[Piece, ...]:
    """Both legs with their waistband, in one piece, so that the light runs over them as over one thing."""
    legs = [line_to(leg, cut.length) for leg in body.legs]
    hip, waist = body.hip + cut.hip, body.waist + 0.05 + cut.hip * 0.5
    whole = Piece(
        outline=_outline(cut, legs, hip, waist),
        fabric=fabric,
        marks=(*_hem_seams(cut, fabric, legs), *_front(cut, fabric, waist)),
        folds=tuple(
            fold for side, leg in zip((-1, 1), legs, strict=True) for fold in _folds(cut, leg, side * hip, rng)
        ),
        shadow=0.3,
    )
    return (whole, *_turn_ups(cut, fabric, legs), waistband(cut, fabric, waist))


def _outline(cut: LegCut, legs: list[Points], hip: float, waist: float) -> Points:
    (left_out, left_in), (right_out, right_in) = (
        _sides(cut, leg, hip, i) for i, leg in zip((-1, 1), legs, strict=True)
    )
    crotch = np.array([[float(legs[0][0, 0] + legs[1][0, 0]) / 2, CROTCH + 0.06]])
    left = np.vstack([[(-waist, cut.rise), (-hip * 0.97, HIP - 0.35)], left_out])
    right = np.vstack([right_out[::-1], [(hip * 0.97, HIP - 0.35), (waist, cut.rise)]])
    waistline = [(waist, cut.rise), (0.0, cut.rise + 0.06), (-waist, cut.rise)]
    inseams = [_apart(np.vstack([left_in[::-1], crotch]), -1), _apart(np.vstack([crotch, right_in]), 1)]
    return np.vstack([curve(left), *inseams, curve(right), curve(waistline)])


def _sides(cut: LegCut, leg: Points, hip: float, side: int) -> tuple[Points, Points]:
    """The outer and the inner seam of a leg from the hip to the hem."""
    widths = np.interp(lengths(leg) / _WHOLE_LEG, [0.08, 0.5, 1.0], [cut.thigh, cut.knee, cut.hem])[1:, None]
    across = widths * (side, 0)
    return np.vstack([[(side * hip, HIP + 0.05)], leg[1:] + across]), leg[1:] - across


def _apart(seam: Points, side: int) -> Points:
    """An inner seam that stays on its side of the body's middle, whatever its width."""
    smooth = curve(seam)
    below = smooth[:, 1] > CROTCH + 0.1
    smooth[below, 0] = side * np.maximum(side * smooth[below, 0], 0.03)
    return smooth


def _folds(cut: LegCut, leg: Points, hip: float, rng: np.random.Generator) -> list[Fold]:
    """Whiskers at the crotch, creases at the knee and a stack of them at the hem; `hip` is negative on the left."""
    folds = []
    for reach in rng.uniform(0.4, 0.7, 3):
        y = CROTCH + rng.uniform(-0.25, 0.1)
        line = [(0.03 * np.sign(hip), y), (0.36 * hip, y - 0.06), (reach * hip, y - rng.uniform(0.1, 0.3))]
        folds.append(Fold(curve(line), 0.05, 0.06 * cut.creases))
    stack = rng.uniform(0.85, 0.98, 3 if cut.length > 0.9 else 0)
    for where in (*rng.uniform(0.4, 0.6, 2), *stack, rng.uniform(0.15, 0.4)):
        x, y = point_at(leg, where * lengths(leg)[-1])
        tilt, reach = rng.uniform(-0.14, 0.14), cut.knee * rng.uniform(0.2, 1)
        line = [(x - cut.knee, y - tilt), (x, y + 0.03), (x + reach, y + tilt)]
        folds.append(Fold(line, 0.05, rng.uniform(0.04, 0.08) * cut.creases))
    if cut.style == "chinos":
        folds.append(Fold(leg, 0.05, 0.07))
    return folds


def _hem_seams(cut: LegCut, fabric: Fabric, legs: list[Points]) -> list[Mark]:
    if cut.style == "elastic" and cut.length > 0.7:
        return []
    marks: list[Mark] = []
    for leg in legs:
        along = (leg[-1] - leg[-2]) / np.hypot(*(leg[-1] - leg[-2]))
        middle, across = leg[-1] - along * 0.09, np.array([-along[1], along[0]]) * (cut.thigh + 0.1)
        marks.append(Stroke(np.stack([middle - across, middle + across]), 0.014, cut.thread or fabric.trim, 190, 0.035))
    return marks


def _front(cut: LegCut, fabric: Fabric, waist: float) -> list[Mark]:
    """Fly and pockets."""
    rise, dark, thread = cut.rise, fabric.trim, cut.thread or fabric.trim
    if cut.style in ("plain", "elastic"):
        return [Stroke([(0.0, rise + 0.2), (0.0, CROTCH)], 0.012, dark, 150)]
    fly = curve([(0.1, rise + 0.15), (0.1, rise + 0.6), (0.0, rise + 0.82)])
    marks: list[Mark] = [Stroke([(0.0, rise), (0.0, CROTCH)], 0.016, dark, 210), Stroke(fly, 0.014, thread, 220, 0.04)]
    for side in (-1, 1):
        if cut.style == "jeans":
            edge = curve([(side * 0.34, rise + 0.16), (side * 0.42, rise + 0.4), (side * 0.85, rise + 0.5)])
            stitched = edge + np.array([-side * 0.03, 0.045])
            marks += [Stroke(edge, 0.022, dark, 220), Stroke(stitched, 0.013, thread, 220, 0.04)]
        else:
            marks.append(
                Stroke([(side * (waist - 0.17), rise + 0.17), (side * (waist + 0.08), rise + 0.62)], 0.026, dark, 210)
            )
    return marks


def waistband(cut: LegCut, fabric: Fabric, waist: float) -> Piece:
    """The band at the upper edge of trousers or a skirt, with what closes it."""
    high, low, wide = cut.rise, cut.rise + 0.17, waist + 0.03
    lower = [(-wide, low), (0.0, low + 0.06), (wide, low)]
    upper = [(waist, high), (0.0, high + 0.06), (-waist, high)]
    edge: Mark = Stroke(lower, 0.015, fabric.trim, 200)
    marks = [*_closure(cut, fabric, low), edge]
    cloth = replace(fabric, kind="rib") if cut.style == "elastic" else fabric
    return Piece(outline=outline(lower, upper), fabric=cloth, marks=tuple(marks), shade=0.97, shadow=0.15)


def _closure(cut: LegCut, fabric: Fabric, low: float) -> list[Mark]:
    if cut.style == "plain":
        return []
    if cut.style == "elastic":
        strings = (
            [(side * 0.05, cut.rise + 0.12), (side * 0.09, cut.rise + 0.14), (side * 0.07, low + 0.05)]
            for side in (-1, 1)
        )
        return [Stroke(curve(string), 0.03, (236, 234, 228)) for string in strings]
    loops: list[Mark] = [Stroke([(x, cut.rise), (x, low + 0.04)], 0.07, fabric.tone(0.85)) for x in (-0.42, 0.42)]
    return [*loops, *button(0.02, cut.rise + 0.13, 0.05, _COPPER if cut.style == "jeans" else fabric.tone(0.6))]


def _turn_ups(cut: LegCut, fabric: Fabric, legs: list[Points]) -> list[Piece]:
    pieces = []
    pale = replace(fabric, base=fabric.tone(1.35))
    width = float(np.interp(cut.length, [0.08, 0.5, 1.0], [cut.thigh, cut.knee, cut.hem])) + 0.03
    for leg in legs if cut.turn_up else []:
        along = (leg[-1] - leg[-2]) / np.hypot(*(leg[-1] - leg[-2]))
        across = np.array([-along[1], along[0]]) * width
        high, low = leg[-1] - along * 0.14, leg[-1] + along * 0.05
        shape = np.stack([high - across, high + across, low + across, low - across])
        pieces.append(Piece(outline=shape, fabric=pale, shadow=0.3))
    return pieces
