"""What is kept of a picture to compare it with others: a few thousand bytes, read once."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildwear.images.decode import Undecodable, decode_upright
from wildwear.images.phash import FLAT, hash_of_picture
from wildwear.progress import Progress, silent

SIDE = 48
"""Side of the canvas that a picture is scaled to, its shape kept, pixels."""
COLOUR_SIDE = 12
"""The same for its colours, each the mean of a square of the canvas (black where there is no picture)."""

_DECODED_SIDE = 128
_SMALLEST = 8
"""What is trimmed to less than this many pixels a side is not trimmed."""
_BORDER_LEVELS = 14
"""How far a pixel of a border may be from the border's colour: compression rings this far."""
_BORDER_PART = 0.02
"""The part of a border's line that may be further away."""
_BATCH = 1024

Fetched = Callable[[NDArray[np.int64]], list[bytes]]
"""The stored pictures of some rows, in their order."""

_GLANCE = np.dtype(
    [
        ("digest", np.uint64),
        ("hash", np.uint64),
        ("mirrored", np.uint64),
        ("grey", np.uint8, (SIDE, SIDE)),
        ("colour", np.uint8, (COLOUR_SIDE, COLOUR_SIDE, 3)),
        ("height", np.uint8),
        ("width", np.uint8),
    ]
)


_FACTS = ("digest", "hash", "mirrored", "height")


@dataclass(frozen=True, slots=True, kw_only=True)
class Glances:
    """N pictures, small, without the uniform border around them. Their pixels lie in a file, which goes with them."""

    digest: NDArray[np.uint64]
    """Of each one's bytes."""
    hash: NDArray[np.uint64]
    """The perceptual hash of what is inside the border."""
    mirrored: NDArray[np.uint64]
    """The perceptual hash of its mirror image."""
    there: NDArray[np.bool_]
    """Which can be compared at all: decoded, and not without structure."""
    rows: NDArray[np.void]
    """N records: `grey` and `colour` are canvases with the picture in the middle, `height` × `width` pixels of `grey`
    (0 for what is not there)."""


def glance_at(count: int, pictures: Fetched, progress: Progress = silent) -> Glances:
    """Reads each of `count` pictures once, in order, and decodes them in threads."""
    with tempfile.TemporaryFile(prefix="wildwear-") as file:
        file.truncate(max(1, count) * _GLANCE.itemsize)
        rows = np.memmap(file, _GLANCE, "r+", shape=(max(1, count),))[:count]
    facts = np.zeros(count, np.dtype([(name, np.uint64) for name in _FACTS]))
    with progress("looking at pictures", count) as advance, ThreadPoolExecutor(cpu_count()) as pool:
        for start in range(0, count, _BATCH):
            wanted = np.arange(start, min(start + _BATCH, count))
            for row, glance in zip(wanted, pool.map(glance_of, pictures(wanted)), strict=True):
                rows[row] = glance
                facts[row] = tuple(glance[name] for name in _FACTS)
            advance(len(wanted))
    there = facts["height"] > 0
    return Glances(digest=facts["digest"], hash=facts["hash"], mirrored=facts["mirrored"], there=there, rows=rows)


def glance_of(picture: bytes) -> NDArray[np.void]:
    """One record: of the picture as it would be without a border of one colour.

    `digest` is of the bytes, `hash` and `mirrored` are the perceptual hashes of what is inside and of its mirror image.
    """
    glance = np.zeros((), _GLANCE)
    glance["digest"] = int.from_bytes(hashlib.blake2b(picture, digest_size=8).digest(), "big")
    inner = inner_picture(picture)
    if inner is None:
        return glance
    glance["hash"] = hash_of_picture(inner)
    glance["mirrored"] = hash_of_picture(inner.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    if glance["hash"] == FLAT:
        return glance
    canvas = on_canvas(inner, SIDE)
    cell = SIDE // COLOUR_SIDE
    glance["grey"] = np.asarray(Image.fromarray(canvas).convert("L"))
    glance["colour"] = canvas.reshape(COLOUR_SIDE, cell, COLOUR_SIDE, cell, 3).mean(axis=(1, 3)).round()
    glance["height"], glance["width"] = _extent(inner)
    return glance


def inner_picture(picture: bytes) -> Image.Image | None:
    """Its pixels without a border of one colour, at about half the stored size; None for what cannot be decoded."""
    try:
        rgb = decode_upright(picture, short_side=_DECODED_SIDE)
    except Undecodable:
        return None
    return Image.fromarray(rgb).crop(inside(rgb))


def on_canvas(inner: Image.Image, side: int) -> NDArray[np.uint8]:
    """A picture in the middle of a black canvas, side × side × 3; `side` is a multiple of `SIDE`."""
    factor = side // SIDE
    height, width = (length * factor for length in _extent(inner))
    top, left = ((SIDE - length) // 2 * factor for length in _extent(inner))
    canvas = np.zeros((side, side, 3), np.uint8)
    canvas[top : top + height, left : left + width] = np.asarray(inner.resize((width, height), Image.Resampling.BOX))
    return canvas


def _extent(inner: Image.Image) -> tuple[int, int]:
    """Height and width on a canvas of `SIDE`."""
    longer = max(inner.size)
    return max(1, round(inner.height * SIDE / longer)), max(1, round(inner.width * SIDE / longer))


def inside(rgb: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what is left of H × W × 3 pixels without a border of one colour.

    >>> rgb = np.full((40, 60, 3), 255, np.uint8)
    >>> rgb[10:30, 20:50] = np.arange(30, dtype=np.uint8)[:, None] * 5
    >>> inside(rgb)
    (20, 10, 50, 30)
    """
    height, width = rgb.shape[:2]
    top, bottom = _border(rgb), _border(rgb[::-1])
    if height - top - bottom < _SMALLEST:
        return 0, 0, width, height
    columns = rgb[top : height - bottom].swapaxes(0, 1)
    left, right = _border(columns), _border(columns[::-1])
    if width - left - right < _SMALLEST:
        return 0, top, width, height - bottom
    return left, top, width - right, height - bottom


def _border(lines: NDArray[np.uint8]) -> int:
    """How many lines from the first on have the colour of the first."""
    colour = np.median(lines[0], axis=0)
    for number, line in enumerate(lines):
        far = np.abs(line - colour).max(axis=1) > _BORDER_LEVELS
        if far.mean() > _BORDER_PART:
            return number
    return len(lines)
