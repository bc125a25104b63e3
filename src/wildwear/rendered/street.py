"""Street scenes: several people before a wall, with boxes of what they wear known from the pixels that were drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from wildwear.records import Box, Region
from wildwear.rendered.backdrop import backdrop
from wildwear.rendered.body import SOLE, Body, stand
from wildwear.rendered.chance import pick
from wildwear.rendered.fabric import grain
from wildwear.rendered.figure import somebody
from wildwear.rendered.geometry import View
from wildwear.rendered.paint import Canvas, Light
from wildwear.rendered.people import Worn, dress
from wildwear.rendered.wardrobe import BY_CATEGORY, KINDS, Kind, some

_OF = {region: [kind for kind in KINDS if kind.region is region] for region in Region}
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
    canvas = Canvas.blank(width, height, backdrop(width, height, ground, rng), light)
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
    """What one person wears, from the skin outwards, numbered from `number`, and what of it counts."""
    kinds = [pick(rng, _OF[Region.FULL])]
    if rng.random() < 0.7:
        kinds = [pick(rng, _OF[Region.LOWER]), pick(rng, _OF[Region.UPPER])]
    outfit: Worn = []
    if kinds[0].category == "Coat":
        outfit.append((some(BY_CATEGORY["Chinos"], rng).layers(body), 0))
    for position, kind in enumerate(kinds):
        if kind.layered:
            outfit.append((some(BY_CATEGORY["Tee"], rng).layers(body), 0))
        outfit.append((some(kind, rng).layers(body), number + position))
    return outfit, kinds


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
    canvas.rgb += np.float32(rng.uniform(0.003, 0.014)) * grain((height, width), int(rng.integers(999)))[..., None]
    picture = canvas.image()
    radius = float(rng.uniform(0, 0.9))
    return picture.filter(ImageFilter.GaussianBlur(radius)) if radius > 0.3 else picture
