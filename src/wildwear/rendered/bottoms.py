"""Garments for the lower body: trousers of any length and width, and skirts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from wildwear.rendered.body import CROTCH, HIP, WAIST, Body
from wildwear.rendered.fabric import Fabric
from wildwear.rendered.geometry import Points, curve, mirrored, outline
from wildwear.rendered.paint import Fold, Mark, Patch, Piece, Stroke
from wildwear.rendered.tops import button, limb_to

RISE = WAIST + 0.12
"""Where trousers and skirts begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegCut:
    """How trousers are cut."""

    length: float = 1.0
    """Part of the leg that is covered, from hip to ankle."""
    hip: float = 0.05
    """How much wider than the hip."""
    thigh: float = 0.41
    """Half-width below the crotch, body units."""
    knee: float = 0.29
    hem: float = 0.23
    style: Literal["jeans", "chinos", "elastic", "plain"] = "plain"
    turn_up: bool = False
    """The hem is turned outwards once."""
    creases: float = 1.0
    """How many creases there are."""
    rise: float = RISE


def trousers(cut: LegCut, fabric: Fabric, body: Body, rng: np.random.Generator) -> tuple[Piece, ...]:
    """Both legs with their waistband, in one piece, so that the light runs over them as over one thing."""
    legs = [limb_to(leg, cut.length) for leg in body.legs]
    hip = body.hip + cut.hip
    waist = body.waist + 0.05 + cut.hip * 0.5
    outer, inner = zip(*(_leg_sides(cut, legs[i], hip, side) for i, side in enumerate((-1, 1))), strict=True)
    waistline = [(waist, cut.rise), (0.0, cut.rise + 0.06), (-waist, cut.rise)]
    left = [(-waist, cut.rise), (-hip * 0.97, HIP - 0.35), *outer[0]]
    right = [*outer[1][::-1], (hip * 0.97, HIP - 0.35), (waist, cut.rise)]
    crotch = (float(legs[0][0][0] + legs[1][0][0]) / 2, CROTCH + 0.06)
    shape = outline(left, [*inner[0][::-1], crotch], [crotch, *inner[1]], right, waistline)
    marks = [*_leg_marks(cut, fabric, legs, hip), *_front_marks(cut, fabric, waist)]
    body_piece = Piece(
        outline=shape, fabric=fabric, marks=tuple(marks), folds=_leg_folds(cut, legs, hip, rng), shadow=0.3
    )
    return (body_piece, *_turn_ups(cut, fabric, legs), _waistband(cut, fabric, waist))


