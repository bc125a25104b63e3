"""How plain the ground of a picture is, from the pixels near its edges: a studio's wall, or a place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_CELLS, _CELL = 16, 8
_FRAME = 2
"""How many cells wide the frame is that counts as ground."""
_QUANTILES = (0.1, 0.25, 0.5, 0.75)
_NOISE = 0.5
"""Grey levels: what compression leaves of a surface without any texture."""

FEATURES = len(_QUANTILES) + 1


def ground_features(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Five numbers of an RGB picture (H × W × 3), the lower the plainer.

    The picture is seen as 16 × 16 cells; of those in a frame two cells wide, the log of the standard deviation of
    their pixels from a plane (grey levels, largest channel) at four quantiles, so that a vignette has no texture, and
    whatever stands before the ground and reaches the edge weighs little; and how far apart their mean colours are.

    >>> bool(ground_features(np.full((64, 48, 3), 255, np.uint8)).max() < 0)
    True
    """
    side = _CELLS * _CELL
    small = np.asarray(Image.fromarray(rgb).resize((side, side), Image.Resampling.BOX), np.float32)
    cells = small.reshape(_CELLS, _CELL, _CELLS, _CELL, 3).transpose(0, 2, 1, 3, 4)[_FRAME_MASK]
    means = cells.mean(axis=(1, 2))
    variance = np.square(cells).mean(axis=(1, 2)) - np.square(means)
    across, down = (np.tensordot(cells.mean(axis=axis), _SLOPE, (1, 0)) for axis in (1, 2))
    texture = np.sqrt(np.maximum(variance - np.square(across) - np.square(down), 0)).max(axis=-1)
    spread = np.median(np.abs(means - np.median(means, axis=0)).max(axis=1))
    levels = np.append(np.quantile(texture, _QUANTILES), spread)
    return np.log(levels + _NOISE).astype(np.float32)


def _frame() -> NDArray[np.bool_]:
    mask = np.ones((_CELLS, _CELLS), bool)
    mask[_FRAME:-_FRAME, _FRAME:-_FRAME] = False
    return mask


_FRAME_MASK = _frame()
_SLOPE = np.linspace(-1, 1, _CELL, dtype=np.float32)
_SLOPE /= np.sqrt(_CELL) * np.linalg.norm(_SLOPE)
"""Whose product with a row of pixels, squared, is the variance that a slope explains."""
