"""The lists of DeepFashion's Category and Attribute Prediction Benchmark (Liu et al. 2016), read and checked.

Each begins with a count and a line of column names; a row is a name and its values, padded with spaces. A label is a
position in the list of categories: an edited copy of that list gives every picture after the edit another name, so
that the original alone is taken.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TextIO

from wildwear.datasets.deepfashion_files import Pictures, find_list, find_pictures
from wildwear.datasets.entries import Entry, parse_box
from wildwear.datasets.splitting import SPLIT_NAMES
from wildwear.errors import UnreadableInput
from wildwear.records import Rejection
from wildwear.taxonomy import load_taxonomy

CATEGORIES, LABELS, BOXES, SIDES = (
    "list_category_cloth.txt",
    "list_category_img.txt",
    "list_bbox.txt",
    "list_eval_partition.txt",
)
_COLUMN_NAMES = ("category_name", "image_name")
_TYPES = {"upper": "1", "lower": "2", "full": "3"}
_TWICE = "listed twice, with different values"
_LONGEST_NAME = 4096  # what Linux takes for a path

Row = tuple[int, str, tuple[str, ...]]
"""Its line, counted from 1; its name; its values, none where there are too few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What the lists say of the pictures."""

    source: Path
    """The list of labels; rows are counted as its lines, from 1."""
    entries: Sequence[Entry]
    """With the category by name, the product folder as the group, the official side, and the box in pixels."""
    rejections: Sequence[Rejection]
    notes: tuple[str, ...]
    """What a person should know of the lists."""


def read_lists(folder: Path, *, boxes: bool = True, merged: bool = False) -> Listed:
    """The rows of the benchmark in `folder`; with `boxes`, a row needs one.

    Raises `UnreadableInput` for what is not there, not unpacked, or an edited copy. The four categories whose
    pictures the benchmark merged into Dress may have some only with `merged`.
    """
    lists = {name: find_list(folder, name) for name in (CATEGORIES, LABELS, SIDES, *((BOXES,) if boxes else ()))}
    notes = [f"lists from {', '.join(str(path.relative_to(folder)) for path in lists.values())}"]
    categories = _read_categories(lists[CATEGORIES], notes)
    sides = _by_name(lists[SIDES], 1, notes)
    pictures = find_pictures(folder, [name for name in sides if not _unsafe(name)], sized=boxes)
    notes.append(f"pictures from {pictures.root}")
    reader = _Reader(
        categories=categories,
        sides=sides,
        boxes=_by_name(lists[BOXES], 4, notes) if boxes else None,
        pictures=pictures,
    )
    entries, rejections = reader.read(lists[LABELS], notes)
    if not merged:
        _refuse_merged(lists[LABELS], entries)
    return Listed(source=lists[LABELS], entries=entries, rejections=rejections, notes=tuple(notes))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Joins the row of a label with what the other lists say of its picture."""

    categories: tuple[str, ...]
    sides: Mapping[str, str]
    boxes: Mapping[str, str] | None
    pictures: Pictures

    def read(self, path: Path, notes: list[str]) -> tuple[list[Entry], list[Rejection]]:
        entries: list[Entry] = []
        rejections: list[Rejection] = []
        seen: set[str] = set()
        for row in _rows(path, 1, notes):
            read = ("listed_twice", row[1]) if row[1] in seen else self._entry(row)
            if isinstance(read, Entry):
                entries.append(read)
                seen.add(read.listing)
            else:
                rejections.append(Rejection(source=str(path), row=row[0], reason=read[0], detail=read[1]))
        return entries, rejections

    def _entry(self, row: Row) -> Entry | tuple[str, str]:
        """The row as an entry, or a reason and detail of why it is none."""
        number, name, values = row
        if not values or len(name) > _LONGEST_NAME or _unreadable(name):
            return "unreadable_row", repr(name[:80])
        file = self.pictures.file(name)
        if _unsafe(name) or not file.resolve().is_relative_to(self.pictures.root):
            return "outside_images", name
        if not (values[0].isdecimal() and 1 <= int(values[0][:9]) <= len(self.categories)):
            return "bad_label", f"{name}: {values[0][:20]}"
        side = self.sides.get(name, "")
        if side.casefold() not in SPLIT_NAMES:
            return "no_split", f"{name}: {side or 'not in ' + SIDES}"
        try:
            box = None if self.boxes is None else parse_box(self.boxes[name].split())
        except KeyError:
            return "no_box", f"{name}: not in {BOXES}"
        except ValueError:
            return "bad_box", f"{name}: {self.boxes and self.boxes[name]}"
        label = self.categories[int(values[0]) - 1]
        return Entry(row=number, file=file, label=label, group=_product(name), split=side, box=box, listing=name)


