"""Colours and cloths by name, as they are drawn and as shops write them; read from `wardrobe.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import numpy as np

from wildwear.rendered.chance import pick
from wildwear.rendered.fabric import Colour, Fabric

DATA: Final[dict[str, Any]] = tomllib.loads((files("wildwear.rendered") / "wardrobe.toml").read_text(encoding="utf-8"))
COLOURS: Final[dict[str, Colour]] = {name: tuple(rgb) for name, rgb in DATA["colours"].items()}
DENIM: Final[dict[str, Colour]] = {name: tuple(rgb) for name, rgb in DATA["denim"].items()}

_ON_LIGHT = ("Navy", "Black", "Red", "Green", "Burgundy", "Blue")
_ON_DARK = ("White", "Cream", "Sky", "Mustard", "Pink")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloth:
    """A kind of cloth."""

    kind: str
    """Its pattern, a key of `fabric.PATTERNS`."""
    words: tuple[str, ...]
    """Adjectives for titles; a blank one for what shops do not mention."""
    period: tuple[float, float] = (0.12, 0.24)
    """The least and the greatest distance at which the pattern repeats, body units."""
    gloss: float = 0.0
    """How much it shines, 0 to 1."""
    vertical: bool = False
    """Its stripes run along the body."""
    quilted: bool = False
    """It is sewn in channels with down between them."""
    printed: bool = False
    """It has a print on the chest."""


CLOTHS: Final[dict[str, Cloth]] = {name: Cloth(**values) for name, values in DATA["cloths"].items()}


def fabric(pattern: str, colour: str, rng: np.random.Generator) -> Fabric:
    """Cloth of a named pattern and colour; what the names leave open is drawn from `rng`."""
    cloth = CLOTHS[pattern]
    dyes = DENIM | COLOURS if cloth.kind != "denim" else COLOURS | DENIM
    r, g, b = np.clip(np.array(dyes[colour]) + rng.integers(-8, 9, 3), 8, 247).tolist()
    return Fabric(
        kind=cloth.kind,
        base=(r, g, b),
        second=COLOURS[pick(rng, _ON_LIGHT if r + g + b > 380 else _ON_DARK)],
        period=float(rng.uniform(*cloth.period)),
        gloss=cloth.gloss,
        vertical=cloth.vertical,
        quilting=float(rng.uniform(0.24, 0.36)) if cloth.quilted else 0.0,
        printed=cloth.printed,
    )
