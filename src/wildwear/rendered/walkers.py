"""People cut out of drawn pictures, pose by pose, to be put before any street."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from wildwear.records import Box, Region
from wildwear.rendered.body import SOLE, Body, stand, walk
from wildwear.rendered.chance import pick
from wildwear.rendered.figure import somebody
from wildwear.rendered.geometry import View
from wildwear.rendered.paint import Canvas
from wildwear.rendered.people import Worn, dress
from wildwear.rendered.wardrobe import BY_CATEGORY, KINDS, Article, some

POSES = 8
"""Pictures of a person in one cycle of the walk."""
_OF = {region: [kind for kind in KINDS if kind.region is region] for region in Region}
_WIDE, _HIGH, _ABOVE = 4.2, 8.2, 0.2
"""Of a cut-out, and what is free above the head; body units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """A person at one moment of the walk."""

    picture: Image.Image
    mask: Image.Image
    """How much of a pixel is the person, 0 to 255, and a shadow on the ground."""
    box: Box
    """The smallest one around the person, in pixels of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who wears the same in every pose."""

    person: int
    outfit: tuple[tuple[Region, str], ...]
    """A full-body garment, or a lower and an upper one: region and category."""
    poses: tuple[Pose, ...]
    unit: float
    """Pixels in one body unit."""


def actor(person: int, height: int, seed: int = 0) -> Actor:
    """The person of that number, drawn for pictures of that height, which they nearly fill."""
    rng = np.random.default_rng([seed, 11, person])
    body, unit = stand(rng), height * float(rng.uniform(0.8, 0.92)) / _HIGH
    articles, counted = _articles(rng)
    looks = int(rng.integers(2**62))
    poses = tuple(_pose(walk(body, at / POSES), articles, unit, looks) for at in range(POSES))
    return Actor(person=person, outfit=counted, poses=poses, unit=unit)


def _articles(rng: np.random.Generator) -> tuple[list[Article], tuple[tuple[Region, str], ...]]:
    """What somebody wears, from the skin outwards, and what of it counts."""
    kinds = [pick(rng, _OF[Region.FULL])]
    if rng.random() < 0.7:
        kinds = [pick(rng, _OF[Region.LOWER]), pick(rng, _OF[Region.UPPER])]
    below = ["Chinos"] * (kinds[0].category == "Coat") + ["Tee"] * any(kind.layered for kind in kinds)
    worn = [*(BY_CATEGORY[category] for category in below), *kinds]
    return [some(kind, rng) for kind in worn], tuple((kind.region, kind.category) for kind in kinds)


def _pose(body: Body, articles: list[Article], unit: float, looks: int) -> Pose:
    rng = np.random.default_rng(looks)
    canvas = Canvas.blank(round(_WIDE * unit), round(_HIGH * unit), 0.4)
    outfit: Worn = [(article.layers(body), 0) for article in articles]
    dress(canvas, somebody(rng, body), outfit, View(unit=unit, x=_WIDE / 2 * unit, y=_ABOVE * unit), rng)
    seen = canvas.bodies > 0
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    box = Box(x1=float(columns[0]), y1=float(rows[0]), x2=float(columns[-1] + 1), y2=float(rows[-1] + 1))
    canvas.rgb[~seen] = 0
    return Pose(picture=canvas.image(), mask=_mask(seen, unit), box=box)


def _mask(seen: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], unit: float) -> Image.Image:
    person = Image.fromarray((seen * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6))
    shadow = Image.new("L", person.size)
    middle, ground = _WIDE / 2 * unit, (_ABOVE + SOLE) * unit
    ImageDraw.Draw(shadow).ellipse((middle - unit, ground - 0.2 * unit, middle + unit, ground + 0.2 * unit), fill=110)
    soft = np.asarray(shadow.filter(ImageFilter.GaussianBlur(0.15 * unit)))
    return Image.fromarray(np.maximum(np.asarray(person), soft))