def _leg_sides(
    cut: LegCut, leg: Points, hip: float, side: int
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """The outer and the inner seam of a leg from the hip to the hem."""
    along = np.array([0.0, *np.cumsum(np.hypot(*np.diff(leg, axis=0).T))])
    whole = 3.2
    widths = np.interp(along / whole, [0.08, 0.5, 1.0], [cut.thigh, cut.knee, cut.hem])
    outer, inner = [(side * hip, HIP + 0.05)], []
    for (x, y), width in zip(leg[1:], widths[1:], strict=True):
        outer.append((float(x) + side * float(width), float(y)))
        inner.append((side * max(side * float(x) - float(width), 0.035), float(y)))
    return outer, inner


def _leg_folds(cut: LegCut, legs: list[Points], hip: float, rng: np.random.Generator) -> tuple[Fold, ...]:
    """Whiskers at the crotch, creases at the knees and a stack of them at the hem."""
    folds = []
    for side, leg in zip((-1, 1), legs, strict=True):
        for _ in range(3):
            y = CROTCH + rng.uniform(-0.25, 0.1)
            line = [
                (side * 0.03, y),
                (side * 0.3, y - 0.06),
                (side * rng.uniform(0.4, 0.7) * hip, y - rng.uniform(0.1, 0.3)),
            ]
            folds.append(Fold(curve(line), 0.05, 0.06 * cut.creases))
        places = [
            *rng.uniform(0.4, 0.6, 2),
            *rng.uniform(0.85, 0.98, 3 if cut.length > 0.9 else 0),
            rng.uniform(0.15, 0.4),
        ]
        along = np.array([0.0, *np.cumsum(np.hypot(*np.diff(leg, axis=0).T))])
        for where in places:
            x, y = (float(np.interp(where * along[-1], along, leg[:, axis])) for axis in (0, 1))
            tilt = rng.uniform(-0.14, 0.14)
            line = np.asarray([(x - cut.knee, y - tilt), (x, y + 0.03), (x + cut.knee * rng.uniform(0.2, 1), y + tilt)])
            folds.append(Fold(line, 0.05, rng.uniform(0.04, 0.08) * cut.creases))
        if cut.style == "chinos":
            folds.append(Fold(np.vstack([leg[:1] + (0, 0.1), leg[1:]]), 0.05, 0.07))
    return tuple(folds)


def _leg_marks(cut: LegCut, fabric: Fabric, legs: list[Points], hip: float) -> list[Mark]:
    stitch = (196, 142, 74) if cut.style == "jeans" else fabric.trim
    marks: list[Mark] = []
    for leg in legs:
        along = leg[-1] - leg[-2]
        along = along / np.hypot(*along)
        across = np.asarray([-along[1], along[0]]) * (cut.thigh + 0.1)
        middle = leg[-1] - along * 0.09
        if cut.style != "elastic" or cut.length < 0.7:
            marks.append(Stroke(np.stack([middle - across, middle + across]), 0.014, stitch, 190, 0.035))
    return marks


def _front_marks(cut: LegCut, fabric: Fabric, waist: float) -> list[Mark]:
    """Fly and pockets."""
    rise, dark = cut.rise, fabric.trim
    stitch = (196, 142, 74) if cut.style == "jeans" else dark
    if cut.style in ("plain", "elastic"):
        return [Stroke(np.asarray([(0.0, rise + 0.2), (0.0, CROTCH)]), 0.012, dark, 150)]
    fly = curve([(0.1, rise + 0.15), (0.1, rise + 0.6), (0.0, rise + 0.82)])
    marks: list[Mark] = [
        Stroke(np.asarray([(0.0, rise), (0.0, CROTCH)]), 0.016, dark, 210),
        Stroke(fly, 0.014, stitch, 220, 0.04),
    ]
    for side in (-1, 1):
        if cut.style == "jeans":
            line = curve([(side * 0.34, rise + 0.16), (side * 0.42, rise + 0.4), (side * 0.85, rise + 0.5)])
            coin = curve([(side * 0.3, rise + 0.16), (side * 0.39, rise + 0.44), (side * 0.85, rise + 0.55)])
            marks += [Stroke(line, 0.022, dark, 220), Stroke(coin, 0.013, stitch, 220, 0.04)]
        else:
            line = np.asarray([(side * (waist - 0.17), rise + 0.17), (side * (waist + 0.08), rise + 0.62)])
            marks.append(Stroke(line, 0.026, dark, 210))
    return marks


def _waistband(cut: LegCut, fabric: Fabric, waist: float) -> Piece:
    low, dark = cut.rise + 0.17, fabric.trim
    wide = waist + 0.03
    shape = outline(
        [(-waist, cut.rise), (-wide, low)],
        [(-wide, low), (0, low + 0.06), (wide, low)],
        [(wide, low), (waist, cut.rise)],
        [(waist, cut.rise), (0, cut.rise + 0.06), (-waist, cut.rise)],
    )
    marks: list[Mark] = []
    cloth = fabric
    if cut.style == "elastic":
        cloth = replace(fabric, kind="rib")
        for side in (-1, 1):
            string = curve([(side * 0.05, cut.rise + 0.12), (side * 0.09, cut.rise + 0.14), (side * 0.07, low + 0.05)])
            marks.append(Stroke(string, 0.03, (236, 234, 228)))
    elif cut.style in ("jeans", "chinos"):
        marks += [Stroke(np.asarray([(x, cut.rise), (x, low + 0.04)]), 0.07, fabric.tone(0.85)) for x in (-0.42, 0.42)]
        marks += button(0.02, cut.rise + 0.13, 0.05, (176, 142, 96) if cut.style == "jeans" else fabric.tone(0.6))
    edge = Stroke(np.asarray([(-wide, low), (0, low + 0.05), (wide, low)]), 0.015, dark, 200)
    return Piece(outline=shape, fabric=cloth, marks=(*marks, edge), shade=0.97, shadow=0.15)


def _turn_ups(cut: LegCut, fabric: Fabric, legs: list[Points]) -> list[Piece]:
    pieces = []
    for leg in legs if cut.turn_up else []:
        along = (leg[-1] - leg[-2]) / np.hypot(*(leg[-1] - leg[-2]))
        width = float(np.interp(cut.length, [0.08, 0.5, 1.0], [cut.thigh, cut.knee, cut.hem])) + 0.03
        across = np.asarray([-along[1], along[0]]) * width
        top, low = leg[-1] - along * 0.14, leg[-1] + along * 0.05
        shape = np.stack([top - across, top + across, low + across, low - across])
        pale = replace(fabric, base=fabric.tone(1.35))
        pieces.append(Piece(outline=shape, fabric=pale, shadow=0.3))
    return pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class SkirtCut:
    """How a skirt, or the lower part of a dress, is cut."""

    hem: float = 5.2
    """Height of the lower edge."""
    flare: float = 0.35
    """How much wider the hem is than the hip; negative for a pencil skirt."""
    folds: int = 9
    """Folds that hang from the waist."""
    depth: float = 0.12
    waistband: bool = True
    pleats: bool = False
    buttons: bool = False
    start: float = RISE
    ease: float = 0.05


def skirt(cut: SkirtCut, fabric: Fabric, body: Body, rng: np.random.Generator) -> tuple[Piece, ...]:
    """A skirt from its waist to the hem, with folds that open downwards."""
    waist, hip = body.waist + cut.ease, body.hip + cut.ease + max(0.0, cut.flare * 0.25)
    end = body.hip + cut.flare
    left = [(-waist, cut.start), (-hip, HIP - 0.1), (-(hip + end) / 2, (HIP + cut.hem) / 2), (-end, cut.hem)]
    if cut.hem < HIP + 0.7:
        left = [(-waist, cut.start), (-(hip + waist) / 2, HIP - 0.45), (-end, cut.hem)]
    places = np.linspace(-0.94, 0.94, cut.folds) + rng.uniform(-0.04, 0.04, cut.folds) * (not cut.pleats)
    hem = np.asarray(
        [(x * end, cut.hem + 0.13 * (1 - x * x) + 0.022 * (-1) ** i * (cut.flare > 0.1)) for i, x in enumerate(places)]
    )
    edge = np.vstack([[(-end, cut.hem)], hem, [(end, cut.hem)]])
    waistline = [(waist, cut.start), (0.0, cut.start + 0.06), (-waist, cut.start)]
    shape = np.vstack([curve(left), curve(edge), curve(mirrored(left)), curve(waistline)])
    folds = tuple(_hanging(cut, float(x), waist, hip, end, rng) for x in places)
    marks: list[Mark] = [Stroke(edge + (0, -0.07), 0.012, fabric.trim, 150)]
    if cut.buttons:
        marks.append(Stroke(np.asarray([(0.09, cut.start), (0.09, cut.hem + 0.2)]), 0.014, fabric.trim, 200))
        for y in np.arange(cut.start + 0.3, cut.hem - 0.1, 0.36):
            marks += button(0.0, float(y), 0.05, fabric.tone(1.3))
    piece = Piece(outline=shape, fabric=fabric, folds=folds, marks=tuple(marks), shadow=0.35, bulge=0.9)
    return (piece, _waistband(LegCut(rise=cut.start), fabric, waist)) if cut.waistband else (piece,)


def _hanging(cut: SkirtCut, x: float, waist: float, hip: float, end: float, rng: np.random.Generator) -> Fold:
    start = cut.start + (0.1 if cut.pleats else rng.uniform(0.1, 0.7))
    line = [(x * waist, start), (x * hip, (start + cut.hem) / 2), (x * end, cut.hem + 0.1)]
    depth = cut.depth if cut.pleats else cut.depth * rng.uniform(0.5, 1.2)
    return Fold(curve(line), 0.10 if not cut.pleats else 0.07, depth)


def slit(y: float, fabric: Fabric) -> Patch:
    """The dark opening of a pencil skirt's slit."""
    return Patch(np.asarray([(0.3, y), (0.34, y - 0.6), (0.38, y)]), fabric.tone(0.4), 220)
