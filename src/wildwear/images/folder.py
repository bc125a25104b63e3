"""Reads pictures from the images folder, and nothing outside it (case 8)."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path, PurePosixPath

from wildwear.images.addresses import Refused
from wildwear.records import Failure


class Unreadable(Exception):
    """A file of the folder that could not be read; `failure` is what its row records."""

    def __init__(self, reason: str, detail: str, *, transient: bool = True) -> None:
        self.failure = Failure(reason=reason, detail=detail, transient=transient)
        super().__init__(f"{reason}: {detail}")


def is_below(folder: Path, reference: str) -> bool:
    """Whether there is anything at the relative path `reference` in the folder."""
    try:
        _target(folder, reference)
    except (Unreadable, Refused):
        return False
    return True


def read_below(folder: Path, reference: str, max_bytes: int) -> bytes:
    """The bytes of the picture at the relative path `reference`.

    Links are followed as long as they stay inside the folder. Raises `Refused` for a path that leads out of it, and
    `Unreadable` for a file that is missing, too large, or no plain file.
    """
    target = _target(folder, reference)
    try:
        return _read(target, max_bytes)
    except OSError as error:
        raise Unreadable("unreadable_file", error.strerror or str(error)) from None


def _target(folder: Path, reference: str) -> Path:
    path = PurePosixPath(reference)
    if path.is_absolute() or ".." in path.parts or "\\" in reference or "\0" in reference:
        raise Refused("outside_folder", "only relative paths below the images folder are read")
    root = folder.resolve()
    try:
        target = (root / path).resolve(strict=True)
    except FileNotFoundError:
        raise Unreadable("missing_file", "no such file in the images folder") from None
    except (OSError, RuntimeError) as error:
        raise Unreadable("unreadable_file", getattr(error, "strerror", None) or str(error)) from None
    if not target.is_relative_to(root):
        raise Refused("outside_folder", "a link that leads out of the images folder")
    return target


def _read(path: Path, max_bytes: int) -> bytes:
    """Not through a link put there meanwhile, and without waiting for the writer of a pipe."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "not a plain file")
        if found.st_size > max_bytes:
            raise Unreadable("too_many_bytes", f"{found.st_size}, the limit is {max_bytes}", transient=False)
        return file.read(max_bytes)
