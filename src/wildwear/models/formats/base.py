"""What all exports of a model share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wildwear.errors import StorageError, UserError
from wildwear.files import fsync
from wildwear.models.card import ModelCard
from wildwear.models.formats.settings import ExportSettings
from wildwear.progress import Progress
from wildwear.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A model that has been checked, and where it is to go."""

    folder: Path
    card: ModelCard
    target: Path
    """Where nothing is yet."""
    settings: ExportSettings
    workspace: Workspace | None
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What an export has written."""

    files: int
    notes: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


Format = Callable[[Job], Written]
"""Writes an export whole or not at all; raises `UserError` where the model cannot become one."""


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Gives an empty folder that becomes `target` if nothing is raised; raises `StorageError` where it cannot."""
    draft = target.with_name(f".{target.name}.draft")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        yield draft
        for file in draft.iterdir():
            fsync(file)
        fsync(draft)
        draft.rename(target)
        fsync(target.parent)
    except OSError as error:
        raise StorageError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def require_suffix(target: Path, suffix: str, to: str) -> None:
    """Raises `UserError` unless `target` is named as the one file that `to` writes."""
    if target.suffix != suffix:
        raise UserError(f"--to {to} writes one file: name it {target}{suffix}")
