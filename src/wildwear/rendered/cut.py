"""How garments for the upper body are cut, and the lines that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from wildwear.rendered.body import ARMPIT, HIP, NECK, WAIST, Body
from wildwear.rendered.geometry import Points, curve, mirrored
from wildwear.rendered.paint import Piece

Neck = Literal["crew", "v", "scoop", "wide", "high", "collar", "lapel", "stand", "hood"]
Opening = Literal["none", "single", "placket", "buttons", "zip", "double"]
Pockets = Literal["none", "chest", "kangaroo", "welt", "flap"]


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
    """Shape of the neckline, or the collar that stands there."""
    depth: float = 0.22
    """How far the neckline goes down."""
    opening: Opening = "none"
    """What closes the front; `single` and `double` are rows of buttons below lapels."""
    pockets: Pockets = "none"
    ribbed: bool = False
    """Knitted bands at hem and cuffs."""
    flare: float = 0.0
    """How much wider the hem is than the hip."""
    taper: float = 0.5
    """How closely the waist is followed, 0 to 1."""
    straps: bool = False
    """Narrow shoulders, as of a tank."""
    belt: bool = False
    """Of the same cloth, around the waist."""
    hood_up: bool = False
    """The hood stands up, as on a mannequin."""

    @property
    def low(self) -> float:
        """Height of the neckline's lowest point."""
        return NECK + 0.04 + self.depth

    def neck_half_width(self, body: Body) -> float:
        """Half the width of the neckline."""
        half = body.neck + {"wide": 0.2, "scoop": 0.12, "lapel": 0.05}.get(self.neck, 0.03)
        return max(half, body.neck + 0.16) if self.straps else half


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """A garment's pieces: those behind the head and neck, those before the arms, and the sleeves and collar."""

    behind: tuple[Piece, ...] = ()
    front: tuple[Piece, ...] = ()


def neckline(cut: Cut, body: Body) -> Points:
    """The front edge of the neckline from left to right."""
    half, start = cut.neck_half_width(body), NECK + 0.05
    if cut.neck in ("v", "lapel"):
        return np.array([(-half, start), (0.0, cut.low), (half, start)])
    if cut.neck == "high":
        return np.array([(-half + 0.03, NECK - 0.05), (half - 0.03, NECK - 0.05)])
    left = curve(
        [(-half, start), (-half * 0.8, start + cut.depth * 0.6), (-half * 0.4, cut.low - 0.03), (0.0, cut.low)]
    )
    return np.vstack([left, mirrored(left)])


def side_seam(cut: Cut, body: Body) -> list[tuple[float, float]]:
    """The left side seam from armpit to hem."""
    chest, waist, hip = (width + cut.ease for width in (body.chest, body.waist, body.hip))
    middle = waist * cut.taper + max(chest, hip) * (1 - cut.taper)
    side = [(-chest, ARMPIT), (-chest * 0.55 - middle * 0.45, 2.5), (-middle, WAIST)]
    if cut.hem > WAIST + 0.5:
        side.append((-hip, min(HIP - 0.15, cut.hem - 0.2)))
    end = hip if cut.hem > HIP - 0.4 else (middle + hip) / 2
    side.append((-end - cut.flare, cut.hem))
    return side
