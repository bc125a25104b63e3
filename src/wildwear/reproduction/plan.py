"""What an experiment comes to in a workspace, as values: runs, their order, what each is recognised by and costs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from wildwear.reproduction.experiment import Experiment
from wildwear.training.settings import ProbeSettings

if TYPE_CHECKING:
    from wildwear.training.recipe import Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a run costs: the budget at which runs are compared."""

    samples: int
    """Samples of an epoch, each times its dataset's weight."""
    epochs: int
    """0 for a probe, which is fitted until it no longer changes."""
    steps: int
    before: int = 0
    """Samples seen by the runs that it starts from."""

    @property
    def seen(self) -> int:
        """Samples seen by this run alone, each as often as it is; 0 for a probe."""
        return self.samples * self.epochs

    @property
    def total(self) -> int:
        """With those seen by the runs that it starts from."""
        return self.before + self.seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One training of one arm."""

    arm: str
    size: int | str | None
    seed: int
    on: tuple[str, ...]
    """With the size filled in."""
    init: str
    """A model's name, `imagenet` or `scratch`."""
    parent: str | None = None
    """The id of the run that this one starts from."""
    missing: tuple[str, ...] = ()
    """Datasets that the workspace lacks, for this run or one that it starts from."""
    key: str = ""
    """The hash, hexadecimal; empty where datasets are missing."""
    model: str = ""
    recipe: Recipe | None = None
    """None for the probe."""
    probe: ProbeSettings = field(default_factory=ProbeSettings)
    work: Work | None = None
    target: int = 0
    """How many samples of the dataset marked by @N it learns from."""
    done: bool = False

    @property
    def id(self) -> str:
        """Such as `joint@100.s3`."""
        return f"{self.title}.s{self.seed}"

    @property
    def title(self) -> str:
        """Arm and size, as tables name it."""
        return self.arm if self.size is None else f"{self.arm}@{self.size}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All runs of an experiment, each after the one that it starts from."""

    experiment: Experiment
    runs: Mapping[str, Run]
    """By id."""
    chosen: frozenset[str]
    """Ids of the runs that `--only` asks for, and of those that they start from."""
    absent: Mapping[str, str]
    """Datasets that are wanted and not there, with what to do."""

    @property
    def to_do(self) -> list[Run]:
        return [run for run in self.runs.values() if run.id in self.chosen and not (run.done or run.missing)]

    def finished(self, trained: Collection[str]) -> Plan:
        """The plan once these runs are done."""
        runs = {name: replace(run, done=run.done or name in trained) for name, run in self.runs.items()}
        return replace(self, runs=runs)

    def of(self, arm: str, size: int | str | None) -> list[Run]:
        """The runs that differ in seed alone."""
        return [run for run in self.runs.values() if (run.arm, run.size) == (arm, size)]


def as_json(run: Run) -> dict[str, Any]:
    """A run for a machine."""
    values = {
        name: getattr(run, name) for name in ("id", "arm", "size", "seed", "on", "init", "missing", "key", "model")
    }
    work = run.work and {**asdict(run.work), "seen": run.work.seen}
    return values | {"recipe": run.recipe.name if run.recipe else "probe", "work": work, "done": run.done}
