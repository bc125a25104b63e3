"""The body that garments are cut for: joints in body units, for a mannequin or somebody standing or walking."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from wildwear.rendered.geometry import Points

NECK, SHOULDER, ARMPIT, WAIST, HIP, CROTCH, KNEE, ANKLE, SOLE = 1.2, 1.5, 2.05, 2.9, 3.7, 4.05, 5.75, 7.3, 7.7
"""Heights, body units below the top of the head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Half-widths of a body and where its limbs are; index 0 of a limb is its left in the picture."""

    shoulder: float
    chest: float
    waist: float
    hip: float
    arms: tuple[Points, Points]
    """Shoulder, elbow and wrist of each arm, 3 × 2."""
    legs: tuple[Points, Points]
    """Hip, knee and ankle of each leg, 3 × 2."""

    @property
    def neck(self) -> float:
        return 0.22 * self.shoulder + 0.04


def stand(rng: np.random.Generator, *, mannequin: bool = False) -> Body:
    """A body of a random build; a mannequin holds its arms a little away and its legs straight."""
    slim = rng.uniform(-1, 1)
    shoulder = 0.9 + 0.07 * slim
    hip = 0.8 - 0.03 * slim
    spread = rng.uniform(0.26, 0.33) if mannequin else rng.uniform(0.10, 0.30)
    arms = [_arm(rng, side, shoulder, spread, mannequin) for side in (-1, 1)]
    stance = rng.uniform(0.02, 0.06) if mannequin else rng.uniform(0.0, 0.16)
    stride = 0.0 if mannequin else float(rng.uniform(-0.25, 0.25))
    legs = [_leg(side, hip, stance, stride * side) for side in (-1, 1)]
    return Body(
        shoulder=shoulder,
        chest=0.74 + 0.05 * slim,
        waist=0.62 + 0.06 * slim,
        hip=hip,
        arms=(arms[0], arms[1]),
        legs=(legs[0], legs[1]),
    )


def walk(body: Body, phase: float) -> Body:
    """The same body at a moment of its walk; `phase` is 0 to 1 in a cycle of two steps."""
    stride = 0.25 * float(np.sin(2 * np.pi * phase))
    left, right = (_leg(side, body.hip, 0.06, stride * side) for side in (-1, 1))
    return replace(body, legs=(left, right))


def _arm(rng: np.random.Generator, side: int, shoulder: float, spread: float, mannequin: bool) -> Points:
    upper, fore = spread, spread * (0.55 if mannequin else rng.uniform(-0.6, 0.9))
    if not mannequin and rng.random() < 0.15:
        upper, fore = 0.42, -0.75  # a hand on the hip
    joints = [(side * (shoulder - 0.16), SHOULDER + 0.2)]
    for angle, length in ((upper, 1.28), (fore, 1.18)):
        x, y = joints[-1]
        joints.append((x + side * length * float(np.sin(angle)), y + length * float(np.cos(angle))))
    return np.asarray(joints)


def _leg(side: int, hip: float, stance: float, stride: float) -> Points:
    """A positive `stride` is a leg that is behind: its foot is higher in the picture and its knee bent inwards."""
    x = side * (hip - 0.38)
    lift = max(0.0, stride)
    return np.asarray(
        [
            (x, CROTCH - 0.15),
            (x + side * stance * 0.5 - side * 0.1 * lift, KNEE - 0.1 * lift),
            (x + side * stance - side * 0.25 * lift, ANKLE - 0.75 * lift),
        ]
    )
