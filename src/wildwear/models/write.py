"""Writes a model folder whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from wildwear.errors import StorageError
from wildwear.files import fsync, write_durably
from wildwear.models.card import CARD, NETWORK, FileRecord, ModelCard
from wildwear.models.package import Model, open_model
from wildwear.models.page import PAGE


def write_model(
    folder: Path, network: bytes, card: ModelCard, *, page: str = "", extra: Mapping[str, bytes] | None = None
) -> Model:
    """Writes `model.onnx` and `model.json` (and `CARD.md` where `page` has its text, and `extra` files) to `folder`.

    The new model is written beside the old one, loaded and self-tested, and only then takes its place: a kill or a
    network that is refused (`UnsafeModel`) leaves the old one. Raises `StorageError` where it cannot be written.
    """
    files = {NETWORK: network, **(extra or {}), **({PAGE: page.encode()} if page else {})}
    recorded = {name: FileRecord(sha256=sha256(data).hexdigest(), size=len(data)) for name, data in files.items()}
    files[CARD] = replace(card, files=recorded).to_json().encode()
    draft = folder.with_name(f".{folder.name}.draft")
    try:
        _write(draft, files)
        model = open_model(draft)
        swap(draft, folder)
    except OSError as error:
        raise StorageError(f"cannot write the model {folder}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return replace(model, folder=folder)


def restore(folder: Path) -> None:
    """Undoes a swap that was killed between its two renames."""
    previous = _previous(folder)
    if previous.is_dir() and not folder.exists():
        previous.rename(folder)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in files.items():
        write_durably(folder / name, data)
    fsync(folder)


def swap(draft: Path, folder: Path) -> None:
    """Puts `draft` in the place of `folder`, which may not be there; `restore` undoes one that was killed midway."""
    previous = _previous(folder)
    restore(folder)
    shutil.rmtree(previous, ignore_errors=True)
    if folder.exists():
        folder.rename(previous)
    draft.rename(folder)
    fsync(folder.parent)
    shutil.rmtree(previous, ignore_errors=True)


def _previous(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.previous")
