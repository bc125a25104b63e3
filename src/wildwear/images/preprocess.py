"""From upright RGB pixels (and a box) to a network's input: the one path that training and inference share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildwear.images.decode import Decoded, DecodeLimits, decode
from wildwear.records import Box

Resize = Literal["squash", "letterbox", "crop"]
Corners = tuple[float, float, float, float]
"""Left, top, right, bottom, pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preprocessing:
    """How a model wants its pictures; travels with the weights in `model.json`."""

    size: int = 224
    """Side of the square input, pixels."""
    resize: Resize = "squash"
    """`squash` ignores the aspect ratio; `letterbox` keeps it and pads with `fill`, centred; `crop` keeps it, scales
    the short side to `short_side`, and sees the centre."""
    short_side: int = 0
    """For `crop`: of the picture or box whose centre is seen, pixels; 0 stands for `size`."""
    margin: float = 0.0
    """How much is added around a box on each side, as a fraction of the box's longer side."""
    fill: int = 128
    """Grey level of the padding, 0 to 255."""
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    """Subtracted from RGB in 0 to 1."""
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)
    """Divides what is left."""

    def __post_init__(self) -> None:
        if self.resize not in get_args(Resize):
            raise ValueError(f"resize must be one of {', '.join(get_args(Resize))}, and is {self.resize!r}")
        if self.short_side and self.short_side < self.size:
            raise ValueError(f"short_side must be 0, or at least the size of {self.size}, and is {self.short_side}")

    def __call__(
        self, rgb: NDArray[np.uint8], box: Box | None = None, out: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """An upright RGB picture, H × W × 3 in 0 to 255, as a 3 × size × size float32 input, in `out` where given."""
        inner, left, top = self._resized(Image.fromarray(rgb), box)
        scale = 1 / (255 * np.array(self.std, np.float32)[:, None, None])
        shift = -np.array(self.mean, np.float32)[:, None, None] / np.array(self.std, np.float32)[:, None, None]
        planes = np.empty((3, self.size, self.size), np.float32) if out is None else out
        if inner.size != (self.size, self.size):
            planes[:] = self.fill * scale + shift
        window = planes[:, top : top + inner.height, left : left + inner.width]
        np.multiply(np.asarray(inner).transpose(2, 0, 1), scale, out=window)
        window += shift
        return planes

    def decode(self, data: bytes, limits: DecodeLimits) -> Decoded:
        """A whole picture, decoded no larger than this preprocessing needs; raises `Undecodable`."""
        if self.resize == "letterbox":
            return decode(data, limits, long_side=self.size)
        return decode(data, limits, short_side=self.scaled_side)

    @property
    def scaled_side(self) -> int:
        """What the short side of a picture (or box) is scaled to where it is cropped or squashed, pixels."""
        return (self.resize == "crop" and self.short_side) or self.size

    def crop(self, picture: Image.Image, box: Box | None = None) -> Image.Image:
        """The part of the picture that the network sees, size × size, before normalisation."""
        inner, left, top = self._resized(picture, box)
        if inner.size == (self.size, self.size):
            return inner
        square = Image.new("RGB", (self.size, self.size), (self.fill,) * 3)
        square.paste(inner, (left, top))
        return square

    def _resized(self, picture: Image.Image, box: Box | None) -> tuple[Image.Image, int, int]:
        """What is seen of the picture, and where its left upper corner lies in the square."""
        part, width, height = self.part(box, picture.width, picture.height)
        inner = picture.resize((width, height), Image.Resampling.BILINEAR, box=part)
        return inner, (self.size - width) // 2, (self.size - height) // 2

    def part(self, box: Box | None, width: int, height: int) -> tuple[Corners, int, int]:
        """Which part of a picture of that size is seen, and how wide and high it becomes in the square."""
        x1, y1, x2, y2 = self.widened(box, width, height)
        if self.resize == "letterbox":
            scale = self.size / max(x2 - x1, y2 - y1)
            return (x1, y1, x2, y2), max(1, round((x2 - x1) * scale)), max(1, round((y2 - y1) * scale))
        if self.resize == "crop":
            scale = self.scaled_side / min(x2 - x1, y2 - y1)
            x1, x2 = _centre(x1, x2, scale, self.size)
            y1, y2 = _centre(y1, y2, scale, self.size)
        return (x1, y1, x2, y2), self.size, self.size

    def widened(self, box: Box | None, width: int, height: int) -> Corners:
        """The box with its margin, inside the picture and at least one pixel wide; the picture where there is none."""
        if box is None:
            return 0, 0, width, height
        extra = self.margin * max(box.x2 - box.x1, box.y2 - box.y1)
        x1, y1 = min(max(0.0, box.x1 - extra), width - 1.0), min(max(0.0, box.y1 - extra), height - 1.0)
        x2, y2 = min(float(width), box.x2 + extra), min(float(height), box.y2 + extra)
        return x1, y1, max(x2, x1 + 1), max(y2, y1 + 1)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`; raises `TypeError` for keys it does not know."""
        values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in data.items()}
        return cls(**values)


def _centre(start: float, end: float, scale: float, size: int) -> tuple[float, float]:
    """The middle `size` pixels of a scaled side; whole pixels from its start, so that scaling by 1 is a copy."""
    first = start + round(((end - start) * scale - size) / 2) / scale
    return max(start, min(first, end - size / scale)), min(end, first + size / scale)
