"""Small files: written whole or not at all, read with errors in one line."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from wildwear.errors import UnreadableInput


def fsync(path: Path) -> None:
    """Forces a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durably(path: Path, data: bytes) -> None:
    """Writes a small file whole or not at all: a kill or a power cut leaves the old one."""
    draft = path.with_name(path.name + ".draft")
    with draft.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)
    fsync(path.parent)


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file; raises `UnreadableInput` for one that is not there, or not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableInput(f"{path} is not TOML: {error}") from error
