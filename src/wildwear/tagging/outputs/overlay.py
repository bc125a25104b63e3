"""Copies of the photographs, with the boxes drawn in and the outfit on a strip below."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from wildwear.errors import UserError
from wildwear.files import write_durably
from wildwear.tagging.outputs.base import Entry, storage
from wildwear.tagging.outputs.colours import COLOURS, FAINT, GROUND, TEXT, TRACK
from wildwear.tagging.photos import Photo
from wildwear.tagging.tags import Score, Tags

_LEAST_WIDTH = 360

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


class OverlayOutput:
    """Writes one JPEG a photograph, under its name below the folder; a photograph that failed has none."""

    view_side = 1024

    def __init__(self, path: Path | None, top: int) -> None:
        del top
        self._folder = path or Path("overlay")
        self._written: set[Path] = set()

    def check(self, photos: Iterable[Photo]) -> None:
        """Raises `UserError` where a copy would take the place of a photograph."""
        photos = list(photos)
        originals = {os.path.realpath(photo.path) for photo in photos}
        for photo in photos:
            copy = self._folder / Path(photo.name).with_suffix(".jpg")
            if os.path.realpath(copy) in originals:
                raise UserError(f"{copy} would replace a photograph: give another folder with --out")

    def begin(self) -> None:
        with storage(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)

    def write(self, entry: Entry) -> None:
        target = self._folder / self._name(entry)
        if not isinstance(entry.outcome, Tags) or entry.view is None:
            return
        picture = draw_tags(Image.fromarray(entry.view), entry.outcome)
        jpeg = io.BytesIO()
        picture.save(jpeg, "JPEG", quality=90)
        with storage(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            write_durably(target, jpeg.getvalue())

    def close(self, *, whole: bool = True) -> None:
        """Nothing is left to do: each copy was whole when it was written."""

    def _name(self, entry: Entry) -> Path:
        """The photograph's own name, with a few digits of its path's hash where two have the same."""
        name = Path(entry.photo.name).with_suffix(".jpg")
        if name in self._written:
            digest = hashlib.sha256(os.fsencode(entry.photo.path)).hexdigest()
            name = name.with_stem(f"{name.stem}-{digest[:8]}")
        self._written.add(name)
        return name


def draw_tags(picture: Image.Image, tags: Tags) -> Image.Image:
    """A copy of the picture, at least 360 pixels wide, with its boxes and a strip that names the outfit."""
    if picture.width < _LEAST_WIDTH:
        grown = round(picture.height * _LEAST_WIDTH / picture.width)
        picture = picture.resize((_LEAST_WIDTH, max(1, min(grown, 4096))), Image.Resampling.BICUBIC)
    strip = _strip(tags, picture.width)
    canvas = Image.new("RGB", (picture.width, picture.height + strip.height))
    canvas.paste(picture)
    canvas.paste(strip, (0, picture.height))
    _draw_boxes(ImageDraw.Draw(canvas), tags, picture.width, picture.height)
    return canvas


def _draw_boxes(draw: ImageDraw.ImageDraw, tags: Tags, width: int, height: int) -> None:
    across, down = width / tags.width, height / tags.height
    font = ImageFont.load_default(max(12, width // 48))
    line = max(2, width // 250)
    for one in tags.boxes:
        x1, x2 = (min(max(0.0, x * across), width - 1.0) for x in (one.box.x1, one.box.x2))
        y1, y2 = (min(max(0.0, y * down), height - 1.0) for y in (one.box.y1, one.box.y2))
        best = one.top[0] if one.top else None
        colour = COLOURS[best.region] if best else FAINT
        draw.rectangle((x1, y1, max(x1, x2), max(y1, y2)), outline=colour, width=line)
        if best:
            _chip(draw, (x1, y1), f"{best.category} {best.score:.0%}", font, colour, width)


def _chip(
    draw: ImageDraw.ImageDraw, corner: tuple[float, float], text: str, font: Font, colour: tuple[int, ...], width: int
) -> None:
    """A label on its own ground, on top of the corner of a box, moved so that all of it can be read."""
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    wide, tall = right - left + 10, bottom - top + 8
    x, y = max(0.0, min(corner[0], width - wide)), max(0.0, corner[1] - tall)
    draw.rectangle((x, y, x + wide, y + tall), fill=colour)
    draw.text((x + 5 - left, y + 4 - top), text, font=font, fill=GROUND)


def _strip(tags: Tags, width: int) -> Image.Image:
    """One row a garment with a bar for its share, and the next best categories in a faint last row."""
    size = max(14, min(26, width // 32))
    font, small = ImageFont.load_default(size), ImageFont.load_default(round(size * 0.75))
    row, pad = round(size * 1.9), round(size * 0.9)
    garments = tags.outfit.garments
    strip = Image.new("RGB", (width, 2 * pad + row * max(1, len(garments)) + round(size * 1.3)), GROUND)
    draw = ImageDraw.Draw(strip)
    for index, score in enumerate(garments):
        _garment_row(draw, score, (pad, pad + index * row), width - pad, font, small)
    if not garments:
        draw.text((pad, pad), str(tags.outfit), font=font, fill=FAINT)
    others = "   ".join(f"{score.category} {score.score:.0%}" for score in tags.top)
    draw.text((pad, pad + row * max(1, len(garments))), _cut(draw, others, small, width - 2 * pad), FAINT, small)
    return strip


def _garment_row(
    draw: ImageDraw.ImageDraw, score: Score, corner: tuple[int, int], right: int, font: Font, small: Font
) -> None:
    x, y = corner
    share, middle = f"{score.score:.0%}", y + round(font.size * 0.6) if isinstance(font, ImageFont.FreeTypeFont) else y
    bar = round((right - x) * 0.32)
    left = right - bar - round(draw.textlength("100%", small)) - 10
    name = _cut(draw, score.category, font, left - x - 24)
    draw.ellipse((x, middle - 4, x + 9, middle + 5), fill=COLOURS[score.region])
    draw.text((x + 20, middle), name, TEXT, font, anchor="lm")
    draw.rounded_rectangle((left, middle - 3, left + bar, middle + 3), 3, fill=TRACK)
    filled = max(6, round(bar * min(1.0, score.score)))
    draw.rounded_rectangle((left, middle - 3, left + filled, middle + 3), 3, fill=COLOURS[score.region])
    draw.text((right, middle), share, FAINT, small, anchor="rm")


def _cut(draw: ImageDraw.ImageDraw, text: str, font: Font, width: float) -> str:
    """The text, or as much of it as fits."""
    if draw.textlength(text, font) <= width:
        return text
    while text and draw.textlength(text + "…", font) > width:
        text = text[:-1]
    return text + "…"
