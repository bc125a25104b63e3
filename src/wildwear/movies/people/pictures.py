"""Frames to a detector's input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    """A picture at another size, each side by itself; a large one is averaged down by halves first."""
    import cv2

    height, width = size
    rgb = np.ascontiguousarray(rgb)
    while rgb.shape[0] >= 2 * height and rgb.shape[1] >= 2 * width:
        rgb = np.asarray(
            cv2.resize(rgb, (rgb.shape[1] // 2, rgb.shape[0] // 2), interpolation=cv2.INTER_AREA), np.uint8
        )
    if rgb.shape[:2] == size:
        return rgb
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
