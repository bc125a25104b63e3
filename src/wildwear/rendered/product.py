"""Product pictures: a garment on white, worn by somebody before a studio wall, or the "no image" placeholder."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from wildwear.records import Region
from wildwear.rendered.body import stand
from wildwear.rendered.fabric import Plane
from wildwear.rendered.figure import somebody
from wildwear.rendered.geometry import View
from wildwear.rendered.paint import Canvas
from wildwear.rendered.people import complement, dress
from wildwear.rendered.wardrobe import Article

_WORN_SPANS = {Region.UPPER: (0.15, 5.0), Region.LOWER: (2.1, 7.85), Region.FULL: (-0.1, 7.85)}
"""From which height to which a picture of somebody shows them, body units."""


def on_white(article: Article, rng: np.random.Generator, side: int = 512) -> Image.Image:
    """A garment alone on a white ground, as wide as it is high."""
    canvas = Canvas.blank(side, side, _wall(side, side, 1.0, 0.02))
    high, low = article.kind.span
    least = 2.3 if article.kind.region is Region.ACCESSORY else 3.35
    size, turn = rng.uniform(0.72, 0.92), float(rng.uniform(-0.07, 0.07))
    unit, room = side * size / max(low - high, least), side * (1 - size) / 2
    middle = unit * (high + low) / 2
    view = View(
        unit=unit,
        x=side / 2 + middle * np.sin(turn) + room * rng.uniform(-0.6, 0.6),
        y=side / 2 - middle * np.cos(turn) + room * rng.uniform(-0.6, 0.6),
        flip=rng.random() < 0.5,
        turn=turn,
    )
    layers = article.layers(stand(rng, mannequin=True))
    for piece in (*layers.behind, *layers.front):
        canvas.paint(piece, view, garment=1)
    return canvas.image()


def worn(article: Article, rng: np.random.Generator, side: int = 512) -> Image.Image:
    """Somebody who wears it, before a pale wall, a quarter higher than wide; accessories are shown alone."""
    if article.kind.region is Region.ACCESSORY:
        return on_white(article, rng, side)
    height = side * 5 // 4
    canvas = Canvas.blank(side, height, _wall(side, height, 0.945, 0.09))
    body = stand(rng)
    outfit = [*complement(article.kind, body, rng), (article.layers(body), 1)]
    high, low = _WORN_SPANS[article.kind.region]
    unit = height * rng.uniform(0.88, 0.98) / (low - high)
    column = side * (0.5 + rng.uniform(-0.08, 0.08))
    view = View(unit=unit, x=column, y=height / 2 - unit * (high + low) / 2, flip=rng.random() < 0.5)
    dress(canvas, somebody(rng, body), outfit, view, rng)
    return canvas.image()


def _wall(width: int, height: int, grey: float, fall: float) -> Plane:
    """A wall of that grey (0 to 1), darker by `fall` towards its edges."""
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    wall = np.float32(grey) * (1 - np.float32(fall) * (x * x + y * y))
    return np.asarray(wall[..., None], np.float32)


def placeholder(side: int = 512) -> Image.Image:
    """The picture that a shop shows where it has none: the same for every product."""
    picture = Image.new("RGB", (side, side), (238, 238, 240))
    draw = ImageDraw.Draw(picture)
    grey, frame = (196, 198, 204), [side * part for part in (0.3, 0.28, 0.7, 0.6)]
    draw.rounded_rectangle(frame, side // 40, outline=(178, 180, 186), width=side // 64)
    hill = [(0.33, 0.57), (0.46, 0.4), (0.56, 0.57)]
    draw.polygon([(side * x, side * y) for x, y in hill], fill=grey)
    draw.ellipse([side * part for part in (0.56, 0.34, 0.63, 0.41)], fill=grey)
    font = ImageFont.load_default(side // 18)
    draw.text((side / 2, side * 0.7), "No image available", fill=(140, 142, 150), font=font, anchor="mm")
    return picture
