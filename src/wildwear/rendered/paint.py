"""Puts pieces of cloth on a picture: coverage, a height field with folds, light on it, seams and buttons.

A piece's height field is its own blurred outline (so that it is round) with fold strokes added; Lambert's cosine law
and a small highlight light it (Blinn 1977). The height field is at most 160 pixels long whatever the picture's size.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from wildwear.rendered.fabric import Colour, Fabric, Plane, Swatch
from wildwear.rendered.geometry import Line, Points, View

_HEIGHT_FIELD = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """One distant lamp and what the surroundings give."""

    direction: tuple[float, float, float] = (-0.45, -0.6, 0.66)
    """From the cloth to the lamp: x right, y down, z to the viewer."""
    ambient: float = 0.55
    colour: tuple[float, float, float] = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Fold:
    """A ridge (or, with a negative depth, a furrow) along a line."""

    points: Line
    width: float
    """Body units."""
    depth: float


@dataclass(frozen=True, slots=True)
class Stroke:
    """A seam: a line, dashed where it is a stitching."""

    points: Line
    width: float
    colour: Colour
    alpha: int = 255
    dash: float = 0.0
    """Length of a stitch in body units; 0 for a whole line."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A filled shape: a button, a pocket, a label, a print."""

    points: Line
    colour: Colour
    alpha: int = 255


Mark: TypeAlias = Stroke | Patch


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of cloth (or skin), in body units."""

    outline: Points
    fabric: Fabric
    angle: float = 0.0
    """How far the cloth's grain is turned from hanging straight, radians."""
    bulge: float = 1.0
    """How round it is."""
    shade: float = 1.0
    """Brightness; the inside of a collar is darker."""
    shadow: float = 0.35
    """How much it darkens the pieces of the same body below its edge."""
    folds: tuple[Fold, ...] = ()
    marks: tuple[Mark, ...] = ()
    quilting: float = 0.0
    """Distance of quilted channels, body units; 0 for none."""


@dataclass(slots=True, kw_only=True)
class Canvas:
    """A picture in the making, and whose pixels are whose."""

    rgb: Plane
    """H × W × 3 in 0 to 1."""
    light: Light = field(default_factory=Light)
    garments: NDArray[np.int16]
    """H × W: number of the garment that is seen there, 0 for none."""
    bodies: NDArray[np.int16]
    """H × W: number of the body that is seen there, 0 for the background."""

    @staticmethod
    def blank(width: int, height: int, background: Plane | float = 1.0, light: Light | None = None) -> Canvas:
        """A canvas filled with one grey (0 to 1) or with a picture."""
        rgb = np.empty((height, width, 3), np.float32)
        rgb[:] = background
        zeros = np.zeros((height, width), np.int16)
        return Canvas(rgb=rgb, light=light or Light(), garments=zeros, bodies=zeros.copy())

    def image(self) -> Image.Image:
        return Image.fromarray((np.clip(self.rgb, 0, 1) * 255 + 0.5).astype(np.uint8))

    def paint(self, piece: Piece, view: View, *, garment: int = 0, body: int = 1) -> None:
        """Draws one piece over what is there."""
        points = view(piece.outline)
        frame = _Frame.around(points, self.garments.shape)
        if frame is None:
            return
        mask = coverage(points, frame)
        relief, light = _relief_and_light(piece, mask, frame, view, self.light)
        colour = piece.fabric.albedo(frame.swatch(piece, view, relief))
        if piece.marks:
            colour = _marked(colour, piece, frame, view)
        lamp = np.asarray(self.light.colour, np.float32) * np.float32(piece.shade)
        colour = np.multiply(colour, light[..., None], dtype=np.float32)
        colour *= lamp
        window = frame.window
        self._cast_shadow(piece, mask, frame, view, body)
        colour -= self.rgb[window]
        colour *= mask[..., None]
        self.rgb[window] += colour
        seen = mask > 0.5
        self.garments[window][seen] = garment
        self.bodies[window][seen] = body

    def _cast_shadow(self, piece: Piece, mask: Plane, frame: _Frame, view: View, body: int) -> None:
        if piece.shadow <= 0:
            return
        small = _shrunk(mask, frame.reduction)
        soft = blur(small, max(0.8, 0.09 * view.unit / frame.reduction))
        moved = np.roll(soft, (round(0.06 * view.unit / frame.reduction),) * 2, axis=(0, 1))
        fall = _grown(moved, mask.shape) * np.float32(piece.shadow) * (self.bodies[frame.window] == body)
        np.subtract(1, fall, out=fall)
        self.rgb[frame.window] *= fall[..., None]


