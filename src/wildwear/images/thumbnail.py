"""Small pictures that lie inside a page."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from io import BytesIO

from PIL import Image

from wildwear.images.decode import Undecodable, decode_upright

_QUALITY = 80
_SURROUNDINGS = 0.08


def data_address(data: bytes, box: Sequence[float] | None = None, side: int = 180) -> str:
    """The `data:` address of a JPEG at most `side` pixels high and wide: the picture, or what lies in its box
    (x1, y1, x2, y2, pixels) and close around it; "" for one that does not decode."""
    try:
        picture = Image.fromarray(decode_upright(data))
    except Undecodable:
        return ""
    if box is not None:
        x1, y1, x2, y2 = box
        extra = _SURROUNDINGS * max(x2 - x1, y2 - y1)
        left, top = max(0, round(x1 - extra)), max(0, round(y1 - extra))
        right, bottom = min(picture.width, round(x2 + extra)), min(picture.height, round(y2 + extra))
        picture = picture.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
    picture.thumbnail((side, side))
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
