"""JSON Lines: one object a photograph, as `wildwear.tagging.tags` documents it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wildwear.errors import UnreadableInput
from wildwear.tagging.outputs.base import Entry, TextFile, storage
from wildwear.tagging.tags import FailedPhoto, Tags, outcome_from_json


class JsonOutput:
    """Writes, and can go on with what a run before it has written."""

    view_side = 0

    def __init__(self, path: Path | None, top: int) -> None:
        del top
        self._file = TextFile(path)
        self._resumed = False

    def begin(self) -> None:
        self._file.open(keep=self._resumed)

    def write(self, entry: Entry) -> None:
        self._file.write(_line(entry.outcome.to_json()))

    def close(self, *, whole: bool = True) -> None:
        self._file.close(whole=whole)

    def resume(self) -> Iterator[Tags | FailedPhoto]:
        """What is there already, read from the draft of a run that was stopped, else from a finished file.

        A last line that was cut off is taken away. Raises `UnreadableInput` for a file that holds something else.
        """
        draft, path = self._file.draft, self._file.path
        if draft is None or path is None:
            return
        with storage(draft):
            if not draft.exists() and path.exists():
                draft.parent.mkdir(parents=True, exist_ok=True)
                draft.write_bytes(path.read_bytes())
        self._resumed = draft.exists()
        if self._resumed:
            _drop_torn_line(draft)
            yield from _outcomes(draft)


def _line(record: dict[str, Any]) -> str:
    text = json.dumps(record, ensure_ascii=False)
    return (text if text.isprintable() else json.dumps(record)) + "\n"


def _drop_torn_line(path: Path) -> None:
    with storage(path), path.open("rb+") as handle:
        end = handle.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - 65_536)
            handle.seek(start)
            newline = handle.read(end - start).rfind(b"\n")
            if newline >= 0:
                handle.truncate(start + newline + 1)
                return
            end = start
        handle.truncate(0)


def _outcomes(path: Path) -> Iterator[Tags | FailedPhoto]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield outcome_from_json(json.loads(line))
            except (KeyError, TypeError, ValueError) as error:
                raise UnreadableInput(f"{path}, line {number}, holds no tags: leave out --resume ({error})") from error
