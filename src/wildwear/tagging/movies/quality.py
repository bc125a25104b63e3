"""How well one frame shows what a person wears.

A look's weight is size × sharpness × how much of the body shows, each 0 to 1; a look that is of no use has a reason
instead. All three judge what reaches the network, which sees a person at some 200 pixels: what is larger or sharper
than that gains nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildwear.records import Box

FACE_ONLY, TOO_SMALL, TOO_SHORT, BLURRED = "face_only", "too_small", "too_short", "blurred"

_ENOUGH_PIXELS = 200.0  # a person of this height fills the network's input
_JUDGED_HEIGHT = 96  # at which sharpness is measured, so that it does not depend on the size
_SHARP, _HOPELESS = 0.10, 0.01  # of `sharpness`: people in focus have 0.07 and more, out of focus 0.01 and less
_FLAT = 400.0  # variance of grey levels below which their rounding would pass for detail
_STANDING = 2.4  # height by width of somebody who is seen from head to foot
_HEAD_AND_SHOULDERS = 1.0  # height by width down to the middle of the chest
_EDGE = 0.02  # of the frame's height: a box that ends within it is cut by the frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What one look is worth."""

    weight: float
    """0 to 1; 0 where there is a reason."""
    reason: str = ""
    """Why it shows no clothes: `face_only`, `too_small` or `blurred`."""


def judge_box(box: Box, width: int, height: int, min_person: int) -> Quality:
    """What a person's box in a frame of `width` × `height` pixels promises, before its pixels are looked at.

    >>> judge_box(Box(x1=0, y1=0, x2=20, y2=40), 640, 360, min_person=48).reason
    'too_small'
    >>> judge_box(Box(x1=100, y1=80, x2=540, y2=360), 640, 360, min_person=48).reason
    'face_only'
    """
    wide, high = box.x2 - box.x1, box.y2 - box.y1
    if high < min_person or wide < min_person / 2:
        return Quality(weight=0.0, reason=TOO_SMALL)
    cut_below = box.y2 >= height * (1 - _EDGE)
    if cut_below and high / wide < _HEAD_AND_SHOULDERS:
        return Quality(weight=0.0, reason=FACE_ONLY)
    return Quality(weight=min(1.0, high / _ENOUGH_PIXELS) * _body_shown(wide, high) * _inside(box, width))


def judge_pixels(person: NDArray[np.uint8]) -> Quality:
    """What the pixels of a person, H × W × 3 RGB, are worth by their sharpness."""
    sharp = sharpness(person)
    if sharp < _HOPELESS:
        return Quality(weight=0.0, reason=BLURRED)
    return Quality(weight=min(1.0, sharp / _SHARP))


def sharpness(rgb: NDArray[np.uint8]) -> float:
    """The variance of the Laplacian (Pech-Pacheco et al. 2000) by the variance of the grey levels; 0 for a plain area.

    Measured at one height, and relative, so that neither size, light nor contrast of the clothes changes it much.
    """
    height, width = rgb.shape[:2]
    target = (max(3, round(width * _JUDGED_HEIGHT / height)), _JUDGED_HEIGHT)
    small = Image.fromarray(rgb).convert("L").resize(target, Image.Resampling.BILINEAR, reducing_gap=2.0)
    grey = np.asarray(small, dtype=np.float32)
    around = grey[1:-1, :-2] + grey[1:-1, 2:] + grey[:-2, 1:-1] + grey[2:, 1:-1]
    return float((around - 4 * grey[1:-1, 1:-1]).var() / max(grey.var(), _FLAT))


def _body_shown(wide: float, high: float) -> float:
    """How much of the body a box shows, 0 to 1, by its form: the whole is 2.4 times as high as wide."""
    return min(1.0, high / wide / _STANDING)


def _inside(box: Box, width: int) -> float:
    """1, or less for a person who is leaving the frame: one whose box touches its left or right edge."""
    return 0.5 if box.x1 <= width * _EDGE / 2 or box.x2 >= width * (1 - _EDGE / 2) else 1.0
