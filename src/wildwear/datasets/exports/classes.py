"""The one class of each sample, for formats that take one: what becomes of sets of categories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from wildwear.datasets.samples import region_of
from wildwear.taxonomy import Taxonomy

Labels: TypeAlias = tuple[str, ...]
SetRule: TypeAlias = Literal["join", "first", "skip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportClass:
    """One class of an export."""

    name: str
    region: str
    members: Labels
    """The categories of which any is right; one, unless sets are joined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """All classes, numbered by their place: categories in the taxonomy's order, then sets by name."""

    listed: tuple[ExportClass, ...]
    of_set: Mapping[Labels, int]
    """The class of each set of labels in the dataset; those that are left out are not in it."""

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.listed]


def find_classes(label_sets: Iterable[tuple[Labels, str]], rule: SetRule, taxonomy: Taxonomy) -> Classes:
    """The classes of a dataset by the distinct sets of labels in it, each with its region."""
    meant: dict[Labels, Labels] = {}
    regions: dict[Labels, str] = {}
    for labels, region in sorted(label_sets):
        if not labels or (len(labels) > 1 and rule == "skip"):
            continue
        meant[labels] = labels[:1] if rule == "first" else labels
        regions.setdefault(meant[labels], region)
    umbrellas = {tuple(sorted(members)): name for name, members in taxonomy.umbrellas.items()}
    place = {name: number for number, name in enumerate(taxonomy.names)}
    classes = [
        ExportClass(name=_name(members, umbrellas, place), region=_region(members, found, taxonomy), members=members)
        for members, found in regions.items()
    ]
    classes.sort(key=lambda one: (len(one.members) > 1, place.get(one.name, len(place)), one.name))
    number = {one.members: index for index, one in enumerate(classes)}
    return Classes(listed=tuple(classes), of_set={labels: number[members] for labels, members in meant.items()})


def _name(members: Labels, umbrellas: Mapping[Labels, str], categories: Mapping[str, int]) -> str:
    umbrella = umbrellas.get(members)
    return umbrella if umbrella and umbrella not in categories else " or ".join(members)


def _region(members: Labels, found: str, taxonomy: Taxonomy) -> str:
    """By the taxonomy, or as the dataset says where that has been made with another one."""
    known = all(name in taxonomy.categories for name in members)
    return str(region_of(members, taxonomy)) if known else found
