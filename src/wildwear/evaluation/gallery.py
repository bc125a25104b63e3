"""Small pictures of single samples, to lie inside a page."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from io import BytesIO

from PIL import Image

from wildwear.images.decode import Undecodable, decode_upright
from wildwear.table import Table

_SIDE = 180
_QUALITY = 80
_SURROUNDINGS = 0.08


def pictures_of(table: Table, sample_ids: Iterable[str]) -> Mapping[str, str]:
    """`data:` addresses of JPEGs, at most 180 pixels high and wide, of samples (what lies in their box)."""
    wanted = ", ".join(f"'{one}'" for one in sorted(sample_ids))
    if not wanted:
        return {}
    rows = table.read(["sample_id", "bytes", "box"], f"sample_id IN ({wanted})").to_pylist()
    drawn = ((row["sample_id"], _thumbnail(row["bytes"], row["box"])) for row in rows)
    return {one: address for one, address in drawn if address}


def _thumbnail(data: bytes, box: list[float] | None) -> str:
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
    picture.thumbnail((_SIDE, _SIDE))
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
