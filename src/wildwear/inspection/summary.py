"""What a first pass found, as counts that a person can read and `--json` can carry."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wildwear.inspection.collection import Collection
from wildwear.inspection.settings import InspectSettings
from wildwear.records import Mode, Split
from wildwear.taxonomy import Taxonomy

COLUMNS = ("category", "pictures", *Mode, "suspect", "")
_QUOTED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the machine thinks of N pictures, row by row."""

    mode: NDArray[np.str_]
    """`Mode`, or "" for a picture that does not decode any more."""
    mode_confidence: NDArray[np.float32]
    suspicion: NDArray[np.float32]
    """0 to 1; NaN for one without a label, or where there is nothing to compare it with."""
    guess: NDArray[np.str_]
    """What the machine would call it, "" where it has no opinion."""
    look_alike: NDArray[np.int64]
    """The number of its group of near-duplicates, -1 alone."""
    placeholder: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryCount:
    """What there is of one category; a label that stands for several is counted under its own name."""

    category: str
    pictures: int
    modes: Mapping[str, int]
    suspect: int
    """Pictures whose suspicion is above the setting's."""
    sides: Mapping[str, int] = field(default_factory=dict)
    """By side of the split; empty for the catalogue."""
    rare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The counts of one first pass."""

    collection: str
    is_catalogue: bool
    pictures: int
    unlabelled: int
    modes: Mapping[str, int]
    suspect: int
    look_alikes: int
    """Pictures that have near-duplicates."""
    groups: int
    """Groups of them."""
    groups_across: int
    """Those of them that show up on several products (or senders, or photographs)."""
    placeholders: int
    categories: tuple[CategoryCount, ...]
    """The largest first."""

    @property
    def rare(self) -> tuple[CategoryCount, ...]:
        """Rare categories, the rarest first."""
        return tuple(reversed([count for count in self.categories if count.rare]))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def summarise(collection: Collection, found: Findings, taxonomy: Taxonomy, settings: InspectSettings) -> Summary:
    """Counts what was found; reads no picture."""
    named = label_names(collection, taxonomy)
    names = np.array([name for labels in named for name in labels], dtype=np.str_)
    rows = np.repeat(np.arange(len(collection)), [len(labels) for labels in named])
    suspect = found.suspicion > settings.suspect
    counts = [
        _category(str(name), rows[names == name], found.mode, suspect, collection, settings.rare)
        for name in np.unique(names)
    ]
    grouped = found.look_alike[found.look_alike >= 0]
    pairs = np.unique(np.stack([found.look_alike, collection.group], axis=1)[found.look_alike >= 0], axis=0)
    return Summary(
        collection=collection.name,
        is_catalogue=collection.is_catalogue,
        pictures=len(collection),
        unlabelled=len(collection) - len(np.unique(rows)),
        modes=_modes(found.mode),
        suspect=int(suspect.sum()),
        look_alikes=len(grouped),
        groups=len(np.unique(grouped)),
        groups_across=int((np.unique(pairs[:, 0], return_counts=True)[1] > 1).sum()),
        placeholders=int(found.placeholder.sum()),
        categories=tuple(sorted(counts, key=lambda count: (-count.pictures, count.category))),
    )


def rows_of(details: Mapping[str, Any]) -> list[tuple[object, ...]]:
    """The counts of a summary's `to_json` as rows below `COLUMNS`."""
    return [
        (one["category"], one["pictures"], *one["modes"].values(), one["suspect"], "rare" if one["rare"] else "")
        for one in details["categories"]
    ]


def label_names(collection: Collection, taxonomy: Taxonomy) -> list[tuple[str, ...]]:
    """What each picture's label is called: the catalogue's names as they are, a dataset's sets by region."""
    known: dict[tuple[str, ...], tuple[str, ...]] = {}
    named = []
    for labels in map(tuple, collection.labels.to_pylist()):
        if labels not in known:
            known[labels] = labels if collection.is_catalogue else _by_region(labels, taxonomy)
        named.append(known[labels])
    return named


def notes(summary: Summary, settings: InspectSettings) -> list[str]:
    """What a person should know: the shares of the modes, what is rare and what to do about it."""
    shares = ", ".join(f"{mode} {share(summary.modes[mode], summary.pictures)}" for mode in Mode)
    said = [f"modes: {shares}"]
    if summary.rare:
        some = ", ".join(f"{count.category} {count.pictures}" for count in summary.rare[:_QUOTED])
        more = f" and {len(summary.rare) - _QUOTED} more" if len(summary.rare) > _QUOTED else ""
        said.append(f"rare, with fewer than {settings.rare} pictures: {some}{more}")
        said.append(remedy(summary))
    return said


def remedy(summary: Summary) -> str:
    """What to do about the rarest category."""
    if not summary.is_catalogue:
        return "more of them come from a wider query in the catalogue, or from another dataset beside this one"
    return f"what its query nearly found: wildwear label --explain {shlex.quote(summary.rare[0].category)}"


def share(part: int, whole: int) -> str:
    """A percentage that does not call something nothing.

    >>> share(1, 3), share(1, 5000), share(0, 10)
    ('33.3 %', '< 0.1 %', '0 %')
    """
    if not part:
        return "0 %"
    percent = 100 * part / whole
    return "< 0.1 %" if percent < 0.05 else f"{percent:.1f} %"


def _category(
    name: str, rows: NDArray[np.int64], modes: NDArray[np.str_], suspect: NDArray[np.bool_], of: Collection, rare: int
) -> CategoryCount:
    sides = [of.split[int(row)].as_py() for row in rows] if not of.is_catalogue else []
    return CategoryCount(
        category=name,
        pictures=len(rows),
        modes=_modes(modes[rows]),
        suspect=int(suspect[rows].sum()),
        sides={side.value: sides.count(side) for side in Split} if sides else {},
        rare=len(rows) < rare,
    )


def _modes(names: NDArray[np.str_]) -> dict[str, int]:
    return {mode.value: int((names == mode).sum()) for mode in Mode}


def _by_region(labels: tuple[str, ...], taxonomy: Taxonomy) -> tuple[str, ...]:
    members: dict[str, set[str]] = {}
    for name in labels:
        region = taxonomy.region(name) if name in taxonomy.categories else ""
        members.setdefault(region, set()).add(name)
    return tuple(taxonomy.name_of_set(frozenset(names)) for names in members.values())
