"""Skirts, and the lower part of dresses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wildwear.rendered.body import HIP, Body
from wildwear.rendered.fabric import Fabric
from wildwear.rendered.geometry import Points, curve, mirrored
from wildwear.rendered.paint import Fold, Mark, Piece, Stroke
from wildwear.rendered.trims import button
from wildwear.rendered.trousers import RISE, LegCut, waistband


@dataclass(frozen=True, slots=True, kw_only=True)
class SkirtCut:
    """How a skirt is cut; lengths in body units."""

    hem: float = 5.2
    """Height of the lower edge."""
    flare: float = 0.35
    """How much wider the hem is than the hip; negative for a pencil skirt."""
    folds: int = 9
    """Folds that hang from the waist."""
    depth: float = 0.12
    """How deep they are."""
    pleats: bool = False
    """The folds are pressed, at equal distances."""
    buttons: bool = False
    """A row of them down the front."""
    waistband: bool = True
    start: float = RISE
    """Height of the upper edge."""
    ease: float = 0.05
    """How much wider than the body."""


def skirt(cut: SkirtCut, fabric: Fabric, body: Body, rng: np.random.Generator) -> tuple[Piece, ...]:
    """A skirt from its waist to the hem, with folds that open downwards."""
    waist = body.waist + cut.ease
    places = np.linspace(-0.94, 0.94, cut.folds)
    if not cut.pleats:
        places = places + rng.uniform(-0.04, 0.04, cut.folds)
    side, hem = _side(cut, body), _hem(cut, body, places)
    waistline = [(waist, cut.start), (0.0, cut.start + 0.06), (-waist, cut.start)]
    marks: list[Mark] = [Stroke(hem - np.array([0, 0.07]), 0.012, fabric.trim, 150)]
    whole = Piece(
        outline=np.vstack([curve(side), curve(hem), curve(mirrored(side)), curve(waistline)]),
        fabric=fabric,
        folds=tuple(_fold(cut, body, float(place), rng) for place in places),
        marks=(*marks, *_buttons(cut, fabric)),
        shadow=0.35,
        bulge=0.9,
    )
    return (whole, waistband(LegCut(rise=cut.start), fabric, waist)) if cut.waistband else (whole,)


def _side(cut: SkirtCut, body: Body) -> list[tuple[float, float]]:
    """The left side from waist to hem."""
    waist, hip, end = body.waist + cut.ease, body.hip + cut.ease + max(0.0, cut.flare * 0.25), body.hip + cut.flare
    if cut.hem < HIP + 0.7:
        return [(-waist, cut.start), (-(hip + waist) / 2, HIP - 0.45), (-end, cut.hem)]
    return [(-waist, cut.start), (-hip, HIP - 0.1), (-(hip + end) / 2, (HIP + cut.hem) / 2), (-end, cut.hem)]


def _hem(cut: SkirtCut, body: Body, places: Points) -> Points:
    """The lower edge, which sags in the middle and waves with the folds."""
    end, wave = body.hip + cut.flare, 0.022 * (cut.flare > 0.1)
    y = cut.hem + 0.13 * (1 - places**2) + wave * (-1) ** np.arange(len(places))
    return np.vstack([[(-end, cut.hem)], np.stack([places * end, y], axis=1), [(end, cut.hem)]])


def _fold(cut: SkirtCut, body: Body, place: float, rng: np.random.Generator) -> Fold:
    start = cut.start + (0.1 if cut.pleats else rng.uniform(0.1, 0.7))
    line = [
        (place * body.waist, start),
        (place * body.hip, (start + cut.hem) / 2),
        (place * (body.hip + cut.flare), cut.hem + 0.1),
    ]
    depth = cut.depth if cut.pleats else cut.depth * rng.uniform(0.5, 1.2)
    return Fold(curve(line), 0.07 if cut.pleats else 0.10, depth)


def _buttons(cut: SkirtCut, fabric: Fabric) -> list[Mark]:
    if not cut.buttons:
        return []
    edge: Mark = Stroke([(0.09, cut.start), (0.09, cut.hem + 0.2)], 0.014, fabric.trim, 200)
    heights = np.arange(cut.start + 0.3, cut.hem - 0.1, 0.36)
    return [edge, *(mark for y in heights for mark in button(0.0, float(y), 0.05, fabric.tone(1.3)))]
