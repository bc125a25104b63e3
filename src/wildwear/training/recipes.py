"""Recipes by name: each a function in a module that is loaded only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TypeAlias

from wildwear.errors import UnknownName, UserError
from wildwear.progress import Progress
from wildwear.records import Report
from wildwear.training.finetune_settings import FinetuneSettings
from wildwear.training.settings import ProbeSettings, TrainSettings
from wildwear.workspace import Workspace, check_name

Recipe: TypeAlias = Callable[[Workspace, str, TrainSettings, Progress], Report]

RECIPES = {
    "probe": "wildwear.training.probe:train_probe",
    "finetune": "wildwear.training.finetune:finetune",
}


def train(workspace: Workspace, name: str, settings: TrainSettings, progress: Progress) -> Report:
    """Trains the model `name` into the workspace by `settings.recipe`.

    Raises `UnknownName` for a recipe that is not there and `UserError` for settings of another recipe.
    """
    check_name("model", name)
    if settings.recipe not in RECIPES:
        raise UnknownName("recipe", settings.recipe, RECIPES)
    if settings.recipe != "probe" and settings.probe != ProbeSettings():
        raise UserError(f"--l2 belongs to --recipe probe, and this is --recipe {settings.recipe}")
    if settings.recipe != "finetune" and settings.finetune != FinetuneSettings():
        raise UserError(f"that setting belongs to --recipe finetune, and this is --recipe {settings.recipe}")
    module, _, function = RECIPES[settings.recipe].partition(":")
    recipe: Recipe = getattr(import_module(module), function)
    return recipe(workspace, name, settings, progress)
