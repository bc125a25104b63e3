"""What a classifier says of each picture that has learned neither from it nor from any picture of its group."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wildwear.linear import Examples, fit_unscaled

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Rows = NDArray[np.int64]

_BLOCK = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """Classes that always come together, as one: nothing tells them apart, and each would have a part of the mass."""

    first: Rows
    """T: one class of each twin."""
    of_class: Rows
    """C: the twin of each class."""

    @staticmethod
    def of(labels: Bools) -> Twins:
        _, first, of_class = np.unique(np.packbits(labels, axis=0), axis=1, return_index=True, return_inverse=True)
        place = np.argsort(np.argsort(first))  # in order of the classes, whatever the order of the rows
        return Twins(first=np.sort(first), of_class=place[of_class.ravel()])

    def spread(self, probabilities: Floats) -> Floats:
        """N × T as N × C, the mass of a twin in equal parts."""
        parts = np.bincount(self.of_class, minlength=len(self.first)).astype(np.float32)
        return np.asarray((probabilities / parts)[:, self.of_class])


def folds(labels: Bools, groups: Rows, count: int, seed: int = 0) -> Rows:
    """The fold of each of N rows, 0 to `count` - 1, groups whole.

    Groups are dealt like cards, those with the rarest class (`labels` is N × C) first and large ones before small
    ones, so that a class stands in as many folds as it has groups. Does not depend on the order of the rows.
    """
    names, index, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    rarest = np.full(len(names), labels.shape[1])
    np.minimum.at(rarest, index, _rarest(labels))
    drawn = np.random.default_rng(seed).permutation(len(names))
    fold = np.empty(len(names), np.int64)
    fold[np.lexsort((drawn, -sizes, rarest))] = np.arange(len(names)) % count
    return np.asarray(fold[index])


def out_of_fold(examples: Examples, l2: float, learned_from: int, seed: int = 0) -> Floats:
    """N × C probabilities, each row's by a classifier fitted on the other folds; a fold is a group of the examples.

    Rows of weight 0 are not learned from; of more than `learned_from` so many are drawn, some of each class. 0 for
    classes that the other folds do not have, so all 0 where there is nothing to learn from, and above 0 for others.
    """
    result = np.zeros(examples.members.shape, np.float32)
    learnable = (examples.weights > 0) & examples.members.any(axis=1)

    def judge(fold: int) -> None:
        own = examples.groups == fold
        rows, weights = _drawn(examples, np.flatnonzero(learnable & ~own), learned_from, seed)
        known = np.flatnonzero(examples.members[rows].any(axis=0))
        if not len(known):
            return
        learned = Examples(
            features=examples.features[rows],
            members=examples.members[np.ix_(rows, known)],
            weights=weights,
            groups=examples.groups[rows],
        )
        head = fit_unscaled(learned, l2)
        for part in np.array_split(np.flatnonzero(own), 1 + own.sum() // _BLOCK):
            result[np.ix_(part, known)] = _softmax(head(examples.features[part]))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(judge, np.unique(examples.groups)))
    return result


def _drawn(examples: Examples, rows: Rows, count: int, seed: int) -> tuple[Rows, Floats]:
    """At most `count` of the rows and what each counts: a class has as many as the others while it lasts, and its
    rows then count for those that were not drawn."""
    if len(rows) <= count:
        return rows, examples.weights[rows]
    shuffled = np.random.default_rng(seed).permutation(rows)
    kind = _rarest(examples.members[shuffled])
    by_kind = np.argsort(kind, kind="stable")
    sizes = np.bincount(kind)
    rank = np.empty(len(rows), np.int64)
    rank[by_kind] = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    taken = np.argsort(rank, kind="stable")[:count]
    share = np.bincount(kind[taken], minlength=len(sizes)) / np.maximum(sizes, 1)
    chosen = shuffled[taken]
    return chosen, np.asarray(examples.weights[chosen] / share[kind[taken]], np.float32)


def _rarest(labels: Bools) -> Rows:
    """N: the rank by frequency, 0 the rarest, of the rarest class of each row; C where it has none."""
    frequency = labels.sum(axis=0)
    rank = np.empty(len(frequency), np.int32)
    rank[np.argsort(frequency, kind="stable")] = np.arange(len(frequency))
    none = np.int32(len(frequency))
    return np.asarray(np.where(labels, rank, none).min(axis=1, initial=none), np.int64)


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(np.maximum(raised / raised.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny))
