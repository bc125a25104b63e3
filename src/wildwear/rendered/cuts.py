"""How each kind of garment is cut: the ranges that its measures are drawn from."""

from __future__ import annotations

from numpy.random import Generator

from wildwear.rendered.body import WAIST
from wildwear.rendered.chance import pick
from wildwear.rendered.cut import Cut, Neck, Opening
from wildwear.rendered.skirts import SkirtCut
from wildwear.rendered.trousers import LegCut, Style


def tee(rng: Generator) -> Cut:
    """Short sleeves, a round or V-shaped neckline."""
    neck: Neck = pick(rng, ("crew", "crew", "v"))
    return Cut(
        hem=rng.uniform(3.7, 4.0),
        sleeve=rng.uniform(0.28, 0.36),
        sleeve_width=0.09,
        neck=neck,
        depth=0.5 if neck == "v" else rng.uniform(0.18, 0.26),
        ease=rng.uniform(0.05, 0.14),
        taper=rng.uniform(0.2, 0.8),
    )


def tank(rng: Generator) -> Cut:
    """Narrow straps, a deep neckline."""
    depth = rng.uniform(0.45, 0.65)
    return Cut(hem=rng.uniform(3.5, 3.9), sleeve=0, neck="scoop", straps=True, depth=depth, ease=0.05)


def polo(rng: Generator) -> Cut:
    """A collar and three buttons."""
    hem = rng.uniform(3.75, 3.95)
    return Cut(hem=hem, sleeve=0.33, sleeve_width=0.08, neck="collar", opening="placket", depth=0.2, taper=0.4)


def shirt(rng: Generator) -> Cut:
    """A collar and buttons to the hem."""
    return Cut(
        hem=rng.uniform(3.85, 4.15),
        neck="collar",
        opening="buttons",
        pockets=pick(rng, ("chest", "chest", "none")),
        depth=0.2,
        ease=rng.uniform(0.07, 0.14),
        sleeve=pick(rng, (1.0, 1.0, 1.0, 0.36)),
        taper=0.4,
    )


def blouse(rng: Generator) -> Cut:
    """Wide sleeves, a waist."""
    neck: Neck = pick(rng, ("v", "wide", "high"))
    return Cut(
        hem=rng.uniform(3.4, 3.7),
        neck=neck,
        depth=0.45 if neck == "v" else 0.2,
        sleeve=pick(rng, (0.55, 0.9)),
        sleeve_width=rng.uniform(0.14, 0.22),
        ease=0.1,
        flare=rng.uniform(0.05, 0.2),
        taper=0.9,
    )


def sweater(rng: Generator) -> Cut:
    """Knitted bands at hem and cuffs."""
    neck: Neck = pick(rng, ("crew", "crew", "v", "high"))
    depth, ease = 0.48 if neck == "v" else 0.16, rng.uniform(0.1, 0.18)
    return Cut(hem=rng.uniform(3.45, 3.8), neck=neck, depth=depth, ribbed=True, ease=ease, sleeve_width=0.1, taper=0.1)


def cardigan(rng: Generator) -> Cut:
    """A sweater that is buttoned."""
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


def hoodie(rng: Generator) -> Cut:
    """A hood with strings, a pocket for both hands."""
    return Cut(
        hem=rng.uniform(3.5, 3.75),
        neck="hood",
        hood_up=rng.random() < 0.7,
        pockets="kangaroo",
        ribbed=True,
        ease=rng.uniform(0.13, 0.2),
        sleeve_width=0.11,
        depth=0.32,
        opening=pick(rng, ("zip", "none", "none")),
        taper=0.1,
    )


def jacket(rng: Generator) -> Cut:
    """Short, with a zip or buttons."""
    neck: Neck = pick(rng, ("stand", "collar"))
    return Cut(
        hem=rng.uniform(3.35, 3.6),
        neck=neck,
        opening="zip" if neck == "stand" else pick(rng, ("buttons", "zip")),
        pockets=pick(rng, ("welt", "flap")),
        ribbed=rng.random() < 0.5,
        ease=0.16,
        sleeve_width=0.11,
        depth=0.24,
        taper=0.3,
    )


def blazer(rng: Generator) -> Cut:
    """Lapels, one or two rows of buttons."""
    return Cut(
        hem=rng.uniform(3.95, 4.2),
        neck="lapel",
        depth=rng.uniform(1.1, 1.35),
        opening=pick(rng, ("single", "single", "double")),
        pockets="flap",
        ease=0.12,
        sleeve_width=0.08,
        taper=0.75,
    )


