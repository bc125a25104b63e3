"""What is known of an experiment's runs: measured places by run, gathered over seeds, set side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from wildwear.datasets.reader import parse_on
from wildwear.evaluation.bootstrap import Difference, Estimate
from wildwear.evaluation.comparisons import Changes, Resampling, accuracies, change_by_category, compare
from wildwear.evaluation.metrics import headline
from wildwear.evaluation.places import Places
from wildwear.reproduction.experiment import FigureSpec, Row, TableSpec, split_run
from wildwear.reproduction.holdings import Holdings
from wildwear.reproduction.plan import Plan, Run
from wildwear.reproduction.store import Store, measured_name


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """One row of a table, as far as it is known."""

    title: str
    run: str
    published: Mapping[str, float]
    """In percent, as the publication gives them."""
    against: str
    """The title of the row that it is compared with."""
    seeds: int
    """How many are measured."""
    wanted: int
    state: str
    """Why there are no figures, or not all; empty where there are."""
    ours: Mapping[str, Estimate]
    """By figure: the mean over seeds, with an interval that draws seeds and groups."""
    by_seed: Mapping[int, Mapping[str, float]]
    gains: Mapping[str, Difference]
    seen: int
    """Samples seen in training, with what it starts from; 0 where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableResult:
    """One table."""

    spec: TableSpec
    samples: int
    """How many are measured on, 0 where nothing is."""
    rows: tuple[RowResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One arm at one number of target samples."""

    size: int
    """The mean over seeds of how many there are: groups come whole."""
    ours: Estimate
    by_seed: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One arm over the numbers of target samples; one point of size 0 where it takes none."""

    arm: str
    title: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureResult:
    """One figure's numbers."""

    spec: FigureSpec
    changes: Changes | None = None
    curves: tuple[Curve, ...] = ()
    state: str = ""


class Results:
    """Reads what was measured, each once."""

    def __init__(self, plan: Plan, store: Store, holdings: Holdings, rounds: int) -> None:
        self._plan, self._store, self._holdings, self._rounds = plan, store, holdings, rounds
        self._places: dict[tuple[str, str], Places | None] = {}

    def of(self, run: Run, measure: str) -> Places | None:
        """What a run does on a measure; None where it has not been measured."""
        asked = run.id, measure
        if asked not in self._places:
            how = self._plan.experiment.measures[measure]
            known = run.key and parse_on(how.on).name in self._holdings.names
            name = measured_name(self._holdings, run.key, how) if known else ""
            self._places[asked] = self._store.kept(name) if name else None
        return self._places[asked]

    def table(self, spec: TableSpec) -> TableResult:
        """Figures, intervals and gains of each row, as far as they are known."""
        rows = tuple(self._row(row, spec) for row in spec.rows)
        measured = (self.of(run, row.measure or spec.measure) for row in spec.rows for run in self._runs(row.run))
        return TableResult(spec=spec, samples=next((len(one) for one in measured if one), 0), rows=rows)

    def figure(self, spec: FigureSpec) -> FigureResult:
        """The numbers that a figure draws."""
        if spec.kind == "sizes":
            curves = tuple(filter(lambda curve: curve.points, (self._curve(arm, spec) for arm in spec.arms)))
            return FigureResult(spec=spec, curves=curves, state="" if curves else "nothing is measured yet")
        ours, theirs = self._pairs(spec.run, spec.against, spec.measure)
        if not ours:
            return FigureResult(
                spec=spec, state=self._state(spec.run, spec.measure) or self._state(spec.against, spec.measure)
            )
        dataset = parse_on(self._plan.experiment.measures[spec.measure].on).name
        trained = self._holdings.trained(dataset)
        changes = change_by_category(ours, theirs, trained, self._how(spec.measure), k=int(spec.figure[3:]))
        changes = replace(changes, ours=self._title(spec.run), theirs=self._title(spec.against))
        return FigureResult(spec=spec, changes=changes)

    def _title(self, run: str) -> str:
        arm, size = split_run(run)
        title = self._plan.experiment.arms[arm].title or arm
        return title if size is None else f"{title}, {size} samples"

    def _row(self, row: Row, spec: TableSpec) -> RowResult:
        measure = row.measure or spec.measure
        runs = self._runs(row.run)
        measured = {run: places for run in runs if (places := self.of(run, measure)) is not None}
        ours, theirs = self._pairs(row.run, row.against, measure)
        how = self._how(measure)
        titles = {one.run: one.title for one in spec.rows if one.run}
        return RowResult(
            title=row.title,
            run=row.run,
            published=row.published,
            against=titles.get(row.against, row.against),
            seeds=len(measured),
            wanted=len(runs),
            state=self._state(row.run, measure),
            ours=accuracies(list(measured.values()), how) if measured else {},
            by_seed={run.seed: _figures(places, how.ranking) for run, places in measured.items()},
            gains=compare(ours, theirs, how).gains if ours else {},
            seen=max((run.work.total for run in runs if run.work), default=0),
        )

    def _curve(self, arm: str, spec: FigureSpec) -> Curve:
        sizes = self._plan.experiment.arms[arm].sizes or (None,)
        points = filter(None, (self._point(self._plan.of(arm, size), spec) for size in sizes))
        return Curve(arm=arm, title=self._plan.experiment.arms[arm].title or arm, points=tuple(points))

    def _point(self, runs: Sequence[Run], spec: FigureSpec) -> Point | None:
        measured = [(run, places) for run in runs if (places := self.of(run, spec.measure)) is not None]
        if not measured:
            return None
        how = self._how(spec.measure)
        over_seeds = [places for _, places in measured]
        return Point(
            size=round(sum(run.target for run, _ in measured) / len(measured)),
            ours=accuracies(over_seeds, how)[spec.figure],
            by_seed=tuple(_figures(one, how.ranking)[spec.figure] for one in over_seeds),
        )

    def _pairs(self, run: str, against: str, measure: str) -> tuple[list[Places], list[Places]]:
        """Both sides of a comparison: the seeds that both have, or all of each where one has a single seed."""
        mine = {one.seed: places for one in self._runs(run) if (places := self.of(one, measure)) is not None}
        other = {one.seed: places for one in self._runs(against) if (places := self.of(one, measure)) is not None}
        if len(mine) > 1 and len(other) > 1:
            common = sorted(mine.keys() & other.keys())
            mine, other = {seed: mine[seed] for seed in common}, {seed: other[seed] for seed in common}
        return (list(mine.values()), list(other.values())) if mine and other else ([], [])

    def _runs(self, run: str) -> Sequence[Run]:
        return self._plan.of(*split_run(run)) if run else ()

    def _state(self, run: str, measure: str) -> str:
        """Why a row has no figures, or fewer than it should."""
        runs = self._runs(run)
        side = parse_on(self._plan.experiment.measures[measure].on).name
        missing = {name for one in runs for name in one.missing} | ({side} & self._plan.absent.keys())
        if runs and missing:
            return f"needs {' and '.join(sorted(missing))}"
        left = sum(self.of(one, measure) is None for one in runs)
        return f"{left} of {len(runs)} runs to do" if left else ""

    def _how(self, measure: str) -> Resampling:
        return Resampling(ranking=self._plan.experiment.measures[measure].among, rounds=self._rounds)


def _figures(places: Places, ranking: str) -> dict[str, float]:
    return headline(places.places[ranking], [[name] for name in places.name.tolist()])
