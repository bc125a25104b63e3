"""A picture of samples with their labels: people would rather look than read."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from wildwear.errors import UnknownName, UserError
from wildwear.files import write_durably
from wildwear.table import Table

_TILE = 128
_CAPTION = 220
_GAP = 4
_BOX_COLOUR = (230, 30, 60)


def write_contact_sheet(
    table: Table, file: Path, *, category: str | None = None, across: int = 8, down: int = 40
) -> int:
    """Writes a PNG with one row of `across` samples a label (a set of categories), and gives their number.

    The most frequent labels come first, at most `down` of them; with `category`, those that contain it fill `down`
    rows. The same samples are shown each time. Raises `UnknownName` for a category that no sample has.
    """
    if file.suffix.casefold() != ".png":
        raise UserError(f"{file}: a contact sheet is a .png")
    rows = _chosen_rows(table, category, across, down)
    sheet = Image.new("RGB", (_CAPTION + across * (_TILE + _GAP), len(rows) * (_TILE + _GAP)), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(13)
    for line, (caption, indices) in enumerate(rows):
        top = line * (_TILE + _GAP)
        draw.multiline_text((4, top + 4), caption, fill="black", font=font)
        for column, sample in enumerate(table.take(indices, ["bytes", "box"]).to_pylist()):
            sheet.paste(_tile(sample["bytes"], sample["box"]), (_CAPTION + column * (_TILE + _GAP), top))
    encoded = io.BytesIO()
    sheet.save(encoded, "PNG")
    write_durably(file, encoded.getvalue())
    return sum(len(indices) for _, indices in rows)


def _chosen_rows(table: Table, category: str | None, across: int, down: int) -> list[tuple[str, list[int]]]:
    """Captions with positions of samples; the order of a dataset is that of its hashes, and so the first are random."""
    by_label: dict[tuple[str, ...], list[int]] = {}
    for index, labels in enumerate(table.read(["labels"])["labels"].to_pylist()):
        by_label.setdefault(tuple(labels), []).append(index)
    ordered = sorted(by_label.items(), key=lambda item: (-len(item[1]), item[0]))
    if category is None:
        return [(_caption(labels, len(indices)), indices[:across]) for labels, indices in ordered[:down]]
    chosen = [(labels, indices) for labels, indices in ordered if category in labels]
    if not chosen:
        raise UnknownName("category", category, {name for labels in by_label for name in labels}, str(table.path.stem))
    rows = [
        (_caption(labels, len(indices)) if start == 0 else "", indices[start : start + across])
        for labels, indices in chosen
        for start in range(0, len(indices), across)
    ]
    return rows[:down]


def _caption(labels: Sequence[str], count: int) -> str:
    return "\n".join([*(" | ".join(labels[start : start + 2]) for start in range(0, len(labels), 2)), f"({count:,})"])


def _tile(data: bytes, box: Sequence[float] | None) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as opened:
        picture = opened.convert("RGB")
    scale = min(_TILE / picture.width, _TILE / picture.height)
    tile = picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
    if box is not None:
        ImageDraw.Draw(tile).rectangle([corner * scale for corner in box], outline=_BOX_COLOUR, width=2)
    return tile
