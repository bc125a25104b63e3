"""What the `models` verb does: list, show, copy and check models."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wildwear.errors import StorageError, UnsafeModel, UserError
from wildwear.files import fsync
from wildwear.models.card import ModelCard, read_card
from wildwear.models.checks import read_checked
from wildwear.models.package import open_model
from wildwear.models.registry import find_model, model_folders
from wildwear.records import Report
from wildwear.workspace import Workspace


def list_models(workspace: Workspace | None = None) -> Report:
    """The models that can be named, with what they are; one that cannot be read is a failure, and not hidden."""
    found: list[dict[str, Any]] = []
    broken: dict[str, str] = {}
    for name, folder in model_folders(workspace).items():
        try:
            found.append(summary(read_card(folder)) | {"folder": str(folder)})
        except UnsafeModel as error:
            broken[name] = str(error)
    return Report(
        verb="models list",
        done={"models": len(found)},
        failed={"unreadable": len(broken)},
        notes=(*broken.values(), *([] if found else ["none yet: 'wildwear train NAME --on DATASET' makes one"])),
        details={"models": found},
    )


def summary(card: ModelCard) -> dict[str, Any]:
    """The few facts that tell models apart."""
    return {
        "name": card.name,
        "recipe": card.recipe,
        "classes": len(card.classes),
        "pixels": card.preprocessing.size,
        "megabytes": round(sum(file.size for file in card.files.values()) / 1e6, 1),
        "data": [f"{entry.dataset}:{entry.split}" for entry in card.data],
        "metrics": card.metrics,
    }


def describe(name: str, workspace: Workspace | None = None) -> Report:
    """Everything that `model.json` says of a model."""
    folder = find_model(name, workspace)
    card = read_card(folder)
    return Report(
        verb="models get",
        done={"classes": len(card.classes)},
        notes=(f"{card.name} in {folder}", f"key {card.key}"),
        details=asdict(card) | {"folder": str(folder), "key": card.key},
    )


def check(name: str, workspace: Workspace | None = None) -> Report:
    """Verifies every file of a model against its checksum, and loads it; raises `UnsafeModel`."""
    folder = find_model(name, workspace)
    card = read_card(folder)
    for file, recorded in card.files.items():
        read_checked(folder / file, recorded)
    model = open_model(folder)
    size = sum(recorded.size for recorded in card.files.values())
    return Report(
        verb="models check",
        done={"files": len(card.files), "bytes": size, "classes": len(model.classes)},
        notes=(f"{model.key} is whole, and its self-test passes",),
        details={"key": model.key, "folder": str(folder)},
    )


def export(name: str, target: Path, workspace: Workspace | None = None) -> Report:
    """Copies a checked model's recorded files and its card to the new folder `target`."""
    folder = find_model(name, workspace)
    check(name, workspace)
    if target.exists():
        raise UserError(f"{target} is there already: name a folder that is not")
    files = ["model.json", *read_card(folder).files]
    draft = target.with_name(f".{target.name}.draft")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        for file in files:
            shutil.copyfile(folder / file, draft / file)
            fsync(draft / file)
        draft.rename(target)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise StorageError(f"cannot copy the model to {target}: {error.strerror or error}") from error
    return Report(
        verb="models export",
        done={"files": len(files)},
        notes=(f"use it anywhere with --model {target}",),
        details={"folder": str(target.resolve())},
    )
