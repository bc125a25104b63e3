"""The stage behind `train` for recipes of networks: all that is asked for is checked, then the loop, then the model."""

from __future__ import annotations

import json
import math
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from wildwear.errors import LeakError, UnknownName, UserError
from wildwear.evaluation.leaks import NEEDED, in_words, shared
from wildwear.models.card import WEIGHTS, ModelCard, TrainingData, read_card
from wildwear.models.package import Model
from wildwear.models.registry import find_model
from wildwear.models.write import write_model
from wildwear.progress import Progress, Say, silent, unheard
from wildwear.records import Report
from wildwear.taxonomy import Taxonomy, load_taxonomy
from wildwear.training.checkpoint import Checkpoint, Checkpoints, differences
from wildwear.training.data import Parts, open_parts, with_inherited
from wildwear.training.export import export_network
from wildwear.training.live import Live, Training
from wildwear.training.loop import train
from wildwear.training.measuring import Measuring, temperature
from wildwear.training.networks import InitReport, build_network, plan_init
from wildwear.training.order import Order
from wildwear.training.overrides import overridden
from wildwear.training.processes import is_first, process_count, start
from wildwear.training.recipe import Recipe
from wildwear.training.recipe_files import load_recipe
from wildwear.training.settings import RunSettings, TrainSettings
from wildwear.training.sources import Source, open_source
from wildwear.workspace import Workspace

_MEASURED = 3  # samples of the val sides for which one must have been learned from: measuring takes a tenth of the time


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """One training, checked and ready to begin."""

    name: str
    workspace: Workspace
    settings: TrainSettings
    recipe: Recipe
    taxonomy: Taxonomy
    classes: tuple[str, ...]
    parts: Parts
    sources: tuple[Source, ...]
    init: InitReport
    notes: tuple[str, ...]
    """What a person should know before it begins."""

    @property
    def data(self) -> list[TrainingData]:
        """What is learned from, for the card and for the checkpoint."""
        pairs = zip(self.parts.learned, self.sources, strict=True)
        return [part.record(len(source.rows)) for part, source in pairs]

    @property
    def samples(self) -> int:
        return sum(len(source.rows) for source in self.sources)

    @property
    def settled(self) -> dict[str, Any]:
        """All settings that the result depends on, as JSON has them."""
        settings = self.settings
        told = {
            "on": settings.on,
            "recipe": asdict(self.recipe),
            "init": self.init.origin,
            "classes": self.classes,
            "seed": settings.seed,
            "precision": settings.run.precision,
        }
        return dict(json.loads(json.dumps(told)))

    @property
    def identity(self) -> dict[str, Any]:
        """What a checkpoint must have been written by to be gone on from."""
        data = {f"{one.dataset}:{one.split}": asdict(one) for one in self.data}
        return self.settled | {"data": dict(json.loads(json.dumps(data)))}


def train_network(
    workspace: Workspace, name: str, settings: TrainSettings, progress: Progress = silent, say: Say = unheard
) -> Report:
    """Trains the model `name` by a recipe of networks on what `settings.on` names, and measures it on their val sides.

    Goes on from the checkpoint of the same run, where it was stopped. Raises `UserError` where the extra [train] is
    missing or the checkpoint is another run's, `LeakError` where a val side is also in training, and what
    `training.loop.train` raises. Where several processes train, only the first one's report says anything.
    """
    _require_extra(settings.run)
    plan = _plan(workspace, name, settings)
    for line in (plan.init.note, *plan.notes):
        say(line)
    accelerator = start(settings.run.tracker, str(workspace.root / "runs"), settings.run.process_timeout)
    checkpoints = Checkpoints(workspace.models / f".{name}.training")
    with checkpoints.locked() if is_first() else nullcontext():
        training = _training(plan, checkpoints)
        checkpoint = _checkpoint(training, settings.run.resume, say)
        if settings.run.tracker:
            accelerator.init_trackers(name, config={"recipe": json.dumps(plan.settled)})
        live = train(training, _network(plan), accelerator, checkpoint, progress=progress, say=say)
        report = _written(plan, live) if is_first() else Report(verb="train")
        accelerator.end_training()
        if is_first():
            checkpoints.remove()
    return report


def _plan(workspace: Workspace, name: str, settings: TrainSettings) -> _Plan:
    recipe = overridden(load_recipe(settings.recipe), settings)
    parts = open_parts(workspace, settings.on, settings.seed)
    if recipe.boxes == "ignored":
        parts = parts.without_boxes()
    leaks = _leaks(parts)
    if leaks and not settings.run.accept_leaks:
        raise LeakError(f"{leaks[0]}: split the dataset anew, or measure what that is worth with --accept-leaks")
    taxonomy = load_taxonomy(workspace.taxonomy_name)
    classes = parts.classes(settings.classes, taxonomy)
    sources = tuple(open_source(part, classes, bagged=recipe.bags.rounds > 0) for part in parts.learned)
    init = plan_init(recipe.network, classes, settings.init, workspace)
    shown = np.any([source.members.any(axis=0) for source in sources], axis=0)
    unseen = [name for name, seen in zip(classes, shown, strict=True) if not seen]
    return _Plan(
        name=name,
        workspace=workspace,
        settings=settings,
        recipe=recipe,
        taxonomy=taxonomy,
        classes=classes,
        parts=parts,
        sources=sources,
        init=init,
        notes=(*leaks, *([f"no sample shows {', '.join(unseen)}: it cannot be learned"] if unseen else ())),
    )


