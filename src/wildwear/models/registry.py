"""Finds models by name: in the workspace first, then among those that come with the package."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

from wildwear.errors import UnknownName, UnreadableInput
from wildwear.models.card import CARD, NETWORK
from wildwear.models.package import Model, open_model
from wildwear.models.settings import DEFAULT_MODEL, RuntimeOptions
from wildwear.models.write import restore
from wildwear.workspace import Workspace


def model_folders(workspace: Workspace | None = None) -> dict[str, Path]:
    """Names to folders; a workspace's model hides a packaged one of its name."""
    places = [Path(str(files("wildwear"))) / "weights"]
    if workspace is not None:
        _restore_all(workspace.models)
        places.append(workspace.models)
    return {card.parent.name: card.parent for place in places for card in sorted(place.glob(f"[!.]*/{CARD}"))}


def find_model(name_or_path: str, workspace: Workspace | None = None) -> Path:
    """The folder of a model given by name, by folder, or by its `model.onnx`.

    Raises `UnknownName` with near names, and `UnreadableInput` for a path that leads to no model.
    """
    named = model_folders(workspace)
    if name_or_path in named:
        return named[name_or_path]
    path = Path(name_or_path)
    folder = path.parent if path.name in (NETWORK, CARD) else path
    if (folder / CARD).is_file():
        return folder
    if path.exists() or os.sep in name_or_path or path.suffix in (".onnx", ".json", ".safetensors"):
        raise UnreadableInput(f"{name_or_path}: a model is a folder with {NETWORK} and {CARD}; there is none")
    raise UnknownName("model", name_or_path, named)


def load_model(
    name_or_path: str = DEFAULT_MODEL,
    workspace: Workspace | None = None,
    options: RuntimeOptions | None = None,
    *,
    callers: int = 1,
) -> Model:
    """Finds, checks and loads a model; see `find_model` and `open_model` for what can go wrong."""
    return open_model(find_model(name_or_path, workspace), options, callers)


def _restore_all(place: Path) -> None:
    for previous in place.glob(".*.previous"):
        restore(place / previous.name.removeprefix(".").removesuffix(".previous"))
