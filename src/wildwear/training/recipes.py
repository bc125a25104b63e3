"""Which recipe runs what: the probe, or a network by a recipe that is shipped or a file."""

from __future__ import annotations

from wildwear.errors import UserError
from wildwear.progress import Progress, Say, unheard
from wildwear.records import Report
from wildwear.training.settings import Overrides, ProbeSettings, RunSettings, TrainSettings
from wildwear.workspace import Workspace, check_name

PROBE = "probe"


def train(workspace: Workspace, name: str, settings: TrainSettings, progress: Progress, say: Say = unheard) -> Report:
    """Trains the model `name` into the workspace by `settings.recipe`.

    Raises `UnknownName` for a recipe that is not there and `UserError` for settings of another recipe.
    """
    check_name("model", name)
    if settings.recipe == PROBE:
        if settings.overrides != Overrides() or settings.run != RunSettings():
            raise UserError(f"that setting belongs to recipes of networks, and this is --recipe {PROBE}")
        from wildwear.training.probe import train_probe

        return train_probe(workspace, name, settings, progress)
    if settings.probe != ProbeSettings():
        raise UserError(f"--l2 belongs to --recipe {PROBE}, and this is --recipe {settings.recipe}")
    from wildwear.training.train_network import train_network

    return train_network(workspace, name, settings, progress, say)
