"""What `--on` names, opened: the parts that are learned from, and those that the model is measured on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wildwear.datasets.reader import parse_on
from wildwear.datasets.samples import split_hash
from wildwear.datasets.subsets import positions, subset_where
from wildwear.errors import UserError
from wildwear.models.card import TrainingData
from wildwear.records import Split
from wildwear.table import Table
from wildwear.taxonomy import Taxonomy
from wildwear.training.classes import choose_classes
from wildwear.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One side of one dataset."""

    name: str
    side: Split
    table: Table
    weight: float = 1.0
    subset: int | None = None
    """About how many of its samples are meant, or None for all."""
    where: str = ""
    """The SQL condition for its rows; that of the whole side unless told."""
    boxes: bool = True
    """Whether a sample's box is what is looked at, or its whole picture."""

    def __post_init__(self) -> None:
        if not self.where:
            object.__setattr__(self, "where", f"split = '{self.side}'")

    @property
    def title(self) -> str:
        return f"{self.name}:{self.side}{'' if self.subset is None else f'@{self.subset}'}"

    def positions(self) -> NDArray[np.int64]:
        """Where its rows stand in the table, ascending."""
        return positions(self.table, self.where)

    @property
    def picture_columns(self) -> list[str]:
        """The columns that say what is looked at."""
        return ["bytes", "box"] if self.boxes else ["bytes"]

    def read(self, *columns: str) -> pa.Table:
        return self.table.read(list(columns), self.where)

    def record(self, samples: int) -> TrainingData:
        """What the model's card says of it."""
        return TrainingData(
            dataset=self.name,
            split=self.side.value,
            version=self.table.version,
            split_hash=split_hash(self.table),
            samples=samples,
            weight=self.weight,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a model learns from, and the val sides of the same datasets."""

    learned: tuple[Part, ...]
    measured: tuple[Part, ...]

    def without_boxes(self) -> Parts:
        """The same samples, looked at as whole pictures."""
        learned, measured = (
            tuple(replace(part, boxes=False) for part in some) for some in (self.learned, self.measured)
        )
        return Parts(learned=learned, measured=measured)

    def classes(self, wanted: str, taxonomy: Taxonomy) -> tuple[str, ...]:
        """The classes that `--classes` asks for, given the labels that are learned from."""
        labels = (frozenset(names) for part in self.learned for names in part.read("labels")["labels"].to_pylist())
        return choose_classes(wanted, labels, taxonomy)


def open_parts(workspace: Workspace, on: tuple[str, ...], seed: int = 0) -> Parts:
    """Opens what `--on` names; raises `UserError` for what is not there, empty or named twice.

    `seed` draws which samples a part such as `street:train@100` has; it is measured on the whole val side.
    """
    learned = tuple(_learned(workspace, on, seed))
    titles = [f"{part.name}:{part.side}" for part in learned]
    if twice := {title for title in titles if titles.count(title) > 1}:
        raise UserError(f"--on names {min(twice)} twice: give it a weight instead, as in {min(twice)}*2")
    measured = tuple(
        Part(name=part.name, side=Split.VAL, table=part.table)
        for part in learned
        if part.side is Split.TRAIN and f"{part.name}:val" not in titles and part.table.count("split = 'val'")
    )
    return Parts(learned=learned, measured=measured)


def with_inherited(own: list[TrainingData], init: tuple[TrainingData, ...]) -> tuple[TrainingData, ...]:
    """What a model has seen: its own data, and what the model it started from had learned from."""
    named = {(one.dataset, one.split, one.split_hash) for one in own}
    return (*own, *(one for one in init if (one.dataset, one.split, one.split_hash) not in named))


def _learned(workspace: Workspace, on: tuple[str, ...], seed: int) -> Iterator[Part]:
    for ref in map(parse_on, on):
        whole = replace(ref, split=ref.split or Split.TRAIN, samples=None)
        table, where = whole.open(workspace), str(whole.where)
        if ref.samples is not None:
            where = subset_where(table, where, ref.samples, seed)
        yield Part(
            name=ref.name, side=Split(str(whole.split)), table=table, weight=ref.weight, subset=ref.samples, where=where
        )
