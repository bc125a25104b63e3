"""The person inside the clothes: skin, head, hair and shoes, in pieces like those of garments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wildwear.rendered.body import ANKLE, ARMPIT, CROTCH, HIP, NECK, SHOULDER, SOLE, WAIST, Body
from wildwear.rendered.chance import pick
from wildwear.rendered.fabric import Colour, Fabric
from wildwear.rendered.geometry import Points, curve, ellipse, mirrored, outline, tube
from wildwear.rendered.paint import Mark, Patch, Piece, Stroke

SKIN: tuple[Colour, ...] = (
    (242, 208, 182),
    (226, 182, 148),
    (204, 152, 114),
    (160, 110, 78),
    (112, 74, 54),
    (82, 56, 44),
)
HAIR: tuple[Colour, ...] = ((38, 30, 28), (72, 48, 36), (112, 74, 44), (176, 130, 78), (140, 62, 36), (150, 150, 150))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who wears the clothes."""

    body: Body
    skin: Colour
    hair: Colour
    style: str
    """`short`, `bob`, `long`, `bun` or `bald`."""


def somebody(rng: np.random.Generator, body: Body) -> Person:
    """A person of random looks with that body."""
    skin = pick(rng, SKIN)
    hair = pick(rng, HAIR[:2] if sum(skin) < 400 else HAIR)
    style = pick(rng, ("short", "bob", "long", "bun", "short", "long", "bald"))
    return Person(body=body, skin=skin, hair=hair, style=style)


def behind(person: Person) -> tuple[Piece, ...]:
    """What is behind everything: long hair, or a bun."""
    if person.style == "bun":
        return (Piece(outline=ellipse(0, -0.06, 0.2, 0.18), fabric=_hair(person), shade=0.9),)
    left = {
        "long": [(0, 0.02), (-0.4, 0.2), (-0.47, 0.8), (-0.5, 1.5), (-0.36, 1.95)],
        "bob": [(0, 0.02), (-0.42, 0.2), (-0.48, 0.75), (-0.4, 1.12)],
    }.get(person.style)
    if left is None:
        return ()
    return (Piece(outline=outline(left, mirrored(left)), fabric=_hair(person), shade=0.8),)


def _hair(person: Person) -> Fabric:
    return Fabric(kind="heather", base=person.hair, gloss=0.25)


def trunk(person: Person) -> tuple[Piece, ...]:
    """Legs, trunk, arms and hands."""
    body, skin = person.body, Fabric(kind="plain", base=person.skin, gloss=0.12)
    legs = [Piece(outline=tube(_calf(leg), [0.36, 0.28, 0.19, 0.2, 0.17, 0.11]), fabric=skin) for leg in body.legs]
    half = [(-body.neck * 0.8, NECK), (-body.shoulder * 0.5, NECK + 0.2), (-body.shoulder + 0.12, SHOULDER + 0.16)]
    side = [half[-1], (-body.chest, ARMPIT + 0.1), (-body.waist, WAIST), (-body.hip, HIP)]
    low = [(-body.hip, HIP), (-body.hip * 0.8, CROTCH), (0, CROTCH + 0.12), (body.hip * 0.8, CROTCH), (body.hip, HIP)]
    torso = Piece(outline=outline(half, side, low, mirrored(side), mirrored(half)), fabric=skin)
    arms = [piece for arm in body.arms for piece in _arm(arm, skin)]
    return (*legs, torso, *arms)


def _calf(leg: Points) -> Points:
    hip, knee, ankle = leg
    return np.stack(
        [hip, hip + (knee - hip) * 0.5, knee, knee + (ankle - knee) * 0.3, knee + (ankle - knee) * 0.6, ankle]
    )


def _arm(arm: Points, skin: Fabric) -> list[Piece]:
    shoulder, elbow, wrist = arm
    along = (wrist - elbow) / np.hypot(*(wrist - elbow))
    turn = float(np.degrees(np.arctan2(along[1], along[0])))
    middle = wrist + along * 0.26
    palm = Piece(outline=ellipse(middle[0], middle[1], 0.3, 0.13, turn=turn), fabric=skin)
    path = np.stack([shoulder - np.array([0, 0.06]), (shoulder + elbow) / 2, elbow, wrist])
    return [palm, Piece(outline=tube(path, [0.17, 0.17, 0.135, 0.1]), fabric=skin)]


