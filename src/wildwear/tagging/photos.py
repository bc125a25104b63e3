"""Which photographs are meant: files, folders, patterns, and boxes on them."""

from __future__ import annotations

import csv
import glob
import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from wildwear.errors import MissingColumn, UnreadableInput, UserError
from wildwear.records import Box

SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".avif"})
"""What a folder is searched for; a file that is named itself is tried whatever its name is."""

MOST_BOXES = 256
"""On one photograph; more than that is a mistake in the file of boxes, and would fill the memory."""

_CORNERS = ("x1", "y1", "x2", "y2")


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBox:
    """A box that a user gives, and what it is said to show."""

    box: Box
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photograph to be tagged."""

    path: str
    """The file, as it was given or as it was found below a folder that was given."""
    name: str
    """The path relative to the folder or pattern it was found by: what its copies are called."""
    boxes: tuple[GivenBox, ...] | None = None
    """What to look at; None looks at the whole photograph."""


@dataclass(slots=True, kw_only=True)
class BoxFile:
    """The boxes of a CSV file, by photograph."""

    path: Path
    boxes: dict[str, list[GivenBox]] = field(default_factory=dict)
    bad_rows: list[str] = field(default_factory=list)
    """One sentence for each row that holds no box."""

    def name_of(self, photo: Photo) -> str | None:
        """What the file calls a photograph: its path, its path below the given folder, or its file name."""
        names = (photo.path, photo.name, Path(photo.path).name)
        return next((name for name in names if name in self.boxes), None)


def find_photos(paths: Iterable[str]) -> list[Photo]:
    """The photographs below `paths` (files, folders, patterns such as `shots/**/*.jpg`), each file once.

    Folders are read whole, sorted, without hidden files and without following links to folders. A named file that
    is not there becomes a photograph that fails, so that the others are tagged; raises `UnreadableInput` for a
    pattern or a folder that gives nothing.
    """
    found: dict[str, Photo] = {}
    for path in paths:
        photos = list(_below(path))
        if not photos:
            raise UnreadableInput(f"{path}: no picture there (looked for {', '.join(sorted(SUFFIXES))})")
        for photo in photos:
            found.setdefault(os.path.realpath(photo.path), photo)
    if not any(map(os.path.exists, found)):
        named = ", ".join(photo.path for photo in list(found.values())[:3])
        raise UnreadableInput(f"{named or 'nothing'}: no such file or folder")
    return list(found.values())


def _below(path: str) -> Iterator[Photo]:
    here = Path(path)
    if here.is_dir():
        yield from _in_folder(here, here)
    elif not os.path.lexists(here) and glob.has_magic(path):
        for match in map(Path, sorted(glob.glob(path, recursive=True))):  # noqa: PTH207 - takes absolute patterns too
            if match.is_dir():
                yield from _in_folder(match, match.parent)
            else:
                yield Photo(path=str(match), name=match.name)
    else:
        yield Photo(path=path, name=here.name)


def _in_folder(folder: Path, root: Path) -> Iterator[Photo]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in (Path(here, name) for name in sorted(files)):
            if not path.name.startswith(".") and path.suffix.lower() in SUFFIXES:
                yield Photo(path=str(path), name=str(path.relative_to(root)))


def with_boxes(photos: Iterable[Photo], boxes: BoxFile) -> list[Photo]:
    """The photographs that have boxes, with them."""
    named = ((photo, boxes.name_of(photo)) for photo in photos)
    return [replace(photo, boxes=tuple(boxes.boxes[name])) for photo, name in named if name is not None]


def read_boxes(path: Path) -> BoxFile:
    """Reads `photo,x1,y1,x2,y2[,category]` (pixels of the upright photograph; further columns are ignored).

    Rows that hold no box are listed in `bad_rows`, with their number (the header is row 1). Raises
    `UnreadableInput` and `MissingColumn` for a file that is no such table.
    """
    result = BoxFile(path=path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = csv.DictReader(handle)
            for column in ("photo", *_CORNERS):
                if column not in (rows.fieldnames or ()):
                    raise MissingColumn(column, rows.fieldnames or (), str(path))
            for number, row in enumerate(rows, start=2):
                _take_row(result, number, row)
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror or error}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise UnreadableInput(f"{path} is no CSV file in UTF-8: {error}") from error
    if not result.boxes:
        raise UserError(f"{path}: no row holds a box" + (f" ({result.bad_rows[0]})" if result.bad_rows else ""))
    return result


def _take_row(result: BoxFile, number: int, row: dict[str, str | None]) -> None:
    try:
        x1, y1, x2, y2 = (float(row[corner] or "") for corner in _CORNERS)
        if not all(map(math.isfinite, (x1, y1, x2, y2))):
            raise ValueError("a corner is not a finite number")
        box = Box(x1=x1, y1=y1, x2=x2, y2=y2)
        if not row["photo"]:
            raise ValueError("it names no photo")
    except ValueError as error:
        result.bad_rows.append(f"row {number}: {error}")
        return
    given = GivenBox(box=box, category=row.get("category") or "")
    result.boxes.setdefault(row["photo"], []).append(given)
