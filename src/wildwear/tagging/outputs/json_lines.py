"""JSON Lines: a file of one object a line that can be gone on with after a kill."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from wildwear.errors import UnreadableInput
from wildwear.tagging.outputs.base import TextFile, storage

T = TypeVar("T")


class JsonLines:
    """Writes objects to a file, or to standard output where `path` is None."""

    def __init__(self, path: Path | None) -> None:
        self._file = TextFile(path)
        self._resumed = False

    def begin(self) -> None:
        self._file.open(keep=self._resumed)

    def write(self, record: Mapping[str, Any]) -> None:
        text = json.dumps(record, ensure_ascii=False)
        self._file.write((text if text.isprintable() else json.dumps(record)) + "\n")

    def close(self, *, whole: bool = True) -> None:
        self._file.close(whole=whole)

    def resume(self, parse: Callable[[Mapping[str, Any]], T]) -> Iterator[T]:
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
            yield from _parsed(draft, parse)


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


def _parsed(path: Path, parse: Callable[[Mapping[str, Any]], T]) -> Iterator[T]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield parse(json.loads(line))
            except (KeyError, TypeError, ValueError) as error:
                raise UnreadableInput(f"{path}, line {number}, holds no tags: leave out --resume ({error})") from error
