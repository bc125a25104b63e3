"""The fine detail of small pictures, with light and shade taken out of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wildwear.inspection.glances import SIDE

Floats: TypeAlias = NDArray[np.floating[Any]]
Records: TypeAlias = NDArray[np.void]

_BLUR = 2.25
"""What is coarser than this, pixels of the canvas, is light and shade."""
_NOISE = 6.0
"""Detail of fewer grey levels than this may be the compression's."""


@dataclass(frozen=True, slots=True)
class Details:
    """P pictures on canvases of S × S pixels."""

    detail: Floats
    """P × S × S: what is finer than light and shade, in units of the contrast around; 0 where there is no picture."""
    mask: Floats
    """P × S × S: how much of each pixel is picture, 0 to 1."""

    @classmethod
    def whole(cls, records: Records) -> Self:
        """Of P records of `glances`, at the size of their canvas."""
        return cls.of(records["grey"].astype(np.float32), masks(records))

    @classmethod
    def halved(cls, records: Records) -> Self:
        """The same at half that size, where detail is twice as coarse."""
        mask = pooled(masks(records), 2)
        grey = pooled(records["grey"].astype(np.float32), 2) / np.maximum(mask, 0.25)
        return cls.of(grey, mask)

    @classmethod
    def of(cls, grey: Floats, mask: Floats) -> Self:
        """Of P × S × S grey levels, 0 to 255."""
        return cls(_detail(grey, mask), mask)

    @property
    def side(self) -> int:
        return int(self.mask.shape[-1])

    def rows(self, rows: NDArray[np.int64]) -> Self:
        return type(self)(self.detail[rows], self.mask[rows])

    def flipped(self, which: NDArray[np.bool_]) -> Self:
        """Those of which `which` holds are mirrored."""
        return type(self)(flipped(self.detail, which), flipped(self.mask, which))


def flipped(planes: Floats, which: NDArray[np.bool_]) -> Floats:
    """P × ... × W planes of which some are mirrored."""
    return np.where(which.reshape(-1, *[1] * (planes.ndim - 1)), planes[..., ::-1], planes)


def pooled(planes: Floats, factor: int) -> Floats:
    """The means of squares of `factor` × `factor` pixels of P × S × S planes."""
    count, side = planes.shape[0], planes.shape[-1] // factor
    return np.asarray(planes.reshape(count, side, factor, side, factor).mean(axis=(2, 4)))


def repeated(planes: Floats, factor: int) -> Floats:
    """P × S × S planes with each pixel repeated."""
    return planes.repeat(factor, axis=1).repeat(factor, axis=2)


def masks(records: Records) -> Floats:
    """P × S × S: 1 where a picture lies on its canvas."""
    pixels = np.arange(SIDE)
    height, width = (records[name].astype(np.int64)[:, None] for name in ("height", "width"))
    rows, columns = ((pixels >= (SIDE - n) // 2) & (pixels < (SIDE - n) // 2 + n) for n in (height, width))
    return (rows[:, :, None] & columns[:, None, :]).astype(np.float32)


def _detail(grey: Floats, mask: Floats) -> Floats:
    blur = _gaussian(grey.shape[-1])
    weight = np.maximum(blur @ mask @ blur, 1e-6)
    fine = (grey - (blur @ (grey * mask) @ blur) / weight) * mask
    contrast = (blur @ (fine * fine) @ blur) / weight
    return np.asarray(fine / np.sqrt(contrast + _NOISE**2), np.float32)


@lru_cache
def _gaussian(side: int) -> Floats:
    apart = np.subtract.outer(np.arange(side), np.arange(side)) / _BLUR
    return np.exp(-(apart**2) / 2).astype(np.float32)
