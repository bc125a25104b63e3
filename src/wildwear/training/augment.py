"""Random views of a picture for training: where the crop lies, mirrored or not, lighting, a patch erased."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from wildwear.images.preprocess import Preprocessing
from wildwear.records import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """How far a random view may be from the plain one."""

    area: tuple[float, float] = (0.5, 1.1)
    """The crop's area, as a fraction of the box's; above 1 it shows what is around the box."""
    aspect: float = 0.15
    """The natural logarithm of the largest change in aspect ratio."""
    colour: float = 0.35
    """Brightness, contrast and saturation are each scaled by 1 ± this."""
    erase: float = 0.25
    """How often a square patch is replaced by one colour (Zhong et al. 2017, Random Erasing)."""

    def __post_init__(self) -> None:
        if not 0 < self.area[0] <= self.area[1]:
            raise ValueError(f"area must be two rising fractions above 0, and is {self.area}")
        if not (0 <= self.colour < 1 and 0 <= self.erase <= 1 and self.aspect >= 0):
            raise ValueError("colour must be 0 to 1, erase 0 to 1 and aspect at least 0")

    def __call__(
        self, rgb: NDArray[np.uint8], box: Box | None, preprocessing: Preprocessing, rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """A random view of H × W × 3 pixels (and a box in them) as a 3 × size × size input."""
        whole = box or Box(x1=0, y1=0, x2=rgb.shape[1], y2=rgb.shape[0])
        view = replace(preprocessing, margin=0.0)
        square = view.crop(Image.fromarray(rgb), self.jittered(whole, preprocessing.margin, rng))
        if rng.random() < 0.5:
            square = square.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        for enhancer in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
            square = enhancer(square).enhance(rng.uniform(1 - self.colour, 1 + self.colour))
        return self._erased(view(np.asarray(square)), rng)

    def jittered(self, box: Box, margin: float, rng: np.random.Generator) -> Box:
        """A box of another size and aspect ratio near `box` (after its margin); it may leave the picture."""
        extra = margin * max(box.x2 - box.x1, box.y2 - box.y1)
        width, height = box.x2 - box.x1 + 2 * extra, box.y2 - box.y1 + 2 * extra
        scale, stretch = math.sqrt(rng.uniform(*self.area)), math.exp(rng.uniform(-self.aspect, self.aspect))
        new_width, new_height = width * scale * stretch, height * scale / stretch
        x = (box.x1 + box.x2) / 2 + (width - new_width) * rng.uniform(-0.5, 0.5)
        y = (box.y1 + box.y2) / 2 + (height - new_height) * rng.uniform(-0.5, 0.5)
        return Box(x1=x - new_width / 2, y1=y - new_height / 2, x2=x + new_width / 2, y2=y + new_height / 2)

    def _erased(self, pixels: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
        if rng.random() < self.erase:
            size = pixels.shape[1]
            side = int(size * rng.uniform(0.15, 0.4))
            x, y = rng.integers(0, size - side, 2)
            pixels[:, y : y + side, x : x + side] = rng.normal(0, 0.5, (3, 1, 1))
        return pixels
