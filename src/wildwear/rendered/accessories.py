"""Hats and shoes, drawn in units of their own: a hat's head is one unit, a shoe is two units long."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from wildwear.rendered.fabric import Fabric
from wildwear.rendered.geometry import curve, ellipse, outline
from wildwear.rendered.paint import Fold, Mark, Piece, Stroke

_RUBBER = Fabric(kind="plain", base=(238, 236, 230))
_DARK_SOLE = Fabric(kind="plain", base=(56, 46, 42))


def cap(fabric: Fabric, _rng: np.random.Generator) -> tuple[Piece, ...]:
    """A baseball cap, seen a little from the side."""
    crown = outline(
        [(-0.62, 0.3), (-0.6, -0.15), (-0.3, -0.5), (0.05, -0.56), (0.4, -0.45), (0.62, -0.1), (0.66, 0.28)],
        [(0.66, 0.28), (0.0, 0.42), (-0.62, 0.3)],
    )
    peak = outline(
        [(-0.3, 0.3), (0.3, 0.18), (0.66, 0.2)],
        [(0.66, 0.2), (1.05, 0.3), (1.2, 0.48), (0.9, 0.5), (0.3, 0.46), (-0.3, 0.3)],
    )
    seams: list[Mark] = [
        Stroke(curve([(0.05, -0.56), (0.2, -0.1), (0.24, 0.36)]), 0.014, fabric.trim, 190),
        Stroke(curve([(0.05, -0.56), (-0.25, -0.15), (-0.3, 0.34)]), 0.014, fabric.trim, 190),
    ]
    rows: list[Mark] = [
        Stroke(curve([(-0.2, 0.3 + d), (0.45, 0.25 + d), (1.12 - d, 0.42 + d / 2)]), 0.01, fabric.trim, 150, 0.03)
        for d in (0.0, 0.05, 0.1)
    ]
    badge = ellipse(0.42, -0.12, 0.13, 0.15)
    logo: Mark = Stroke(badge, 0.035, fabric.second)
    knob = Piece(outline=ellipse(0.05, -0.57, 0.07, 0.04), fabric=fabric)
    return (
        knob,
        Piece(outline=crown, fabric=fabric, marks=(*seams, logo)),
        Piece(outline=peak, fabric=fabric, marks=tuple(rows), bulge=0.6, shadow=0.6),
    )


def beanie(fabric: Fabric, rng: np.random.Generator) -> tuple[Piece, ...]:
    """A knitted hat with a turned-up band, and often a bobble."""
    knit = replace(fabric, kind="rib")
    crown = outline([(-0.62, 0.3), (-0.6, -0.1), (-0.35, -0.5), (0, -0.62), (0.35, -0.5), (0.6, -0.1), (0.62, 0.3)])
    band = outline(
        [(-0.66, 0.1), (-0.68, 0.5)],
        [(-0.68, 0.5), (0, 0.62), (0.68, 0.5)],
        [(0.68, 0.5), (0.66, 0.1)],
        [(0.66, 0.1), (0, 0.2), (-0.66, 0.1)],
    )
    pieces = [Piece(outline=crown, fabric=knit), Piece(outline=band, fabric=knit, shade=0.95, shadow=0.5)]
    if rng.random() < 0.6:
        ball = ellipse(0, -0.72, 0.22, 0.2) + rng.normal(0, 0.012, (33, 2))
        pieces.append(Piece(outline=ball, fabric=replace(fabric, kind="heather"), bulge=1.4))
    return tuple(pieces)


def brimmed(fabric: Fabric, rng: np.random.Generator) -> tuple[Piece, ...]:
    """A fedora or sun hat."""
    wide = rng.uniform(1.0, 1.25)
    brim = ellipse(0, 0.34, wide, 0.26)
    crown = outline(
        [
            (-0.55, 0.34),
            (-0.5, -0.2),
            (-0.4, -0.46),
            (-0.15, -0.54),
            (0, -0.46),
            (0.15, -0.54),
            (0.4, -0.46),
            (0.5, -0.2),
            (0.55, 0.34),
        ],
        [(0.55, 0.34), (0, 0.46), (-0.55, 0.34)],
    )
    band = outline(
        [(-0.535, 0.12), (-0.55, 0.34)],
        [(-0.55, 0.34), (0, 0.46), (0.55, 0.34)],
        [(0.55, 0.34), (0.535, 0.12)],
        [(0.535, 0.12), (0, 0.24), (-0.535, 0.12)],
    )
    dent = Fold(curve([(0, -0.5), (0.02, -0.2), (0, 0.1)]), 0.1, -0.2)
    ribbon = Fabric(kind="plain", base=fabric.tone(0.4), gloss=0.4)
    return (
        Piece(outline=brim, fabric=fabric, bulge=0.5),
        Piece(outline=crown, fabric=fabric, folds=(dent,), shadow=0.6),
        Piece(outline=band, fabric=ribbon, shadow=0.1),
    )


def sneaker(fabric: Fabric, _rng: np.random.Generator) -> tuple[Piece, ...]:
    """A sneaker from the side, its toe to the right."""
    upper = outline(
        [(-0.92, 0.3), (-0.95, -0.1), (-0.84, -0.42)],
        [(-0.84, -0.42), (-0.6, -0.3), (-0.34, -0.46)],
        [(-0.34, -0.46), (-0.2, -0.42), (0.2, -0.12), (0.55, 0.0), (0.88, 0.1), (0.97, 0.3)],
        [(0.97, 0.3), (-0.92, 0.3)],
    )
    sole = outline(
        [(-0.97, 0.22), (-0.98, 0.42), (-0.9, 0.47)],
        [(-0.9, 0.47), (0.5, 0.47), (0.95, 0.4), (1.03, 0.24)],
        [(1.03, 0.24), (0.6, 0.27), (-0.97, 0.22)],
    )
    toe = outline([(0.62, 0.28), (0.68, 0.1), (0.8, 0.06), (0.92, 0.14), (1.0, 0.28)], [(1.0, 0.28), (0.62, 0.28)])
    tongue = outline([(-0.4, -0.4), (-0.3, -0.62), (-0.14, -0.6), (0.0, -0.25)])
    stripe = [
        Stroke(curve([(-0.5, 0.22), (-0.3 + d, 0.05), (-0.16 + d, -0.2)]), 0.055, fabric.second)
        for d in (0.0, 0.15, 0.3)
    ]
    laces = [
        Stroke(np.asarray([(x, y), (x + 0.1, y + 0.14)]), 0.04, (246, 244, 240))
        for x, y in ((-0.3, -0.47), (-0.17, -0.4), (-0.05, -0.31), (0.07, -0.22))
    ]
    heel: Mark = Stroke(curve([(-0.7, 0.28), (-0.66, 0.0), (-0.8, -0.3)]), 0.018, fabric.trim, 200)
    edge: Mark = Stroke(np.asarray([(-0.97, 0.34), (0.98, 0.34)]), 0.018, fabric.base, 160)
    return (
        Piece(outline=tongue, fabric=fabric, shade=0.8),
        Piece(outline=upper, fabric=fabric, marks=(*stripe, *laces, heel), bulge=0.8),
        Piece(outline=toe, fabric=_RUBBER, shadow=0.3, bulge=0.8),
        Piece(outline=sole, fabric=_RUBBER, marks=(edge,), shadow=0.2, bulge=0.6),
    )


def boot(fabric: Fabric, rng: np.random.Generator) -> tuple[Piece, ...]:
    """An ankle boot from the side."""
    shaft = rng.uniform(-0.95, -0.65)
    back = [(-0.88, 0.3), (-0.86, -0.1), (-0.8, shaft)]
    front = [(-0.16, shaft + 0.03), (-0.1, -0.3), (0.12, -0.1), (0.55, 0.0), (0.88, 0.12), (0.95, 0.3)]
    upper = outline(
        back, [(-0.8, shaft), (-0.5, shaft + 0.06), (-0.16, shaft + 0.03)], front, [(0.95, 0.3), (-0.88, 0.3)]
    )
    sole = outline(
        [(-0.92, 0.26), (-0.9, 0.56), (-0.42, 0.56), (-0.36, 0.42), (0.4, 0.42), (0.98, 0.38), (1.0, 0.26)],
        [(1.0, 0.26), (-0.92, 0.26)],
    )
    seam: Mark = Stroke(curve([(-0.3, shaft), (-0.26, -0.2), (-0.05, 0.05), (-0.1, 0.3)]), 0.016, fabric.trim, 200)
    gusset: Mark = Stroke(
        curve([(-0.62, shaft + 0.06), (-0.6, -0.3), (-0.5, -0.12), (-0.4, -0.3), (-0.36, shaft + 0.06)]),
        0.02,
        fabric.trim,
        230,
    )
    creases = tuple(Fold(np.asarray([(-0.25, y), (0.15, y + 0.14)]), 0.05, 0.06) for y in (-0.3, -0.18))
    return (
        Piece(outline=upper, fabric=fabric, marks=(seam, gusset), folds=creases, bulge=0.9),
        Piece(outline=sole, fabric=_DARK_SOLE, shadow=0.2, bulge=0.5),
    )


def pump(fabric: Fabric, _rng: np.random.Generator) -> tuple[Piece, ...]:
    """A shoe with a heel, from the side."""
    heel = outline([(-0.92, 0.0), (-0.8, 0.4), (-0.78, 0.72)], [(-0.7, 0.72), (-0.66, 0.4), (-0.5, 0.2)])
    upper = outline(
        [(-0.94, 0.02), (-0.98, -0.35), (-0.86, -0.42)],
        [(-0.86, -0.42), (-0.55, -0.1), (0.0, 0.22), (0.35, 0.3)],
        [(0.35, 0.3), (0.75, 0.42), (1.0, 0.66)],
        [(1.0, 0.66), (0.4, 0.68), (-0.2, 0.42), (-0.6, 0.2), (-0.94, 0.02)],
    )
    inside = outline([(-0.86, -0.4), (-0.55, -0.14), (0.0, 0.18), (0.33, 0.3), (0.0, 0.28), (-0.6, 0.0)])
    sole = outline([(-0.2, 0.42), (0.4, 0.67), (1.0, 0.66)], [(1.0, 0.66), (0.9, 0.74), (0.3, 0.73), (-0.2, 0.46)])
    return (
        Piece(outline=heel, fabric=fabric),
        Piece(outline=upper, fabric=replace(fabric, gloss=max(0.6, fabric.gloss)), bulge=0.9),
        Piece(outline=inside, fabric=_DARK_SOLE, shade=1.2, shadow=0),
        Piece(outline=sole, fabric=_DARK_SOLE, shadow=0),
    )