def coat(rng: Generator) -> Cut:
    """Lapels, and down to the knee or below."""
    return Cut(
        hem=rng.uniform(4.9, 6.0),
        neck="lapel",
        depth=rng.uniform(0.7, 1.0),
        opening=pick(rng, ("double", "double", "single")),
        pockets="flap",
        belt=rng.random() < 0.5,
        ease=0.17,
        sleeve_width=0.12,
        flare=rng.uniform(0.05, 0.3),
    )


def vest(rng: Generator) -> Cut:
    """No sleeves, a zip."""
    hem = rng.uniform(3.6, 3.8)
    return Cut(hem=hem, neck="stand", opening="zip", sleeve=0, ease=0.14, taper=0.2, pockets="welt", depth=0.2)


def bodice(rng: Generator) -> Cut:
    """The upper part of a dress."""
    neck: Neck = pick(rng, ("scoop", "v", "crew", "wide"))
    sleeve = pick(rng, (0.0, 0.0, 0.3, 0.9))
    depth = {"v": 0.6, "scoop": 0.5}.get(neck, 0.22)
    return Cut(
        hem=WAIST + 0.12, sleeve=sleeve, straps=not sleeve, neck=neck, depth=depth, ease=0.04, taper=1.0,
        sleeve_width=0.1,
    )  # fmt: skip


def overall(rng: Generator) -> Cut:
    """The upper part of a jumpsuit."""
    neck: Neck = pick(rng, ("v", "collar", "scoop"))
    sleeve = pick(rng, (0.0, 0.3, 1.0))
    opening: Opening = pick(rng, ("buttons", "zip")) if neck == "collar" else "none"
    depth = {"v": 0.6, "scoop": 0.5}.get(neck, 0.2)
    straps = not sleeve and neck != "collar"
    return Cut(
        hem=WAIST + 0.16, sleeve=sleeve, straps=straps, neck=neck, opening=opening, depth=depth, ease=0.08, taper=0.9
    )


def jeans(rng: Generator) -> LegCut:
    """Narrow to wide, with rivets and stitching."""
    wide = rng.uniform(-0.05, 0.09)
    turn_up = rng.random() < 0.25
    return LegCut(style="jeans", turn_up=turn_up, thigh=0.41 + wide / 2, knee=0.28 + wide, hem=0.21 + wide)


def chinos(rng: Generator) -> LegCut:
    """Straight, with slanted pockets and a crease."""
    wide = rng.uniform(0, 0.1)
    return LegCut(style="chinos", thigh=0.44 + wide / 2, knee=0.32 + wide, hem=0.23 + wide, creases=0.7)


def shorts(rng: Generator) -> LegCut:
    """To above the knee."""
    style: Style = pick(rng, ("chinos", "jeans", "elastic"))
    length, turn_up = rng.uniform(0.28, 0.42), rng.random() < 0.3
    return LegCut(style=style, length=length, thigh=0.44, knee=0.46, hem=0.46, turn_up=turn_up)


def leggings(rng: Generator) -> LegCut:
    """As narrow as the leg."""
    return LegCut(thigh=0.36, knee=0.215, hem=0.135, hip=0.0, creases=0.25, length=pick(rng, (1.0, 1.0, 0.8)))


def joggers(rng: Generator) -> LegCut:
    """Wide, narrow at the ankle, with a string."""
    return LegCut(style="elastic", thigh=0.45, knee=0.34, hem=rng.uniform(0.18, 0.21), hip=0.08, creases=1.4)


def wide_legs(rng: Generator) -> LegCut:
    """The lower part of a jumpsuit."""
    wide = rng.uniform(0.0, 0.16)
    return LegCut(thigh=0.46 + wide / 2, knee=0.34 + wide, hem=0.26 + wide, rise=WAIST)


def skirt(rng: Generator) -> SkirtCut:
    """Wide, narrow or pleated."""
    wide = SkirtCut(hem=rng.uniform(4.7, 5.3), flare=rng.uniform(0.3, 0.6), buttons=rng.random() < 0.3)
    narrow = SkirtCut(hem=rng.uniform(5.0, 5.8), flare=-0.06, folds=3, depth=0.06)
    pleated = SkirtCut(hem=rng.uniform(4.8, 6.3), flare=rng.uniform(0.45, 0.7), folds=15, pleats=True, depth=0.13)
    return pick(rng, (wide, narrow, pleated))


def dress_skirt(rng: Generator) -> SkirtCut:
    """The lower part of a dress."""
    return SkirtCut(hem=rng.uniform(5.0, 6.8), flare=rng.uniform(0.15, 0.8), waistband=False, start=WAIST, ease=0.04)
