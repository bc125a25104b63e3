"""Garments for the upper body, cut from a few measures: a tee and a coat differ in numbers, not in code."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wildwear.rendered.body import ARMPIT, NECK, SHOULDER, WAIST, Body
from wildwear.rendered.collars import collar, hood_behind, inside_of_back
from wildwear.rendered.cut import Cut, Layers, neckline, side_seam
from wildwear.rendered.fabric import Fabric
from wildwear.rendered.geometry import curve, mirrored, outline
from wildwear.rendered.paint import Fold, Mark, Piece, Stroke
from wildwear.rendered.sleeves import sleeve
from wildwear.rendered.trims import chest_print, drawstrings, opening_marks, pocket_marks


def top(cut: Cut, fabric: Fabric, body: Body, rng: np.random.Generator) -> Layers:
    """All pieces of a garment for the upper body."""
    torso = torso_piece(cut, fabric, body, rng)
    inside = replace(torso, outline=inside_of_back(cut, body), shade=0.55, folds=(), marks=(), shadow=0, quilting=0)
    sleeves = [piece for side in (0, 1) for piece in sleeve(cut, fabric, body, side, rng)]
    behind = [inside] if cut.neck != "high" else []
    if cut.neck == "hood":
        behind = [*hood_behind(cut, fabric, body), *behind]
    front = [torso, *_hem_band(cut, fabric, body), *sleeves, *collar(cut, fabric, body)]
    if cut.belt:
        front.append(belt(fabric, body, cut.ease, WAIST))
    return Layers(behind=tuple(behind), front=tuple(front))


def torso_piece(cut: Cut, fabric: Fabric, body: Body, rng: np.random.Generator) -> Piece:
    """The front of a garment between neck and hem."""
    tip = body.shoulder - (0.28 if cut.straps else 0.03) + cut.ease * 0.5
    slope = SHOULDER + (0.0 if cut.straps else 0.1)
    hole = [(-tip, slope), (-tip + 0.05, SHOULDER + 0.3), (-body.chest - cut.ease, ARMPIT)]
    side = side_seam(cut, body)
    end = -side[-1][0]
    hem = [(-end, cut.hem), (0.0, cut.hem + rng.uniform(0.02, 0.07)), (end, cut.hem)]
    shoulder = [(tip, slope), (cut.neck_half_width(body), NECK + 0.05)]
    around = outline(hole, side, hem, mirrored(side), mirrored(hole), shoulder, steps=6)
    return Piece(
        outline=np.vstack([around, neckline(cut, body)[::-1]]),
        fabric=fabric,
        folds=torso_folds(cut, body, rng),
        marks=tuple(_torso_marks(cut, fabric, body)),
        quilting=fabric.quilting,
        shadow=0.25,
    )


def torso_folds(cut: Cut, body: Body, rng: np.random.Generator) -> tuple[Fold, ...]:
    """Creases from the armpits to the middle and at the waist, and soft drapes to the hem; more in loose garments."""
    sides = [fold for side in (-1, 1) for fold in _side_folds(cut, body, side, rng)]
    drapes = []
    for x in rng.uniform(-0.6, 0.6, 4) * body.hip:
        start = rng.uniform(ARMPIT + 0.2, max(ARMPIT + 0.4, cut.hem - 0.8))
        line = [(x * 0.8, start), (x, (start + cut.hem) / 2), (x * 1.1, cut.hem)]
        drapes.append(Fold(curve(line), 0.12, rng.uniform(-0.08, 0.1) * _looseness(cut)))
    return (*sides, *drapes)


def _side_folds(cut: Cut, body: Body, side: int, rng: np.random.Generator) -> list[Fold]:
    folds, loose = [], _looseness(cut)
    for reach in rng.uniform(0.25, 0.6, 3):
        x, y = side * body.chest, ARMPIT + rng.uniform(-0.05, 0.25)
        end = (x * (1 - reach), y + rng.uniform(0.1, 0.5))
        folds.append(Fold(curve([(x, y), (x * (1 - reach / 2), y + 0.05), end]), 0.05, rng.uniform(0.03, 0.06) * loose))
    for y in rng.uniform(WAIST - 0.35, min(cut.hem, WAIST + 0.3), 2):
        x = side * (body.waist + cut.ease)
        end = (x * rng.uniform(0.1, 0.4), y + rng.uniform(-0.1, 0.25))
        folds.append(Fold(curve([(x, y), (x * 0.6, y + 0.06), end]), 0.07, rng.uniform(-0.09, 0.09) * loose))
    return folds


def _looseness(cut: Cut) -> float:
    return 0.5 + 3.0 * cut.ease


def _torso_marks(cut: Cut, fabric: Fabric, body: Body) -> list[Mark]:
    marks: list[Mark] = []
    if not cut.ribbed:
        y = cut.hem - 0.07
        marks.append(Stroke([(-2.0, y), (0.0, y + 0.05), (2.0, y)], 0.012, fabric.trim, 150, 0.03))
    marks += chest_print(fabric.second) if fabric.printed else []
    marks += pocket_marks(cut, fabric)
    marks += opening_marks(cut.opening, fabric, cut.low, cut.hem)
    marks += drawstrings(fabric, cut.low) if cut.neck == "hood" else []
    if cut.neck in ("crew", "scoop", "v", "wide", "hood"):
        lower = neckline(cut, body) * (1.1, 1) + np.array([0, 0.085])
        marks.append(Stroke(lower, 0.014, fabric.trim, 170))
    return marks


def _hem_band(cut: Cut, fabric: Fabric, body: Body) -> list[Piece]:
    if not cut.ribbed:
        return []
    end = -side_seam(cut, body)[-1][0]
    left = [(-end - 0.01, cut.hem - 0.02), (-end + 0.05, cut.hem + 0.18)]
    low = [(-end + 0.05, cut.hem + 0.18), (0.0, cut.hem + 0.22), (end - 0.05, cut.hem + 0.18)]
    high = [(end, cut.hem - 0.02), (0.0, cut.hem + 0.02), (-end, cut.hem - 0.02)]
    rib = replace(fabric, kind="rib")
    marks = tuple(opening_marks("zip", fabric, cut.hem, cut.hem + 0.22)[1:3]) if cut.opening == "zip" else ()
    return [Piece(outline=outline(left, low, high), fabric=rib, shade=0.93, shadow=0.1, marks=marks)]


def belt(fabric: Fabric, body: Body, ease: float, y: float) -> Piece:
    """A belt with a buckle around the waist."""
    half = body.waist + ease + 0.05
    low = [(-half, y + 0.09), (0, y + 0.13), (half, y + 0.09)]
    high = [(half, y - 0.09), (0, y - 0.05), (-half, y - 0.09)]
    buckle = [(-0.11, y - 0.07), (0.11, y - 0.07), (0.11, y + 0.13), (-0.11, y + 0.13), (-0.11, y - 0.07)]
    return Piece(
        outline=outline(low, high),
        fabric=replace(fabric, kind="plain", base=fabric.tone(0.8)),
        marks=(Stroke(buckle, 0.04, fabric.tone(0.45)),),
        shadow=0.5,
    )
