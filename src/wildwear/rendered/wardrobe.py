"""The categories that are drawn: what cloth they come in, and what shops call them; read from `wardrobe.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from wildwear.records import Region
from wildwear.rendered.body import Body
from wildwear.rendered.chance import pick
from wildwear.rendered.cloths import COLOURS, DATA, DENIM, fabric
from wildwear.rendered.cut import Layers
from wildwear.rendered.makers import MAKERS, Maker


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A category as it is drawn and sold."""

    category: str
    region: Region
    nouns: tuple[str, ...]
    """What a shop's title calls it; each holds the word that a query looks for."""
    patterns: tuple[str, ...]
    """Cloth it comes in, keys of `cloths.CLOTHS`; repeated ones are more frequent."""
    make: Maker
    """Cuts one."""
    colours: tuple[str, ...]
    sizes: tuple[str, ...] = ("XS", "S", "M", "L", "XL")
    span: tuple[float, float] = (0.9, 4.1)
    """What part of the body, from top to bottom, its product picture shows."""
    layered: bool = False
    """Something is worn below it, and seen."""


_PALETTES = {"all": tuple(COLOURS), "denim": tuple(DENIM), **DATA["palettes"]}


def _kind(category: str, values: dict[str, Any]) -> Kind:
    colours = tuple(_PALETTES[values.pop("colours", "all")])
    lists: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    region = Region(lists.pop("region"))
    return Kind(category=category, region=region, colours=colours, make=MAKERS[category], **lists)


BY_CATEGORY: Final[dict[str, Kind]] = {name: _kind(name, dict(values)) for name, values in DATA["kinds"].items()}
KINDS: Final[tuple[Kind, ...]] = tuple(BY_CATEGORY.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One garment: it is cut in the same way for whoever wears it."""

    kind: Kind
    pattern: str
    """One of the kind's patterns."""
    colour: str
    seed: int

    def layers(self, body: Body) -> Layers:
        """Its pieces, for that body."""
        rng = np.random.default_rng(self.seed)
        return self.kind.make(fabric(self.pattern, self.colour, rng), body, rng)


def some(kind: Kind, rng: np.random.Generator) -> Article:
    """Any garment of that kind."""
    seed = int(rng.integers(2**62))
    return Article(kind=kind, pattern=pick(rng, kind.patterns), colour=pick(rng, kind.colours), seed=seed)
