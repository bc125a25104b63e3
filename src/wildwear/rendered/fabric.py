"""Cloth: patterns as functions of the position on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.float32]
Colour: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fabric:
    """What a garment is made of."""

    kind: str
    """A name in `PATTERNS`."""
    base: Colour
    second: Colour = (240, 239, 235)
    """The colour of stripes, checks, dots and flowers."""
    period: float = 0.2
    """How often the pattern repeats, body units."""
    gloss: float = 0.0
    """How much it shines: 0 for wool, 1 for patent leather."""
    vertical: bool = False
    """Stripes run along the body."""
    quilting: float = 0.0
    """Distance of quilted channels, body units; 0 for none."""
    printed: bool = False
    """There is a print on the chest, in the second colour."""

    def tone(self, factor: float) -> Colour:
        """The base colour made darker (below 1) or lighter (above 1), as seams and edges need it."""
        r, g, b = (min(255, max(0, round(part * factor))) for part in self.base)
        return r, g, b

    @property
    def trim(self) -> Colour:
        """A colour for seams that shows on the base colour."""
        return self.tone(0.62) if sum(self.base) > 200 else self.tone(1.9)

    def albedo(self, on: Swatch) -> Plane:
        """The colour of each pixel, H × W × 3 in 0 to 1."""
        pixels = PATTERNS[self.kind](self, on)
        return pixels if pixels.ndim == 3 else pixels[..., None] * _unit_colour(self.base)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swatch:
    """A piece of cloth, pixel by pixel."""

    u: Plane
    """Position across the cloth, body units, H × W."""
    v: Plane
    """Position along it."""
    relief: Plane
    """How far it stands out, 0 to 1."""
    unit: float
    """Pixels in a body unit: patterns leave out what is finer than two pixels."""


@cache
def noise() -> Plane:
    """Grey noise of deviation 1, 2048 × 2048, that cloth and walls take their grain from."""
    grain = np.random.default_rng(7).standard_normal((2048, 2048), dtype=np.float32)
    return np.asarray((grain + np.roll(grain, 1, 0) + np.roll(grain, 1, 1)) / 3**0.5, np.float32)


def grain(shape: tuple[int, ...], offset: int = 0) -> Plane:
    """A piece of `noise` of the shape wanted; it repeats where it is larger."""
    height, width = shape
    whole = noise()
    if height > len(whole) or width > len(whole):
        whole = np.tile(whole, (-(-height // len(whole)), -(-width // len(whole))))
    y, x = offset * 37 % (len(whole) - height + 1), offset * 91 % (whole.shape[1] - width + 1)
    return whole[y : y + height, x : x + width]


def _wave(x: NDArray[np.floating]) -> Plane:
    return np.asarray(np.cos(x * np.float32(2 * np.pi)), np.float32)


def _step(x: Plane, sharp: float) -> Plane:
    """A wave's halves made into flat bands with soft edges, 0 to 1."""
    return np.asarray(np.clip(_wave(x) * np.float32(sharp) + 0.5, 0, 1), np.float32)


def _mix(fabric: Fabric, amount: NDArray[np.floating]) -> Plane:
    base = _unit_colour(fabric.base)
    return base + amount[..., None].astype(np.float32) * (_unit_colour(fabric.second) - base)


def _unit_colour(colour: Colour) -> Plane:
    return np.asarray(colour, np.float32) / np.float32(255)


def _fine(period: float, unit: float) -> float:
    """Fades a texture out where its period nears two pixels."""
    return float(np.clip((period * unit - 2.0) / 2.5, 0, 1))


def _plain(_fabric: Fabric, on: Swatch) -> Plane:
    return np.float32(1) + np.float32(0.018) * grain(on.relief.shape)


def _heather(_fabric: Fabric, on: Swatch) -> Plane:
    return np.float32(1) + np.float32(0.055) * grain(on.relief.shape)


def _denim(_fabric: Fabric, on: Swatch) -> Plane:
    twill = _fine(0.045, on.unit) * 0.06 * _wave((on.u + on.v * 1.4) / 0.045)
    faded = 0.82 + 0.42 * np.clip(on.relief * 1.5 - 0.55, 0, 1)
    return np.asarray(faded + twill + 0.05 * grain(on.relief.shape), np.float32)


def _knit(fabric: Fabric, on: Swatch) -> Plane:
    wide = max(fabric.period * 0.5, 3.2 / on.unit)
    column = np.abs(on.u / wide - np.floor(on.u / wide) - 0.5)
    stitch = _fine(wide, on.unit) * (0.13 * _wave(on.v / (wide * 0.72) + 0.9 * column) - 0.16 * (column > 0.42))
    return np.asarray(1.0 + stitch + 0.03 * grain(on.relief.shape), np.float32)


