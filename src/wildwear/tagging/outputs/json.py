"""JSON Lines: one object a photograph, as `wildwear.tagging.tags` documents it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wildwear.tagging.outputs.base import Entry
from wildwear.tagging.outputs.json_lines import JsonLines
from wildwear.tagging.tags import FailedPhoto, Tags, outcome_from_json


class JsonOutput:
    """Writes, and can go on with what a run before it has written."""

    view_side = 0

    def __init__(self, path: Path | None, top: int) -> None:
        del top
        self._lines = JsonLines(path)

    def begin(self) -> None:
        self._lines.begin()

    def write(self, entry: Entry) -> None:
        self._lines.write(entry.outcome.to_json())

    def close(self, *, whole: bool = True) -> None:
        self._lines.close(whole=whole)

    def resume(self) -> Iterator[Tags | FailedPhoto]:
        """What is there already; see `JsonLines.resume`."""
        return self._lines.resume(outcome_from_json)
