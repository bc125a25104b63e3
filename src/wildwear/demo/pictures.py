"""Pictures for the page, as `data:` addresses."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from wildwear.records import Box

RIGHT, WRONG = (34, 139, 84), (200, 60, 44)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A box with what the model says and what is really there."""

    box: Box
    says: str
    score: float
    truth: str

    @property
    def right(self) -> bool:
        return self.says == self.truth


def data_address(image: Image.Image, quality: int = 82) -> str:
    """The picture as a `data:` address that a page can hold."""
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=quality)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def thumbnail(data: bytes, side: int = 168) -> str:
    """A stored JPEG, scaled to fit a square of `side` pixels."""
    with Image.open(io.BytesIO(data)) as opened:
        opened.thumbnail((side, side), Image.Resampling.LANCZOS)
        return data_address(opened)


def marked(photo: Image.Image, seen: Sequence[Seen]) -> Image.Image:
    """A copy with each box and what the model says of it, green where it is right and red where it is not."""
    picture = photo.convert("RGB")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(15)
    for one in sorted(seen, key=lambda each: each.box.y1):
        colour = RIGHT if one.right else WRONG
        x1, y1, x2, y2 = one.box.as_tuple()
        draw.rectangle((x1, y1, x2 - 1, y2 - 1), outline=colour, width=3)
        text = f"{one.says} {one.score:.0%}"
        width = draw.textlength(text, font=font) + 10
        left = min(max(0.0, x1), picture.width - width)
        draw.rectangle((left, y1, left + width, y1 + 21), fill=colour)
        draw.text((left + 5, y1 + 10), text, font=font, fill="white", anchor="lm")
    return picture
