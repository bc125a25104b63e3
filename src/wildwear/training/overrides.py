"""A recipe with what the command line says besides."""

from __future__ import annotations

from dataclasses import replace

from wildwear.errors import UserError
from wildwear.training.recipe import Recipe
from wildwear.training.settings import TrainSettings

BALANCE = {"none": 0.0, "sqrt": 0.5, "balanced": 1.0}


def overridden(recipe: Recipe, settings: TrainSettings) -> Recipe:
    """`recipe` with the fields that `settings` gives; raises `UserError` for values that do not go together."""
    said = settings.overrides
    sampling, optimizer = recipe.sampling, recipe.optimizer
    network, schedule = recipe.network, recipe.schedule
    if settings.balance is not None:
        sampling = replace(sampling, balance=BALANCE[settings.balance])
    if said.batch_size is not None:
        sampling = replace(sampling, batch_size=said.batch_size)
    if said.backbone is not None:
        network = replace(network, backbone=said.backbone)
    if said.epochs is not None:
        schedule = replace(schedule, epochs=said.epochs)
    if said.learning_rate is not None:
        head = optimizer.head_learning_rate * said.learning_rate / optimizer.learning_rate
        optimizer = replace(optimizer, learning_rate=said.learning_rate, head_learning_rate=head)
    changed = replace(recipe, sampling=sampling, network=network, schedule=schedule, optimizer=optimizer)
    return changed if said.size is None else _resized(changed, said.size)


def _resized(recipe: Recipe, size: int) -> Recipe:
    """All sizes of a recipe in proportion: the views that are trained on, and what the finished model looks at."""
    views, look = recipe.views, recipe.preprocessing
    scale = size / views.size
    seen = round(look.size * scale)
    short = max(seen, round(look.short_side * scale)) if look.short_side else 0
    window = max(size, round(views.short_side * scale))
    try:
        return replace(
            recipe,
            views=replace(views, size=size, first_size=round(views.first_size * scale), short_side=window),
            preprocessing=replace(look, size=seen, short_side=short),
        )
    except ValueError as error:
        raise UserError(f"--size {size}: {error}") from error
