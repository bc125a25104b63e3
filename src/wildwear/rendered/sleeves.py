"""Sleeves, which follow the arms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wildwear.rendered.body import ARMPIT, SHOULDER, Body
from wildwear.rendered.cut import Cut
from wildwear.rendered.fabric import Fabric
from wildwear.rendered.geometry import Points, curve, lengths, line_to, outline, point_at, tube
from wildwear.rendered.paint import Fold, Mark, Piece, Stroke


def sleeve(cut: Cut, fabric: Fabric, body: Body, side: int, rng: np.random.Generator) -> list[Piece]:
    """The sleeve of the left (`side` 0) or right arm, with its cuff."""
    if cut.sleeve <= 0:
        return []
    sign = -1 if side == 0 else 1
    joints = line_to(body.arms[side], cut.sleeve)
    angle = -float(np.arctan2(*(joints[-1] - joints[-2])))
    outer, inner = _sides(cut, joints, sign)
    seam = (sign * (body.chest + cut.ease - 0.02), ARMPIT + 0.1)
    tip = (sign * (body.shoulder - 0.03 + cut.ease * 0.5), SHOULDER + 0.1)
    cap = (tip[0] + sign * 0.1, SHOULDER + 0.24)
    armhole = [seam, (tip[0] - sign * 0.07, SHOULDER + 0.3), tip]
    shape = outline(np.array([tip, cap, *outer]), np.array([*inner[::-1], seam]), armhole)
    hem: tuple[Mark, ...] = () if cut.ribbed else (_hem_seam(joints, fabric),)
    joint: Mark = Stroke(curve(armhole), 0.014, fabric.trim, 120)
    folds, marks = _folds(joints, rng), (*hem, joint)
    piece = Piece(
        outline=shape, fabric=fabric, angle=angle, folds=folds, marks=marks, quilting=fabric.quilting, shadow=0.3
    )
    return [piece, _cuff(cut, fabric, joints, angle)] if cut.ribbed else [piece]


def _cuff(cut: Cut, fabric: Fabric, joints: Points, angle: float) -> Piece:
    along = joints[-1] - joints[-2]
    start, width = joints[-1] - along * (0.17 / np.hypot(*along)), cut.sleeve_width + 0.125
    shape = tube(np.stack([start, joints[-1]]), [width, width * 0.8])
    return Piece(outline=shape, fabric=replace(fabric, kind="rib"), angle=angle, shade=0.93, shadow=0.2)


def _sides(cut: Cut, joints: Points, sign: int) -> tuple[list[Points], list[Points]]:
    """The edges of a sleeve away from the body and towards it, from the upper arm to the cuff."""
    places = lengths(joints)
    outer, inner = [], []
    for where in np.unique([0.5, *places[1:]]):
        if where > places[-1]:
            continue
        middle, before = point_at(joints, where), point_at(joints, max(0.0, where - 0.25))
        dx, dy = (middle - before) / np.hypot(*(middle - before))
        width = cut.sleeve_width + float(np.interp(where, [0.3, 1.3, 2.45], [0.215, 0.17, 0.13]))
        across = np.array([dy, -dx]) * sign * width
        outer.append(middle + across)
        inner.append(middle - across)
    return outer, inner


def _hem_seam(joints: Points, fabric: Fabric) -> Stroke:
    along = (joints[-1] - joints[-2]) / np.hypot(*(joints[-1] - joints[-2]))
    middle, across = joints[-1] - along * 0.06, np.array([-along[1], along[0]]) * 0.5
    return Stroke(np.stack([middle - across, middle + across]), 0.013, fabric.trim, 160, 0.03)


def _folds(joints: Points, rng: np.random.Generator) -> tuple[Fold, ...]:
    """Creases across the arm, most of them near the elbow."""
    folds = []
    for where in (*rng.uniform(0.35, 0.75, 4), *rng.uniform(0.05, 1.0, 2)):
        x, y = point_at(joints, where * lengths(joints)[-1])
        tilt = rng.uniform(-0.16, 0.16)
        folds.append(Fold([(x - 0.2, y - tilt), (x, y + 0.02), (x + 0.18, y + tilt)], 0.05, rng.uniform(0.04, 0.085)))
    return tuple(folds)
