"""A folder that is there whole or not at all: written beside its place, then renamed."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wildwear.errors import StorageError, UserError
from wildwear.files import fsync

MARKER = "wildwear-export.json"
"""The file that says what an export holds, and that a folder is one."""


def check_place(out: Path, *, force: bool) -> None:
    """Raises `UserError` unless `out` is not there, is an empty folder, or an export that may be replaced."""
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is a file: an export is a folder")
    if not out.exists() or not any(out.iterdir()):
        return
    if not (out / MARKER).is_file():
        raise UserError(f"{out} is not empty and no earlier export: name another folder")
    if not force:
        raise UserError(f"{out} holds an export already: replace it with --force, or name another folder")


@contextmanager
def whole_folder(out: Path, *, force: bool) -> Iterator[Path]:
    """Gives an empty folder, which is put in the place of `out` if nothing is raised, and removed otherwise.

    A run that is killed leaves `out` as it was; the next one starts anew. Raises `UserError` for a place that is
    taken, and `StorageError` for what the operating system refuses.
    """
    out = out.resolve()
    check_place(out, force=force)
    draft = out.with_name(f".{out.name}.export-draft")
    with _storage(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        with _claimed(draft, out):
            try:
                yield draft
                os.sync()
                _put(draft, out)
            except BaseException:
                shutil.rmtree(draft, ignore_errors=True)
                raise


@contextmanager
def _claimed(draft: Path, out: Path) -> Iterator[None]:
    """Empties the draft that a killed run has left; refuses one that another process is writing."""
    draft.mkdir(exist_ok=True)
    handle = os.open(draft, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in draft.iterdir():
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
        yield
    except BlockingIOError as error:
        raise UserError(f"another export to {out} is running: wait for it, or name another folder") from error
    finally:
        os.close(handle)


def _put(draft: Path, out: Path) -> None:
    replaced = out.with_name(f".{out.name}.export-replaced")
    shutil.rmtree(replaced, ignore_errors=True)
    if out.exists() and any(out.iterdir()):
        out.rename(replaced)
    draft.rename(out)
    fsync(out.parent)
    shutil.rmtree(replaced, ignore_errors=True)


@contextmanager
def _storage(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        problem = (os.strerror(error.errno) if error.errno else str(error)).lower()
        raise StorageError(f"cannot write {out}: {problem}; what was written of it is removed") from error
