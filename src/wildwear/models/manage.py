"""What the `models` verb does beside exports: list, show and check models."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from wildwear.errors import UnsafeModel
from wildwear.models.card import WEIGHTS, ModelCard, read_card
from wildwear.models.checks import read_checked
from wildwear.models.package import open_model
from wildwear.models.registry import find_model, model_folders
from wildwear.models.safetensors import check_weights
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
    if WEIGHTS in card.files:
        check_weights(folder / WEIGHTS, card.classes)
    model = open_model(folder)
    size = sum(recorded.size for recorded in card.files.values())
    return Report(
        verb="models check",
        done={"files": len(card.files), "bytes": size, "classes": len(model.classes)},
        notes=(f"{model.key} is whole, and its self-test passes",),
        details={"key": model.key, "folder": str(folder)},
    )
