"""The stage behind `reproduce`: a file of experiments to runs, and runs to tables, figures and one report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from wildwear.progress import Progress, Say, silent, unheard
from wildwear.records import Report
from wildwear.reproduction import tables
from wildwear.reproduction.experiment import load_experiment
from wildwear.reproduction.holdings import Holdings
from wildwear.reproduction.plan import Plan, as_json
from wildwear.reproduction.planning import make_plan
from wildwear.reproduction.report import Budget, Findings, budgets, unequal, write_report
from wildwear.reproduction.results import Results
from wildwear.reproduction.runner import Outcome, Runner
from wildwear.reproduction.settings import ReproduceSettings
from wildwear.reproduction.store import Store
from wildwear.training.settings import RunSettings
from wildwear.workspace import Workspace


def reproduce(
    workspace: Workspace,
    file: Path,
    settings: ReproduceSettings = ReproduceSettings(),
    how: RunSettings = RunSettings(),
    progress: Progress = silent,
    say: Say = unheard,
) -> Report:
    """Carries out the runs of an experiment that are not done yet, and reports on all of them.

    Raises `UserError` for whatever is wrong with the file, recipes, models and sizes before anything is trained. A
    run that fails is counted in the report, and the others go on; datasets that the workspace lacks leave their runs
    out.
    """
    holdings = Holdings.of(workspace)
    plan = make_plan(holdings, load_experiment(file), settings, file.parent)
    store = Store.of(workspace, plan.experiment.name)
    if settings.dry_run:
        return _planned(plan, store)
    outcome = Runner(holdings=holdings, store=store, how=how, progress=progress, say=say).carry_out(plan)
    found = gather(plan.finished(outcome.trained), Results(plan, store, holdings, settings.rounds), outcome, settings)
    page = write_report(settings.out or workspace.root / "reports" / plan.experiment.name, found)
    return _reported(found, outcome, page)


def gather(plan: Plan, results: Results, outcome: Outcome, settings: ReproduceSettings) -> Findings:
    """All that is known, for the report."""
    found = tuple(results.table(spec) for spec in plan.experiment.tables)
    return Findings(
        plan=plan,
        tables=found,
        figures=tuple(results.figure(spec) for spec in plan.experiment.figures),
        failed=outcome.failed,
        rounds=settings.rounds,
        warnings=tuple(unequal(found)),
    )


def seconds_left(plan: Plan, store: Store) -> float | None:
    """How long the runs that are left will take, by those that are done; None where that cannot be said."""
    spent: dict[str, float] = defaultdict(float)
    done: dict[str, int] = defaultdict(int)
    for run in plan.runs.values():
        seconds = store.recorded(run.key).get("seconds") if run.done else None
        if seconds and run.work:
            spent[_kind(plan, run.id)] += float(seconds)
            done[_kind(plan, run.id)] += run.work.seen or 1
    left: dict[str, int] = defaultdict(int)
    for run in plan.to_do:
        left[_kind(plan, run.id)] += run.work.seen or 1 if run.work else 0
    if not left or not all(spent[kind] for kind in left):
        return None
    return sum(count * spent[kind] / done[kind] for kind, count in left.items())


def _kind(plan: Plan, run: str) -> str:
    """Runs of one recipe and backbone are about equally fast."""
    recipe = plan.runs[run].recipe
    return f"{recipe.network.backbone}@{recipe.views.size}" if recipe else "probe"


def _planned(plan: Plan, store: Store) -> Report:
    left = plan.to_do
    seen = sum(run.work.seen for run in left if run.work)
    return Report(
        verb="reproduce",
        done={"runs to do": len(left), **({"samples to see": seen} if seen else {})},
        skipped=_skipped(plan, sum(run.done for run in plan.runs.values())),
        notes=tuple(_absent(plan)),
        details={
            "experiment": plan.experiment.name,
            "runs": [as_json(run) for run in plan.runs.values()],
            "seconds_left": seconds_left(plan, store),
            "table": [_line(row) for row in budgets(plan) if row.run.work],
        },
    )


def _line(row: Budget) -> list[object]:
    run, work = row.run, row.run.work
    assert work is not None
    recipe = run.recipe.name if run.recipe else "probe"
    numbers = work.samples, work.epochs, work.steps, work.total
    return [run.title, row.start, recipe, *numbers, f"{row.done} of {row.seeds}"]


def _reported(found: Findings, outcome: Outcome, page: Path) -> Report:
    shown = []
    for table in found.tables:
        heads, rows = tables.brief(table)
        shown.append(tables.to_json(table) | {"heads": heads, "cells": rows})
    return Report(
        verb="reproduce",
        done={"runs trained": len(outcome.trained), "measurements": outcome.measured},
        skipped=_skipped(found.plan, outcome.before),
        failed={"runs": len(outcome.failed)} if outcome.failed else {},
        notes=(
            *(f"{run}: {reason}" for run, reason in outcome.failed.items()),
            *_absent(found.plan),
            *found.warnings,
            f"report: {page.resolve()}",
        ),
        details={"experiment": found.plan.experiment.name, "report": str(page.resolve()), "tables": shown},
    )


def _skipped(plan: Plan, before: int) -> dict[str, int]:
    missing = Counter(f"needs {' and '.join(run.missing)}" for run in plan.runs.values() if run.missing)
    return {"done before": before, **missing}


def _absent(plan: Plan) -> Iterator[str]:
    for name, how in plan.absent.items():
        yield f"dataset {name} is not there{': ' + how if how else ''}"
