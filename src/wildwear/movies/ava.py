"""AVA's CSV files of boxes (Gu et al. 2018, arXiv:1705.08421): who is where in a film, once a second.

No header; `video_id,middle_frame_timestamp,x1,y1,x2,y2,action_id,person_id`, a row for each box and action. Files of
predicted boxes leave the action empty, and have a score where the person is due.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from pathlib import Path

from wildwear.errors import UnreadableInput
from wildwear.records import Box, Rejection

Corners = tuple[float, float, float, float]
"""Left, top, right, bottom, as fractions of the frame's width and height."""

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_PICKLE = re.compile(rb"\x80[\x02-\x05]|[(\]}][dlpq]")
_LONGEST_LINE = 2_000  # characters
_COLUMNS = (7, 8)  # the first release had no persons


@dataclass(frozen=True, slots=True, kw_only=True)
class AvaBox:
    """One person at one time, whatever they do."""

    video: str
    timestamp: str
    """Seconds from the film's start, as the file writes them: `0902`."""
    corners: Corners
    person: str = ""
    """Counts within a film; empty where the file does not say."""
    actions: tuple[str, ...] = ()
    """In the order of the file."""
    score: float = 1.0
    """0 to 1; 1 where people drew the box."""
    predicted: bool = False
    """Whether a detector made the box: it has a score, and neither actions nor a person."""

    @property
    def time(self) -> Fraction:
        """The timestamp as a number of seconds."""
        return seconds(self.timestamp)

    def in_pixels(self, width: int, height: int) -> Box:
        """The box in a frame of that size."""
        x1, y1, x2, y2 = self.corners
        return Box(x1=x1 * width, y1=y1 * height, x2=x2 * width, y2=y2 * height)


@dataclass(frozen=True, slots=True, kw_only=True)
class AvaBoxes:
    """What a file of boxes says."""

    rows: int
    """All that are not blank, whatever became of them."""
    boxes: tuple[AvaBox, ...]
    """In the order of the file."""
    excluded: tuple[AvaBox, ...] = ()
    """Boxes at timestamps that are to be left out."""
    predicted: bool = False
    """Whether a detector made any of the boxes."""
    rejections: tuple[Rejection, ...] = ()

    @property
    def videos(self) -> tuple[str, ...]:
        """The films, in the order of the file."""
        return tuple(dict.fromkeys(box.video for box in self.boxes))

    def of(self, video: str) -> tuple[AvaBox, ...]:
        """The boxes of one film."""
        return tuple(box for box in self.boxes if box.video == video)


class _Unusable(Exception):
    """A row that is no box; the message is the reason."""


def read_ava(path: Path, excluded: Path | None = None) -> AvaBoxes:
    """Reads a file of boxes; those at the timestamps of the file `excluded` (`video_id,sec`) are set apart.

    A row that cannot be taken is a rejection with its number. Raises `UnreadableInput` for a file that is not there,
    is a pickle (which is never loaded), or holds no box.
    """
    left_out = read_excluded(excluded) if excluded else frozenset()
    taken: list[AvaBox] = []
    rejections: list[Rejection] = []
    for number, cells in _lines(path):
        try:
            taken.append(_box(cells))
        except _Unusable as reason:
            shown = ",".join(cells)[:200]
            rejections.append(Rejection(source=str(path), row=number, reason=str(reason), detail=shown))
    if not taken:
        why = f"; row {rejections[0].row} is {rejections[0].detail!r} ({rejections[0].reason})" if rejections else ""
        raise UnreadableInput(f"{path} holds no box of AVA's form{why}")
    boxes = _collapsed(taken)
    return AvaBoxes(
        rows=len(taken) + len(rejections),
        boxes=tuple(box for box in boxes if (box.video, box.time) not in left_out),
        excluded=tuple(box for box in boxes if (box.video, box.time) in left_out),
        predicted=any(box.predicted for box in boxes),
        rejections=tuple(rejections),
    )


def read_excluded(path: Path) -> frozenset[tuple[str, Fraction]]:
    """The films and seconds of a file of excluded timestamps; raises `UnreadableInput` with the row that is none."""
    found = set()
    for number, cells in _lines(path):
        if len(cells) != 2 or not cells[0] or not _SECONDS.fullmatch(cells[1]):
            raise UnreadableInput(f"{path}, row {number}: {','.join(cells)[:200]!r} is not video_id,sec")
        found.add((cells[0], seconds(cells[1])))
    return frozenset(found)


@lru_cache(maxsize=4096)
def seconds(text: str) -> Fraction:
    """A timestamp of AVA's form as seconds; raises `ValueError` for another.

    >>> seconds("0902"), seconds("902.50")
    (Fraction(902, 1), Fraction(1805, 2))
    """
    if not _SECONDS.fullmatch(text):
        raise ValueError(f"{text!r} is not a number of seconds")
    return Fraction(text)


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The number and the stripped cells of each line that is not blank.

    Raises `UnreadableInput` for a file of another kind.
    """
    if not path.is_file():
        raise UnreadableInput(f"{path} is not there, or not a file")
    try:
        with path.open("rb") as handle:
            if _PICKLE.match(handle.read(2)) or path.suffix in (".pkl", ".pickle"):
                raise UnreadableInput(f"{path} is a pickle, which can run anything: give the CSV file of the boxes")
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = iter(partial(file.readline, _LONGEST_LINE), "")
            reader = csv.reader(lines, strict=True)
            for row in reader:
                cells = [cell.strip() for cell in row]
                if any(cells):
                    yield reader.line_num, cells
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableInput(f"{path} is not a CSV file: {error}") from error


def _box(cells: list[str]) -> AvaBox:
    """One row as a box, with its one action; raises `_Unusable`."""
    if len(cells) not in _COLUMNS:
        raise _Unusable("columns")
    video, timestamp, x1, y1, x2, y2, action, last = cells if len(cells) == 8 else [*cells, ""]
    if not video or not video.isprintable():
        raise _Unusable("video_id")
    if not _SECONDS.fullmatch(timestamp):
        raise _Unusable("timestamp")
    scored = not action and "." in last  # persons are whole numbers
    return AvaBox(
        video=video,
        timestamp=timestamp,
        corners=_corners([x1, y1, x2, y2]),
        person="" if scored else last,
        actions=(action,) if action else (),
        score=_fraction(last, "score") if scored else 1.0,
        predicted=scored,
    )


def _corners(cells: list[str]) -> Corners:
    if not any(cells):
        raise _Unusable("no_box")
    x1, y1, x2, y2 = (_fraction(cell, "corners") for cell in cells)
    if not (x1 < x2 and y1 < y2):
        raise _Unusable("corners")
    return x1, y1, x2, y2


def _fraction(text: str, what: str) -> float:
    """A number from 0 to 1."""
    try:
        value = float(text)
    except ValueError as error:
        raise _Unusable(what) from error
    if not 0 <= value <= 1:
        raise _Unusable(what)
    return value


def _collapsed(boxes: Iterable[AvaBox]) -> list[AvaBox]:
    """One box for those that differ in their action alone, in order."""
    groups: dict[object, list[AvaBox]] = {}
    for box in boxes:
        groups.setdefault((box.video, box.time, box.corners, box.person, box.score), []).append(box)
    return [
        replace(group[0], actions=tuple(dict.fromkeys(action for box in group for action in box.actions)))
        for group in groups.values()
    ]
