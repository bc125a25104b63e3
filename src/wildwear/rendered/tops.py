"""Garments for the upper body, cut from a few measures: a tee and a coat differ in numbers, not in code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from wildwear.rendered.body import ARMPIT, HIP, NECK, SHOULDER, WAIST, Body
from wildwear.rendered.fabric import Colour, Fabric
from wildwear.rendered.geometry import Path, Points, curve, ellipse, mirrored, outline, tube
from wildwear.rendered.paint import Fold, Mark, Patch, Piece, Stroke

Neck = Literal["crew", "v", "scoop", "wide", "high", "collar", "lapel", "stand", "hood"]
Opening = Literal["none", "single", "placket", "buttons", "zip", "half-zip", "open", "double"]
Pockets = Literal["none", "chest", "kangaroo", "welt", "flap", "patch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How a garment for the upper body is cut; lengths in body units."""

    hem: float = 3.7
    """Height of the lower edge."""
    ease: float = 0.08
    """How much wider than the body."""
    sleeve: float = 1.0
    """Length of the sleeve as a part of the arm: 0 none, 1 to the wrist."""
    sleeve_width: float = 0.06
    """How much wider than the arm."""
    neck: Neck = "crew"
    depth: float = 0.22
    """How far the neckline goes down."""
    opening: Opening = "none"
    pockets: Pockets = "none"
    ribbed: bool = False
    """Knitted bands at hem and cuffs."""
    flare: float = 0.0
    """How much wider the hem is than the hip."""
    taper: float = 0.5
    """How closely the waist is followed, 0 to 1."""
    straps: bool = False
    """Narrow shoulders, as of a tank."""
    quilting: float = 0.0
    belt: bool = False
    print_colour: Colour | None = None
    """A print on the chest."""
    hood_up: bool = False
    """The hood stands up, as on a mannequin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """A garment's pieces: those behind the head and neck, those before the arms, and the sleeves and collar."""

    behind: tuple[Piece, ...] = ()
    front: tuple[Piece, ...] = ()


def top(cut: Cut, fabric: Fabric, body: Body, rng: np.random.Generator) -> Layers:
    """All pieces of a garment for the upper body."""
    torso = torso_piece(cut, fabric, body, rng)
    inside = replace(torso, outline=_inside(cut, body), shade=0.55, folds=(), marks=(), shadow=0, quilting=0)
    sleeves = [piece for side in (0, 1) for piece in _sleeve(cut, fabric, body, side, rng)]
    behind = [inside] if cut.neck != "high" else []
    if cut.neck == "hood":
        behind = [*_hood_behind(cut, fabric, body), *behind]
    front = [torso, *_hem_band(cut, fabric, body), *sleeves, *_collar(cut, fabric, body)]
    if cut.belt:
        front.append(belt(fabric, body, cut.ease, WAIST))
    return Layers(behind=tuple(behind), front=tuple(front))


def _half_widths(cut: Cut, body: Body) -> list[tuple[float, float]]:
    """The left side seam from armpit to hem."""
    chest, waist, hip = (width + cut.ease for width in (body.chest, body.waist, body.hip))
    middle = waist * cut.taper + max(chest, hip) * (1 - cut.taper)
    side = [(-chest, ARMPIT), (-chest * 0.55 - middle * 0.45, 2.5), (-middle, WAIST)]
    if cut.hem > WAIST + 0.5:
        side.append((-hip, min(HIP - 0.15, cut.hem - 0.2)))
    end = hip if cut.hem > HIP - 0.4 else (middle + hip) / 2
    side.append((-end - cut.flare, cut.hem))
    return side


def _neckline(cut: Cut, body: Body) -> tuple[Path | Points, float]:
    """The front edge of the neckline from left to right, and its half-width."""
    half = body.neck + {"wide": 0.2, "scoop": 0.12, "v": 0.03, "lapel": 0.05}.get(cut.neck, 0.03)
    if cut.straps:
        half = max(half, body.neck + 0.16)
    low = NECK + 0.04 + cut.depth
    if cut.neck in ("v", "lapel"):
        return np.asarray([(-half, NECK + 0.05), (0.0, low), (half, NECK + 0.05)]), half
    if cut.neck == "high":
        return np.asarray([(-half + 0.03, NECK - 0.05), (half - 0.03, NECK - 0.05)]), half
    left = [(-half, NECK + 0.05), (-half * 0.8, NECK + 0.05 + cut.depth * 0.6), (-half * 0.4, low - 0.03), (0.0, low)]
    return np.vstack([curve(left), mirrored(curve(left))]), half


