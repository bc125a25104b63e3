"""Random views of a picture for training: which part is seen, mirrored or not, in which light, a patch erased.

What is drawn is a value, `View`; `Painter` makes the pixels. All changes of colour are one affine map of RGB, applied
in one pass and rounded once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildwear.images.preprocess import Corners, Preprocessing
from wildwear.records import Box
from wildwear.training.views import Views

_GREY = np.array([0.299, 0.587, 0.114], np.float32)
"""Luma of R, G, B (ITU-R BT.601), as Pillow and torchvision weigh them."""
_LUMA = np.tile(_GREY, (3, 1))
_CHROMA = np.eye(3, dtype=np.float32) - _LUMA
_QUADRATURE = np.array([[-0.1677, -0.3293, 0.4970], [0.3281, -0.0355, -0.2926], [-1.2497, 1.0465, 0.2032]], np.float32)
"""Chroma turned by a quarter of the circle in the plane of YUV's U and V."""
_BLAS_ROWS = 16384  # so few that BLAS starts no threads of its own beside the reader's


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """A change of light: factors of brightness, contrast and saturation, and a turn of hue.

    Contrast is around the mean grey, saturation around each pixel's grey, and hue turns around the grey axis in the
    plane of constant luma (as YIQ has it), so that in which order they are applied makes no difference.
    """

    brightness: float = 1.0
    contrast: float = 1.0
    saturation: float = 1.0
    hue: float = 0.0
    """Fraction of the circle."""

    def matrix(self, mean: NDArray[np.float32]) -> NDArray[np.float32]:
        """4 × 3: maps R, G, B, 255 (rows of pixels) to the new R, G, B; `mean` is the view's mean R, G, B."""
        turn = 2 * math.pi * self.hue
        linear = _LUMA + self.saturation * (math.cos(turn) * _CHROMA + math.sin(turn) * _QUADRATURE)
        shift = self.brightness * (1 - self.contrast) * float(_GREY @ mean)
        matrix = np.full((4, 3), shift / 255, np.float32)
        matrix[:3] = self.brightness * self.contrast * linear.T
        return matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One random view, drawn."""

    picture: tuple[int, int]
    """Width and height of the picture, pixels."""
    part: Corners
    """What is seen of it, in these pixels."""
    width: int
    """How wide the part becomes in the square, pixels; it stands in the middle."""
    height: int
    mirrored: bool
    colour: Colour
    patch: tuple[int, int, int] | None = None
    """Left, top and side of what is erased, pixels of the square."""
    patch_colour: tuple[float, float, float] = (0, 0, 0)

    @property
    def scale(self) -> float:
        """Pixels of the view for one of the picture."""
        x1, y1, x2, y2 = self.part
        return max(self.width / (x2 - x1), self.height / (y2 - y1))


def draw_view(
    views: Views, preprocessing: Preprocessing, picture: tuple[int, int], box: Box | None, rng: np.random.Generator
) -> View:
    """A random view of a picture of that width and height, and a box in it; `views.size` is the side of the square."""
    chances = rng.random(16).tolist()
    if views.crop == "window":
        part, width, height = _window(views, preprocessing.widened(box, *picture), chances[:2])
    else:
        part, width, height = _area(views, preprocessing, picture, box, chances[:4])
    side = int(views.size * (0.15 + 0.25 * chances[10]))
    left, top = (int(chance * (views.size - side + 1)) for chance in chances[11:13])
    return View(
        picture=picture,
        part=part,
        width=width,
        height=height,
        mirrored=chances[4] < views.flip,
        colour=Colour(
            brightness=1 + views.brightness * (2 * chances[5] - 1),
            contrast=1 + views.contrast * (2 * chances[6] - 1),
            saturation=1 + views.saturation * (2 * chances[7] - 1),
            hue=views.hue * (2 * chances[8] - 1),
        ),
        patch=(left, top, side) if chances[9] < views.erase else None,
        patch_colour=(255 * chances[13], 255 * chances[14], 255 * chances[15]),
    )


def _window(views: Views, whole: Corners, chances: list[float]) -> tuple[Corners, int, int]:
    """A square window into `whole`, whose short side is scaled; in whole pixels, so that scaling by 1 is a copy."""
    x1, y1, x2, y2 = whole
    scale = views.short_side / min(x2 - x1, y2 - y1)
    side = views.size / scale
    left, top = (
        start + int(chance * (math.floor((end - start) * scale - views.size + 1e-6) + 1)) / scale
        for start, end, chance in zip((x1, y1), (x2, y2), chances, strict=True)
    )
    return (left, top, min(x2, left + side), min(y2, top + side)), views.size, views.size


def _area(
    views: Views, preprocessing: Preprocessing, picture: tuple[int, int], box: Box | None, chances: list[float]
) -> tuple[Corners, int, int]:
    """A part of random area and aspect ratio in and around the box."""
    whole = box or Box(x1=0, y1=0, x2=picture[0], y2=picture[1])
    extra = preprocessing.margin * max(whole.x2 - whole.x1, whole.y2 - whole.y1)
    width, height = whole.x2 - whole.x1 + 2 * extra, whole.y2 - whole.y1 + 2 * extra
    area = width * height * (views.area[0] + (views.area[1] - views.area[0]) * chances[0])
    stretch = math.exp(views.aspect * (2 * chances[1] - 1))
    cropped = preprocessing.resize == "crop"  # a square part, as torchvision's RandomResizedCrop cuts one
    aspect = stretch if cropped else stretch * width / height
    new_width, new_height = math.sqrt(area * aspect), math.sqrt(area / aspect)
    fits = min(1.0, picture[0] / new_width, picture[1] / new_height) if cropped else 1.0
    new_width, new_height = new_width * fits, new_height * fits
    x1 = (whole.x1 + whole.x2 - new_width) / 2 + (width - new_width) * (chances[2] - 0.5)
    y1 = (whole.y1 + whole.y2 - new_height) / 2 + (height - new_height) * (chances[3] - 0.5)
    if cropped:
        x1, y1 = max(0.0, min(x1, picture[0] - new_width)), max(0.0, min(y1, picture[1] - new_height))
        return (x1, y1, x1 + new_width, y1 + new_height), views.size, views.size
    moved = Box(x1=x1, y1=y1, x2=x1 + new_width, y2=y1 + new_height)
    return replace(preprocessing, size=views.size, short_side=0, margin=0.0).part(moved, *picture)


class Painter:
    """Makes the pixels of views, in memory that is used again; a thread needs one of its own."""

    def __init__(self) -> None:
        self._packed = np.empty(0, np.uint32)
        self._before = np.empty((0, 4), np.float32)
        self._after = np.empty((0, 3), np.float32)

    def __call__(self, rgbx: NDArray[np.uint8], view: View, fill: int, out: NDArray[np.uint8]) -> None:
        """Paints what `view` shows of a picture (H × W × 4: RGB and 255) into `out`, S × S × 3.

        The picture may have been decoded smaller than `view` knows it. Padding is `fill` in any light, as the
        finished network sees it.
        """
        size = len(out)
        if (view.width, view.height) != (size, size):
            out[:] = fill
        left, top = (size - view.width) // 2, (size - view.height) // 2
        self._coloured(_cut(rgbx, view), view, out[top : top + view.height, left : left + view.width])
        if view.patch:
            x, y, side = view.patch
            out[y : y + side, x : x + side] = view.patch_colour

    def _coloured(self, rgbx: NDArray[np.uint8], view: View, out: NDArray[np.uint8]) -> None:
        count = view.width * view.height
        if len(self._packed) < count:
            self._packed = np.empty(count, np.uint32)
            self._before, self._after = np.empty((count, 4), np.float32), np.empty((count, 3), np.float32)
        packed, before, after = self._packed[:count], self._before[:count], self._after[:count]
        pixels = rgbx.view(np.uint32)[..., 0]
        packed.reshape(view.height, view.width)[:] = pixels[:, ::-1] if view.mirrored else pixels
        before[:] = packed.view(np.uint8).reshape(count, 4)
        mean = before.reshape(view.height, -1).sum(axis=0).reshape(-1, 4).sum(axis=0)[:3] / count
        matrix = view.colour.matrix(mean)
        matrix[3] += 0.5 / 255  # what follows cuts off, rather than rounds
        for start in range(0, count, _BLAS_ROWS):
            stripe = slice(start, start + _BLAS_ROWS)
            np.matmul(before[stripe], matrix, out=after[stripe])
        np.clip(after, 0, 255, out=after)
        np.copyto(out, after.reshape(out.shape), casting="unsafe")


def _cut(rgbx: NDArray[np.uint8], view: View) -> NDArray[np.uint8]:
    """The part of the picture at the size it has in the view; a slice where it has that size already."""
    height, width, _ = rgbx.shape
    across, down = width / view.picture[0], height / view.picture[1]
    x1, x2 = view.part[0] * across, min(view.part[2] * across, width)
    y1, y2 = view.part[1] * down, min(view.part[3] * down, height)
    if (x2 - x1, y2 - y1) == (view.width, view.height) and x1 == int(x1) and y1 == int(y1):
        return rgbx[int(y1) : int(y1) + view.height, int(x1) : int(x1) + view.width]
    picture = Image.frombuffer("RGBX", (width, height), rgbx, "raw", "RGBX", 0, 1)
    return np.asarray(picture.resize((view.width, view.height), Image.Resampling.BILINEAR, box=(x1, y1, x2, y2)))
