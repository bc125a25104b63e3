"""Boxes in stored pictures as pictures of their own, for what compares pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from wildwear.images.decode import Undecodable, decode_upright
from wildwear.inspection.glances import Fetched

Corners = tuple[float, ...] | None
"""x1, y1, x2, y2 in pixels of the stored picture; None is all of it."""

_QUALITY = 95


def cut(pictures: Fetched, boxes: Sequence[Corners]) -> Fetched:
    """Reads what rows show, as JPEG: the picture that `pictures` gives where a row's box is None, else the box in it.
    What cannot be decoded is handed on as it is."""

    def fetched(rows: NDArray[np.int64]) -> list[bytes]:
        return [_cut(picture, boxes[row]) for row, picture in zip(rows.tolist(), pictures(rows), strict=True)]

    return fetched


def _cut(picture: bytes, box: Corners) -> bytes:
    if box is None:
        return picture
    try:
        rgb = decode_upright(picture)
    except Undecodable:
        return picture
    height, width = rgb.shape[:2]
    x1, y1 = min(max(0, round(box[0])), width - 1), min(max(0, round(box[1])), height - 1)
    x2, y2 = max(x1 + 1, round(box[2])), max(y1 + 1, round(box[3]))
    return bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(rgb[y1:y2, x1:x2]), quality=_QUALITY))
