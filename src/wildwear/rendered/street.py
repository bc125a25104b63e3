"""Street scenes: several people before a wall, with boxes of what they wear known from the pixels that were drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from wildwear.records import Box, Region
from wildwear.rendered.body import SOLE, Body, stand
from wildwear.rendered.fabric import COLOURS, Colour, Plane, grain
from wildwear.rendered.figure import somebody
from wildwear.rendered.geometry import View
from wildwear.rendered.paint import Canvas, Light, blur
from wildwear.rendered.product import Worn, dress
from wildwear.rendered.tops import Layers
from wildwear.rendered.wardrobe import BY_CATEGORY, KINDS, Kind, garment

_MIN_VISIBLE = 0.4
_MIN_SIDE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Garment:
    """What somebody in a scene wears, and where it is seen."""

    category: str
    region: Region
    box: Box
    """The smallest one around its visible pixels."""
    person: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A street photograph with its truth."""

    picture: Image.Image
    garments: tuple[Garment, ...]
    owners: NDArray[np.int16]
    """H × W: 1 + the index in `garments` of what is seen at a pixel, 0 for anything else."""


def street_scene(index: int, seed: int = 0, *, width: int = 768, height: int = 640) -> Scene:
    """The street scene of that number: the same for the same `seed`, whichever others are drawn."""
    rng = np.random.default_rng([seed, 3, index])
    light = Light(
        direction=(float(rng.uniform(-0.6, 0.6)), -0.55, 0.62),
        ambient=float(rng.uniform(0.45, 0.65)),
        colour=_lamp(rng),
    )
    ground = float(rng.uniform(0.68, 0.78))
    canvas = Canvas.blank(width, height, _backdrop(width, height, ground, rng), light)
    worn = _people(canvas, ground, rng)
    picture = _photograph(canvas, rng)
    return _with_truth(picture, canvas.garments, worn)


def _lamp(rng: np.random.Generator) -> tuple[float, float, float]:
    warm = float(rng.uniform(-0.06, 0.09))
    level = float(rng.uniform(0.86, 1.0))
    return level * (1 + warm), level, level * (1 - warm)


def _people(canvas: Canvas, ground: float, rng: np.random.Generator) -> list[tuple[Kind, int, int]]:
    """Paints two to four people, the far ones first; gives each garment with its person and its pixels."""
    height, width = canvas.garments.shape
    count = int(rng.integers(2, 5))
    columns = (np.arange(count) + 0.5) / count + rng.uniform(-0.3, 0.3, count) / count
    nearness = np.sort(rng.uniform(0.62, 0.95, count))
    painted: list[tuple[Kind, int, int]] = []
    for person, (column, size) in enumerate(zip(rng.permutation(columns), nearness, strict=True), start=1):
        unit = height * size / 7.9
        foot = height * (ground + (0.985 - ground) * (0.25 + 0.75 * (size - 0.62) / 0.33))
        view = View(unit=unit, x=width * float(column), y=foot - SOLE * unit, flip=rng.random() < 0.5)
        _ground_shadow(canvas, view, foot)
        body = stand(rng)
        outfit, kinds = _outfit(body, len(painted) + 1, rng)
        dress(canvas, somebody(rng, body), outfit, view, rng, person)
        sizes = [int((canvas.garments == len(painted) + 1 + i).sum()) for i in range(len(kinds))]
        painted += [(kind, person, pixels) for kind, pixels in zip(kinds, sizes, strict=True)]
    return painted


def _outfit(body: Body, number: int, rng: np.random.Generator) -> tuple[Worn, list[Kind]]:
    """What one person wears, from the skin outwards, numbered from `number`."""
    full = [kind for kind in KINDS if kind.region is Region.FULL]
    uppers = [kind for kind in KINDS if kind.region is Region.UPPER]
    lowers = [kind for kind in KINDS if kind.region is Region.LOWER]
    chosen: list[Kind] = [full[rng.integers(len(full))]]
    if rng.random() < 0.7:
        chosen = [lowers[rng.integers(len(lowers))], uppers[rng.integers(len(uppers))]]
    outfit: Worn = []
    if chosen[-1].category == "Coat":
        outfit.append((_drawn(BY_CATEGORY["Chinos"], body, rng), 0))
    for position, kind in enumerate(chosen):
        if kind.open_front or kind.category == "Vest":
            outfit.append((_drawn(BY_CATEGORY["Tee"], body, rng), 0))
        outfit.append((_drawn(kind, body, rng), number + position))
    return outfit, chosen


def _drawn(kind: Kind, body: Body, rng: np.random.Generator) -> Layers:
    pattern = kind.patterns[rng.integers(len(kind.patterns))]
    return garment(kind, pattern, kind.colours[rng.integers(len(kind.colours))], body, rng)


def _ground_shadow(canvas: Canvas, view: View, foot: float) -> None:
    height, width = canvas.garments.shape
    side = -canvas.light.direction[0]
    y, x = np.mgrid[0:height:4, 0:width:4].astype(np.float32)
    dx = (x - view.x) / view.unit - side * np.maximum(0, (foot - y) / view.unit) * 2
    dy = (y - foot) / view.unit + 0.04
    dark = 0.45 * np.exp(-((dx / 0.75) ** 2) - (dy / 0.16) ** 2)
    large = np.asarray(Image.fromarray(dark).resize((width, height), Image.Resampling.BILINEAR))
    canvas.rgb *= 1 - (large * (canvas.bodies == 0))[..., None]


