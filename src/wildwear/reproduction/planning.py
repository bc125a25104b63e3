"""Lays out the runs of an experiment in a workspace, and checks all that can be checked before one is trained.

A run is recognised by a hash of all that its result depends on: recipe, data with their split hashes and versions,
classes, seed, and what it starts from. It is part of the model's name, so that a model of that name is that run, whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from fnmatch import fnmatchcase
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from wildwear.datasets.reader import parse_on
from wildwear.errors import UnknownName, UserError
from wildwear.models.card import read_card
from wildwear.models.registry import find_model, model_folders
from wildwear.reproduction.experiment import ALL, IMAGENET, Arm, Experiment
from wildwear.reproduction.fields import read_fields
from wildwear.reproduction.holdings import Holdings
from wildwear.reproduction.plan import Plan, Run, Work
from wildwear.reproduction.settings import ReproduceSettings
from wildwear.training.recipes import PROBE
from wildwear.training.settings import ProbeSettings

if TYPE_CHECKING:
    from wildwear.training.recipe import Recipe


def make_plan(holdings: Holdings, experiment: Experiment, settings: ReproduceSettings, folder: Path) -> Plan:
    """Lays out the runs; raises `UserError` for recipes, models and sizes that cannot be, before anything is trained.

    `folder` is where the experiment's file lies: recipes are looked for beside it.
    """
    planner = _Planner(holdings, experiment, settings, folder)
    runs: dict[str, Run] = {}
    for name in _in_order(experiment.arms):
        for run in planner.runs_of(name, runs):
            runs[run.id] = run
    return Plan(
        experiment=experiment,
        runs=runs,
        chosen=frozenset(_chosen(runs, settings.only)),
        absent={name: wanted.how for name, wanted in experiment.datasets.items() if name not in holdings.names},
    )


class _Planner:
    """What is asked about a workspace again and again while its runs are laid out."""

    def __init__(self, holdings: Holdings, experiment: Experiment, settings: ReproduceSettings, folder: Path) -> None:
        self.holdings, self.experiment, self.settings, self.folder = holdings, experiment, settings, folder
        self.models = set(model_folders(holdings.workspace))
        self.init_key = cache(self._init_key)
        self.samples = cache(holdings.samples)

    def runs_of(self, name: str, before: Mapping[str, Run]) -> Iterator[Run]:
        """The runs of an arm, given those of the arms that it may start from."""
        arm = self.experiment.arms[name]
        recipe = self._recipe(name, arm)
        probe = self._probe(name, arm)
        for size in arm.sizes or (None,):
            for seed in arm.seeds[: self.settings.seeds]:
                parent = self._parent(arm, size, seed, before)
                on = tuple(one.replace("@N", "" if size == ALL else f"@{size}") for one in arm.on)
                init = self._init(arm, parent)
                run = Run(arm=name, size=size, seed=seed, on=on, init=init, recipe=recipe, probe=probe)
                missing = {*arm.datasets, *(parent.missing if parent else ())} - self.holdings.names
                run = replace(run, parent=parent.id if parent else None, missing=tuple(sorted(missing)))
                yield run if missing else self._keyed(run, arm, parent)

    def _recipe(self, name: str, arm: Arm) -> Recipe | None:
        wanted = self.settings.recipe or arm.recipe
        if wanted == PROBE:
            if arm.parent is None and self._init(arm, None) in (IMAGENET, "scratch"):
                raise UserError(f"arms.{name}: the probe stands on a model's features: name it with --init MODEL")
            return None
        from wildwear.training.recipe_files import load_recipe

        beside = self.folder / wanted
        return load_recipe(str(beside) if beside.is_file() else wanted, arm.overrides)

    def _probe(self, name: str, arm: Arm) -> ProbeSettings:
        if arm.recipe != PROBE:  # what changes a recipe says nothing about a probe that is asked for instead
            return ProbeSettings()
        return read_fields(ProbeSettings, arm.overrides, f"arms.{name}.overrides")

    def _parent(self, arm: Arm, size: int | str | None, seed: int, before: Mapping[str, Run]) -> Run | None:
        if arm.parent is None:
            return None
        parent = self.experiment.arms[arm.parent]
        same_seed = seed if seed in parent.seeds else parent.seeds[0]
        return before[Run(arm=arm.parent, size=size if parent.sizes else None, seed=same_seed, on=(), init="").id]

    def _init(self, arm: Arm, parent: Run | None) -> str:
        if parent is not None:
            return parent.model
        return self.settings.init if self.settings.init and arm.init == IMAGENET else arm.init

    def _keyed(self, run: Run, arm: Arm, parent: Run | None) -> Run:
        """The run with what it is recognised by, and what it costs."""
        drawn = any(parse_on(one).samples for one in run.on)
        bagged = run.recipe is not None and run.recipe.bags.rounds > 0
        samples = self.samples(run.on, run.seed if drawn else 0, arm.classes, bagged=bagged)
        recipe = _budgeted(run.recipe, arm.samples_seen, samples)
        told = {
            "format": 1,
            "on": run.on,
            "seed": run.seed,
            "classes": arm.classes,
            "recipe": _probe_key(run.probe) if recipe is None else {**asdict(recipe), "name": "", "summary": ""},
            "init": parent.key if parent else self.init_key(run.init),
            "data": [self.holdings.identity(name) for name in arm.datasets],
        }
        key = sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
        model = f"{self.experiment.name}.{run.id.replace('@', '.')}.{key[:8]}"
        before = parent.work.total if parent and parent.work else 0
        marked = [one for one, written in zip(run.on, arm.on, strict=True) if "@N" in written]
        return replace(
            run,
            key=key,
            model=model,
            recipe=recipe,
            work=_work(recipe, samples, before),
            target=sum(self.holdings.count(one, run.seed) for one in marked),
            done=model in self.models,
        )

    def _init_key(self, init: str) -> str:
        return init if init in (IMAGENET, "scratch") else read_card(find_model(init, self.holdings.workspace)).key


def _probe_key(probe: ProbeSettings) -> dict[str, object]:
    usual = asdict(ProbeSettings())
    return {"probe": 1} | {name: value for name, value in asdict(probe).items() if value != usual[name]}


def _budgeted(recipe: Recipe | None, samples_seen: int, samples: int) -> Recipe | None:
    """The recipe with as many epochs as come nearest to the budget."""
    if recipe is None or not samples_seen:
        return recipe
    epochs = max(1, round(samples_seen / max(1, samples)))
    return replace(recipe, schedule=replace(recipe.schedule, epochs=epochs))


def _work(recipe: Recipe | None, samples: int, before: int) -> Work:
    if recipe is None:
        return Work(samples=samples, epochs=0, steps=0, before=before)
    steps = -(-samples // recipe.sampling.batch_size) * recipe.schedule.epochs
    return Work(samples=samples, epochs=recipe.schedule.epochs, steps=steps, before=before)


def _in_order(arms: Mapping[str, Arm]) -> list[str]:
    """Arms in the file's order, each after the one that it starts from."""
    order: dict[str, None] = {}
    for name in arms:
        line: list[str] = []
        step: str | None = name
        while step is not None and step not in order:
            line.append(step)
            step = arms[step].parent
        order.update(dict.fromkeys(reversed(line)))
    return list(order)


def _chosen(runs: Mapping[str, Run], only: Sequence[str]) -> Iterator[str]:
    for pattern in only:
        if not any(_matches(run, pattern) for run in runs.values()):
            raise UnknownName("run", pattern, {name for run in runs.values() for name in (run.arm, run.id)}, "--only")
    for run in runs.values():
        if not only or any(_matches(run, pattern) for pattern in only):
            step: str | None = run.id
            while step is not None:
                yield step
                step = runs[step].parent


def _matches(run: Run, pattern: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in (run.arm, run.title, run.id))
