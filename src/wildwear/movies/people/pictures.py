"""Frames to a detector's input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Size = tuple[int, int]
"""Height and width, pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterboxed:
    """A picture scaled into the left upper corner of another."""

    pixels: NDArray[np.uint8]
    """H × W × 3."""
    scale: float
    """Pixels here for each pixel of the picture."""


def letterbox(rgb: NDArray[np.uint8], size: Size, fill: int) -> Letterboxed:
    """Scales a picture to fit `size` with its aspect ratio kept, at the left upper corner, the rest in grey `fill`."""
    height, width = rgb.shape[:2]
    scale = min(size[0] / height, size[1] / width)
    inner = scaled(rgb, (max(1, int(height * scale)), max(1, int(width * scale))))
    pixels = np.full((*size, 3), fill, np.uint8)
    pixels[: inner.shape[0], : inner.shape[1]] = inner
    return Letterboxed(pixels=pixels, scale=scale)


def scaled(rgb: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """A picture at another size, each side by itself; a large one is first averaged down to twice the size."""
    if rgb.shape[:2] == size:
        return rgb
    picture = Image.fromarray(rgb).resize((size[1], size[0]), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return np.asarray(picture)
