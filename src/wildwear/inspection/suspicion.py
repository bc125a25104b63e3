"""Which labels are likely wrong: what a classifier that has not seen a picture says of it, and what it resembles.

Out-of-sample self-confidence as in Northcutt, Jiang, Chuang, Confident Learning, 2021, for labels that are sets, pooled
with the votes of the nearest pictures of other groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wildwear.errors import UserError
from wildwear.inspection.out_of_fold import Twins, folds, out_of_fold
from wildwear.inspection.projection import projected
from wildwear.inspection.vicinity import nearest_of_other_groups, votes
from wildwear.linear import Examples

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Rows = NDArray[np.int64]

_BLOCK = 8192
_NEVER = 1e-6
_LEAST = {"folds": 2, "neighbours": 1, "vote": 0, "width": 1, "learned_from": 2, "compared": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspicionSettings:
    """How labels are judged; the defaults are what was best in measuring (docs/suspicion.md)."""

    folds: int = 5
    """Each picture is judged by a classifier that learned from the other folds; a group is never torn."""
    neighbours: int = 20
    """So many of the nearest pictures of other groups vote."""
    vote: float = 0.5
    """What the log odds of the votes count beside those of the classifier; 0 leaves them out."""
    l2: float = 1e-4
    """The classifier's regularisation, for vectors whose mean squared length is 1."""
    width: int = 256
    """Longer vectors are projected on so many principal components."""
    learned_from: int = 50_000
    """At most so many pictures teach a classifier; beyond, they are drawn, some of each class."""
    compared: int = 20_000
    """At most so many pictures are there to be neighbours; beyond, they are drawn."""
    seed: int = 0
    """Decides the folds and what is drawn."""

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise UserError(f"suspicion: {name} must be at least {least}, and is {getattr(self, name)}")
        if not self.l2 > 0:
            raise UserError(f"suspicion: l2 must be above 0, and is {self.l2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """What the machine thinks of N labels."""

    score: Floats
    """N, 0 to 1, higher = more suspect: below 0.5 where the label holds the guess, above where it does not, 0.5 where
    nothing can be said, 0 where there is no label that could be wrong."""
    guess: Rows
    """N: the class that the machine would say. It is one of the label's where the label as a whole is likelier than
    any class outside, or where nothing can be said; -1 where there is no label either."""
    probabilities: Floats
    """N × C, out of fold; all 0 where nothing can be said."""
    certainty: Floats
    """N: the probability behind the guess; that of the whole label where it holds the guess."""
    neighbours: Rows
    """N: how many voted."""
    agreeing: Rows
    """N: how many of those have the guess among their own labels."""


def suspicion(vectors: Floats, labels: Bools, groups: Rows, settings: SuspicionSettings | None = None) -> Suspicion:
    """Judges N labels from N × D vectors; `labels` (N × C) are sets, any member of which is right.

    Rows of one of the `groups` (N) show the same thing, and have no say on each other. A row without a label, or with
    a value that is not finite in its vector, has no say at all. A label of which no picture of another fold has a
    class cannot be judged. Deterministic; up to `compared` rows the order of the rows does not matter.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped, unused-ignore]

    settings = settings or SuspicionSettings()
    _check(vectors, labels, groups)
    if not labels.size:
        return _nothing(labels)
    with threadpool_limits(1):  # the threads are ours, each with a fold or a block of its own
        return _judged(vectors, labels, groups, settings)


def reasons(found: Suspicion, labels: Bools, classes: Sequence[str], rows: Sequence[int] | None = None) -> list[str]:
    """One short sentence on each of `rows` (all, if not given): what it looks like, and what its neighbours are.

    `labels` (N × C) are those that were judged, `classes` the names of their columns.
    """
    return [_reason(found, labels, classes, row) for row in (range(len(labels)) if rows is None else rows)]