def torso_piece(cut: Cut, fabric: Fabric, body: Body, rng: np.random.Generator) -> Piece:
    """The front of a garment between neck and hem."""
    neckline, half = _neckline(cut, body)
    tip = body.shoulder - (0.28 if cut.straps else 0.03) + cut.ease * 0.5
    slope = SHOULDER + (0.0 if cut.straps else 0.1)
    hole = [(-tip, slope), (-tip + 0.05, SHOULDER + 0.3), (-body.chest - cut.ease, ARMPIT)]
    if cut.straps:
        hole = [(-tip, slope), (-tip + 0.03, SHOULDER + 0.3), (-body.chest - cut.ease * 0.5, ARMPIT - 0.05)]
    side = _half_widths(cut, body)
    end = -side[-1][0]
    sag = rng.uniform(0.02, 0.07)
    hem = [(-end, cut.hem), (0.0, cut.hem + sag), (end, cut.hem)]
    shoulder = [(half, NECK + 0.05), (tip, slope)]
    outer = outline(hole, side, hem, mirrored(side), mirrored(hole), mirrored(shoulder) * (-1, 1), steps=6)
    centre = neckline if cut.neck in ("v", "lapel", "high") else np.asarray(neckline)
    shape = np.vstack([outer, centre[::-1]])
    return Piece(
        outline=shape,
        fabric=fabric,
        folds=torso_folds(cut, body, rng),
        marks=tuple(_torso_marks(cut, fabric, body)),
        quilting=cut.quilting,
        shadow=0.25,
    )


def torso_folds(cut: Cut, body: Body, rng: np.random.Generator) -> tuple[Fold, ...]:
    """Creases from the armpits to the middle, at the waist, and soft drapes to the hem."""
    loose = 0.5 + 3.0 * cut.ease
    folds = []
    for side in (-1, 1):
        for _ in range(3):
            x, y = side * body.chest, ARMPIT + rng.uniform(-0.05, 0.25)
            reach = rng.uniform(0.25, 0.6)
            end = (x * (1 - reach), y + rng.uniform(0.1, 0.5))
            folds.append(
                Fold(curve([(x, y), (x * (1 - reach / 2), y + 0.05), end]), 0.05, rng.uniform(0.03, 0.06) * loose)
            )
        for _ in range(2):
            y = rng.uniform(WAIST - 0.35, min(cut.hem, WAIST + 0.3))
            x = side * (body.waist + cut.ease)
            line = [
                (x, y),
                (x * 0.6, y + rng.uniform(0, 0.12)),
                (x * rng.uniform(0.1, 0.4), y + rng.uniform(-0.1, 0.25)),
            ]
            folds.append(Fold(curve(line), 0.07, rng.uniform(-0.09, 0.09) * loose))
    for _ in range(4):
        x = rng.uniform(-0.6, 0.6) * body.hip
        start = rng.uniform(ARMPIT + 0.2, max(ARMPIT + 0.4, cut.hem - 0.8))
        line = [(x * 0.8, start), (x, (start + cut.hem) / 2), (x * 1.1, cut.hem)]
        folds.append(Fold(curve(line), 0.12, rng.uniform(-0.08, 0.1) * loose))
    return tuple(folds)


def _torso_marks(cut: Cut, fabric: Fabric, body: Body) -> list[Mark]:
    dark = fabric.trim
    marks: list[Mark] = []
    low = NECK + 0.04 + cut.depth
    if not cut.ribbed:
        y = cut.hem - 0.07
        marks.append(Stroke(np.asarray([(-2.0, y), (0.0, y + 0.05), (2.0, y)]), 0.012, dark, 150, 0.03))
    if cut.print_colour:
        marks += chest_print(cut.print_colour)
    marks += _pocket_marks(cut, fabric)
    marks += opening_marks(cut.opening, fabric, low, cut.hem)
    marks += _drawstrings(fabric, low) if cut.neck == "hood" else []
    if cut.neck in ("crew", "scoop", "v", "wide", "hood") and cut.opening != "open":
        neckline, _ = _neckline(cut, body)
        lower = np.asarray(neckline) * (1.1, 1) + (0, 0.085)
        marks.append(Stroke(lower, 0.014, dark, 170))
    return marks


