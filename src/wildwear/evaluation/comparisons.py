"""Runs compared on the same samples: is one better, by how much, and could it be chance?

All functions take `Places`, fresh or read from a file, and several of them for the seeds of one recipe. Where both
sides have equally many seeds, the i-th is compared with the i-th.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wildwear.evaluation.bootstrap import Bootstrap, Difference, Draws, Estimate
from wildwear.evaluation.metrics import TOP
from wildwear.evaluation.places import Places, aligned

FEW = 10
"""Figures about fewer samples than this are shown greyed: they say next to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampling:
    """How the bootstrap draws, and which ranking is looked at."""

    ranking: str = "all"
    rounds: int = 1000
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class McNemar:
    """McNemar's exact test (1947): of the samples that one model alone has right, does either have more?

    It takes samples for independent, which those of one group are not: where groups are large, trust the bootstrap.
    """

    ours: int
    """Samples that are right here and wrong there."""
    theirs: int
    p: float
    """Two-sided, binomial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How much better one model (or recipe, over its seeds) does than another on the same samples."""

    ours: str
    theirs: str
    samples: int
    seeds: tuple[int, int]
    gains: Mapping[str, Difference]
    """top1, top3, top5 and macro."""
    mcnemar: Mapping[str, McNemar]
    """top1 and top3; empty where there are several seeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How much the accuracy changes on one category, region or third of the categories."""

    name: str
    region: str
    """Where the category is worn; "" for what is no category."""
    samples: int
    trained: int
    """Samples of it on the dataset's train side."""
    theirs: float
    ours: float
    gain: Difference

    @property
    def few(self) -> bool:
        return self.samples < FEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changes where, in top-k accuracy (the paper's Figure 4)."""

    ours: str
    theirs: str
    k: int
    categories: tuple[Change, ...]
    """Those with the most training samples first."""
    regions: tuple[Change, ...]
    terciles: tuple[Change, ...]
    """Categories in three equal groups by the number of training samples: frequent, middle, rare."""


def mcnemar(ours: NDArray[np.bool_], theirs: NDArray[np.bool_]) -> McNemar:
    """The exact test on N rights and wrongs of two models.

    >>> mcnemar(np.array([True] * 6 + [False]), np.array([False] * 6 + [True]))
    McNemar(ours=6, theirs=1, p=0.125)
    """
    from scipy.special import bdtr

    better, worse = int((ours & ~theirs).sum()), int((theirs & ~ours).sum())
    p = 2 * float(bdtr(min(better, worse), better + worse, 0.5)) if better != worse else 1.0
    return McNemar(ours=better, theirs=worse, p=min(1.0, p))


def accuracies(runs: Sequence[Places], how: Resampling = Resampling()) -> dict[str, Estimate]:
    """Top-k and macro accuracy of a model, or of the seeds of a recipe: their mean, and an interval that draws seeds
    and groups. With few seeds it is somewhat narrow: the bootstrap knows no spread beyond the seeds it has."""
    return {name: drawn.estimates()[0] for name, drawn in _headline(aligned(runs), how, 0).items()}


def compare(ours: Sequence[Places], theirs: Sequence[Places], how: Resampling = Resampling()) -> Comparison:
    """Paired differences on the samples that both were measured on."""
    first, second = _both(ours, theirs)
    mine, other = _headline(first, how, 0), _headline(second, how, _stream(first, second))
    single = len(first) == len(second) == 1
    return Comparison(
        ours=ours[0].run,
        theirs=theirs[0].run,
        samples=len(first[0]),
        seeds=(len(first), len(second)),
        gains={name: (mine[name] - other[name]).differences()[0] for name in mine},
        mcnemar={
            f"top{k}": mcnemar(first[0].right(k, how.ranking), second[0].right(k, how.ranking))
            for k in (1, 3)
            if single
        },
    )


def change_by_category(
    ours: Sequence[Places],
    theirs: Sequence[Places],
    trained: Mapping[str, int],
    how: Resampling = Resampling(),
    k: int = 3,
) -> Changes:
    """What changes on each category, by region, and for frequent and rare categories.

    `trained` counts the samples of each label set's name on the target's train side.
    """
    first, second = _both(ours, theirs)
    names, region = first[0].name, first[0].region
    distinct = np.unique(names)
    counts = np.array([trained.get(str(name), 0) for name in distinct])
    order = distinct[np.lexsort((distinct, -counts))]
    thirds = [set(part.tolist()) for part in np.array_split(order, 3)]
    third = np.array([next(i for i, part in enumerate(thirds) if name in part) for name in names.tolist()])
    titles = [f"{title} ({_span(part, trained)})" for title, part in zip(_THIRDS, thirds, strict=True)]
    worn = {str(name): str(where) for name, where in zip(names, region, strict=True)}
    within = _Within(first, second, k, how, trained, worn)
    return Changes(
        ours=ours[0].run,
        theirs=theirs[0].run,
        k=k,
        categories=within.changes(names, order.tolist()),
        regions=within.changes(region, sorted(set(region.tolist()))),
        terciles=within.changes(np.array(titles)[third], [t for t, part in zip(titles, thirds, strict=True) if part]),
    )


_THIRDS = ("frequent", "middle", "rare")


@dataclass(frozen=True, slots=True)
class _Within:
    """Two aligned sides, and what is asked about parts of their samples."""

    ours: tuple[Places, ...]
    theirs: tuple[Places, ...]
    k: int
    how: Resampling
    trained: Mapping[str, int]
    worn: Mapping[str, str]

    def changes(self, part: NDArray[np.str_], order: Sequence[str]) -> tuple[Change, ...]:
        """A change for each part that is named in `order`; `part` has the part of each sample."""
        at = {name: place for place, name in enumerate(order)}
        label = np.array([at[name] for name in part.tolist()], dtype=np.intp)
        mine = self._draws(self.ours, label, 0)
        other = self._draws(self.theirs, label, _stream(self.ours, self.theirs))
        members: list[set[str]] = [set() for _ in order]
        for name, one in zip(self.ours[0].name.tolist(), label.tolist(), strict=True):
            members[one].add(name)
        gains = (mine - other).differences()
        return tuple(
            Change(
                name=name,
                region=self.worn.get(name, ""),
                samples=int((label == one).sum()),
                trained=sum(self.trained.get(member, 0) for member in members[one]),
                theirs=float(other.value[one]),
                ours=float(mine.value[one]),
                gain=gains[one],
            )
            for one, name in enumerate(order)
        )

    def _draws(self, runs: Sequence[Places], label: NDArray[np.intp], stream: int) -> Draws:
        right = np.stack([run.right(self.k, self.how.ranking) for run in runs])
        return _bootstrap(runs, self.how).draws(right, label, stream=stream)


def _headline(runs: Sequence[Places], how: Resampling, stream: int) -> dict[str, Draws]:
    bootstrap = _bootstrap(runs, how)
    _, label = np.unique(runs[0].name, return_inverse=True)
    right = {k: np.stack([run.right(k, how.ranking) for run in runs]) for k in TOP}
    top = {f"top{k}": bootstrap.draws(right[k], stream=stream) for k in TOP}
    return top | {"macro": bootstrap.draws(right[1], label, stream=stream).macro()}


def _bootstrap(runs: Sequence[Places], how: Resampling) -> Bootstrap:
    return Bootstrap(runs[0].group, rounds=how.rounds, seed=how.seed)


def _both(ours: Sequence[Places], theirs: Sequence[Places]) -> tuple[tuple[Places, ...], tuple[Places, ...]]:
    both = aligned([*ours, *theirs])
    return both[: len(ours)], both[len(ours) :]


def _stream(ours: Sequence[Places], theirs: Sequence[Places]) -> int:
    """Equally many seeds are drawn as pairs; otherwise each side draws its own."""
    return 0 if len(ours) == len(theirs) else 1


def _span(names: set[str], trained: Mapping[str, int]) -> str:
    """How many training samples categories have: `12 to 80`."""
    counts = sorted(trained.get(name, 0) for name in names) or [0]
    return f"{counts[0]:,} to {counts[-1]:,}" if counts[0] != counts[-1] else f"{counts[0]:,}"