def _reason(found: Suspicion, labels: Bools, classes: Sequence[str], row: int) -> str:
    guess = found.guess[row]
    if not found.certainty[row]:
        return "cannot be judged: there is nothing to compare it with"
    said = f"looks like {classes[guess]} ({found.certainty[row]:.2f})"
    if labels[row, guess]:
        said = f"looks as labelled ({found.certainty[row]:.2f})"
    voted = found.neighbours[row]
    return f"{said}; {found.agreeing[row]} of its {voted} neighbours are" if voted else said


def _check(vectors: Floats, labels: Bools, groups: Rows) -> None:
    if vectors.ndim != 2 or labels.ndim != 2 or groups.ndim != 1 or not len(vectors) == len(labels) == len(groups):
        raise ValueError(f"needs N × D, N × C and N, and got {vectors.shape}, {labels.shape} and {groups.shape}")


def _nothing(labels: Bools) -> Suspicion:
    count = len(labels)
    return Suspicion(
        score=np.zeros(count, np.float32),
        guess=np.full(count, -1),
        probabilities=np.zeros(labels.shape, np.float32),
        certainty=np.zeros(count, np.float32),
        neighbours=np.zeros(count, np.int64),
        agreeing=np.zeros(count, np.int64),
    )


def _judged(vectors: Floats, labels: Bools, groups: Rows, settings: SuspicionSettings) -> Suspicion:
    twins = Twins.of(labels)
    sets = labels[:, twins.first]
    short, finite = projected(vectors, settings.width, settings.seed)
    heard = finite & sets.any(axis=1)
    fold = folds(sets, groups, settings.folds, settings.seed)
    examples = Examples(features=short, members=sets, weights=heard.astype(np.float32), groups=fold)
    believed = out_of_fold(examples, settings.l2, settings.learned_from, settings.seed)
    near = nearest_of_other_groups(short, groups, _voters(heard, settings), settings.neighbours)
    believed[~finite], near[~finite] = 0, -1
    voted = (near >= 0).sum(axis=1)
    share = (votes(sets, near) + 0.5) / (voted + 1)
    score, guess, certainty = _verdicts(believed, sets, share, settings.vote)
    return Suspicion(
        score=score,
        guess=np.append(twins.first, -1)[guess],
        probabilities=twins.spread(believed),
        certainty=certainty,
        neighbours=voted,
        agreeing=((near >= 0) & sets[near, guess[:, None]]).sum(axis=1),
    )


def _voters(heard: Bools, settings: SuspicionSettings) -> Rows:
    rows = np.flatnonzero(heard)
    if len(rows) <= settings.compared:
        return rows
    return np.sort(np.random.default_rng(settings.seed).choice(rows, settings.compared, replace=False))


def _verdicts(believed: Floats, sets: Bools, share: Floats, vote: float) -> tuple[Floats, Rows, Floats]:
    """Score, guess (-1: none) and certainty of N rows, in blocks."""
    cuts = [slice(start, start + _BLOCK) for start in range(0, len(sets), _BLOCK)]
    parts = [_verdict(believed[cut], sets[cut], share[cut], vote) for cut in cuts]
    score, guess, certainty = (np.concatenate(column) for column in zip(*parts, strict=True))
    return score, guess, certainty


def _verdict(believed: Floats, sets: Bools, share: Floats, vote: float) -> tuple[Floats, Rows, Floats]:
    inside, outside = np.where(sets, believed, 0), np.where(sets, 0, believed)
    own, rival = inside.sum(axis=1), outside.max(axis=1)
    holds, labelled = own >= rival, sets.any(axis=1)
    silent = own + rival * ~labelled == 0
    doubt = 1 / (1 + _odds(own) * _odds(share) ** vote)
    score = np.where(silent, 0.5, (doubt + ~holds) / 2) * labelled
    guess = np.where(holds, inside.argmax(axis=1), outside.argmax(axis=1))
    guess = np.where(silent, np.where(labelled, sets.argmax(axis=1), -1), guess)
    certainty = np.where(silent, 0, np.maximum(own, rival))
    return score.astype(np.float32), guess, certainty.astype(np.float32)


def _odds(probability: Floats) -> NDArray[np.float64]:
    inside = np.clip(np.asarray(probability, np.float64), _NEVER, 1 - _NEVER)
    return np.asarray(inside / (1 - inside))
