"""What every form of output shares: the protocol, and files that are there whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import numpy as np
from numpy.typing import NDArray

from wildwear.errors import StorageError
from wildwear.files import fsync
from wildwear.tagging.photos import Photo
from wildwear.tagging.tags import FailedPhoto, Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One photograph on its way into the outputs."""

    photo: Photo
    outcome: Tags | FailedPhoto
    view: NDArray[np.uint8] | None = None
    """The upright picture, H × W × 3 in 0 to 255, perhaps reduced; None where no output asked for it."""


class Output(Protocol):
    """A form that tags are written in. `begin` is called once, then `write` for each photograph, then `close`."""

    view_side: int
    """The long side, in pixels, of the picture that it wants to see with each entry; 0 for none."""

    def begin(self) -> None:
        """Makes what is needed before the first photograph; raises `StorageError` where it cannot."""

    def write(self, entry: Entry) -> None:
        """Takes one photograph; keeps none in memory."""

    def close(self, *, whole: bool = True) -> None:
        """Puts the output, safe on the disk, in its place; where it is not `whole`, leaves a draft of it."""


class TextFile:
    """A text file that is written as a draft beside its place, or standard output where `path` is None."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.draft = None if path is None else path.with_name(path.name + ".draft")
        self._handle: IO[str] = sys.stdout

    def open(self, *, keep: bool = False) -> None:
        """Starts the draft anew, or goes on with the one that is there if `keep`."""
        if self.draft is not None:
            with storage(self.draft):
                self.draft.parent.mkdir(parents=True, exist_ok=True)
                mode = "a" if keep else "w"
                self._handle = self.draft.open(mode, encoding="utf-8", errors="backslashreplace", newline="")

    def write(self, text: str) -> None:
        with storage(self.draft):
            self._handle.write(text)
            self._handle.flush()

    def close(self, *, whole: bool) -> None:
        if self.draft is None or self.path is None or self._handle is sys.stdout:
            return
        with storage(self.draft), self._handle:
            self._handle.flush()
            os.fsync(self._handle.fileno())
        if whole:
            with storage(self.path):
                self.draft.replace(self.path)
                fsync(self.path.parent)


@contextmanager
def storage(path: Path | None) -> Iterator[None]:
    """Turns what the operating system says into one plain line."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        problem = (error.strerror or str(error)).lower()
        raise StorageError(f"cannot write {path or 'to standard output'}: {problem}") from error