def _leaks(parts: Parts) -> tuple[str, ...]:
    """What stands on both sides, in words."""
    learned = [(part.title, part.read(*NEEDED)) for part in parts.learned]
    measured = [(part.title, part.read(*NEEDED)) for part in parts.measured]
    return tuple(
        in_words(found, rows.num_rows, title, other)
        for title, rows in measured
        for other, seen in learned
        if (found := shared(seen, rows))
    )


def _training(plan: _Plan, checkpoints: Checkpoints) -> Training:
    """Raises `UserError` where the processes are more than a batch has samples."""
    order = Order(plan.sources, plan.recipe.sampling, plan.settings.seed)
    if order.smallest_batch < process_count():
        raise UserError(
            f"{process_count()} processes cannot share batches of {order.smallest_batch} samples: raise --batch-size, "
            "or start fewer processes"
        )
    run = plan.settings.run
    measuring = Measuring(
        parts=plan.parts.measured,
        classes=plan.classes,
        preprocessing=plan.recipe.preprocessing,
        threads=run.threads,
    )
    learned = order.steps_per_epoch * plan.recipe.sampling.batch_size
    return Training(
        recipe=plan.recipe,
        seed=plan.settings.seed,
        sources=plan.sources,
        order=order,
        measuring=measuring,
        measured_every=max(1, math.ceil(_MEASURED * measuring.samples / learned)),
        settings=run,
        checkpoints=checkpoints,
        identity=plan.identity,
    )


def _checkpoint(training: Training, resume: bool, say: Say) -> Checkpoint | None:
    """Where to go on, or None; raises `UserError` where what was stopped was another training."""
    if not resume:
        if is_first():
            training.checkpoints.remove()
        return None
    found = training.checkpoints.load()
    if found is None:
        return None
    if changed := differences(found.run, training.identity):
        more = f" (and {len(changed) - 1} more)" if len(changed) > 1 else ""
        raise UserError(
            f"a training of this name was stopped at step {found.step:,}, and it was another one: {changed[0]}{more}. "
            "Give its settings and data again to go on with it, or --no-resume to begin anew"
        )
    say(f"goes on at step {found.step:,} of {training.steps:,}, where it was stopped")
    return found


def _network(plan: _Plan) -> Any:
    import torch

    torch.manual_seed(plan.settings.seed)
    return build_network(plan.recipe.network, plan.classes, plan.settings.init, plan.workspace)


def _written(plan: _Plan, live: Live) -> Report:
    """Writes the model, and says what came of it."""
    outcomes = live.outcomes or {}
    files = export_network(live.kept, plan.recipe, plan.classes)
    card = ModelCard(
        name=plan.name,
        classes=plan.classes,
        regions=tuple(plan.taxonomy.region(category).value for category in plan.classes),
        preprocessing=plan.recipe.preprocessing,
        recipe=plan.recipe.name,
        settings=plan.settled | {"history": live.history},
        data=with_inherited(plan.data, _learned_before(plan)),
        metrics={"val": {of: outcome.figures() for of, outcome in outcomes.items() if len(outcome.labels)}},
        temperature=temperature(outcomes),
        licence=plan.settings.licence,
        init=plan.init.origin,
        backbone=plan.recipe.network.backbone,
    )
    model = write_model(plan.workspace.models / plan.name, files.onnx, card, extra={WEIGHTS: files.safetensors})
    return _report(plan, model, live)


def _learned_before(plan: _Plan) -> tuple[TrainingData, ...]:
    if plan.settings.init in ("", "imagenet", "scratch"):
        return ()
    return read_card(find_model(plan.settings.init, plan.workspace)).data


def _report(plan: _Plan, model: Model, live: Live) -> Report:
    card = model.metadata
    there = sum(part.table.count(part.where) for part in plan.parts.learned)
    failed = max(int(epoch["failed"]) for epoch in live.history) + sum(
        outcome.failed for outcome in (live.outcomes or {}).values()
    )
    details: dict[str, Any] = {"model": model.key, "folder": str(model.folder), "classes": list(model.classes)}
    return Report(
        verb="train",
        done={"samples": plan.samples, "classes": len(model.classes), "steps": live.step},
        skipped={"none of its categories is a class": there - sum(source.stored for source in plan.sources)},
        failed={"does not decode": failed} if failed else {},
        notes=(*plan.notes, f"temperature {card.temperature:.2f}", f"{model.key} in {model.folder}"),
        details=details | dict(card.metrics) | {"history": live.history, "speed": live.pace.whole.figures},
    )


def _require_extra(settings: RunSettings) -> None:
    """Raises `UserError` for what is not installed."""
    missing = [name for name in ("torch", "timm", "accelerate", "onnxscript") if find_spec(name) is None]
    if missing:
        raise UserError(f"training a network needs {', '.join(missing)}: pip install 'wildwear[train]'")
    if not settings.tracker:
        return
    from accelerate.tracking import LOGGER_TYPE_TO_CLASS, get_available_trackers

    if settings.tracker not in LOGGER_TYPE_TO_CLASS:
        raise UnknownName("tracker", settings.tracker, LOGGER_TYPE_TO_CLASS)
    if settings.tracker not in [str(one) for one in get_available_trackers()]:
        raise UserError(f"--tracker {settings.tracker} is not installed: pip install {settings.tracker}")
