"""Annotated clips as a CSV file without a picture: whoever has the films makes the same clips of it.

A row is one person's word on one clip::

    movie,timestamp,person,x1,y1,x2,y2,who,categories,discard,adjudicates
    5BDj0ow5hnA,0902,3,0.077,0.151,0.283,0.811,anna,Jacket|Jeans,,

Corners are fractions of the frame. Where `who` is empty, nobody has judged the clip yet.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wildwear.datasets.exports.names import safe_cell
from wildwear.errors import MissingColumn, StorageError, UnknownName, UnreadableInput, UserError
from wildwear.files import write_durably
from wildwear.movies.ava import seconds
from wildwear.movies.clip_log import Annotation, ClipLog, Discard, words_of
from wildwear.movies.clip_windows import KeyBox, box_at, rounded
from wildwear.records import Rejection, Report
from wildwear.tables import CLIPS
from wildwear.taxonomy import Taxonomy
from wildwear.workspace import Workspace

_PLACED = ("movie", "timestamp", "x1", "y1", "x2", "y2")
"""The columns that must be there."""
_COLUMNS = ("movie", "timestamp", "person", "x1", "y1", "x2", "y2", "who", "categories", "discard", "adjudicates")
_LARGEST = 500_000_000  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotated:
    """What a file of annotated clips says."""

    boxes: tuple[KeyBox, ...]
    words: tuple[Annotation, ...]
    rejections: tuple[Rejection, ...]


def save_annotations(workspace: Workspace, path: Path) -> Report:
    """Writes what stands of the workspace's annotations, in order of film and time; raises `UserError` for none."""
    words = words_of(workspace)
    clips = {row["clip_id"]: row for row in _placed(workspace)}
    said = {**words.by_clip}
    rows = []
    for clip_id in [one for one in clips if one in said or one in words.adjudicated]:
        by_who = sorted(said.get(clip_id, {}).items())
        settled = [words.adjudicated[clip_id]] if clip_id in words.adjudicated else []
        rows += [_cells(clips[clip_id], one) for one in [word for _, word in by_who] + settled]
    if not rows:
        raise UserError("nobody has said anything of a clip yet: run 'wildwear clips annotate --as NAME'")
    lines = [",".join(_COLUMNS), *(_line(cells) for cells in rows)]
    try:
        write_durably(path, ("\n".join(lines) + "\n").encode())
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror or error}") from error
    return Report(
        verb="clips save",
        done={"words of annotators": len(rows), "annotators": len(words.annotators)},
        skipped={"words on clips that are not in the table": len((said.keys() | words.adjudicated) - clips.keys())},
        notes=(f"who has the films makes these clips with: wildwear clips build FILMS --annotated {path}",),
    )


def read_annotated(path: Path, taxonomy: Taxonomy) -> Annotated:
    """Reads such a file; a row that cannot be taken is a rejection with its number.

    Raises `UnreadableInput` for a file that is not there or holds no clip, `MissingColumn` for one without corners.
    """
    boxes: dict[str, KeyBox] = {}
    words: list[Annotation] = []
    rejections: list[Rejection] = []
    for number, row in _rows(path):
        try:
            box = _box(row)
            word = _word(box.clip_id, row, taxonomy)
        except ValueError as error:
            reason = "unknown_category" if isinstance(error, UnknownName) else "bad_row"
            rejections.append(Rejection(source=str(path), row=number, reason=reason, detail=str(error)))
            continue
        boxes.setdefault(box.clip_id, box)
        words += [word] if word else []
    if not boxes:
        first = f": row {rejections[0].row}: {rejections[0].detail}" if rejections else ""
        raise UnreadableInput(f"{path} holds no clip{first}")
    return Annotated(boxes=tuple(boxes.values()), words=tuple(words), rejections=tuple(rejections))


def take_over(workspace: Workspace, words: Sequence[Annotation]) -> int:
    """Adds to the log what was never said there, and says how much: whoever has thought better of it since stays by
    that."""
    log = ClipLog(workspace)
    said = set(log.since(0))
    new = [word for word in words if word not in said]
    log.append(new)
    return len(new)


def _placed(workspace: Workspace) -> list[dict[str, Any]]:
    columns = ["clip_id", "movie", "timestamp", "person", "track"]
    rows: list[dict[str, Any]] = workspace.table(CLIPS).read(columns).to_pylist()
    return sorted(rows, key=lambda row: (row["movie"], seconds(str(row["timestamp"])), row["clip_id"]))


def _cells(clip: Mapping[str, Any], word: Annotation) -> list[object]:
    track = [(known["time"], tuple(known["box"])) for known in clip["track"]]
    corners = rounded(box_at(track, seconds(str(clip["timestamp"]))))
    said = ["|".join(word.categories), word.discard or "", "yes" if word.adjudicates else ""]
    return [clip["movie"], clip["timestamp"], clip["person"], *corners, word.who, *said]


def _line(cells: list[object]) -> str:
    texts = [str(safe_cell(cell)) for cell in cells]
    return ",".join(f'"{text.replace(chr(34), chr(34) * 2)}"' if set(text) & set(',"\r\n') else text for text in texts)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        if path.stat().st_size > _LARGEST:
            raise UnreadableInput(f"{path} is larger than {_LARGEST:,} bytes")
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            for column in _PLACED:
                if column not in (reader.fieldnames or ()):
                    raise MissingColumn(column, reader.fieldnames or (), str(path))
            for row in reader:
                yield reader.line_num, {key: _plain(value) for key, value in row.items() if key and value}
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableInput(f"{path} is not a CSV file: {error}") from error


def _plain(cell: str) -> str:
    """Without the apostrophe that `safe_cell` puts in front."""
    return cell[1:] if cell[:1] == "'" and safe_cell(cell[1:]) != cell[1:] else cell.strip()


def _box(row: Mapping[str, str]) -> KeyBox:
    """Raises `ValueError` for a row without a film, a time or a box in the frame."""
    x1, y1, x2, y2 = (float(row.get(column, "nan")) for column in ("x1", "y1", "x2", "y2"))
    if not (0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1):
        raise ValueError(f"{x1:g}, {y1:g}, {x2:g}, {y2:g} are no corners: fractions of the frame, 0 to 1")
    if not row.get("movie", "").isprintable() or not row.get("movie"):
        raise ValueError("it names no movie")
    timestamp = row.get("timestamp", "")
    seconds(timestamp)
    corners = rounded((x1, y1, x2, y2))
    return KeyBox(movie=row["movie"], person=row.get("person", ""), timestamp=timestamp, corners=corners)


def _word(clip_id: str, row: Mapping[str, str], taxonomy: Taxonomy) -> Annotation | None:
    """Raises `ValueError` for categories or a reason that do not exist, and `UnknownName` among those."""
    if not row.get("who"):
        return None
    names = [name.strip() for name in row.get("categories", "").split("|") if name.strip()]
    categories = tuple(dict.fromkeys(taxonomy.category(name).name for name in names))
    discard = row.get("discard")
    if discard and discard not in list(Discard):
        raise UnknownName("reason to discard", discard, list(Discard))
    if bool(categories) == bool(discard):
        raise ValueError("it says either categories or a reason to discard")
    return Annotation(
        clip_id=clip_id,
        who=row["who"],
        categories=categories,
        discard=Discard(discard) if discard else None,
        adjudicates=bool(row.get("adjudicates")),
    )
