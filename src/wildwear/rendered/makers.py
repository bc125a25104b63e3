"""From a kind of garment to its pieces, for a given cloth and body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from numpy.random import Generator

from wildwear.rendered import accessories, cuts
from wildwear.rendered.body import WAIST, Body
from wildwear.rendered.chance import pick
from wildwear.rendered.cut import Cut, Layers
from wildwear.rendered.fabric import Fabric
from wildwear.rendered.skirts import skirt as skirt_pieces
from wildwear.rendered.tops import belt, top
from wildwear.rendered.trousers import LegCut, trousers

Maker: TypeAlias = Callable[[Fabric, Body, Generator], Layers]
"""Cuts a garment from cloth for a body; what is left open is drawn from the generator."""


def upper(cut: Callable[[Generator], Cut]) -> Maker:
    """A garment for the upper body that is cut in this way."""
    return lambda cloth, body, rng: top(cut(rng), cloth, body, rng)


def legs(cut: Callable[[Generator], LegCut]) -> Maker:
    """Trousers that are cut in this way."""
    return lambda cloth, body, rng: Layers(front=trousers(cut(rng), cloth, body, rng))


def skirt(cloth: Fabric, body: Body, rng: Generator) -> Layers:
    """A skirt of any shape."""
    return Layers(front=skirt_pieces(cuts.skirt(rng), cloth, body, rng))


def dress(cloth: Fabric, body: Body, rng: Generator) -> Layers:
    """A skirt with a bodice above it, often with a belt."""
    bodice = top(cuts.bodice(rng), cloth, body, rng)
    below = skirt_pieces(cuts.dress_skirt(rng), cloth, body, rng)
    waist = (belt(replace(cloth, kind="plain"), body, 0.0, WAIST + 0.06),) if rng.random() < 0.5 else ()
    return Layers(behind=bodice.behind, front=(*below, *bodice.front, *waist))


def jumpsuit(cloth: Fabric, body: Body, rng: Generator) -> Layers:
    """Trousers that go on as a top, with a belt."""
    above = top(cuts.overall(rng), cloth, body, rng)
    below = trousers(cuts.wide_legs(rng), cloth, body, rng)
    return Layers(behind=above.behind, front=(*below, *above.front, belt(cloth, body, 0.04, WAIST + 0.08)))


def hat(cloth: Fabric, _body: Body, rng: Generator) -> Layers:
    """A cap, a knitted hat or one with a brim."""
    return Layers(front=pick(rng, (accessories.cap, accessories.beanie, accessories.brimmed))(cloth, rng))


def shoe(cloth: Fabric, _body: Body, rng: Generator) -> Layers:
    """One shoe from the side."""
    kinds = (accessories.sneaker, accessories.sneaker, accessories.boot, accessories.pump)
    return Layers(front=pick(rng, kinds)(cloth, rng))


MAKERS: Final[dict[str, Maker]] = {
    "Tee": upper(cuts.tee),
    "Tank": upper(cuts.tank),
    "Polo": upper(cuts.polo),
    "Button-Down": upper(cuts.shirt),
    "Blouse": upper(cuts.blouse),
    "Sweater": upper(cuts.sweater),
    "Cardigan": upper(cuts.cardigan),
    "Hoodie": upper(cuts.hoodie),
    "Jacket": upper(cuts.jacket),
    "Blazer": upper(cuts.blazer),
    "Vest": upper(cuts.vest),
    "Coat": upper(cuts.coat),
    "Dress": dress,
    "Jumpsuit": jumpsuit,
    "Jeans": legs(cuts.jeans),
    "Chinos": legs(cuts.chinos),
    "Joggers": legs(cuts.joggers),
    "Leggings": legs(cuts.leggings),
    "Shorts": legs(cuts.shorts),
    "Skirt": skirt,
    "Hat": hat,
    "Shoes": shoe,
}
"""By category."""
