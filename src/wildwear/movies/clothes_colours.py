"""How clothes look in a box, as a vector of colours: enough to tell people of one shot apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wildwear.records import Box

HALVES = ((0.15, 0.5), (0.5, 0.85))
"""Parts of a box's height: upper and lower body, without head and shoes."""
MIDDLE = (0.25, 0.75)
"""The part of its width that shows more person than background."""
SAMPLES = 32
"""Pixels looked at along each side of a half."""
HUES, SHADES, GREYS = 12, 3, 6


def colours(frame: NDArray[np.uint8], box: Box) -> NDArray[np.float64] | None:
    """The colours of the upper and lower half of a box in a frame (H × W × 3, RGB) as a vector of length 1.

    The product of two such vectors is the Bhattacharyya coefficient of their histograms, 0 to 1. None where the box
    lies outside the frame.
    """
    halves = [_sampled(frame, box, part) for part in HALVES]
    if not all(half.size for half in halves):
        return None
    return np.sqrt(np.concatenate([_histogram(half) for half in halves]) / len(halves))


def _sampled(frame: NDArray[np.uint8], box: Box, part: tuple[float, float]) -> NDArray[np.uint8]:
    height, width = frame.shape[:2]
    rows = _span(box.y1, box.y2, part, height)
    columns = _span(box.x1, box.x2, MIDDLE, width)
    return frame[rows, columns]


def _span(low: float, high: float, part: tuple[float, float], size: int) -> slice:
    first = max(0, int(low + (high - low) * part[0]))
    last = min(size, int(np.ceil(low + (high - low) * part[1])))
    return slice(first, last, max(1, (last - first) // SAMPLES))


def _histogram(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Shares of hues by brightness, weighted by saturation, and of greys by what that leaves."""
    import cv2

    hsv = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2HSV).reshape(-1, 3).astype(np.float64)
    hue, saturation, value = hsv[:, 0] / 180, hsv[:, 1] / 255, hsv[:, 2] / 256
    coloured = (hue * HUES).astype(int) * SHADES + (value * SHADES).astype(int)
    # A dark pixel's hue is noise.
    weight = np.minimum(1, 2 * saturation) * np.minimum(1, 3 * value)
    shares = np.concatenate(
        [
            np.bincount(coloured, weight, HUES * SHADES),
            np.bincount((value * GREYS).astype(int), 1 - weight, GREYS),
        ]
    )
    return np.asarray(shares / len(hsv), np.float64)
