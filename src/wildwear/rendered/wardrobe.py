"""The categories that are drawn: how each is cut, what cloth it comes in, and what shops call it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from wildwear.records import Region
from wildwear.rendered import accessories
from wildwear.rendered.body import WAIST, Body
from wildwear.rendered.bottoms import LegCut, SkirtCut, skirt, trousers
from wildwear.rendered.fabric import COLOURS, DENIM, Fabric
from wildwear.rendered.tops import Cut, Layers, belt, top

Maker: TypeAlias = Callable[[Fabric, Body, np.random.Generator], Layers]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A category as it is drawn and sold."""

    category: str
    region: Region
    nouns: tuple[str, ...]
    """What a shop's title calls it; each holds the word that a query looks for."""
    patterns: tuple[str, ...]
    """Cloth it comes in, keys of `CLOTH`; repeated ones are more frequent."""
    make: Maker
    colours: tuple[str, ...] = tuple(COLOURS)
    sizes: tuple[str, ...] = ("XS", "S", "M", "L", "XL")
    span: tuple[float, float] = (0.9, 4.1)
    """What part of the body, from top to bottom, its product picture shows."""
    open_front: bool = False
    """Something else is worn below it and seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloth:
    """A kind of cloth as it is drawn and as shops write it."""

    kind: str
    words: tuple[str, ...]
    """Adjectives for titles; empty for what shops do not mention."""
    period: tuple[float, float] = (0.12, 0.24)
    gloss: float = 0.0
    vertical: bool = False


CLOTH: dict[str, Cloth] = {
    "plain": Cloth(kind="plain", words=("", "Essential", "Classic")),
    "print": Cloth(kind="plain", words=("Graphic", "Printed")),
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
    "nylon": Cloth(kind="plain", words=("Quilted", "Puffer"), gloss=0.35),
    "shiny": Cloth(kind="plain", words=("Sculpting", "High-Shine"), gloss=0.4),
}


def fabric(pattern: str, colour: str, rng: np.random.Generator) -> Fabric:
    """Cloth of a named pattern and colour; what the names leave open is drawn from `rng`."""
    cloth = CLOTH[pattern]
    base = DENIM[colour] if cloth.kind == "denim" and colour in DENIM else (COLOURS.get(colour) or DENIM[colour])
    light = sum(base) > 380
    contrast = (
        ("Navy", "Black", "Red", "Green", "Burgundy", "Blue") if light else ("White", "Cream", "Sky", "Mustard", "Pink")
    )
    jitter = rng.integers(-8, 9, 3)
    tinted = tuple(int(np.clip(part + shift, 8, 247)) for part, shift in zip(base, jitter, strict=True))
    return Fabric(
        kind=cloth.kind,
        base=(tinted[0], tinted[1], tinted[2]),
        second=COLOURS[contrast[rng.integers(len(contrast))]],
        period=float(rng.uniform(*cloth.period)),
        gloss=cloth.gloss,
        vertical=cloth.vertical,
    )


def _upper(cut: Callable[[np.random.Generator], Cut]) -> Maker:
    def make(cloth: Fabric, body: Body, rng: np.random.Generator) -> Layers:
        return top(cut(rng), cloth, body, rng)

    return make


def _tee(rng: np.random.Generator) -> Cut:
    neck, depth = (("crew", 0.2), ("crew", 0.24), ("v", 0.5))[rng.integers(3)]
    badge = (240, 232, 210) if rng.random() < 0.3 else None
    return Cut(
        hem=rng.uniform(3.7, 4.0), sleeve=rng.uniform(0.28, 0.36), sleeve_width=0.09, neck=neck, depth=depth,
        ease=rng.uniform(0.05, 0.14), taper=rng.uniform(0.2, 0.8), print_colour=badge,
    )  # fmt: skip


def _tank(rng: np.random.Generator) -> Cut:
    return Cut(hem=rng.uniform(3.5, 3.9), sleeve=0, neck="scoop", straps=True, depth=rng.uniform(0.45, 0.65), ease=0.05)


def _polo(rng: np.random.Generator) -> Cut:
    return Cut(hem=3.85, sleeve=0.33, sleeve_width=0.08, neck="collar", opening="placket", depth=0.2, taper=0.4)


def _shirt(rng: np.random.Generator) -> Cut:
    pockets = "chest" if rng.random() < 0.6 else "none"
    return Cut(
        hem=rng.uniform(3.85, 4.15), neck="collar", opening="buttons", pockets=pockets, depth=0.2,
        ease=rng.uniform(0.07, 0.14), sleeve=0.36 if rng.random() < 0.2 else 1.0, taper=0.4,
    )  # fmt: skip


def _blouse(rng: np.random.Generator) -> Cut:
    neck = ("v", "wide", "high")[rng.integers(3)]
    return Cut(
        hem=rng.uniform(3.4, 3.7), neck=neck, depth=0.45 if neck == "v" else 0.2, sleeve=rng.choice([0.55, 0.9]),
        sleeve_width=rng.uniform(0.14, 0.22), ease=0.1, flare=rng.uniform(0.05, 0.2), taper=0.9,
    )  # fmt: skip


def _sweater(rng: np.random.Generator) -> Cut:
    neck = ("crew", "crew", "v", "high")[rng.integers(4)]
    depth = 0.48 if neck == "v" else 0.16
    return Cut(
        hem=rng.uniform(3.45, 3.8),
        neck=neck,
        depth=depth,
        ribbed=True,
        ease=rng.uniform(0.1, 0.18),
        sleeve_width=0.1,
        taper=0.1,
    )


def _cardigan(rng: np.random.Generator) -> Cut:
    return Cut(
        hem=rng.uniform(3.5, 4.2),
        neck="v",
        depth=rng.uniform(0.7, 1.0),
        opening="buttons",
        ribbed=True,
        ease=0.12,
        sleeve_width=0.09,
        taper=0.2,
    )


def _hoodie(rng: np.random.Generator) -> Cut:
    opening = "zip" if rng.random() < 0.35 else "none"
    return Cut(
        hem=rng.uniform(3.5, 3.75), neck="hood", hood_up=rng.random() < 0.7, pockets="kangaroo", ribbed=True,
        ease=rng.uniform(0.13, 0.2), sleeve_width=0.11, depth=0.32, opening=opening, taper=0.1,
    )  # fmt: skip


def _jacket(rng: np.random.Generator) -> Cut:
    neck = ("stand", "collar")[rng.integers(2)]
    pockets = ("welt", "flap")[rng.integers(2)]
    opening = "buttons" if neck == "collar" and rng.random() < 0.6 else "zip"
    return Cut(
        hem=rng.uniform(3.35, 3.6), neck=neck, opening=opening, pockets=pockets, ribbed=rng.random() < 0.5, ease=0.16,
        sleeve_width=0.11, depth=0.24, taper=0.3,
    )  # fmt: skip


def _blazer(rng: np.random.Generator) -> Cut:
    return Cut(
        hem=rng.uniform(3.95, 4.2),
        neck="lapel",
        depth=rng.uniform(1.1, 1.35),
        opening="double" if rng.random() < 0.3 else "single",
        pockets="flap",
        ease=0.12,
        sleeve_width=0.08,
        taper=0.75,
    )


def _coat(rng: np.random.Generator) -> Cut:
    double = rng.random() < 0.6
    return Cut(
        hem=rng.uniform(4.9, 6.0), neck="lapel", depth=rng.uniform(0.7, 1.0), opening="double" if double else "single",
        pockets="flap", belt=rng.random() < 0.5, ease=0.17, sleeve_width=0.12, flare=rng.uniform(0.05, 0.3),
    )  # fmt: skip


def _vest(rng: np.random.Generator) -> Cut:
    return Cut(
        hem=3.7,
        neck="stand",
        opening="zip",
        sleeve=0,
        ease=0.14,
        quilting=rng.uniform(0.24, 0.36),
        taper=0.2,
        pockets="welt",
        depth=0.2,
    )


def _legs(cut: Callable[[np.random.Generator], LegCut]) -> Maker:
    def make(cloth: Fabric, body: Body, rng: np.random.Generator) -> Layers:
        return Layers(front=trousers(cut(rng), cloth, body, rng))

    return make


def _jeans(rng: np.random.Generator) -> LegCut:
    wide = rng.uniform(-0.05, 0.09)
    return LegCut(style="jeans", turn_up=rng.random() < 0.25, thigh=0.41 + wide / 2, knee=0.28 + wide, hem=0.21 + wide)


def _chinos(rng: np.random.Generator) -> LegCut:
    wide = rng.uniform(0, 0.1)
    return LegCut(style="chinos", thigh=0.44 + wide / 2, knee=0.32 + wide, hem=0.23 + wide, creases=0.7)


def _shorts(rng: np.random.Generator) -> LegCut:
    style = ("chinos", "jeans", "elastic")[rng.integers(3)]
    return LegCut(
        style=style, length=rng.uniform(0.28, 0.42), thigh=0.44, knee=0.46, hem=0.46, turn_up=rng.random() < 0.3
    )


def _leggings(rng: np.random.Generator) -> LegCut:
    return LegCut(thigh=0.36, knee=0.215, hem=0.135, hip=0.0, creases=0.25, length=rng.choice([1.0, 1.0, 0.8]))


def _joggers(rng: np.random.Generator) -> LegCut:
    return LegCut(style="elastic", thigh=0.45, knee=0.34, hem=0.19, hip=0.08, creases=1.4)


def _skirt(cloth: Fabric, body: Body, rng: np.random.Generator) -> Layers:
    shape = rng.integers(3)
    cuts = (
        SkirtCut(hem=rng.uniform(4.7, 5.3), flare=rng.uniform(0.3, 0.6), buttons=rng.random() < 0.3),
        SkirtCut(hem=rng.uniform(5.0, 5.8), flare=-0.06, folds=3, depth=0.06),
        SkirtCut(hem=rng.uniform(4.8, 6.3), flare=rng.uniform(0.45, 0.7), folds=15, pleats=True, depth=0.13),
    )
    return Layers(front=skirt(cuts[shape], cloth, body, rng))


def _dress(cloth: Fabric, body: Body, rng: np.random.Generator) -> Layers:
    neck = ("scoop", "v", "crew", "wide")[rng.integers(4)]
    sleeve = (0.0, 0.0, 0.3, 0.9)[rng.integers(4)]
    bodice = Cut(
        hem=WAIST + 0.12,
        sleeve=sleeve,
        straps=sleeve == 0,
        neck=neck,
        depth={"v": 0.6, "scoop": 0.5}.get(neck, 0.22),
        ease=0.04,
        taper=1.0,
        sleeve_width=0.1,
    )
    lower = SkirtCut(hem=rng.uniform(5.0, 6.8), flare=rng.uniform(0.15, 0.8), waistband=False, start=WAIST, ease=0.04)
    upper = top(bodice, cloth, body, rng)
    band = belt(replace(cloth, kind="plain"), body, 0.0, WAIST + 0.06)
    waist = (band,) if rng.random() < 0.5 else ()
    return Layers(behind=upper.behind, front=(*skirt(lower, cloth, body, rng), *upper.front, *waist))


def _jumpsuit(cloth: Fabric, body: Body, rng: np.random.Generator) -> Layers:
    neck = ("v", "collar", "scoop")[rng.integers(3)]
    opening = {"v": "none", "collar": "buttons" if rng.random() < 0.5 else "zip", "scoop": "none"}[neck]
    sleeve = (0.0, 0.3, 1.0)[rng.integers(3)]
    cut = Cut(
        hem=WAIST + 0.16,
        sleeve=sleeve,
        straps=sleeve == 0 and neck != "collar",
        neck=neck,
        opening=opening,
        depth={"v": 0.6, "scoop": 0.5}.get(neck, 0.2),
        ease=0.08,
        taper=0.9,
    )
    wide = rng.uniform(0.0, 0.16)
    legs = LegCut(thigh=0.46 + wide / 2, knee=0.34 + wide, hem=0.26 + wide, rise=WAIST)
    upper = top(cut, cloth, body, rng)
    front = (*trousers(legs, cloth, body, rng), *upper.front, belt(cloth, body, 0.04, WAIST + 0.08))
    return Layers(behind=upper.behind, front=front)


def _hat(cloth: Fabric, body: Body, rng: np.random.Generator) -> Layers:
    maker = (accessories.cap, accessories.beanie, accessories.brimmed)[rng.integers(3)]
    return Layers(front=maker(cloth, rng))


def _shoe(cloth: Fabric, body: Body, rng: np.random.Generator) -> Layers:
    maker = (accessories.sneaker, accessories.sneaker, accessories.boot, accessories.pump)[rng.integers(4)]
    return Layers(front=maker(cloth, rng))


_U, _L, _F, _A = Region.UPPER, Region.LOWER, Region.FULL, Region.ACCESSORY
_MUTED = ("Black", "Charcoal", "Navy", "Olive", "Camel", "Brown", "Grey", "Burgundy", "Sand", "Rust")
_LONG = (0.9, 7.5)
_NUMBERS = ("26", "28", "30", "32", "34")

KINDS: tuple[Kind, ...] = (
    Kind(category="Tee", region=_U, nouns=("Tee", "T-Shirt", "Tee Shirt", "T-Shirts 2-Pack"), patterns=("plain", "plain", "heather", "stripes", "breton"), make=_upper(_tee)),
    Kind(category="Tank", region=_U, nouns=("Tank Top", "Tank"), patterns=("plain", "heather", "breton", "rib"), make=_upper(_tank)),
    Kind(category="Polo", region=_U, nouns=("Polo Shirt", "Polo"), patterns=("plain", "plain", "stripes"), make=_upper(_polo)),
    Kind(category="Button-Down", region=_U, nouns=("Button-Down Shirt", "Button-Down", "Oxford Shirt"), patterns=("plain", "gingham", "tartan", "pinstripe", "denim"), make=_upper(_shirt), span=(0.9, 4.3)),
    Kind(category="Blouse", region=_U, nouns=("Blouse",), patterns=("plain", "satin", "dots", "floral"), make=_upper(_blouse)),
    Kind(category="Sweater", region=_U, nouns=("Sweater", "Jumper", "Pullover"), patterns=("knit", "cable", "breton", "knit"), make=_upper(_sweater)),
    Kind(category="Cardigan", region=_U, nouns=("Cardigan",), patterns=("knit", "rib", "cable"), make=_upper(_cardigan), open_front=True, span=(0.9, 4.4)),
    Kind(category="Hoodie", region=_U, nouns=("Hoodie", "Hooded Sweatshirt", "Hoody"), patterns=("plain", "heather", "heather"), make=_upper(_hoodie), span=(0.3, 4.0)),
    Kind(category="Jacket", region=_U, nouns=("Jacket",), patterns=("plain", "leather", "denim", "nylon"), colours=_MUTED, make=_upper(_jacket), span=(0.9, 3.9)),
    Kind(category="Blazer", region=_U, nouns=("Blazer", "Suit Jacket"), patterns=("plain", "pinstripe", "tartan"), colours=_MUTED, make=_upper(_blazer), open_front=True, span=(0.9, 4.4)),
    Kind(category="Vest", region=_U, nouns=("Vest", "Gilet", "Bodywarmer"), patterns=("nylon",), make=_upper(_vest)),
    Kind(category="Coat", region=_F, nouns=("Coat", "Overcoat", "Trench Coat"), patterns=("plain", "heather", "tartan"), colours=_MUTED, make=_upper(_coat), open_front=True, span=(0.9, 6.2)),
    Kind(category="Dress", region=_F, nouns=("Dress", "Midi Dress", "Wrap Dress"), patterns=("plain", "floral", "dots", "breton", "satin"), make=_dress, span=(1.0, 6.9)),
    Kind(category="Jumpsuit", region=_F, nouns=("Jumpsuit",), patterns=("plain", "denim", "satin"), make=_jumpsuit, span=_LONG),
    Kind(category="Jeans", region=_L, nouns=("Jeans", "5-Pocket Jeans"), patterns=("jeans",), colours=tuple(DENIM), make=_legs(_jeans), sizes=_NUMBERS, span=(2.8, 7.6)),
    Kind(category="Chinos", region=_L, nouns=("Chinos", "Chino Pants"), patterns=("plain", "plain", "pinstripe"), colours=_MUTED, make=_legs(_chinos), sizes=_NUMBERS, span=(2.8, 7.6)),
    Kind(category="Joggers", region=_L, nouns=("Joggers", "Jogging Bottoms"), patterns=("heather", "plain"), make=_legs(_joggers), span=(2.8, 7.6)),
    Kind(category="Leggings", region=_L, nouns=("Leggings",), patterns=("plain", "shiny"), make=_legs(_leggings), span=(2.8, 7.6)),
    Kind(category="Shorts", region=_L, nouns=("Shorts", "Bermuda Shorts"), patterns=("plain", "pinstripe", "heather"), make=_legs(_shorts), span=(2.8, 5.4)),
    Kind(category="Skirt", region=_L, nouns=("Skirt", "Mini Skirt", "Midi Skirt"), patterns=("plain", "tartan", "floral", "denim", "dots"), make=_skirt, span=(2.8, 6.4)),
    Kind(category="Hat", region=_A, nouns=("Hat", "Sun Hat", "Bucket Hat"), patterns=("plain", "heather"), make=_hat, sizes=("One Size",), span=(-0.9, 0.9)),
    Kind(category="Shoes", region=_A, nouns=("Shoes", "Sneakers", "Boots"), patterns=("plain", "leather"), make=_shoe, sizes=("38", "40", "42", "44"), span=(-0.9, 0.9)),
)  # fmt: skip

BY_CATEGORY: dict[str, Kind] = {kind.category: kind for kind in KINDS}


def garment(kind: Kind, pattern: str, colour: str, body: Body, rng: np.random.Generator) -> Layers:
    """The pieces of a garment of that kind for that body."""
    return kind.make(fabric(pattern, colour, rng), body, rng)
