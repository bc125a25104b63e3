"""Stores what a sample shows: a whole picture small, the surroundings of a box in detail."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from wildwear.images.decode import (
    STORED_SIDE,
    DecodeLimits,
    Packed,
    StoredPicture,
    Undecodable,
    decode_upright,
    store,
)
from wildwear.images.phash import perceptual_hash
from wildwear.records import Box, Failure

Framing = Literal["surroundings", "whole", "alone"]
"""What is stored for a box: the part of the photograph around it, the whole photograph with the box in it, or what
lies in the box and no box."""

CONTEXT = 0.25
"""How much is kept around a box on each side, as a fraction of the box's longer side."""
_ROUNDING = 2.0  # pixels by which a box may reach over the picture's edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """A stored picture, and where in it the sample is."""

    bytes: bytes
    image_id: str
    box: Box | None
    """In pixels of the stored picture."""
    phash: int
    """Of the whole photograph, so that two copies of it are found whatever boxes they have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crops:
    """What a picture gives for each of its boxes."""

    of_boxes: list[Crop | Failure]

    def pack(self) -> Packed:
        return json.dumps([_plain(one) for one in self.of_boxes]).encode()

    @classmethod
    def unpack(cls, packed: Packed) -> Self:
        return cls(of_boxes=[_crop_or_failure(fields) for fields in json.loads(packed)])


def request(file: Path, boxes: list[Box | None], framing: Framing = "surroundings") -> bytes:
    """What `store_requested` takes: a file, its boxes (None: the whole picture), what to store for one."""
    return json.dumps([os.fspath(file), [box and box.as_tuple() for box in boxes], framing]).encode()


def store_requested(request: bytes, limits: DecodeLimits) -> Crops:
    """What runs in a process of its own."""
    file, corners, framing = json.loads(request)
    boxes = [box and Box(x1=box[0], y1=box[1], x2=box[2], y2=box[3]) for box in corners]
    return Crops(of_boxes=store_file(Path(file), boxes, limits, framing))


def store_file(
    file: Path, boxes: list[Box | None], limits: DecodeLimits, framing: Framing = "surroundings"
) -> list[Crop | Failure]:
    """What to store for each box (None: the whole picture) of the picture in `file`."""
    try:
        size = file.stat().st_size
        if size > limits.max_bytes:
            failure = Failure(reason="too_many_bytes", detail=f"{size} bytes, the limit is {limits.max_bytes}")
            return [failure] * len(boxes)
        return store_crops(file.read_bytes(), boxes, limits, framing)
    except FileNotFoundError:
        failure = Failure(reason="missing_file", detail=file.name)
    except OSError as error:
        failure = Failure(reason="unreadable_file", detail=f"{file.name}: {error.strerror or error}", transient=True)
    return [failure] * len(boxes)


def store_crops(
    data: bytes, boxes: list[Box | None], limits: DecodeLimits, framing: Framing = "surroundings"
) -> list[Crop | Failure]:
    """The same for a picture that has been read; it is decoded once for all boxes."""
    try:
        whole = store(data, limits) if framing == "whole" or None in boxes else None
        rgb = decode_upright(data, limits) if framing != "whole" and any(boxes) else None
    except Undecodable as error:
        return [error.failure] * len(boxes)
    results: list[Crop | Failure] = []
    phash = perceptual_hash(rgb) if rgb is not None else 0
    for box in boxes:
        if box is None or rgb is None:
            assert whole is not None
            results.append(_whole(whole, box))
        else:
            results.append(cut_out(rgb, box, phash, limits, framing))
    return results


def _whole(whole: StoredPicture, box: Box | None) -> Crop | Failure:
    """The photograph, with the box where it lies in what is stored."""
    inner = box
    if box is not None:
        clipped = _clipped(box, whole.width, whole.height)
        if isinstance(clipped, Failure):
            return clipped
        height, width, _, _ = simplejpeg.decode_jpeg_header(whole.bytes)
        inner = _scaled(clipped, (0, 0), (width / whole.width, height / whole.height))
    return Crop(bytes=whole.bytes, image_id=whole.image_id, box=inner, phash=whole.phash)


def cut_out(
    rgb: NDArray[np.uint8],
    box: Box,
    phash: int,
    limits: DecodeLimits = DecodeLimits(),
    framing: Framing = "surroundings",
) -> Crop | Failure:
    """The box with its context from the full resolution, scaled down to a short side (of the box) of `STORED_SIDE`."""
    height, width = rgb.shape[:2]
    clipped = _clipped(box, width, height)
    if isinstance(clipped, Failure):
        return clipped
    across, down = clipped.x2 - clipped.x1, clipped.y2 - clipped.y1
    extra = CONTEXT * max(across, down) if framing == "surroundings" else 0.0
    left, top = max(0, math.floor(clipped.x1 - extra)), max(0, math.floor(clipped.y1 - extra))
    right, bottom = min(width, math.ceil(clipped.x2 + extra)), min(height, math.ceil(clipped.y2 + extra))
    part = Image.fromarray(rgb[top:bottom, left:right])
    scale = min(1.0, STORED_SIDE / min(across, down))
    size = max(1, round(part.width * scale)), max(1, round(part.height * scale))
    if size != part.size:
        part = part.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    jpeg = simplejpeg.encode_jpeg(np.asarray(part), quality=limits.quality, colorspace="RGB", colorsubsampling="420")
    inner = _scaled(clipped, (left, top), (size[0] / (right - left), size[1] / (bottom - top)))
    crop = Crop(bytes=jpeg, image_id=hashlib.sha256(jpeg).hexdigest()[:32], box=inner, phash=phash)
    return crop if framing == "surroundings" else replace(crop, box=None)


def _clipped(box: Box, width: int, height: int) -> Box | Failure:
    """The box within the picture; one that reaches out by more than a rounding, or holds nothing, is no box in it."""
    reaches_out = min(box.x1, box.y1) < -_ROUNDING or box.x2 > width + _ROUNDING or box.y2 > height + _ROUNDING
    x1, y1, x2, y2 = max(box.x1, 0.0), max(box.y1, 0.0), min(box.x2, width), min(box.y2, height)
    if reaches_out or x2 - x1 < 1 or y2 - y1 < 1:
        corners = ", ".join(f"{corner:g}" for corner in box.as_tuple())
        return Failure(reason="box_outside_picture", detail=f"{corners} in a picture of {width} × {height} pixels")
    return Box(x1=x1, y1=y1, x2=x2, y2=y2)


def _scaled(box: Box, origin: tuple[int, int], scale: tuple[float, float]) -> Box:
    (left, top), (across, down) = origin, scale
    return Box(
        x1=(box.x1 - left) * across, y1=(box.y1 - top) * down, x2=(box.x2 - left) * across, y2=(box.y2 - top) * down
    )


def _plain(one: Crop | Failure) -> dict[str, Any]:
    fields = asdict(one)
    return fields | {"bytes": base64.b64encode(one.bytes).decode()} if isinstance(one, Crop) else fields


def _crop_or_failure(fields: dict[str, Any]) -> Crop | Failure:
    if "reason" in fields:
        return Failure(**fields)
    box = fields["box"] and Box(**fields["box"])
    return Crop(**fields | {"bytes": base64.b64decode(fields["bytes"]), "box": box})
