"""What a table or a folder says of its pictures, row by row, before any picture is opened."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wildwear.datasets.rows import read_rows
from wildwear.datasets.settings import Columns
from wildwear.datasets.splitting import SPLIT_NAMES
from wildwear.errors import MissingColumn, UnreadableInput, UserError
from wildwear.records import Box, Rejection

GUESSES: Mapping[str, tuple[str, ...]] = {
    "image": ("file", "photo", "image", "path", "filename", "file_name", "image_path", "image_name", "picture", "img"),
    "label": ("label", "category", "class", "labels", "tags", "categories", "category_name"),
    "group": ("group", "group_id", "sender_id", "product_id", "item_group_id", "owner_id", "user_id"),
    "split": ("split", "given_split", "partition", "evaluation_status", "set", "subset"),
}
_BOXES = (
    ("x1", "y1", "x2", "y2"),
    ("x_1", "y_1", "x_2", "y_2"),
    ("xmin", "ymin", "xmax", "ymax"),
    ("left", "top", "right", "bottom"),
)
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".avif")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row: a picture, perhaps a box in it, and what it is said to show."""

    row: int
    """Counted from 1, with a header as row 1."""
    file: Path
    """Where the picture lies."""
    label: str
    """As written; several are separated by `|`."""
    group: str
    """What must not stand on two sides."""
    split: str = ""
    """The given one, as written; empty where the source gives none."""
    box: Box | None = None
    """In pixels of the upright original."""
    listing: str = ""
    """What keeps this row a sample of its own beside others that show the same; empty where they are one sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """All rows of a source, and those that cannot be taken."""

    source: Path
    entries: Sequence[Entry]
    rejections: Sequence[Rejection]
    columns: Mapping[str, str]
    """Which column was taken for what."""


def read_table(path: Path, columns: Columns) -> Entries:
    """The rows of a CSV, TSV, JSON Lines or Parquet file with a picture and a label each."""
    names, numbered = read_rows(path)
    chosen = _choose(path, names, columns)
    rows = list(numbered)
    folder = _picture_folder(path, columns.images, [row[chosen["image"]] for _, row in rows if isinstance(row, dict)])
    entries: list[Entry] = []
    rejections: list[Rejection] = []
    for number, row in rows:
        read = ("unreadable_row", row) if isinstance(row, str) else _entry(number, row, chosen, folder)
        if isinstance(read, Entry):
            entries.append(read)
        else:
            rejections.append(Rejection(source=str(path), row=number, reason=read[0], detail=read[1]))
    return Entries(source=path, entries=entries, rejections=rejections, columns=chosen)


def read_folder(path: Path) -> Entries:
    """Pictures in folders named for their class, which may lie in folders named for a split.

    Each picture is a group of its own; sub-folders of a class are looked into.
    """
    if not path.is_dir():
        raise UnreadableInput(f"{path} is not a folder")
    classes = [folder for folder in sorted(path.iterdir()) if folder.is_dir()]
    sides = {folder for folder in classes if folder.name.casefold() in SPLIT_NAMES}
    if sides:
        if stray := [folder.name for folder in classes if folder not in sides]:
            raise UserError(f"{path} has folders of splits, and beside them {', '.join(stray)}: move one or the other")
        classes = [inner for folder in classes for inner in sorted(folder.iterdir()) if inner.is_dir()]
    files = [
        (file, folder, folder.parent.name if folder.parent in sides else "")
        for folder in classes
        for file in sorted(folder.rglob("*"))
        if file.suffix.casefold() in PICTURES and file.is_file()
    ]
    if not files:
        raise UnreadableInput(f"{path}: no pictures in folders named for their class, such as {path}/Jeans/1.jpg")
    entries = [
        Entry(row=i, file=file, label=folder.name, group=str(file.relative_to(path)), split=side)
        for i, (file, folder, side) in enumerate(files, 1)
    ]
    return Entries(source=path, entries=entries, rejections=(), columns={})


def _choose(path: Path, names: Sequence[str], columns: Columns) -> dict[str, str]:
    """Which column holds what: those that were named, else the first guess that is there."""
    by_folded = {name.casefold(): name for name in names}
    chosen: dict[str, str] = {}
    for what, guesses in GUESSES.items():
        named: str | None = getattr(columns, what)
        if named is not None and named not in names:
            raise MissingColumn(named, names, str(path))
        found = named or next((by_folded[guess] for guess in guesses if guess in by_folded), None)
        if found is not None:
            chosen[what] = found
        elif what in ("image", "label"):
            raise MissingColumn(what, names, str(path), f"Say which one holds it with --{what} COLUMN")
    box = columns.box or next((corners for corners in _BOXES if by_folded.keys() >= set(corners)), None)
    for corner, name in zip(_BOXES[0], box or (), strict=False):
        if name.casefold() not in by_folded:
            raise MissingColumn(name, names, str(path))
        chosen[corner] = by_folded[name.casefold()]
    return chosen


def _picture_folder(path: Path, given: Path | None, files: Sequence[str]) -> Path:
    """Where the files lie: the folder that was given, else the likeliest that has some of them."""
    if given is not None and not given.is_dir():
        raise UnreadableInput(f"--images {given} is not a folder")
    candidates = [given] if given else [path.parent, path.parent / "images", path.parent / "photos"]
    looked_for = [file for file in files[:1000] if file]
    found = {folder: sum(is_file(folder / file) for file in looked_for) for folder in candidates}
    best = max(candidates, key=lambda folder: found[folder])
    if looked_for and not found[best]:
        raise UnreadableInput(
            f"{path}: no picture such as {looked_for[0]!r} lies in {' or '.join(map(str, candidates))}: "
            "say where they are with --images FOLDER"
        )
    return best


def _entry(number: int, row: Mapping[str, str], chosen: Mapping[str, str], folder: Path) -> Entry | tuple[str, str]:
    """The row as an entry, or a reason and detail of why it is none."""
    name, label = row[chosen["image"]], row[chosen["label"]]
    if not name:
        return "no_file", "the image column is empty"
    if not label:
        return "no_label", name
    corners = [row[chosen[corner]] for corner in _BOXES[0] if corner in chosen]
    try:
        box = parse_box(corners) if any(corners) else None
    except ValueError as error:
        return "bad_box", f"{name}: {error}"
    file = folder / name
    if not file.resolve().is_relative_to(folder.resolve()):
        return "outside_images", name
    group = row[chosen["group"]] if "group" in chosen else ""
    split = row[chosen["split"]] if "split" in chosen else ""
    return Entry(row=number, file=file, label=label, group=group or str(Path(name)), split=split, box=box)


def parse_box(corners: Sequence[str]) -> Box:
    """A box of four numbers as text; raises `ValueError` for one that is empty, or none."""
    x1, y1, x2, y2 = map(float, corners)
    if not all(map(math.isfinite, (x1, y1, x2, y2))):
        raise ValueError(f"a box has finite corners, and got {', '.join(corners)}")
    return Box(x1=x1, y1=y1, x2=x2, y2=y2)


def is_file(path: Path) -> bool:
    """Whether there is such a file; no error, whatever the name."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name longer than the file system takes, or with a NUL
        return False
