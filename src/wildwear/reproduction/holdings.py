"""What the datasets of a workspace hold, each read once: for laying out many runs without opening tables anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from wildwear.datasets.reader import DatasetRef, parse_on
from wildwear.datasets.samples import split_hash
from wildwear.datasets.subsets import nested_subset
from wildwear.errors import UserError
from wildwear.records import Split
from wildwear.taxonomy import load_taxonomy
from wildwear.training.classes import choose_classes
from wildwear.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """The labels, groups and sides of the datasets in a workspace."""

    workspace: Workspace
    names: frozenset[str]
    """The datasets that are there."""
    _sides: dict[tuple[str, Split], _Side] = field(default_factory=dict)
    _identities: dict[str, tuple[str, int, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, workspace: Workspace) -> Holdings:
        return cls(workspace=workspace, names=frozenset(workspace.dataset_names()))

    def identity(self, dataset: str) -> tuple[str, int, str]:
        """Name, version and split hash: what a result on this dataset depends on."""
        if dataset not in self._identities:
            table = self.workspace.dataset(dataset)
            self._identities[dataset] = dataset, table.version, split_hash(table)
        return self._identities[dataset]

    def check_unchanged(self, dataset: str) -> None:
        """Raises `UserError` where somebody has committed to a dataset since its identity was read."""
        if self.workspace.dataset(dataset).version != self.identity(dataset)[1]:
            raise UserError(f"dataset {dataset} was changed meanwhile: run this again")

    def samples(self, on: tuple[str, ...], seed: int, classes: str, *, bagged: bool = False) -> int:
        """Samples of an epoch: those of which some class is right, each times its dataset's weight.

        The boxes of a bag are one sample where they are `bagged`. Raises `UserError` for a side that is empty or has
        fewer samples than are asked for.
        """
        refs = [parse_on(one) for one in on]
        parts = [self._part(ref, seed, bagged=bagged) for ref in refs]
        sets = (labels for part in parts for labels in part.elements())
        chosen = set(choose_classes(classes, sets, load_taxonomy(self.workspace.taxonomy_name)))
        usable = [sum(count for labels, count in part.items() if labels & chosen) for part in parts]
        return sum(round(ref.weight * count) for ref, count in zip(refs, usable, strict=True))

    def count(self, on: str, seed: int) -> int:
        """How many samples a part such as `street:train@100` has, whatever their labels."""
        return self._part(parse_on(on), seed).total()

    def trained(self, dataset: str) -> dict[str, int]:
        """How many samples of the train side each label set's name has; none where there is no such side."""
        taxonomy = load_taxonomy(self.workspace.taxonomy_name)
        by_name: Counter[str] = Counter()
        for labels, count in self._side(dataset, Split.TRAIN).counts[False].items():
            by_name[taxonomy.name_of_set(labels)] += count
        return dict(by_name)

    def _part(self, ref: DatasetRef, seed: int, *, bagged: bool = False) -> Counter[frozenset[str]]:
        """The label sets that are meant, with how many samples have each."""
        side = self._side(ref.name, ref.split or Split.TRAIN)
        if not side.labels:
            raise UserError(f"dataset {ref.name} has no samples on the side {ref.split or Split.TRAIN}")
        if ref.samples is None:
            return side.counts[bagged]
        if ref.samples > len(side.labels):
            raise UserError(f"{ref.name}@{ref.samples}: there are {len(side.labels):,} samples on that side")
        return side.counted(nested_subset(side.groups, side.ids, ref.samples, seed).tolist(), bagged=bagged)

    def _side(self, dataset: str, side: Split) -> _Side:
        if (dataset, side) not in self._sides:
            columns = ["sample_id", "group", "labels", "bag"]
            table = self.workspace.dataset(dataset).read(columns, f"split = '{side}'")
            ids, groups, labels, bags = (table[name].to_pylist() for name in columns)
            found = _Side(
                ids=ids,
                groups=groups,
                labels=[frozenset(one) for one in labels],
                bags=[bag or own for bag, own in zip(bags, ids, strict=True)],
            )
            found.counts.update({bagged: found.counted(range(len(ids)), bagged=bagged) for bagged in (False, True)})
            self._sides[dataset, side] = found
        return self._sides[dataset, side]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """The samples of one side."""

    ids: list[str]
    groups: list[str]
    labels: list[frozenset[str]]
    bags: list[str]
    counts: dict[bool, Counter[frozenset[str]]] = field(default_factory=dict)
    """How many samples of the whole side have each label set; by whether the boxes of a bag are one sample."""

    def counted(self, rows: Iterable[int], *, bagged: bool) -> Counter[frozenset[str]]:
        """The same of some rows."""
        if bagged:
            rows = {self.bags[row]: row for row in rows}.values()
        return Counter(self.labels[row] for row in rows)
