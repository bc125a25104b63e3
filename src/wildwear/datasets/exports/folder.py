"""Image folders, `SPLIT/CLASS/SAMPLE.jpg`, as torchvision's `ImageFolder` and many trainers read them.

`manifest.csv` beside them says all there is to say of each file, and `labels.toml` which set of categories a class
stands for; `wildwear dataset import` reads both.
"""

from __future__ import annotations

import csv
import json

from wildwear.datasets.exports.base import ExportPicture, ExportSample, Job
from wildwear.datasets.exports.names import safe_cell, safe_name
from wildwear.records import Box

MANIFEST = "manifest.csv"
LABELS = "labels.toml"

_COLUMNS = (
    *("file", "label", "labels", "region", "split", "x1", "y1", "x2", "y2"),
    *("crop_x1", "crop_y1", "crop_x2", "crop_y2", "width", "height"),
    *("group", "source", "given_split", "sample_id", "image_id"),
)


class FolderWriter:
    """One file a sample."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._folders = [safe_name(name) for name in job.classes.names]
        path = job.folder / MANIFEST
        file = path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
        self._manifest = csv.writer(job.open_files.enter_context(file))
        self._manifest.writerow(_COLUMNS)

    def write(self, picture: ExportPicture) -> None:
        for sample in picture.samples:
            folder = self._folders[sample.label]
            file = f"{safe_name(picture.split)}/{folder}/{safe_name(sample.sample_id)}.jpg"
            path = self._job.folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture.bytes)
            self._manifest.writerow(map(safe_cell, self._row(file, folder, picture, sample)))

    def close(self) -> None:
        lines = ["# What each class stands for: any of these is right.", "[labels]"]
        for folder, one in zip(self._folders, self._job.classes.listed, strict=True):
            lines.append(f"{_quoted(folder)} = [{', '.join(map(_quoted, one.members))}]")
        (self._job.folder / LABELS).write_text("\n".join(lines) + "\n", encoding="ascii")

    def _row(self, file: str, folder: str, picture: ExportPicture, sample: ExportSample) -> tuple[object, ...]:
        return (
            *(file, folder, "|".join(sample.labels), sample.region, picture.split),
            *_corners(sample.box),
            *_corners(sample.crop),
            *(picture.width, picture.height, _line(sample.group), _line(sample.source), _line(sample.given_split)),
            *(sample.sample_id, picture.image_id),
        )


def _corners(box: Box | None) -> tuple[object, ...]:
    return box.as_tuple() if box else ("", "", "", "")


def _line(text: str) -> str:
    """Without NUL, which readers of CSV refuse."""
    return text.replace("\0", "")


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's, but for one character that JSON leaves bare."""
    return json.dumps(text).replace("\x7f", "\\u007f")
