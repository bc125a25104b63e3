"""How well N predictions do against label sets: a prediction is right where it is a member of the set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TOP = (1, 3, 5)
RANKINGS = ("all", "dataset", "within-region")
"""Among which classes a prediction is ranked: all of the model; those in the dataset's labels; those of the region."""
NEVER = 2**31 - 1
"""The place of a right class that cannot be predicted: beyond any k, however few classes there are."""


def ranks(
    scores: NDArray[np.floating], members: NDArray[np.bool_], allowed: NDArray[np.bool_] | None = None
) -> NDArray[np.intp]:
    """The place, 0 for the first, of the best right class of each row; `NEVER` where none can be predicted.

    `scores` and `members` are N × C; `allowed` (C, or N × C) leaves classes out of the ranking. Equal scores rank
    in the order of the classes.

    >>> ranks(np.array([[0.5, 0.3, 0.2]]), np.array([[False, True, True]]))
    array([1])
    """
    held = scores if allowed is None else np.where(allowed, scores, -np.inf)
    right = members if allowed is None else members & allowed
    order = np.argsort(-held, axis=1, kind="stable")
    sorted_right = np.take_along_axis(right, order, axis=1)
    return np.asarray(np.where(sorted_right.any(axis=1), sorted_right.argmax(axis=1), NEVER))


def top_k_accuracy(places: NDArray[np.intp], k: int) -> float:
    """The share of rows whose best right class is among the first k."""
    return float((places < k).mean())


def macro_accuracy(places: NDArray[np.intp], names: NDArray[np.str_]) -> float:
    """Top-1 accuracy within each label, averaged over labels, so that rare ones count as much as frequent ones."""
    _, label = np.unique(names, return_inverse=True)
    return float((np.bincount(label, places < 1) / np.bincount(label)).mean())


def headline(places: NDArray[np.intp], labels: Iterable[Iterable[str]]) -> dict[str, float]:
    """The accuracies that a model's card records: how many samples, top-1, top-3, top-5 and macro.

    `places` as `ranks` gives them, `labels` the N label sets.
    """
    names = np.array([" | ".join(one) for one in labels], dtype=np.str_)
    accuracies = {f"top{k}": top_k_accuracy(places, k) for k in TOP}
    return {"samples": len(places), **accuracies, "macro": macro_accuracy(places, names)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """How often one label is taken for a class that is wrong for it."""

    truth: str
    predicted: str
    samples: int
    share: float
    """Of the samples with that label, 0 to 1."""


def confusions(
    predicted: NDArray[np.str_], right: NDArray[np.bool_], names: NDArray[np.str_], most: int = 20
) -> tuple[Confusion, ...]:
    """The most frequent wrong pairs; equal ones in alphabetical order."""
    totals = dict(zip(*np.unique(names, return_counts=True), strict=True))
    pairs, counts = np.unique(np.stack([names[~right], predicted[~right]]), axis=1, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:most]
    return tuple(
        Confusion(
            truth=str(pairs[0, at]),
            predicted=str(pairs[1, at]),
            samples=int(counts[at]),
            share=float(counts[at] / totals[pairs[0, at]]),
        )
        for at in order
    )