def _read_categories(path: Path, notes: list[str]) -> tuple[str, ...]:
    """The fifty names in the order that labels count; raises `UnreadableInput` for any other list."""
    original = load_taxonomy("deepfashion")
    remedy = (
        "Labels are positions in this list, and would name other categories: "
        "put the original one in its place, that stands in docs/deepfashion.md"
    )
    rows = list(_rows(path, 1, notes, remedy))
    names = tuple(name for _, name, _ in rows)
    for place, name in enumerate(original.names):
        if names[place : place + 1] != (name,):
            there = names[place] if place < len(names) else "missing"
            raise UnreadableInput(f"{path}: category {place + 1} is {there}, and {name} in the original. {remedy}")
    if len(names) > len(original.names):
        raise UnreadableInput(f"{path}: category {len(original.names) + 1} is {names[-1]}, of 50. {remedy}")
    for number, name, values in rows:
        if values != (_TYPES[original.region(name)],):
            raise UnreadableInput(f"{path}, line {number}: {name} is of type {_TYPES[original.region(name)]}. {remedy}")
    return names


def _by_name(path: Path, columns: int, notes: list[str]) -> dict[str, str]:
    """The values of each name, separated by spaces; `_TWICE` where two rows differ."""
    found: dict[str, str] = {}
    for _, name, values in _rows(path, columns, notes):
        value = sys.intern(" ".join(values))  # there are three sides, and boxes recur
        if found.setdefault(name, value) != value:
            found[name] = _TWICE
    return found


def _rows(path: Path, columns: int, notes: list[str], remedy: str = "") -> Iterator[Row]:
    """The rows of a list, one by one; in the end raises `UnreadableInput` if they are not as many as line 1 says."""
    stated, there_are = None, 0
    with _opened(path) as file:
        for number, line in enumerate(file, 1):
            words = line.split(None, 1)
            if not words or (number <= 2 and words[0] in _COLUMN_NAMES):
                continue
            if number == 1 and len(words) == 1 and words[0].isdecimal():
                stated = int(words[0][:12])
                continue
            name, *values = line.strip().rsplit(None, columns)
            there_are += 1
            yield number, name, tuple(values) if len(values) == columns else ()
    if stated is None:
        notes.append(f"{path.name} has lost its count, and may be cut off: it has {there_are:,} rows")
    elif stated != there_are:
        remedy = remedy or "Get it again, or correct its first line if it is meant to be so"
        raise UnreadableInput(f"{path}: its first line says {stated:,} rows, and there are {there_are:,}. {remedy}")


def _opened(path: Path) -> TextIO:
    try:
        return path.open(encoding="utf-8-sig", errors="surrogateescape")
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror or error}") from error


def _refuse_merged(path: Path, entries: Sequence[Entry]) -> None:
    """The benchmark gives four categories no picture: where they have some, labels count in another list."""
    original = load_taxonomy("deepfashion")
    merged = set(original.names) - set(original.selection("deepfashion-46"))
    found = Counter(entry.label for entry in entries if entry.label in merged)
    for name, count in found.most_common(1):
        raise UnreadableInput(
            f"{path}: {count:,} pictures are labelled {original.names.index(name) + 1} ({name}), and none in the "
            "original: an edited copy, whose labels may count in another list. --categories 50 takes it as it is"
        )


def _product(name: str) -> str:
    """The product folder of a picture, or its own name where it lies in none."""
    folder = name.rpartition("/")[0]
    return name if folder in ("", "img") else sys.intern(folder)


def _unreadable(name: str) -> bool:
    return "\0" in name or any("\ud800" <= char <= "\udfff" for char in name)


def _unsafe(name: str) -> bool:
    """Whether a name leads out of the folder, here or on another system."""
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name
