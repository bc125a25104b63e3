"""People with clothes on."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from wildwear.records import Region
from wildwear.rendered.body import Body
from wildwear.rendered.chance import pick
from wildwear.rendered.cloths import COLOURS
from wildwear.rendered.cut import Layers
from wildwear.rendered.figure import Person, behind, head, shoes, trunk
from wildwear.rendered.geometry import View
from wildwear.rendered.paint import Canvas
from wildwear.rendered.wardrobe import BY_CATEGORY, Kind, some

Worn: TypeAlias = list[tuple[Layers, int]]
"""Garments from the skin outwards, each with its number (0 for what is not counted)."""


def dress(canvas: Canvas, person: Person, outfit: Worn, view: View, rng: np.random.Generator, body: int = 1) -> None:
    """Paints a person with clothes on, from the back to the front; `body` is the person's number on the canvas."""
    neck, *face = head(person)
    footwear = shoes(person, pick(rng, list(COLOURS.values())), pick(rng, ("sneaker", "sneaker", "boot", "pump")))
    pieces = [
        *((piece, 0) for piece in behind(person)),
        *((piece, number) for layers, number in outfit for piece in layers.behind),
        *((piece, 0) for piece in (*trunk(person), neck, *footwear)),
        *((piece, number) for layers, number in outfit for piece in layers.front),
        *((piece, 0) for piece in face),
    ]
    for piece, number in pieces:
        canvas.paint(piece, view, garment=number, body=body)


def complement(kind: Kind, body: Body, rng: np.random.Generator) -> Worn:
    """What else somebody wears with a garment, not counted: trousers with a shirt, a tee below a blazer."""
    categories = []
    if kind.region is Region.UPPER or kind.category == "Coat":
        categories.append(pick(rng, ("Jeans", "Jeans", "Chinos")))
    if kind.region is Region.LOWER or kind.layered:
        categories.append("Tee")
    return [(some(BY_CATEGORY[category], rng).layers(body), 0) for category in categories]
