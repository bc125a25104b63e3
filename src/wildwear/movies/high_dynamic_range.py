"""Pixels of high dynamic range as sRGB: what is brighter than a white sheet of paper is white.

SMPTE ST 2084 (PQ) and ARIB STD-B67 (HLG) as ITU-R BT.2100 gives them; diffuse white stands at 203 cd/m² (BT.2408).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

PERCEPTUAL_QUANTIZER, HYBRID_LOG_GAMMA = 16, 18
"""Transfer characteristics, by their numbers in ITU-T H.273."""

_WHITE = 203.0
_HLG_PEAK, _HLG_GAMMA = 1000.0, 1.2
_LUMINANCE = np.array([0.2627, 0.6780, 0.0593], np.float32)
_BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32
)
"""BT.2087, inverted."""
_LEVELS = 4096
_ROWS = 256
"""Looked at together, so that memory does not grow with the frame."""


def to_srgb(pixels: NDArray[np.uint16], transfer: int) -> NDArray[np.uint8]:
    """H × W × 3 in BT.2020 primaries, coded by `transfer` in 0 to 65535 → sRGB in 0 to 255."""
    result = np.empty(pixels.shape, np.uint8)
    for row in range(0, len(pixels), _ROWS):
        light = _light(transfer)[pixels[row : row + _ROWS] >> 4]
        if transfer == HYBRID_LOG_GAMMA:
            light *= ((light @ _LUMINANCE) ** (_HLG_GAMMA - 1))[..., None] * np.float32(_HLG_PEAK / _WHITE)
        linear = np.clip(light @ _BT2020_TO_BT709.T, 0, 1)
        result[row : row + _ROWS] = _srgb()[(linear * (_LEVELS - 1) + 0.5).astype(np.uint16)]
    return result


@lru_cache
def _light(transfer: int) -> NDArray[np.float32]:
    """Linear light of each code: of PQ in parts of diffuse white, of HLG in parts of the scene's brightest."""
    code = np.linspace(0, 1, _LEVELS)
    if transfer == HYBRID_LOG_GAMMA:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        return np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12).astype(np.float32)
    power = code ** (1 / 78.84375)
    nits = 10_000 * (np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125)
    return (nits / _WHITE).astype(np.float32)


@lru_cache
def _srgb() -> NDArray[np.uint8]:
    light = np.linspace(0, 1, _LEVELS)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return (coded * 255 + 0.5).astype(np.uint8)
