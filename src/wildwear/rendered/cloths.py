"""The cloths that garments come in, as they are drawn and as shops write them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wildwear.rendered.chance import pick
from wildwear.rendered.fabric import COLOURS, DENIM, Fabric

_ON_LIGHT = ("Navy", "Black", "Red", "Green", "Burgundy", "Blue")
_ON_DARK = ("White", "Cream", "Sky", "Mustard", "Pink")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloth:
    """A kind of cloth as it is drawn and as shops write it."""

    kind: str
    words: tuple[str, ...]
    """Adjectives for titles; empty for what shops do not mention."""
    period: tuple[float, float] = (0.12, 0.24)
    gloss: float = 0.0
    vertical: bool = False
    quilted: bool = False
    printed: bool = False
    """It has a print on the chest."""


CLOTH: dict[str, Cloth] = {
    "plain": Cloth(kind="plain", words=("", "Essential", "Classic")),
    "print": Cloth(kind="plain", words=("Graphic", "Printed"), printed=True),
    "heather": Cloth(kind="heather", words=("Melange", "Heather", "Marl")),
    "stripes": Cloth(kind="stripes", words=("Striped", "Stripe")),
    "breton": Cloth(kind="breton", words=("Breton Stripe", "Striped"), period=(0.16, 0.26)),
    "pinstripe": Cloth(kind="breton", words=("Pinstripe", "Striped"), period=(0.09, 0.14), vertical=True),
    "gingham": Cloth(kind="gingham", words=("Gingham", "Checked")),
    "tartan": Cloth(kind="tartan", words=("Tartan", "Plaid", "Checked"), period=(0.16, 0.3)),
    "dots": Cloth(kind="dots", words=("Polka Dot", "Dotted")),
    "floral": Cloth(kind="floral", words=("Floral", "Flower Print"), period=(0.16, 0.26)),
    "knit": Cloth(kind="knit", words=("Chunky Knit", "Knitted"), period=(0.16, 0.3)),
    "cable": Cloth(kind="cable", words=("Cable Knit", "Aran"), period=(0.14, 0.18)),
    "rib": Cloth(kind="rib", words=("Ribbed", "Rib-Knit")),
    "denim": Cloth(kind="denim", words=("Denim",)),
    "jeans": Cloth(kind="denim", words=("", "Washed", "Raw")),
    "leather": Cloth(kind="plain", words=("Leather", "Faux Leather"), gloss=0.7),
    "satin": Cloth(kind="plain", words=("Satin", "Silky"), gloss=0.6),
    "nylon": Cloth(kind="plain", words=("Quilted", "Puffer"), gloss=0.35, quilted=True),
    "shiny": Cloth(kind="plain", words=("Sculpting", "High-Shine"), gloss=0.4),
}


def fabric(pattern: str, colour: str, rng: np.random.Generator) -> Fabric:
    """Cloth of a named pattern and colour; what the names leave open is drawn from `rng`."""
    cloth = CLOTH[pattern]
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