def _cable(fabric: Fabric, on: Swatch) -> Plane:
    lane = on.u / 0.34 - np.floor(on.u / 0.34) - 0.5
    twist = _wave(on.v / 0.42 + np.sign(lane) * 0.25 * _wave(on.v / 0.84)) * np.exp(-((np.abs(lane) / 0.28) ** 4))
    rope = 0.12 * twist * (np.abs(lane) < 0.3) - 0.2 * np.exp(-(((np.abs(lane) - 0.33) / 0.05) ** 2))
    return np.asarray(_knit(fabric, on) + rope, np.float32)


def _rib(_fabric: Fabric, on: Swatch) -> Plane:
    wide = max(0.055, 3 / on.unit)
    return np.asarray(
        0.97 + _fine(wide, on.unit) * 0.13 * _wave(on.u / wide) + 0.02 * grain(on.relief.shape), np.float32
    )


def _stripes(fabric: Fabric, on: Swatch) -> Plane:
    along = on.u if fabric.vertical else on.v
    return _mix(fabric, _step(along / fabric.period, 0.2 * fabric.period * on.unit + 0.6))


def _breton(fabric: Fabric, on: Swatch) -> Plane:
    sharp = 0.3 * fabric.period * on.unit + 1
    along = on.u if fabric.vertical else on.v
    return _mix(fabric, np.clip((_wave(along / fabric.period) - 0.45) * sharp + 0.5, 0, 1))


def _gingham(fabric: Fabric, on: Swatch) -> Plane:
    sharp = 0.3 * fabric.period * on.unit + 1
    return _mix(fabric, (_step(on.u / fabric.period, sharp) + _step(on.v / fabric.period, sharp)) / 2)


def _tartan(fabric: Fabric, on: Swatch) -> Plane:
    wide = fabric.period * 2.2
    bands = (_step(on.u / wide, 5) + _step(on.v / wide, 5)) / 2
    line = sum(np.exp(-(((x / wide - np.floor(x / wide) - 0.27) / 0.03) ** 2)) for x in (on.u, on.v))
    dark = _mix(fabric, np.clip(bands, 0, 1)) * (1 - 0.1 * bands[..., None])
    return np.asarray(np.clip(dark + 0.4 * np.clip(line, 0, 1)[..., None], 0, 1), np.float32)


def _dots(fabric: Fabric, on: Swatch) -> Plane:
    row = np.floor(on.v / fabric.period)
    x = on.u / fabric.period + 0.5 * (row % 2)
    distance = np.hypot(x - np.floor(x) - 0.5, on.v / fabric.period - row - 0.5)
    return _mix(fabric, np.clip((0.26 - distance) * fabric.period * on.unit + 0.5, 0, 1))


def _floral(fabric: Fabric, on: Swatch) -> Plane:
    pixels = np.broadcast_to(_unit_colour(fabric.base), (*on.relief.shape, 3))
    leaf = (fabric.base[0] // 2, (fabric.base[1] + 130) // 2, fabric.base[2] // 2)
    flowers = ((leaf, 0.9, 0.30, 1.3), (fabric.second, 2.1, 0.36, 1.0), ((236, 190, 80), 2.1, 0.11, 1.0))
    for colour, turn, size, scale in flowers:
        wide = fabric.period * 1.9 * scale
        x, y = (on.u * np.cos(turn) - on.v * np.sin(turn)) / wide, (on.u * np.sin(turn) + on.v * np.cos(turn)) / wide
        cell = np.floor(y) * 0.37 + np.floor(x) * 0.61
        dx, dy = x - np.floor(x) - 0.5 + 0.14 * _wave(cell), y - np.floor(y) - 0.5 + 0.14 * _wave(cell * 1.7)
        petals = size * (1 + 0.28 * np.cos(5 * np.arctan2(dy, dx)) * (size > 0.2))
        amount = np.clip((petals - np.hypot(dx, dy)) * wide * on.unit + 0.5, 0, 1)[..., None]
        pixels = pixels + amount.astype(np.float32) * (_unit_colour(colour) - pixels)
    return pixels


PATTERNS: dict[str, Callable[[Fabric, Swatch], Plane]] = {
    "plain": _plain,
    "heather": _heather,
    "denim": _denim,
    "knit": _knit,
    "cable": _cable,
    "rib": _rib,
    "stripes": _stripes,
    "breton": _breton,
    "gingham": _gingham,
    "tartan": _tartan,
    "dots": _dots,
    "floral": _floral,
}
