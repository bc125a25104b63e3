"""What every format of export shares: what it is handed, what it must do, and what it may know."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from wildwear.datasets.exports.classes import Classes, ExportClass
from wildwear.records import Box


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSample:
    """What one sample says of the picture that it is in."""

    sample_id: str
    label: int
    """The number of its class."""
    labels: tuple[str, ...]
    """The set of categories of which any is right."""
    region: str
    box: Box | None
    """In pixels of the picture that is written; None where that shows the sample alone."""
    crop: Box | None
    """Where that picture was cut out of the stored one, in pixels of it."""
    group: str
    given_split: str
    source: str

    def facts(self) -> dict[str, Any]:
        """What every format says of it beside its class and box."""
        return {
            "labels": self.labels,
            "region": self.region,
            "group": self.group,
            "source": self.source,
            "given_split": self.given_split,
            "sample_id": self.sample_id,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPicture:
    """A picture with all of its samples on one side. Pictures come by side, then in order of their ids (hashes)."""

    image_id: str
    split: str
    bytes: bytes
    """A JPEG, upright."""
    width: int
    height: int
    samples: tuple[ExportSample, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a format knows of an export before the first picture."""

    name: str
    """Of the dataset."""
    folder: Path
    """An empty folder that becomes the export once all is written."""
    open_files: ExitStack
    """Closes what a format has opened and not yet closed, whatever happens."""
    classes: Classes
    shard_bytes: int

    def class_of(self, sample: ExportSample) -> ExportClass:
        return self.classes.listed[sample.label]


class Writer(Protocol):
    """A format at work. `write` is called for each picture, then `close`; neither keeps pictures in memory."""

    def write(self, picture: ExportPicture) -> None:
        """Takes one picture; raises `OSError` where it cannot be written."""

    def close(self) -> None:
        """Writes what can be known only at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How one format is made."""

    make: Callable[[Job], Writer]
    crops: bool | None
    """Whether boxes are cut out of their pictures unless a person says otherwise; None: they cannot be."""
    read_with: str
    """How a person reads the export, with `{out}` for its folder."""


class JsonArray:
    """A JSON object `{..., "name": [item, ...]}` whose last value is written item by item, one a line."""

    def __init__(self, file: IO[str], head: dict[str, Any], name: str) -> None:
        fields = [f"{json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items()]
        self._file = file
        self._file.write("{" + "".join(fields))
        self.begin(name)

    def begin(self, name: str) -> None:
        self._file.write(f"{json.dumps(name)}: [")
        self._separator = "\n"

    def add(self, line: str) -> None:
        """Takes an item that is JSON already, on one line."""
        self._file.write(self._separator + line)
        self._separator = ",\n"

    def end(self, *, last: bool = True) -> None:
        self._file.write("\n]}\n" if last else "\n],\n")
