"""Does what a plan says: trains and measures what is not there yet, run by run, so that a killed one goes on."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from wildwear.datasets.reader import parse_on
from wildwear.errors import Interrupted, StorageError, WildwearError
from wildwear.models.registry import load_model
from wildwear.progress import Advance, Progress, Say
from wildwear.reproduction.holdings import Holdings
from wildwear.reproduction.measuring import judge
from wildwear.reproduction.plan import Plan, Run
from wildwear.reproduction.store import Store, measured_name
from wildwear.training.recipes import PROBE, train
from wildwear.training.settings import RunSettings, TrainSettings


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of carrying out a plan."""

    trained: list[str] = field(default_factory=list)
    """Ids of runs that were trained by this call."""
    measured: int = 0
    before: int = 0
    """Runs that were trained by an earlier call."""
    failed: dict[str, str] = field(default_factory=dict)
    """Why a run failed, by its id; those that start from it fail with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Where runs are carried out, and who hears of it."""

    holdings: Holdings
    store: Store
    how: RunSettings
    progress: Progress
    say: Say

    def carry_out(self, plan: Plan) -> Outcome:
        """Trains and measures the chosen runs. One that fails is told and counted, and the others go on; a disk
        that cannot be written to ends it."""
        outcome = Outcome()
        runs = [run for run in plan.runs.values() if run.id in plan.chosen and not run.missing]
        for number, run in enumerate(runs, 1):
            if run.parent in outcome.failed:
                outcome.failed[run.id] = f"starts from {run.parent}, which failed"
                continue
            try:
                self._do(plan, run, f"{number}/{len(runs)} {run.id}", outcome)
            except (StorageError, Interrupted):
                raise
            except WildwearError as error:
                outcome.failed[run.id] = str(error)
                self.say(f"{run.id} failed: {error}")
        return outcome

    def _do(self, plan: Plan, run: Run, title: str, outcome: Outcome) -> None:
        if run.done:
            outcome.before += 1
        else:
            self._train(plan, run, title)
            outcome.trained.append(run.id)
        for name in plan.experiment.measured_on(run.arm):
            measure = plan.experiment.measures[name]
            if parse_on(measure.on).name not in plan.absent:
                outcome.measured += self._measure(run, name, plan, title)

    def _train(self, plan: Plan, run: Run, title: str) -> None:
        for dataset in plan.experiment.arms[run.arm].datasets:
            self.holdings.check_unchanged(dataset)
        began = time.monotonic()
        accept = plan.experiment.arms[run.arm].accept_leaks
        settings = TrainSettings(
            on=run.on,
            recipe=self._recipe(run),
            init=run.init,
            classes=plan.experiment.arms[run.arm].classes,
            seed=run.seed,
            probe=run.probe,
            run=replace(self.how, accept_leaks=accept or self.how.accept_leaks) if run.recipe else RunSettings(),
        )
        report = train(self.holdings.workspace, run.model, settings, _titled(self.progress, title), self.say)
        self.store.record(
            run.key,
            {
                "run": run.id,
                "key": run.key,
                "seconds": time.monotonic() - began,
                "done": report.done,
                "failed": report.failed,
                "notes": report.notes,
            },
        )

    def _recipe(self, run: Run) -> str:
        """The recipe with all overrides as a file beside the results."""
        if run.recipe is None:
            return PROBE
        from wildwear.training.recipe_files import to_toml

        name = f"recipes/{run.recipe.name}-{run.key[:8]}.toml"
        return str(self.store.write(name, to_toml(run.recipe).encode()))

    def _measure(self, run: Run, name: str, plan: Plan, title: str) -> bool:
        """Whether anything had to be measured."""
        measure = plan.experiment.measures[name]
        file = measured_name(self.holdings, run.key, measure)
        if self.store.kept(file) is not None:
            return False
        model = load_model(run.model, self.holdings.workspace)
        self.store.keep(file, judge(self.holdings.workspace, model, measure, _titled(self.progress, title)))
        return True


def _titled(progress: Progress, title: str) -> Progress:
    """Names the run in each of its phases."""

    def phase(description: str, total: int) -> AbstractContextManager[Advance]:
        return progress(f"{title}: {description}", total)

    return phase
