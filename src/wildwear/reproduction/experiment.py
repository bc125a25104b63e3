"""An experiment file: datasets wanted, arms, and the tables and figures that set them side by side; all checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from wildwear.datasets.reader import parse_on
from wildwear.errors import UnknownName, UserError
from wildwear.files import read_toml
from wildwear.reproduction.fields import read_fields
from wildwear.workspace import check_name

ALL = "all"
IMAGENET = "imagenet"
FIGURES = ("top1", "top3", "top5", "macro")
"""What a table can show of a run."""
COMMON = ("recipe", "overrides", "seeds", "classes", "samples_seen")
"""What may stand above the arms, for those that do not say it themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A dataset that runs need."""

    what: str = ""
    """One line: what it holds."""
    how: str = ""
    """What to do where the workspace does not hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What runs are measured on."""

    on: str
    """One side of a dataset, as DATASET:split."""
    boxes: bool = True
    """Whether a sample's box is what is looked at, or its whole picture."""
    among: Literal["all", "dataset"] = "all"
    """Among which classes a prediction is ranked: all, or dataset (those in its labels)."""
    crops: Literal[1, 2, 3, 5, 6, 10] = 1
    """Views of each sample, as `evaluate --crops` has them."""

    def __post_init__(self) -> None:
        ref = parse_on(self.on)
        if ref.split is None or ref.weight != 1 or ref.samples is not None:
            raise UserError(f"on = {self.on!r} must be DATASET:split")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """Runs that differ in seed and in the number of target samples alone."""

    on: tuple[str, ...]
    """As `train --on` has it; `@N` stands for each of `sizes`."""
    title: str = ""
    init: str = IMAGENET
    """`imagenet` (the backbone's own weights), `scratch`, a model, or `run:NAME` for what another arm trained."""
    recipe: str = "modern"
    overrides: Mapping[str, object] = field(default_factory=dict)
    """Changes to the recipe, such as `schedule.epochs = 30`; of the probe its settings, `l2` and `prior`."""
    samples_seen: int = 0
    """The budget: as many epochs as come nearest to this many samples; 0 leaves the recipe's epochs."""
    classes: str = "auto"
    accept_leaks: bool = False
    """Train although the val side shares pictures or groups with what is learned from, as DeepFashion's own does."""
    seeds: tuple[int, ...] = (0,)
    sizes: tuple[int | str, ...] = ()
    """Numbers of target samples, or `all`."""

    def __post_init__(self) -> None:
        if any("@N" in on for on in self.on) != bool(self.sizes):
            raise UserError("sizes and a dataset with @N in `on` belong together")
        if wrong := [size for size in self.sizes if size != ALL and not (isinstance(size, int) and size > 0)]:
            raise UserError(f"sizes are numbers above 0, or {ALL!r}, and one is {wrong[0]!r}")
        if not self.on or not self.seeds or len(set(self.seeds)) != len(self.seeds):
            raise UserError("an arm needs `on`, and seeds that differ")
        for on in self.on:
            parse_on(on.replace("@N", ""))

    @property
    def datasets(self) -> tuple[str, ...]:
        return tuple(parse_on(on.replace("@N", "")).name for on in self.on)

    @property
    def parent(self) -> str | None:
        """The arm that this one starts from."""
        return self.init.removeprefix("run:") if self.init.startswith("run:") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table: an arm at one size, or what others published."""

    title: str
    run: str = ""
    """`ARM`, or `ARM@SIZE`."""
    published: Mapping[str, float] = field(default_factory=dict)
    """Figures out of a publication, in percent."""
    against: str = ""
    """The run that it is compared with."""
    measure: str = ""
    """Where it differs from the table's."""

    def __post_init__(self) -> None:
        for name in self.published:
            if name not in FIGURES:
                raise UnknownName("figure", name, FIGURES)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """One table."""

    title: str
    measure: str
    rows: tuple[Row, ...]
    figures: tuple[str, ...] = ("top3", "top5")
    note: str = ""

    def __post_init__(self) -> None:
        for name in self.figures:
            if name not in FIGURES:
                raise UnknownName("figure", name, FIGURES)


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSpec:
    """One figure: `categories` draws the change of each category, `sizes` accuracy against target samples."""

    title: str
    kind: Literal["categories", "sizes"]
    measure: str
    figure: Literal["top1", "top3", "top5"] = "top3"
    run: str = ""
    """`categories`: the run that is compared."""
    against: str = ""
    arms: tuple[str, ...] = ()
    """`sizes`: a line each."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A whole file."""

    name: str
    title: str
    summary: str
    datasets: Mapping[str, Wanted]
    measures: Mapping[str, Measure]
    arms: Mapping[str, Arm]
    tables: tuple[TableSpec, ...]
    figures: tuple[FigureSpec, ...]

    def measured_on(self, arm: str) -> list[str]:
        """The measures that tables and figures need of an arm, in the file's order."""
        asked = {
            row.measure or table.measure
            for table in self.tables
            for row in table.rows
            if arm in (_arm(row.run), _arm(row.against))
        }
        asked |= {one.measure for one in self.figures if arm in (_arm(one.run), _arm(one.against), *one.arms)}
        return [name for name in self.measures if name in asked]