def _with_truth(picture: Image.Image, numbers: NDArray[np.int16], worn: list[tuple[Kind, int, int]]) -> Scene:
    owners = np.zeros_like(numbers)
    garments: list[Garment] = []
    for number, (kind, person, painted) in enumerate(worn, start=1):
        seen = numbers == number
        rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
        if not len(rows) or seen.sum() < _MIN_VISIBLE * painted:
            continue
        box = Box(x1=float(columns[0]), y1=float(rows[0]), x2=float(columns[-1] + 1), y2=float(rows[-1] + 1))
        if min(box.x2 - box.x1, box.y2 - box.y1) < _MIN_SIDE:
            continue
        garments.append(Garment(category=kind.category, region=kind.region, box=box, person=person))
        owners[seen] = len(garments)
    return Scene(picture=picture, garments=tuple(garments), owners=owners)


def _photograph(canvas: Canvas, rng: np.random.Generator) -> Image.Image:
    """What a camera makes of it: exposure, vignette, a little blur, noise."""
    height, width = canvas.garments.shape
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    vignette = np.float32(rng.uniform(0.92, 1.08)) * (1 - np.float32(rng.uniform(0.02, 0.16)) * (x * x + y * y))
    canvas.rgb *= vignette[..., None]
    canvas.rgb += np.float32(rng.uniform(0.004, 0.022)) * grain((height, width), int(rng.integers(999)))[..., None]
    picture = canvas.image()
    radius = float(rng.uniform(0, 0.9))
    return picture.filter(ImageFilter.GaussianBlur(radius)) if radius > 0.3 else picture


def _backdrop(width: int, height: int, ground: float, rng: np.random.Generator) -> Plane:
    """A wall with its windows, a pavement, a tree or a lamp, passers-by far away; out of focus."""
    picture = Image.new("RGB", (width, height), _near((150, 160, 172), rng, 30))
    draw = ImageDraw.Draw(picture)
    kerb = int(height * ground)
    x = -int(rng.integers(0, 120))
    while x < width:
        wide = int(rng.integers(180, 420))
        _house(draw, x, x + wide, kerb, rng)
        x += wide
    _pavement(draw, width, height, kerb, rng)
    for _ in range(int(rng.integers(1, 4))):
        _clutter(draw, int(rng.integers(0, width)), kerb, rng)
    for _ in range(int(rng.integers(1, 5))):
        _passer_by(draw, int(rng.integers(0, width)), kerb + 8, int(rng.integers(60, 130)), rng)
    soft = picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(1.0, 3.2))))
    pixels = np.asarray(soft, np.float32) / 255
    return pixels * (1 + 0.05 * _mottle(height, width, rng)[..., None]) + 0.015 * grain((height, width))[..., None]


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
    wall = _near(_WALLS[rng.integers(len(_WALLS))], rng, 14)
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
    paint = names[rng.integers(len(names))]
    draw.rectangle((left, top, right, kerb), fill=_times(paint, 0.6))
    glass = _near((120, 132, 138), rng, 30)
    draw.rectangle((left + 10, top + 40, right - 10, kerb - 24), fill=glass)
    for x in range(left + 14, right - 20, 14):
        tall = int(rng.integers(20, max(21, kerb - top - 80)))
        draw.rectangle((x, kerb - 26 - tall, x + 12, kerb - 26), fill=_times(names[rng.integers(len(names))], 0.7))
    draw.polygon([(left + 10, kerb - 24), (left + 10, top + 70), (right - 30, top + 40)], fill=_times(glass, 1.15))
    other = names[rng.integers(len(names))]
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
        paint = list(COLOURS.values())[rng.integers(len(COLOURS))]
        draw.rounded_rectangle((x - 130, kerb - 56, x + 130, kerb + 12), 26, fill=_times(paint, 0.85))
        draw.rounded_rectangle((x - 80, kerb - 100, x + 76, kerb - 34), 28, fill=(58, 70, 82))
        for wheel in (-78, 78):
            draw.ellipse((x + wheel - 26, kerb - 18, x + wheel + 26, kerb + 34), fill=(32, 32, 36))


def _passer_by(draw: ImageDraw.ImageDraw, x: int, foot: int, tall: int, rng: np.random.Generator) -> None:
    unit = tall / 7.6
    names = list(COLOURS.values())
    shirt, legs = names[rng.integers(len(names))], names[rng.integers(len(names))]
    draw.rectangle((x - 0.7 * unit, foot - 4.0 * unit, x - 0.08 * unit, foot), fill=_times(legs, 0.8))
    draw.rectangle((x + 0.08 * unit, foot - 4.0 * unit, x + 0.7 * unit, foot), fill=_times(legs, 0.75))
    draw.rounded_rectangle(
        (x - unit, foot - 6.3 * unit, x + unit, foot - 3.7 * unit), int(0.5 * unit), fill=_times(shirt, 0.85)
    )
    draw.ellipse((x - 0.42 * unit, foot - 7.5 * unit, x + 0.42 * unit, foot - 6.4 * unit), fill=(150, 110, 86))