def opening_marks(opening: Opening, fabric: Fabric, start: float, end: float) -> list[Mark]:
    """Buttons on their placket, or a zip, down the middle."""
    dark, pale = fabric.trim, fabric.tone(1.25)
    if opening in ("zip", "half-zip"):
        stop = end if opening == "zip" else start + 0.75
        line = np.asarray([(0.0, start - 0.1), (0.0, stop)])
        puller = np.asarray([(-0.025, start + 0.1), (0.025, start + 0.1), (0.02, start + 0.26), (-0.02, start + 0.26)])
        teeth = Stroke(line, 0.03, (196, 192, 180), 255, 0.012)
        return [Stroke(line, 0.09, dark, 120), Stroke(line, 0.035, (70, 70, 74)), teeth, Patch(puller, (205, 200, 188))]
    if opening in ("buttons", "placket"):
        stop = end if opening == "buttons" else start + 0.6
        edges = [Stroke(np.asarray([(x, start - 0.1), (x, stop)]), 0.014, dark, 190) for x in (-0.085, 0.085)]
        foot = [Stroke(np.asarray([(-0.085, stop), (0.085, stop)]), 0.014, dark, 190)] if opening == "placket" else []
        count = 3 if opening == "placket" else max(5, int((stop - start) / 0.36))
        heights = np.linspace(start + 0.1, stop - 0.16, count)
        return [*edges, *foot, *(mark for y in heights for mark in button(0.0, float(y), 0.042, pale))]
    if opening == "single":
        edge = Stroke(curve([(0.01, start), (0.06, (start + end) / 2), (0.16, end)]), 0.018, dark, 230)
        spots = [y for y in (start + 0.08, start + 0.42) if y < end - 0.4]
        return [edge, *(mark for y in spots for mark in button(-0.04, y, 0.055, fabric.tone(0.5)))]
    if opening == "double":
        edge = Stroke(np.asarray([(0.22, start), (0.24, end)]), 0.016, dark, 220)
        spots = [(x, y) for y in (start + 0.15, start + 0.6, start + 1.05) for x in (-0.2, 0.16)]
        return [edge, *(mark for x, y in spots for mark in button(x, y, 0.06, fabric.tone(0.5)))]
    return []


def button(x: float, y: float, radius: float, colour: Colour) -> list[Mark]:
    """A button with a rim and a bright spot."""
    return [
        Patch(ellipse(x + 0.008, y + 0.012, radius * 1.12, radius * 1.12), (20, 20, 24), 110),
        Patch(ellipse(x, y, radius, radius), colour),
        Patch(ellipse(x - radius * 0.3, y - radius * 0.3, radius * 0.35, radius * 0.35), (255, 255, 255), 120),
    ]


def _pocket_marks(cut: Cut, fabric: Fabric) -> list[Mark]:
    dark = fabric.trim
    if cut.pockets == "chest":
        shape = [(0.26, 2.12), (0.62, 2.1), (0.62, 2.46), (0.44, 2.54), (0.27, 2.47), (0.26, 2.12)]
        return [Patch(np.asarray(shape), fabric.tone(0.93), 90), Stroke(np.asarray(shape), 0.014, dark, 190)]
    if cut.pockets == "kangaroo":
        half = [(-0.34, 2.92), (-0.52, 3.3), (-0.52, cut.hem - 0.24)]
        shape = np.vstack([half, mirrored(half), half[:1]])
        return [Patch(shape, fabric.tone(0.95), 110), Stroke(shape, 0.018, dark, 200)]
    if cut.pockets == "none":
        return []
    y = min(cut.hem - 0.35, 3.2 if cut.pockets != "welt" else 3.05)
    marks: list[Mark] = []
    for side in (-1, 1):
        inner, outer = side * 0.3, side * 0.66
        if cut.pockets == "welt":
            marks.append(Stroke(np.asarray([(inner * 1.1, y), (outer, y + 0.3)]), 0.05, dark, 200))
            continue
        depth = 0.16 if cut.pockets == "flap" else 0.46
        shape = np.asarray([(inner, y), (outer, y), (outer, y + depth), (inner, y + depth), (inner, y)])
        marks += [Patch(shape, fabric.tone(0.92), 130), Stroke(shape, 0.016, dark, 210)]
    return marks


