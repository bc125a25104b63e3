"""The categories that are drawn: how each is cut, what cloth it comes in, and what shops call it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wildwear.records import Region
from wildwear.rendered import cuts
from wildwear.rendered.body import Body
from wildwear.rendered.chance import pick
from wildwear.rendered.cloths import fabric
from wildwear.rendered.cut import Layers
from wildwear.rendered.fabric import COLOURS, DENIM
from wildwear.rendered.makers import Maker, dress, hat, jumpsuit, legs, shoe, skirt, upper

_MUTED = ("Black", "Charcoal", "Navy", "Olive", "Camel", "Brown", "Grey", "Burgundy", "Sand", "Rust")
_NUMBERS = ("26", "28", "30", "32", "34")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A category as it is drawn and sold."""

    category: str
    region: Region
    nouns: tuple[str, ...]
    """What a shop's title calls it; each holds the word that a query looks for."""
    patterns: tuple[str, ...]
    """Cloth it comes in, keys of `cloths.CLOTH`; repeated ones are more frequent."""
    make: Maker
    colours: tuple[str, ...] = tuple(COLOURS)
    sizes: tuple[str, ...] = ("XS", "S", "M", "L", "XL")
    span: tuple[float, float] = (0.9, 4.1)
    """What part of the body, from top to bottom, its product picture shows."""
    layered: bool = False
    """Something is worn below it, and seen."""


KINDS: tuple[Kind, ...] = (
    Kind(
        category="Tee",
        region=Region.UPPER,
        nouns=("Tee", "T-Shirt", "Tee Shirt", "T-Shirts 2-Pack"),
        patterns=("plain", "heather", "print", "stripes", "breton"),
        make=upper(cuts.tee),
    ),
    Kind(
        category="Tank",
        region=Region.UPPER,
        nouns=("Tank Top", "Tank"),
        patterns=("plain", "heather", "breton", "rib"),
        make=upper(cuts.tank),
    ),
    Kind(
        category="Polo",
        region=Region.UPPER,
        nouns=("Polo Shirt", "Polo"),
        patterns=("plain", "plain", "stripes"),
        make=upper(cuts.polo),
    ),
    Kind(
        category="Button-Down",
        region=Region.UPPER,
        nouns=("Button-Down Shirt", "Button-Down", "Oxford Shirt"),
        patterns=("plain", "gingham", "tartan", "pinstripe", "denim"),
        make=upper(cuts.shirt),
        span=(0.9, 4.3),
    ),
    Kind(
        category="Blouse",
        region=Region.UPPER,
        nouns=("Blouse",),
        patterns=("plain", "satin", "dots", "floral"),
        make=upper(cuts.blouse),
    ),
    Kind(
        category="Sweater",
        region=Region.UPPER,
        nouns=("Sweater", "Jumper", "Pullover"),
        patterns=("knit", "cable", "breton", "knit"),
        make=upper(cuts.sweater),
    ),
    Kind(
        category="Cardigan",
        region=Region.UPPER,
        nouns=("Cardigan",),
        patterns=("knit", "rib", "cable"),
        make=upper(cuts.cardigan),
        layered=True,
        span=(0.9, 4.4),
    ),
    Kind(
        category="Hoodie",
        region=Region.UPPER,
        nouns=("Hoodie", "Hooded Sweatshirt", "Hoody"),
        patterns=("plain", "heather", "heather"),
        make=upper(cuts.hoodie),
        span=(0.3, 4.0),
    ),
    Kind(
        category="Jacket",
        region=Region.UPPER,
        nouns=("Jacket",),
        patterns=("plain", "leather", "denim", "nylon"),
        colours=_MUTED,
        make=upper(cuts.jacket),
        span=(0.9, 3.9),
    ),
    Kind(
        category="Blazer",
        region=Region.UPPER,
        nouns=("Blazer", "Suit Jacket"),
        patterns=("plain", "pinstripe", "tartan"),
        colours=_MUTED,
        make=upper(cuts.blazer),
        layered=True,
        span=(0.9, 4.4),
    ),
    Kind(
        category="Vest",
        region=Region.UPPER,
        nouns=("Vest", "Gilet", "Bodywarmer"),
        patterns=("nylon",),
        make=upper(cuts.vest),
        layered=True,
    ),
    Kind(
        category="Coat",
        region=Region.FULL,
        nouns=("Coat", "Overcoat", "Trench Coat"),
        patterns=("plain", "heather", "tartan"),
        colours=_MUTED,
        make=upper(cuts.coat),
        layered=True,
        span=(0.9, 6.2),
    ),
    Kind(
        category="Dress",
        region=Region.FULL,
        nouns=("Dress", "Midi Dress", "Wrap Dress"),
        patterns=("plain", "floral", "dots", "breton", "satin"),
        make=dress,
        span=(1.0, 6.9),
    ),
    Kind(
        category="Jumpsuit",
        region=Region.FULL,
        nouns=("Jumpsuit",),
        patterns=("plain", "denim", "satin"),
        make=jumpsuit,
        span=(0.9, 7.5),
    ),
    Kind(
        category="Jeans",
        region=Region.LOWER,
        nouns=("Jeans", "5-Pocket Jeans"),
        patterns=("jeans",),
        colours=tuple(DENIM),
        make=legs(cuts.jeans),
        sizes=_NUMBERS,
        span=(2.8, 7.6),
    ),
    Kind(
        category="Chinos",
        region=Region.LOWER,
        nouns=("Chinos", "Chino Pants"),
        patterns=("plain", "plain", "pinstripe"),
        colours=_MUTED,
        make=legs(cuts.chinos),
        sizes=_NUMBERS,
        span=(2.8, 7.6),
    ),
    Kind(
        category="Joggers",
        region=Region.LOWER,
        nouns=("Joggers", "Jogging Bottoms"),
        patterns=("heather", "plain"),
        make=legs(cuts.joggers),
        span=(2.8, 7.6),
    ),
    Kind(
        category="Leggings",
        region=Region.LOWER,
        nouns=("Leggings",),
        patterns=("plain", "shiny"),
        make=legs(cuts.leggings),
        span=(2.8, 7.6),
    ),
    Kind(
        category="Shorts",
        region=Region.LOWER,
        nouns=("Shorts", "Bermuda Shorts"),
        patterns=("plain", "pinstripe", "heather"),
        make=legs(cuts.shorts),
        span=(2.8, 5.4),
    ),
    Kind(
        category="Skirt",
        region=Region.LOWER,
        nouns=("Skirt", "Mini Skirt", "Midi Skirt"),
        patterns=("plain", "tartan", "floral", "denim", "dots"),
        make=skirt,
        span=(2.8, 6.4),
    ),
    Kind(
        category="Hat",
        region=Region.ACCESSORY,
        nouns=("Hat", "Sun Hat", "Bucket Hat"),
        patterns=("plain", "heather"),
        make=hat,
        sizes=("One Size",),
        span=(-0.9, 0.9),
    ),
    Kind(
        category="Shoes",
        region=Region.ACCESSORY,
        nouns=("Shoes", "Sneakers", "Boots"),
        patterns=("plain", "leather"),
        make=shoe,
        sizes=("38", "40", "42", "44"),
        span=(-0.9, 0.9),
    ),
)

BY_CATEGORY: dict[str, Kind] = {kind.category: kind for kind in KINDS}


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
