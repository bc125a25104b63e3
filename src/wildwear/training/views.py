"""How a random view of a picture is drawn for training; the settings, light to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """How far a random view may be from the plain one."""

    size: int = 224
    """Side of the square view, pixels."""
    first_size: int = 0
    """Side at the start of training, rising in steps of 32 to `size` over the first two thirds; 0 keeps it constant
    (progressive resizing: Howard 2018; Tan and Le 2021, EfficientNetV2)."""
    crop: Literal["window", "area"] = "area"
    """`window`: the short side is scaled to `short_side`, and a window of the view's size is cut anywhere in it.
    `area`: a part of random area and aspect ratio in and around the box becomes the view."""
    short_side: int = 256
    """Of the picture (or box) that a window is cut from, pixels."""
    area: tuple[float, float] = (0.5, 1.1)
    """The part's area, as a fraction of the box's; above 1 it shows what is around the box."""
    aspect: float = 0.3
    """The natural logarithm of the largest change in aspect ratio."""
    flip: float = 0.5
    """How often a view is mirrored."""
    brightness: float = 0.35
    """Brightness is scaled by 1 ± this; so are contrast and saturation."""
    contrast: float = 0.35
    saturation: float = 0.35
    hue: float = 0.0
    """Hue is turned by up to this fraction of the circle, 0 to 0.5."""
    erase: float = 0.25
    """How often a square patch is replaced by one colour (Zhong et al. 2017, Random Erasing)."""

    def __post_init__(self) -> None:
        if not 0 < self.area[0] <= self.area[1]:
            raise ValueError(f"area must be two rising fractions above 0, and is {self.area}")
        fractions = {name: getattr(self, name) for name in ("flip", "erase", "brightness", "contrast", "saturation")}
        if wrong := [name for name, value in fractions.items() if not 0 <= value <= 1]:
            raise ValueError(f"{wrong[0]} must be 0 to 1, and is {fractions[wrong[0]]}")
        if not 0 <= self.hue <= 0.5 or self.aspect < 0:
            raise ValueError("hue must be 0 to 0.5, and aspect at least 0")
        if self.size < 8 or not (self.first_size == 0 or 8 <= self.first_size <= self.size):
            raise ValueError(f"size must be at least 8, and first_size 0 or 8 to size: {self.size}, {self.first_size}")
        if self.crop == "window" and self.short_side < self.size:
            raise ValueError(f"a window of {self.size} pixels does not fit into a short side of {self.short_side}")


def size_at(views: Views, epoch: int, epochs: int) -> int:
    """The side of the views in an epoch (counted from 0) of `epochs`, pixels.

    >>> [size_at(Views(size=192, first_size=128), epoch, 9) for epoch in range(9)]
    [128, 128, 128, 160, 160, 160, 192, 192, 192]
    """
    if not views.first_size:
        return views.size
    rises = -(-(views.size - views.first_size) // 32)
    return min(views.size, views.first_size + 32 * min(rises, epoch * 3 * rises // (2 * epochs)))