@dataclass(frozen=True, slots=True)
class _Frame:
    """The part of the canvas that a piece touches."""

    x: int
    y: int
    width: int
    height: int

    @staticmethod
    def around(points: Points, shape: tuple[int, ...]) -> _Frame | None:
        room = 6 + round(0.04 * float(np.ptp(points, axis=0).max()))
        x1, y1 = np.maximum(np.floor(points.min(0)).astype(int) - room, 0)
        x2, y2 = np.minimum(np.ceil(points.max(0)).astype(int) + room, (shape[1], shape[0]))
        return _Frame(int(x1), int(y1), int(x2 - x1), int(y2 - y1)) if x2 - x1 > 2 and y2 - y1 > 2 else None

    @property
    def window(self) -> tuple[slice, slice]:
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)

    @property
    def reduction(self) -> int:
        return max(1, -(-max(self.width, self.height) // _HEIGHT_FIELD))

    def swatch(self, piece: Piece, view: View, relief: Plane) -> Swatch:
        """Where on the cloth each pixel is; the cloth follows its folds a little."""
        x = (np.arange(self.width, dtype=np.float32) + np.float32(self.x - view.x)) / np.float32(view.unit)
        y = (np.arange(self.height, dtype=np.float32) + np.float32(self.y - view.y)) / np.float32(view.unit)
        turn = view.turn + (-piece.angle if view.flip else piece.angle)
        c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
        give = np.float32(0.12) * relief
        u, v = (x * c)[None, :] + (y * s)[:, None] + give, (y * c)[:, None] - (x * s)[None, :] - give
        return Swatch(u=u, v=v, relief=relief, unit=view.unit)


def coverage(points: Points, frame: _Frame) -> Plane:
    """How much of each pixel an outline covers, 0 to 1, by drawing it at twice the size."""
    large = Image.new("L", (frame.width * 2, frame.height * 2))
    ImageDraw.Draw(large).polygon(((points - (frame.x, frame.y)) * 2).ravel().tolist(), fill=255)
    return np.asarray(large.reduce(2), np.float32) / np.float32(255)


@lru_cache(maxsize=1024)
def _kernel(size: int, sigma: float) -> Plane:
    offsets = np.arange(size, dtype=np.float32)
    weights = np.exp(-((offsets[:, None] - offsets) ** 2) / np.float32(2 * sigma * sigma))
    return np.asarray(weights / (sigma * (2 * np.pi) ** 0.5), np.float32)


def blur(plane: Plane, sigma: float) -> Plane:
    """Gaussian blur of a small plane as two matrix products; outside is 0."""
    sigma = max(0.5, round(sigma * 2) / 2)
    height, width = plane.shape
    return _product(_product(_kernel(height, sigma), plane), _kernel(width, sigma))


def _product(left: Plane, right: Plane) -> Plane:
    """A matrix product eight rows at a time: small enough that BLAS does not wake its threads, which would cost
    several times what the product does."""
    result = np.empty((len(left), right.shape[1]), np.float32)
    for row in range(0, len(left), 8):
        np.matmul(left[row : row + 8], right, out=result[row : row + 8])
    return result


def _shrunk(plane: Plane, factor: int) -> Plane:
    return np.asarray(Image.fromarray(plane).reduce(factor)) if factor > 1 else plane


def _grown(plane: Plane, shape: tuple[int, ...]) -> Plane:
    if plane.shape == shape:
        return plane
    return np.asarray(Image.fromarray(plane).resize((shape[1], shape[0]), Image.Resampling.BILINEAR))


def _relief_and_light(piece: Piece, mask: Plane, frame: _Frame, view: View, light: Light) -> tuple[Plane, Plane]:
    """How far the piece stands out (0 to 1) and how bright it is (1 where it lies flat), at full size."""
    unit = view.unit / frame.reduction
    small = _shrunk(mask, frame.reduction)
    round_shape = 0.6 * blur(small, 0.30 * unit) + 0.4 * blur(small, 0.12 * unit)
    height = np.zeros_like(round_shape)
    if piece.folds:
        height = height + _fold_height(piece.folds, small.shape, frame, view)
    if piece.quilting:
        rows = (np.arange(small.shape[0], dtype=np.float32) + (frame.y - view.y) / frame.reduction) / unit
        height = height + 0.11 * np.sqrt(np.abs(np.sin(np.pi * rows / piece.quilting)))[:, None] * small
    bright = _lit(round_shape * np.float32(0.9 * piece.bulge), height, unit, piece.fabric.gloss, light)
    bright *= 0.86 + 0.14 * np.clip(blur(small, max(0.7, 0.05 * unit)) * 1.6 - 0.5, 0, 1)
    return _grown(round_shape, mask.shape), _grown(bright, mask.shape)


def _fold_height(folds: tuple[Fold, ...], shape: tuple[int, ...], frame: _Frame, view: View) -> Plane:
    height = np.zeros(shape, np.float32)
    for fine in (True, False):
        chosen = [fold for fold in folds if (fold.width < 0.09) == fine]
        if not chosen:
            continue
        plane = Image.new("F", (shape[1], shape[0]))
        draw = ImageDraw.Draw(plane)
        unit = view.unit / frame.reduction
        for fold in chosen:
            line = ((view(fold.points) - (frame.x, frame.y)) / frame.reduction).ravel().tolist()
            draw.line(line, fill=fold.depth, width=max(1, round(fold.width * unit)), joint="curve")
        height += blur(np.asarray(plane), (0.035 if fine else 0.075) * unit)
    return height


def _lit(round_shape: Plane, folds: Plane, unit: float, gloss: float, light: Light) -> Plane:
    """Brightness of a height field; cloth that hangs is round across and nearly straight down to its hem."""
    down, right = np.gradient(folds, np.float32(1 / unit))
    round_down, round_right = np.gradient(round_shape, np.float32(1 / unit))
    down, right = down + np.float32(0.3) * round_down, right + round_right
    length = np.sqrt(1 + down * down + right * right)
    x, y, z = light.direction
    cosine = (z - x * right - y * down) / length
    bright = light.ambient + (1 - light.ambient) * np.clip(cosine, 0, None) / z
    if gloss:
        half = np.asarray((x, y, z + 1)) / np.linalg.norm((x, y, z + 1))
        shine = (half[2] - half[0] * right - half[1] * down) / length
        bright = bright + gloss * 0.9 * np.clip(shine, 0, 1) ** 24 - 0.12 * gloss
    return np.asarray(bright, np.float32)


def _marked(colour: Plane, piece: Piece, frame: _Frame, view: View) -> Plane:
    """Draws seams, buttons and prints over the cloth, at twice the size."""
    overlay = Image.new("RGBA", (frame.width * 2, frame.height * 2), (*piece.fabric.base, 0))
    draw = ImageDraw.Draw(overlay)
    for mark in piece.marks:
        points = (view(mark.points) - (frame.x, frame.y)) * 2
        if isinstance(mark, Patch):
            draw.polygon(points.ravel().tolist(), fill=(*mark.colour, mark.alpha))
            continue
        width = max(1, round(mark.width * view.unit * 2))
        lines = _dashes(points, mark.dash * view.unit * 2) if mark.dash * view.unit > 1 else [points]
        for line in lines:
            draw.line(line.ravel().tolist(), fill=(*mark.colour, mark.alpha), width=width, joint="curve")
    pixels = np.asarray(overlay.reduce(2), np.float32) / 255
    alpha = pixels[..., 3:]
    return np.asarray(colour + alpha * (pixels[..., :3] - colour), np.float32)


def _dashes(points: Points, length: float) -> list[Points]:
    steps = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    starts = np.arange(0, steps[-1], length * 1.6)
    ends = np.minimum(starts + length, steps[-1])
    at = [np.stack([np.interp(where, steps, points[:, axis]) for axis in (0, 1)], axis=1) for where in (starts, ends)]
    return [np.stack(pair) for pair in zip(*at, strict=True)]