def chest_print(colour: Colour) -> list[Mark]:
    """A badge such as printed tees carry: a ring, a bar and lines of lettering too small to read."""
    ring = ellipse(0, 2.3, 0.3, 0.3)
    bars = [(-0.36, 2.27, 0.36, 2.36), (-0.24, 2.68, 0.24, 2.72), (-0.16, 2.77, 0.16, 2.8)]
    boxes = [Patch(np.asarray([(a, b), (c, b), (c, d), (a, d)]), colour, 225) for a, b, c, d in bars]
    return [Stroke(ring, 0.05, colour, 225), *boxes]


def _inside(cut: Cut, body: Body) -> Points:
    """What is seen of the back through the neckline."""
    neckline, half = _neckline(cut, body)
    back = [
        (half, NECK + 0.05),
        (half * 0.6, NECK + 0.1),
        (0, NECK + 0.13),
        (-half * 0.6, NECK + 0.1),
        (-half, NECK + 0.05),
    ]
    if cut.neck in ("collar", "stand", "lapel"):
        back = [
            (half, NECK + 0.05),
            (half * 0.7, NECK - 0.14),
            (0, NECK - 0.12),
            (-half * 0.7, NECK - 0.14),
            (-half, NECK + 0.05),
        ]
    return np.vstack([np.asarray(neckline), curve(back)])


def _sleeve(cut: Cut, fabric: Fabric, body: Body, side: int, rng: np.random.Generator) -> list[Piece]:
    if cut.sleeve <= 0:
        return []
    sign = -1 if side == 0 else 1
    joints = limb_to(body.arms[side], cut.sleeve)
    along = joints[-1] - joints[-2]
    angle = -float(np.arctan2(*along))
    outer, inner = _sleeve_sides(cut, joints, sign)
    seam = (sign * (body.chest + cut.ease - 0.02), ARMPIT + 0.1)
    tip = (sign * (body.shoulder - 0.03 + cut.ease * 0.5), SHOULDER + 0.1)
    cap_end = (tip[0] + sign * 0.1, SHOULDER + 0.24)
    armhole = [seam, (tip[0] - sign * 0.07, SHOULDER + 0.3), tip]
    hem = () if cut.ribbed else (_across(joints, 0.5, 0.06, fabric),)
    joint: Mark = Stroke(curve(armhole), 0.014, fabric.trim, 120)
    piece = Piece(
        outline=outline([tip, cap_end, *outer], [*inner[::-1], seam], armhole),
        fabric=fabric,
        angle=angle,
        folds=_sleeve_folds(joints, rng),
        marks=(*hem, joint),
        quilting=cut.quilting,
        shadow=0.3,
    )
    if not cut.ribbed:
        return [piece]
    start = joints[-1] - along * (0.17 / np.hypot(*along))
    width = cut.sleeve_width + 0.125
    cuff = Piece(
        outline=tube([tuple(start), tuple(joints[-1])], [width, width * 0.8]),
        fabric=replace(fabric, kind="rib"),
        angle=angle,
        shade=0.93,
        shadow=0.2,
    )
    return [piece, cuff]


