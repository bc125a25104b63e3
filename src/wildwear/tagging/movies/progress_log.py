"""How far the tagging of one movie has come: JSON Lines that a killed run goes on from.

The first line says what is being done (the file, the model, the settings); a log of anything else is begun anew. Then
comes a line a finished shot, and one for the end. Whatever is said of a movie is read from its log, so that it does not
matter in how many runs the log was written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from wildwear.files import fsync
from wildwear.tagging.outputs.base import storage

FORMAT = 1


@dataclass(slots=True, kw_only=True)
class Recorded:
    """What a log holds."""

    header: dict[str, Any] = field(default_factory=dict)
    shots: list[dict[str, Any]] = field(default_factory=list)
    end: dict[str, Any] | None = None
    """What was said at the end; None where the run was stopped before."""


class ProgressLog:
    """A log that is open for writing; what it held before, of the same work, is in `recorded`.

    There, shots have neither thumbnails nor the points of their tracks; `read_log` gives them whole.
    """

    def __init__(self, path: Path, header: Mapping[str, Any]) -> None:
        wanted = {"format": FORMAT, **header}
        with storage(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self.recorded, length = _read(path, _light) if path.exists() else (Recorded(), 0)
            fresh = self.recorded.header != json.loads(json.dumps(wanted))
            self._handle: IO[bytes] = path.open("wb" if fresh else "r+b")
            if fresh:
                self.recorded = Recorded(header=wanted)
                self._write(wanted)
                fsync(path.parent)
            else:
                self._handle.truncate(length)
                self._handle.seek(length)

    def shot(self, record: dict[str, Any]) -> None:
        """Adds what was found in a shot; it is on the disk when this returns."""
        self.recorded.shots.append(_light(record))
        self._write({"shot": record})

    def end(self, record: dict[str, Any]) -> None:
        self.recorded.end = record
        self._write({"end": record})

    def begin_anew(self) -> None:
        """Forgets the shots: a movie whose times had to be mended cannot be gone on with in its middle."""
        self._handle.seek(0)
        self._handle.truncate()
        self.recorded = Recorded(header=self.recorded.header)
        self._write(self.recorded.header)

    def close(self) -> None:
        self._handle.close()

    def _write(self, record: Mapping[str, Any]) -> None:
        with storage(Path(self._handle.name)):
            self._handle.write(json.dumps(record).encode() + b"\n")
            self._handle.flush()
            os.fsync(self._handle.fileno())


def read_log(path: Path) -> Recorded:
    """What the log at `path` holds; a last line that was cut off is none."""
    with storage(path):
        return _read(path)[0]


def _light(shot: dict[str, Any]) -> dict[str, Any]:
    """A shot without what only readers want: that of three hours would fill the memory."""
    tracks = [
        {name: value for name, value in track.items() if name != "thumbnail"}
        | {"tags": {**track["tags"], "points": []}}
        for track in shot["tracks"]
    ]
    return {**shot, "tracks": tracks}


def _read(path: Path, kept: Callable[[dict[str, Any]], dict[str, Any]] = lambda shot: shot) -> tuple[Recorded, int]:
    """What a log holds, and up to which byte it is whole."""
    recorded, length = Recorded(), 0
    with path.open("rb") as lines:
        for line in lines:
            record = _parsed(line)
            if record is None:
                break
            if not recorded.header:
                recorded.header = record
            elif "shot" in record:
                recorded.shots.append(kept(record["shot"]))
            else:
                recorded.end = record.get("end")
            length += len(line)
    return recorded, length


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return record if isinstance(record, dict) else None
