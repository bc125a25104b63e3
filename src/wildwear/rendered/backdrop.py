"""A street to stand in: houses with windows and shops, a pavement, trees, lamps, cars and people far away."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from wildwear.rendered.chance import pick
from wildwear.rendered.cloths import COLOURS
from wildwear.rendered.fabric import Colour, Plane, grain
from wildwear.rendered.paint import blur

_HEIGHT = 640
"""Rows of the picture that the street is drawn on, before it is scaled to the size wanted."""


def backdrop(width: int, height: int, ground: float, rng: np.random.Generator) -> Plane:
    """A street out of focus, H × W × 3 in 0 to 1; its pavement begins at the fraction `ground` of the height."""
    drawn = _street(max(1, width * _HEIGHT // height), int(_HEIGHT * ground), rng)
    soft = drawn.filter(ImageFilter.GaussianBlur(float(rng.uniform(1.0, 3.2)))).resize((width, height))
    weathered = np.asarray(soft, np.float32) / 255 * (1 + 0.05 * _mottle(height, width, rng)[..., None])
    return np.asarray(weathered + 0.015 * grain((height, width))[..., None], np.float32)


def _street(width: int, kerb: int, rng: np.random.Generator) -> Image.Image:
    picture = Image.new("RGB", (width, _HEIGHT), _near((150, 160, 172), rng, 30))
    draw = ImageDraw.Draw(picture)
    x = -int(rng.integers(0, 120))
    while x < width:
        wide = int(rng.integers(180, 420))
        _house(draw, x, x + wide, kerb, rng)
        x += wide
    _pavement(draw, width, _HEIGHT, kerb, rng)
    for x in rng.integers(0, width, int(rng.integers(1, 4))).tolist():
        _clutter(draw, x, kerb, rng)
    for x in rng.integers(0, width, int(rng.integers(1, 5))).tolist():
        _passer_by(draw, x, kerb + 8, int(rng.integers(60, 130)), rng)
    return picture


def _mottle(height: int, width: int, rng: np.random.Generator) -> Plane:
    """Slow changes of brightness, as weather leaves them on a wall."""
    small = blur(rng.standard_normal((24, 32)).astype(np.float32), 1.5) * 3
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))


def _near(colour: Colour, rng: np.random.Generator, spread: int) -> Colour:
    r, g, b = (
        int(np.clip(part + shift, 0, 255))
        for part, shift in zip(colour, rng.integers(-spread, spread + 1, 3), strict=True)
    )
    return r, g, b


def _times(colour: Colour, factor: float) -> Colour:
    r, g, b = (int(min(255, part * factor)) for part in colour)
    return r, g, b


_WALLS: tuple[Colour, ...] = (
    (168, 98, 78),
    (196, 184, 164),
    (142, 132, 126),
    (206, 196, 186),
    (116, 88, 76),
    (178, 168, 148),
    (124, 138, 146),
)


def _house(draw: ImageDraw.ImageDraw, left: int, right: int, kerb: int, rng: np.random.Generator) -> None:
    wall = _near(pick(rng, _WALLS), rng, 14)
    draw.rectangle((left, 0, right, kerb), fill=wall)
    if rng.random() < 0.55:
        _bricks(draw, left, right, kerb, wall)
    draw.rectangle((right - 4, 0, right, kerb), fill=_times(wall, 0.6))
    shop = int(kerb * rng.uniform(0.42, 0.58))
    step = int(rng.integers(70, 110))
    for x in range(left + step // 3, right - step // 2, step):
        for y in range(-20, shop - 50, int(step * 1.3)):
            _window(draw, x, y, x + step // 2, y + int(step * 0.8), rng)
    if rng.random() < 0.6:
        _shop(draw, left + 12, right - 12, shop, kerb, rng)
        return
    for x in range(left + step // 3, right - step // 2, step):
        _window(draw, x, shop, x + step // 2, shop + int(step * 0.8), rng)
    door = int(rng.integers(left, max(left + 1, right - 70)))
    draw.rectangle(
        (door, kerb - 150, door + 60, kerb), fill=_near((72, 60, 54), rng, 30), outline=_times(wall, 1.25), width=5
    )


def _bricks(draw: ImageDraw.ImageDraw, left: int, right: int, kerb: int, wall: Colour) -> None:
    mortar = _times(wall, 0.82)
    for row, y in enumerate(range(0, kerb, 11)):
        draw.line((left, y, right, y), fill=mortar, width=2)
        for x in range(left + 12 * (row % 2), right, 24):
            draw.line((x, y, x, y + 11), fill=mortar, width=2)


def _window(draw: ImageDraw.ImageDraw, x1: int, y1: int, x2: int, y2: int, rng: np.random.Generator) -> None:
    lit = rng.random() < 0.25
    glass = _near((236, 206, 142) if lit else (84, 104, 122), rng, 22)
    frame = _near((222, 220, 212), rng, 12)
    draw.rectangle((x1 - 4, y1 - 4, x2 + 4, y2 + 4), fill=frame)
    draw.rectangle((x1, y1, x2, y2), fill=glass)
    draw.polygon([(x1, y2), (x1, y1 + 8), (x2 - 8, y1)], fill=_times(glass, 1.22))
    draw.line(((x1 + x2) // 2, y1, (x1 + x2) // 2, y2), fill=frame, width=4)
    draw.rectangle((x1 - 8, y2 + 4, x2 + 8, y2 + 10), fill=_times(frame, 0.8))


def _shop(draw: ImageDraw.ImageDraw, left: int, right: int, top: int, kerb: int, rng: np.random.Generator) -> None:
    names = list(COLOURS.values())
    paint = pick(rng, names)
    draw.rectangle((left, top, right, kerb), fill=_times(paint, 0.6))
    glass = _near((120, 132, 138), rng, 30)
    draw.rectangle((left + 10, top + 40, right - 10, kerb - 24), fill=glass)
    for x in range(left + 14, right - 20, 14):
        tall = int(rng.integers(20, max(21, kerb - top - 80)))
        draw.rectangle((x, kerb - 26 - tall, x + 12, kerb - 26), fill=_times(pick(rng, names), 0.7))
    draw.polygon([(left + 10, kerb - 24), (left + 10, top + 70), (right - 30, top + 40)], fill=_times(glass, 1.15))
    other = pick(rng, names)
    for number, x in enumerate(range(left - 6, right, 22)):
        stripe = paint if number % 2 else other
        draw.polygon([(x, top), (x + 22, top), (x + 24, top + 46), (x - 2, top + 46)], fill=stripe)


def _pavement(draw: ImageDraw.ImageDraw, width: int, height: int, kerb: int, rng: np.random.Generator) -> None:
    stone = _times(_near((156, 152, 146), rng, 7), float(rng.uniform(0.75, 1.2)))
    draw.rectangle((0, kerb, width, height), fill=stone)
    draw.rectangle((0, kerb, width, kerb + 5), fill=_times(stone, 0.7))
    joint = _times(stone, 0.86)
    y, step = kerb + 14.0, 14.0
    while y < height:
        draw.line((0, int(y), width, int(y)), fill=joint, width=2)
        y, step = y + step, step * 1.45
    vanish = int(rng.integers(width // 4, 3 * width // 4))
    for x in range(-3 * width, 4 * width, 110):
        draw.line((vanish + (x - vanish) // 4, kerb, x, height), fill=joint, width=2)


def _clutter(draw: ImageDraw.ImageDraw, x: int, kerb: int, rng: np.random.Generator) -> None:
    kind = rng.integers(3)
    if kind == 0:
        draw.rectangle((x, -10, x + 9, kerb + 26), fill=(52, 54, 58))
        draw.ellipse((x - 22, 30, x + 30, 82), fill=(255, 238, 190))
    elif kind == 1:
        draw.rectangle((x, kerb - 210, x + 16, kerb + 22), fill=(88, 68, 52))
        for _ in range(46):
            cx, cy = x + rng.normal(8, 52), kerb - 270 + rng.normal(0, 58)
            r = rng.uniform(12, 30)
            draw.ellipse((cx - r, cy - r, cx + r, cy + r), fill=_near((82, 124, 66), rng, 30))
    else:
        paint = pick(rng, list(COLOURS.values()))
        draw.rounded_rectangle((x - 130, kerb - 56, x + 130, kerb + 12), 26, fill=_times(paint, 0.85))
        draw.rounded_rectangle((x - 80, kerb - 100, x + 76, kerb - 34), 28, fill=(58, 70, 82))
        for wheel in (-78, 78):
            draw.ellipse((x + wheel - 26, kerb - 18, x + wheel + 26, kerb + 34), fill=(32, 32, 36))


def _passer_by(draw: ImageDraw.ImageDraw, x: int, foot: int, tall: int, rng: np.random.Generator) -> None:
    unit = tall / 7.6
    names = list(COLOURS.values())
    shirt, legs = pick(rng, names), pick(rng, names)
    draw.rectangle((x - 0.7 * unit, foot - 4.0 * unit, x - 0.08 * unit, foot), fill=_times(legs, 0.8))
    draw.rectangle((x + 0.08 * unit, foot - 4.0 * unit, x + 0.7 * unit, foot), fill=_times(legs, 0.75))
    draw.rounded_rectangle(
        (x - unit, foot - 6.3 * unit, x + unit, foot - 3.7 * unit), int(0.5 * unit), fill=_times(shirt, 0.85)
    )
    draw.ellipse((x - 0.42 * unit, foot - 7.5 * unit, x + 0.42 * unit, foot - 6.4 * unit), fill=(150, 110, 86))
