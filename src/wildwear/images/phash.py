"""A 64-bit perceptual hash: pictures that look alike differ in few bits."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

FLAT = 0
"""The hash of a picture without structure. It says nothing: two flat pictures are not therefore alike."""

_SIDE, _KEPT = 32, 8
_NOISE = 4.0
"""Coefficients below this are rounding and JPEG noise: a wave of a quarter of a grey level has this one."""


def perceptual_hash(rgb: NDArray[np.uint8]) -> int:
    """The DCT hash of an RGB picture (H × W × 3): luma at 32 × 32, its 8 × 8 lowest frequencies without the
    constant row and column, one bit each for above the median (Zauner 2010, section 3.2.1; pHash).

    0 to 2⁶⁴ - 1, the same on every machine: rounding keeps arithmetic from deciding ties. Scaling and recompressing
    change few bits, mirroring about half.

    >>> perceptual_hash(np.full((40, 30, 3), 200, np.uint8)) == FLAT
    True
    """
    return hash_of_picture(Image.fromarray(rgb))


def hash_of_picture(picture: Image.Image) -> int:
    """The same of a Pillow picture, which spares `store` a copy."""
    grey = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    basis = _dct_basis()
    low = (basis @ np.asarray(grey, np.float64) @ basis.T).ravel().round(6)
    if np.abs(low).max() < _NOISE:
        return FLAT
    bits = low > np.median(low)
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


@lru_cache(maxsize=1)
def _dct_basis() -> NDArray[np.float64]:
    """Rows 1 to 8 of the orthonormal DCT-II matrix of size 32."""
    frequency, position = np.arange(1, _KEPT + 1)[:, None], np.arange(_SIDE)[None, :]
    basis: NDArray[np.float64] = np.sqrt(2 / _SIDE) * np.cos(np.pi * frequency * (2 * position + 1) / (2 * _SIDE))
    return basis


def hamming_distance(a: int, b: int) -> int:
    """How many of the 64 bits differ.

    >>> hamming_distance(0b1100, 0b1010)
    2
    """
    return (a ^ b).bit_count()