def _sleeve_sides(cut: Cut, joints: Points, sign: int) -> tuple[list[Points], list[Points]]:
    """The edges of a sleeve away from the body and towards it, from the upper arm to the cuff."""
    places = np.array([0.0, *np.cumsum(np.hypot(*np.diff(joints, axis=0).T))])
    outer, inner = [], []
    for where in np.unique([0.5, *places[1:]]):
        if where > places[-1]:
            continue
        middle = np.asarray([np.interp(where, places, joints[:, axis]) for axis in (0, 1)])
        before = np.asarray([np.interp(max(0.0, where - 0.25), places, joints[:, axis]) for axis in (0, 1)])
        dx, dy = (middle - before) / np.hypot(*(middle - before))
        width = cut.sleeve_width + float(np.interp(where, [0.3, 1.3, 2.45], [0.215, 0.17, 0.13]))
        across = np.asarray([dy, -dx]) * sign * width
        outer.append(middle + across)
        if where > 0.45:
            inner.append(middle - across)
    return outer, inner


def limb_to(limb: Points, part: float) -> Points:
    """The joints of a limb up to `part` of its length."""
    along = np.array([0.0, *np.cumsum(np.hypot(*np.diff(limb, axis=0).T))])
    stop = along[-1] * min(part, 1.0)
    end = [np.interp(stop, along, limb[:, axis]) for axis in (0, 1)]
    return np.vstack([limb[along < stop - 1e-9], end])


def _across(joints: Points, half: float, back: float, fabric: Fabric) -> Stroke:
    """A seam across the end of a sleeve or leg."""
    along = joints[-1] - joints[-2]
    along = along / np.hypot(*along)
    middle, across = joints[-1] - along * back, np.asarray([-along[1], along[0]]) * half
    return Stroke(np.stack([middle - across, middle + across]), 0.013, fabric.trim, 160, 0.03)


def _sleeve_folds(joints: Points, rng: np.random.Generator) -> tuple[Fold, ...]:
    """Creases across the arm, most of them near the elbow."""
    folds = []
    along = np.array([0.0, *np.cumsum(np.hypot(*np.diff(joints, axis=0).T))])
    for where in (*rng.uniform(0.35, 0.75, 4), *rng.uniform(0.05, 1.0, 2)):
        x, y = (float(np.interp(where * along[-1], along, joints[:, axis])) for axis in (0, 1))
        tilt = rng.uniform(-0.16, 0.16)
        line = np.asarray([(x - 0.2, y - tilt), (x, y + 0.02), (x + 0.18, y + tilt)])
        folds.append(Fold(line, 0.05, rng.uniform(0.04, 0.085)))
    return tuple(folds)


def _hem_band(cut: Cut, fabric: Fabric, body: Body) -> list[Piece]:
    if not cut.ribbed:
        return []
    end = -_half_widths(cut, body)[-1][0]
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
    buckle = np.asarray([(-0.11, y - 0.07), (0.11, y - 0.07), (0.11, y + 0.13), (-0.11, y + 0.13), (-0.11, y - 0.07)])
    return Piece(
        outline=outline(low, high),
        fabric=replace(fabric, kind="plain", base=fabric.tone(0.8)),
        marks=(Stroke(buckle, 0.04, fabric.tone(0.45)),),
        shadow=0.5,
    )


def _collar(cut: Cut, fabric: Fabric, body: Body) -> list[Piece]:
    maker = {"collar": _shirt_collar, "lapel": _lapels, "stand": _stand_collar, "high": _roll_neck, "hood": _hood_front}
    return maker[cut.neck](cut, fabric, body) if cut.neck in maker else []


def _both(shape: Points, fabric: Fabric, shade: float = 1.03, marks: bool = True) -> list[Piece]:
    pieces = []
    for one in (shape, shape * (-1, 1)):
        edge = Stroke(np.vstack([one, one[:1]]), 0.016, fabric.trim, 150)
        pieces.append(
            Piece(outline=one, fabric=fabric, bulge=0.5, shade=shade, shadow=0.5, marks=(edge,) if marks else ())
        )
    return pieces


def _shirt_collar(cut: Cut, fabric: Fabric, body: Body) -> list[Piece]:
    n, low = body.neck, NECK + 0.04 + cut.depth
    outer = [(-n + 0.03, NECK - 0.16), (-n - 0.1, NECK), (-n - 0.17, NECK + 0.16)]
    point = [(-n - 0.17, NECK + 0.16), (-n * 0.85, low + 0.2), (-0.02, low - 0.02)]
    inner = [(-0.02, low - 0.02), (-n * 0.62, NECK), (-n + 0.03, NECK - 0.16)]
    return _both(np.vstack([curve(outer), point, curve(inner)]), fabric)