def shoes(person: Person, colour: Colour, kind: str = "sneaker") -> tuple[Piece, ...]:
    """Shoes seen from the front: `sneaker`, `boot` or `pump`."""
    sole = Fabric(kind="plain", base=(232, 230, 224) if kind == "sneaker" else (50, 44, 40))
    leather = Fabric(kind="plain", base=colour, gloss=0.3)
    rise = {"boot": 0.35, "pump": -0.2, "sneaker": 0.02}[kind]
    pieces = []
    for side, leg in zip((-1, 1), person.body.legs, strict=True):
        x, y = leg[-1].tolist()
        out, low, top, ankle = side * 0.06, y + SOLE - ANKLE, y - rise, max(y + 0.1, y - rise + 0.04)
        left = [(x - 0.12, top), (x - 0.14, ankle), (x - 0.17 + out, low - 0.06), (x - 0.1 + out, low)]
        right = [(x + 0.1 + out, low), (x + 0.17 + out, low - 0.06), (x + 0.14, ankle), (x + 0.12, top)]
        upper = [(px, min(py, low - 0.09)) for px, py in (*left, *right)]
        laces = [Stroke([(x - 0.06, h), (x + 0.06, h + 0.03)], 0.025, sole.base) for h in (y + 0.08, y + 0.16)]
        pieces.append(Piece(outline=outline([*left, *right]), fabric=sole, shadow=0.2))
        pieces.append(Piece(outline=outline(upper), fabric=leather, marks=() if kind == "pump" else tuple(laces)))
    return tuple(pieces)


def head(person: Person) -> tuple[Piece, ...]:
    """Neck, face and the hair before it."""
    skin = Fabric(kind="plain", base=person.skin, gloss=0.15)
    neck = tube([(0, 0.7), (0, NECK + 0.06)], [0.17, person.body.neck * 0.86])
    jaw = [(0, 0.06), (-0.3, 0.16), (-0.36, 0.5), (-0.28, 0.8), (-0.12, 0.98), (0, 1.0)]
    face = outline([*jaw, *mirrored(jaw)[1:]])
    ears = [Piece(outline=ellipse(side * 0.36, 0.55, 0.05, 0.1), fabric=skin) for side in (-1, 1)]
    return (
        Piece(outline=neck, fabric=skin, shade=0.88, shadow=0.1),
        *ears,
        Piece(outline=face, fabric=skin, marks=tuple(_features(person)), shadow=0.4),
        *_fringe(person),
    )


def _features(person: Person) -> list[Mark]:
    r, g, b = person.skin
    dark = (r * 6 // 10, g // 2, b // 2)
    lips = (min(255, r * 8 // 10 + 10), g * 5 // 10, b * 5 // 10)
    marks: list[Mark] = []
    for side in (-1, 1):
        marks += [
            Patch(ellipse(side * 0.15, 0.5, 0.065, 0.03), (244, 242, 238)),
            Patch(ellipse(side * 0.15, 0.5, 0.03, 0.032), (50, 36, 30)),
            Stroke(curve([(side * 0.08, 0.485), (side * 0.15, 0.46), (side * 0.22, 0.49)]), 0.018, (40, 30, 28)),
            Stroke(curve([(side * 0.07, 0.39), (side * 0.15, 0.36), (side * 0.24, 0.39)]), 0.03, person.hair, 210),
        ]
    nose = curve([(0.02, 0.5), (0.045, 0.64), (0.0, 0.67), (-0.03, 0.66)])
    mouth = outline(
        [(-0.11, 0.79), (-0.04, 0.77), (0, 0.78), (0.04, 0.77), (0.11, 0.79)], [(0.11, 0.79), (0, 0.835), (-0.11, 0.79)]
    )
    return [*marks, Stroke(nose, 0.018, dark, 150), Patch(mouth, lips, 230)]


def _fringe(person: Person) -> tuple[Piece, ...]:
    if person.style == "bald":
        return ()
    low = {"short": 0.42, "bun": 0.4, "bob": 0.95, "long": 1.15}[person.style]
    cap = [(-0.37, low), (-0.42, 0.3), (-0.25, 0.02), (0, -0.05), (0.25, 0.02), (0.42, 0.3), (0.37, low)]
    inner = [(0.33, min(low, 0.5)), (0.27, 0.3), (0.1, 0.2), (-0.12, 0.26), (-0.3, 0.34), (-0.33, min(low, 0.5))]
    return (Piece(outline=outline(cap, inner), fabric=_hair(person), shadow=0.3),)
