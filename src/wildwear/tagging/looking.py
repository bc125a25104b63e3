"""From a file, bytes or pixels to a network's input: what happens to each photograph before the network runs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from wildwear.images.colour import flatten, to_srgb
from wildwear.images.decode import Decoded, DecodeLimits, Undecodable, decode
from wildwear.images.preprocess import Preprocessing
from wildwear.records import Box, Failure
from wildwear.tagging.photos import MOST_BOXES, GivenBox

Picture: TypeAlias = str | os.PathLike[str] | bytes | Image.Image | NDArray[np.uint8]
"""A path, an encoded picture, a Pillow image, or upright RGB pixels H × W × 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A photograph that has been looked at."""

    width: int
    """Pixels of the upright original."""
    height: int
    """Pixels of the upright original."""
    view: NDArray[np.uint8] | None
    """The picture at a long side of at most `view_side`, for those who draw it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Decodes and preprocesses photographs; may be called by many threads at once."""

    preprocessing: Preprocessing
    limits: DecodeLimits
    view_side: int = 0
    """The long side, in pixels, that views are reduced to; 0 makes none."""

    def __call__(
        self, picture: Picture, boxes: tuple[GivenBox, ...] | None, inputs: NDArray[np.float32] | None
    ) -> Looked:
        """Writes the network's inputs, one for the whole photograph or one a box, into `inputs` (N × 3 × S × S).

        Raises `Undecodable` with the reason where the picture or a box cannot be looked at.
        """
        if isinstance(picture, np.ndarray | Image.Image):
            rgb = _pixels(picture)
            seen = Decoded(rgb=rgb, width=rgb.shape[1], height=rgb.shape[0])
            data = None
        else:
            data = picture if isinstance(picture, bytes) else _read(picture, self.limits.max_bytes)
            seen = self.preprocessing.decode(data, self.limits) if boxes is None else decode(data, self.limits)
        if inputs is not None:
            for box, out in zip(_checked(boxes, seen.width, seen.height), inputs, strict=True):
                self.preprocessing(seen.rgb, box, out)
        return Looked(width=seen.width, height=seen.height, view=self._view(data, seen) if self.view_side else None)

    def _view(self, data: bytes | None, seen: Decoded) -> NDArray[np.uint8]:
        """The network's pixels must not depend on who else looks: a larger view is decoded for itself."""
        if data is None or max(seen.rgb.shape[:2]) >= min(self.view_side, max(seen.width, seen.height)):
            return reduced(seen.rgb, self.view_side)
        return reduced(decode(data, self.limits, long_side=self.view_side).rgb, self.view_side)


def _pixels(picture: NDArray[np.uint8] | Image.Image) -> NDArray[np.uint8]:
    if isinstance(picture, Image.Image):
        upright = ImageOps.exif_transpose(picture)
        return np.array(to_srgb(flatten(upright), upright.info.get("icc_profile")))
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
        raise ValueError(f"pixels must be H × W × 3 uint8, and are {picture.shape} {picture.dtype}")
    return picture


def _read(path: str | os.PathLike[str], max_bytes: int) -> bytes:
    """The bytes of a file, at most one more than the limit, which the decoder then refuses."""
    try:
        file = Path(path)
        status = file.stat()
        if not S_ISREG(status.st_mode):
            raise Undecodable(Failure(reason="not_a_file", detail=f"{path} is a folder, pipe or device"))
        with file.open("rb") as handle:
            return handle.read(min(status.st_size, max_bytes) + 1)
    except OSError as error:
        reason = "missing_file" if isinstance(error, FileNotFoundError) else "unreadable_file"
        raise Undecodable(Failure(reason=reason, detail=error.strerror or str(error))) from error


def _checked(boxes: tuple[GivenBox, ...] | None, width: int, height: int) -> list[Box | None]:
    if boxes is None:
        return [None]
    if len(boxes) > MOST_BOXES:
        raise Undecodable(Failure(reason="too_many_boxes", detail=f"{len(boxes)} boxes, the limit is {MOST_BOXES}"))
    for given in boxes:
        box = given.box
        if box.x1 >= width or box.y1 >= height or box.x2 <= 0 or box.y2 <= 0:
            where = ", ".join(f"{corner:g}" for corner in box.as_tuple())
            raise Undecodable(
                Failure(reason="box_outside", detail=f"box {where} lies outside the {width} × {height} picture")
            )
    return [given.box for given in boxes]


def reduced(rgb: NDArray[np.uint8], long_side: int) -> NDArray[np.uint8]:
    """The picture at a long side of at most `long_side` pixels; never enlarged."""
    height, width = rgb.shape[:2]
    scale = long_side / max(width, height)
    if scale >= 1:
        return rgb
    target = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.ascontiguousarray(Image.fromarray(rgb).resize(target, Image.Resampling.BICUBIC, reducing_gap=2.0))