def _lapels(cut: Cut, fabric: Fabric, body: Body) -> list[Piece]:
    n, low, notch = body.neck, NECK + 0.04 + cut.depth, NECK + 0.42
    wide = 0.34 if cut.opening == "double" else 0.26
    roll = [(-0.01, low), (-n * 0.6, (NECK + low) / 2), (-n - 0.02, NECK + 0.02)]
    edge = [(-n - wide, notch), (-n - wide + 0.08, notch + 0.35), (-0.01, low)]
    lapel = np.vstack([[(-n - 0.1, NECK + 0.3)], curve(edge), curve(roll)])
    outer = [(-n + 0.03, NECK - 0.16), (-n - 0.12, NECK + 0.02), (-n - 0.26, NECK + 0.24)]
    collar = outline(outer, [(-n - 0.26, NECK + 0.24), (-n - 0.1, NECK + 0.34)], [(-n - 0.0, NECK + 0.1), outer[0]])
    return [*_both(lapel, fabric), *_both(collar, fabric, 0.97)]


def _stand_collar(cut: Cut, fabric: Fabric, body: Body) -> list[Piece]:
    n, low = body.neck + 0.05, NECK + 0.04 + cut.depth
    outer = [(-n + 0.04, NECK - 0.2), (-n - 0.05, NECK + 0.06)]
    lower = [(-n - 0.05, NECK + 0.06), (-n * 0.6, low), (-0.01, low + 0.06)]
    upper = [(-0.01, low - 0.2), (-n * 0.6, NECK - 0.06), outer[0]]
    return _both(outline(outer, lower, upper), fabric)


def _roll_neck(cut: Cut, fabric: Fabric, body: Body) -> list[Piece]:
    n = body.neck + 0.02
    high = [(-n + 0.02, NECK - 0.24), (0, NECK - 0.2), (n - 0.02, NECK - 0.24)]
    low = [(n + 0.03, NECK + 0.06), (0, NECK + 0.17), (-n - 0.03, NECK + 0.06)]
    return [Piece(outline=outline(high, low), fabric=replace(fabric, kind="rib"), bulge=1.1, shadow=0.3)]


def _hood_behind(cut: Cut, fabric: Fabric, body: Body) -> list[Piece]:
    n = body.neck
    if cut.hood_up:
        shell = ellipse(0, NECK - 0.18, n + 0.42, 0.72)
        opening = ellipse(0, NECK - 0.06, n + 0.2, 0.52)
        return [
            Piece(outline=shell, fabric=fabric, shadow=0),
            Piece(outline=opening, fabric=fabric, shade=0.5, shadow=0),
        ]
    shell = ellipse(0, NECK + 0.0, n + 0.42, 0.34)
    return [Piece(outline=shell, fabric=fabric, shade=0.82, shadow=0)]


def _hood_front(cut: Cut, fabric: Fabric, body: Body) -> list[Piece]:
    n, low = body.neck, NECK + 0.04 + cut.depth
    high = NECK - (0.3 if cut.hood_up else 0.1)
    outer = [(-n - 0.22, high), (-n - 0.3, NECK + 0.1), (-n - 0.1, low), (-0.03, low + 0.12)]
    inner = [(-0.03, low + 0.12), (-n * 0.5, low - 0.14), (-n - 0.02, NECK + 0.02), (-n - 0.06, high)]
    return _both(outline(outer, inner), fabric, 1.0, marks=False)


def _drawstrings(fabric: Fabric, low: float) -> list[Mark]:
    pale = (236, 234, 228) if sum(fabric.base) < 560 else (120, 120, 124)
    marks: list[Mark] = []
    for side in (-1, 1):
        string = curve([(side * 0.1, low), (side * 0.14, low + 0.35), (side * 0.11, low + 0.7)])
        marks += [Stroke(string + (0.02, 0.02), 0.04, fabric.tone(0.5), 110), Stroke(string, 0.035, pale)]
        marks.append(Stroke(string[-3:], 0.05, (150, 148, 140)))
    return marks