def load_experiment(path: Path) -> Experiment:
    """Reads and checks an experiment; raises `UserError` that names the file and the entry for whatever is wrong."""
    values = read_toml(path)
    if values.pop("version", None) != 1:
        raise UserError(f"{path}: it must begin with version = 1, the version of this format")
    check_name("experiment", path.stem)
    common = {name: values.pop(name) for name in COMMON if name in values}
    parts: dict[str, Any] = {name: values.pop(name, {}) for name in ("datasets", "measures", "arms")}
    lists: dict[str, Any] = {name: values.pop(name, []) for name in ("tables", "figures")}
    title, summary = values.pop("title", path.stem), values.pop("summary", "")
    if values:
        known = ("version", "title", "summary", *COMMON, *parts, *lists)
        raise UnknownName("key", next(iter(values)), known, str(path))
    arms = {name: common | arm for name, arm in parts["arms"].items()}
    experiment = Experiment(
        name=path.stem,
        title=title,
        summary=" ".join(str(summary).split()),
        datasets=_each(Wanted, parts["datasets"], f"{path}: datasets"),
        measures=_each(Measure, parts["measures"], f"{path}: measures"),
        arms=_each(Arm, arms, f"{path}: arms"),
        tables=tuple(
            read_fields(TableSpec, one | {"rows": _rows(one, f"{path}: tables[{n}]")}, f"{path}: tables[{n}]")
            for n, one in enumerate(lists["tables"], 1)
        ),
        figures=tuple(
            read_fields(FigureSpec, one, f"{path}: figures[{n}]") for n, one in enumerate(lists["figures"], 1)
        ),
    )
    _check(experiment, str(path))
    return experiment


def split_run(text: str) -> tuple[str, int | str | None]:
    """The arm and the size that `ARM` or `ARM@SIZE` names.

    >>> split_run("joint@100"), split_run("joint@all"), split_run("joint")
    (('joint', 100), ('joint', 'all'), ('joint', None))
    """
    arm, at, size = text.partition("@")
    return arm, (int(size) if size.isdigit() else size) if at else None


def _arm(run: str) -> str:
    return split_run(run)[0]


def _each(kind: type[Any], values: Mapping[str, Any], where: str) -> dict[str, Any]:
    for name in values:
        check_name("entry", name)
    return {name: read_fields(kind, one, f"{where}.{name}") for name, one in values.items()}


def _rows(table: Mapping[str, Any], where: str) -> tuple[Row, ...]:
    return tuple(read_fields(Row, row, f"{where}: row {n}") for n, row in enumerate(table.get("rows", ()), 1))


def _check(experiment: Experiment, where: str) -> None:
    """Raises for a name that leads nowhere, and for arms that start from each other in a circle."""
    for name, arm in experiment.arms.items():
        _known("dataset", arm.datasets, experiment.datasets, f"{where}: arms.{name}")
        if arm.parent is not None:
            _known("arm", [arm.parent], experiment.arms, f"{where}: arms.{name}.init")
        _check_line(experiment, name, where)
    for measure in experiment.measures.values():
        _known("dataset", [parse_on(measure.on).name], experiment.datasets, f"{where}: measures")
    for table in experiment.tables:
        _known("measure", [table.measure, *(row.measure for row in table.rows)], experiment.measures, where)
        for row in table.rows:
            _check_runs(experiment, (row.run, row.against), f"{where}: {table.title}: {row.title}")
    for figure in experiment.figures:
        _known("measure", [figure.measure], experiment.measures, f"{where}: {figure.title}")
        _known("arm", figure.arms, experiment.arms, f"{where}: {figure.title}")
        _check_runs(experiment, (figure.run, figure.against), f"{where}: {figure.title}")


def _check_line(experiment: Experiment, name: str, where: str) -> None:
    """Follows what an arm starts from to its beginning: each has the same sizes and seeds, or no size and one seed."""
    line, arm = [name], experiment.arms[name]
    while arm.parent is not None and arm.parent in experiment.arms:
        before = experiment.arms[arm.parent]
        if arm.parent in line:
            raise UserError(f"{where}: arms.{name} starts from itself: {' from '.join([*line, arm.parent])}")
        if before.sizes and before.sizes != arm.sizes:
            raise UserError(f"{where}: arms.{line[-1]} and {arm.parent}, which it starts from, need the same sizes")
        if len(before.seeds) > 1 and before.seeds[: len(arm.seeds)] != arm.seeds:
            raise UserError(f"{where}: arms.{line[-1]} and {arm.parent}, which it starts from, need the same seeds")
        line.append(arm.parent)
        arm = before


def _check_runs(experiment: Experiment, runs: Iterable[str], where: str) -> None:
    for run in filter(None, runs):
        name, size = split_run(run)
        _known("arm", [name], experiment.arms, where)
        sizes = experiment.arms[name].sizes
        if (size is None) != (not sizes) or (size is not None and size not in sizes):
            choices = [f"{name}@{one}" for one in sizes] or [name]
            raise UnknownName("run", run, choices, where)


def _known(kind: str, names: Iterable[str], choices: Iterable[str], where: str) -> None:
    for name in names:
        if name and name not in choices:
            raise UnknownName(kind, name, choices, where)
