"""Product pictures: a garment on white, worn by somebody before a studio wall, or the "no image" placeholder."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from wildwear.records import Region
from wildwear.rendered.body import Body, stand
from wildwear.rendered.fabric import COLOURS, Plane
from wildwear.rendered.figure import Person, behind, head, shoes, somebody, trunk
from wildwear.rendered.geometry import View
from wildwear.rendered.paint import Canvas, Light
from wildwear.rendered.tops import Layers
from wildwear.rendered.wardrobe import BY_CATEGORY, Kind, garment

Worn: TypeAlias = list[tuple[Layers, int]]
"""Garments from the skin outwards, each with its number (0 for what is not counted)."""


def on_white(kind: Kind, pattern: str, colour: str, rng: np.random.Generator, side: int = 512) -> Image.Image:
    """A garment alone on a white ground, as wide as it is high."""
    canvas = Canvas.blank(side, side, _studio(side, side, rng, 0.985))
    body = stand(rng, mannequin=True)
    high, low = kind.span
    unit = side * rng.uniform(0.86, 0.94) / max(low - high, 2.3 if kind.region is Region.ACCESSORY else 3.35)
    view = View(unit=unit, x=side / 2, y=side / 2 - unit * (high + low) / 2, flip=rng.random() < 0.5)
    layers = garment(kind, pattern, colour, body, rng)
    for piece in (*layers.behind, *layers.front):
        canvas.paint(piece, view, garment=1)
    return canvas.image()


def worn(kind: Kind, pattern: str, colour: str, rng: np.random.Generator, side: int = 512) -> Image.Image:
    """Somebody who wears it, before a pale wall; accessories are shown alone."""
    if kind.region is Region.ACCESSORY:
        return on_white(kind, pattern, colour, rng, side)
    height = side * 5 // 4
    canvas = Canvas.blank(side, height, _studio(side, height, rng, 0.93))
    body = stand(rng)
    person = somebody(rng, body)
    layers = garment(kind, pattern, colour, body, rng)
    outfit = [*complement(kind, body, rng), (layers, 1)]
    high, low = (0.15, 5.0) if kind.region is Region.UPPER else (-0.1, 7.85)
    if kind.region is Region.LOWER:
        high, low = 2.1, 7.85
    unit = height * 0.95 / (low - high)
    view = View(unit=unit, x=side / 2, y=height / 2 - unit * (high + low) / 2, flip=rng.random() < 0.5)
    dress(canvas, person, outfit, view, rng)
    return canvas.image()


def dress(canvas: Canvas, person: Person, outfit: Worn, view: View, rng: np.random.Generator, body: int = 1) -> None:
    """Paints a person with clothes on, from the back to the front."""
    colour = list(COLOURS.values())[rng.integers(len(COLOURS))]
    kind = ("sneaker", "sneaker", "boot", "pump")[rng.integers(4)]
    backs = [(piece, number) for layers, number in outfit for piece in layers.behind]
    fronts = [(piece, number) for layers, number in outfit for piece in layers.front]
    for piece in behind(person):
        canvas.paint(piece, view, body=body)
    for piece, number in backs:
        canvas.paint(piece, view, garment=number, body=body)
    neck, *face = head(person)
    for piece in (*trunk(person), neck, *shoes(person, colour, kind)):
        canvas.paint(piece, view, body=body)
    for piece, number in fronts:
        canvas.paint(piece, view, garment=number, body=body)
    for piece in face:
        canvas.paint(piece, view, body=body)


def complement(kind: Kind, body: Body, rng: np.random.Generator) -> Worn:
    """What else somebody wears with a garment: trousers with a shirt, a tee below a blazer."""
    layers: Worn = []
    if kind.region is Region.UPPER or kind.category == "Coat":
        other = BY_CATEGORY[("Jeans", "Chinos", "Jeans")[rng.integers(3)]]
        layers.append((_pick(other, body, rng), 0))
    if kind.region is Region.LOWER or kind.open_front:
        layers.append((_pick(BY_CATEGORY["Tee"], body, rng), 0))
    return layers


def _pick(kind: Kind, body: Body, rng: np.random.Generator) -> Layers:
    colour = kind.colours[rng.integers(len(kind.colours))]
    return garment(kind, kind.patterns[0], colour, body, rng)


def _studio(width: int, height: int, rng: np.random.Generator, grey: float) -> Plane:
    """A wall with a soft light on it."""
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    depth = np.float32(0.02 if grey > 0.95 else 0.09)
    wall = np.minimum(np.float32(grey + 0.015) * (1 - depth * x * x - depth * y * y), 1)
    return wall[..., None]


def studio_light(rng: np.random.Generator) -> Light:
    """A lamp from the upper left or right."""
    return Light(direction=(float(rng.uniform(-0.55, 0.3)), -0.55, 0.66), ambient=float(rng.uniform(0.5, 0.62)))


def placeholder(side: int = 512) -> Image.Image:
    """The picture that a shop shows where it has none: the same for every product."""
    picture = Image.new("RGB", (side, side), (238, 238, 240))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle(
        (side * 0.3, side * 0.28, side * 0.7, side * 0.6), side // 40, outline=(178, 180, 186), width=side // 64
    )
    draw.polygon(
        [(side * 0.33, side * 0.57), (side * 0.46, side * 0.4), (side * 0.56, side * 0.57)], fill=(196, 198, 204)
    )
    draw.ellipse((side * 0.56, side * 0.34, side * 0.63, side * 0.41), fill=(196, 198, 204))
    font = ImageFont.load_default(side // 18)
    draw.text((side / 2, side * 0.7), "No image available", fill=(140, 142, 150), font=font, anchor="mm")
    return picture
