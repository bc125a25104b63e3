"""The folder that relative picture paths of the catalogue start from: `import` writes it down, `fetch` reads it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from wildwear.errors import StorageError, UserError
from wildwear.files import write_durably
from wildwear.workspace import Workspace

_FILE = "images.toml"


def read_images_folder(workspace: Workspace) -> Path | None:
    """The absolute folder that an import was given with `--images`, or None where none was."""
    path = workspace.root / _FILE
    if not path.is_file():
        return None
    try:
        folder = tomllib.loads(path.read_text(encoding="utf-8"))["folder"]
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError) as error:
        raise UserError(f"{path} cannot be read ({error}): import again with --images FOLDER") from error
    return Path(folder)


def write_images_folder(workspace: Workspace, folder: Path) -> None:
    """Writes the folder down, absolute, whole or not at all."""
    path = workspace.root / _FILE
    # A JSON string is a TOML basic string, but for DEL, which JSON leaves bare.
    quoted = json.dumps(str(folder.resolve()), ensure_ascii=False).replace("\x7f", "\\u007f")
    try:
        write_durably(path, f"folder = {quoted}\n".encode())
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror or error}") from error
