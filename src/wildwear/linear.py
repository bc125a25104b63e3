"""Fits a linear classifier on feature vectors: multinomial logistic regression with set-valued labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wildwear.losses import set_loss_and_gradient

L2_GRID = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003)
_HELD_ASIDE = 0.2
_PATIENCE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """N feature vectors with what is right for each."""

    features: NDArray[np.float32]
    """N × D."""
    members: NDArray[np.bool_]
    """N × C: which classes are right; at least one a row."""
    weights: NDArray[np.float32]
    """N; what each counts."""
    groups: NDArray[np.str_] | NDArray[np.int64]
    """N; rows of one group show the same thing and are never both learned from and validated on."""
    prior: NDArray[np.float32] | None = None
    """N × C logits that the head's are added to; None adds nothing."""

    def __getitem__(self, rows: NDArray[np.bool_]) -> Examples:
        return Examples(
            features=self.features[rows],
            members=self.members[rows],
            weights=self.weights[rows],
            groups=self.groups[rows],
            prior=None if self.prior is None else self.prior[rows],
        )

    def losses(self, head: LinearHead) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """Each row's set loss, and its gradient by the row's logits, N × C."""
        logits = head(self.features)
        return set_loss_and_gradient(logits if self.prior is None else logits + self.prior, self.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearHead:
    """logits = features · weightᵀ + bias."""

    weight: NDArray[np.float32]
    """C × D."""
    bias: NDArray[np.float32]
    """C."""

    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        return features @ self.weight.T + self.bias

    def __add__(self, other: LinearHead) -> LinearHead:
        """The head whose logits are the sum of both."""
        return LinearHead(weight=self.weight + other.weight, bias=self.bias + other.bias)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """Standardises features to mean 0 and deviation 1, and folds itself into a head."""

    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]

    @staticmethod
    def of(features: NDArray[np.float32]) -> _Scale:
        deviation = features.std(axis=0)
        return _Scale(
            mean=features.mean(axis=0), deviation=np.where(deviation > 1e-6, deviation, deviation.dtype.type(1))
        )

    def __call__(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        return (features - self.mean) / self.deviation

    def fold_into(self, head: LinearHead) -> LinearHead:
        weight = head.weight / self.deviation
        return LinearHead(weight=weight, bias=np.asarray(head.bias - weight @ self.mean, head.bias.dtype))


def fit_head(examples: Examples, l2: float) -> LinearHead:
    """The head with the smallest weighted mean set loss + l2 / 2 · ‖weight‖², measured on standardised features."""
    scale = _Scale.of(examples.features)
    return scale.fold_into(fit_unscaled(replace(examples, features=scale(examples.features)), l2))


def fit_unscaled(examples: Examples, l2: float, start: LinearHead | None = None) -> LinearHead:
    """As `fit_head`, on the features as they are: for those whose scales mean something."""
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped, unused-ignore]

    features = examples.features
    classes, width = examples.members.shape[1], features.shape[1]
    weights = (examples.weights / examples.weights.sum()).astype(features.dtype)

    def objective(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        head = _unflatten(flat.astype(features.dtype), classes, width)
        losses, by_logits = examples.losses(head)
        loss = weights @ losses + l2 / 2 * np.square(flat[:-classes]).sum()
        by_logits = by_logits * weights[:, None]
        by_weight = by_logits.T @ features + l2 * head.weight
        return float(loss), np.concatenate([by_weight.ravel(), by_logits.sum(axis=0)]).astype(np.float64)

    first = np.zeros(classes * (width + 1)) if start is None else np.append(start.weight.ravel(), start.bias)
    precise = features.dtype == np.float64
    options = (
        {"maxiter": 2000, "ftol": 1e-13, "gtol": 1e-8} if precise else {"maxiter": 300, "ftol": 1e-7, "gtol": 1e-5}
    )
    # One thread: several wait for each other more than they compute, far more beside other work; and the result does
    # not depend on the number of cores.
    with threadpool_limits(1):
        found = minimize(objective, first.astype(np.float64), jac=True, method="L-BFGS-B", options=options)
    return _unflatten(found.x.astype(features.dtype), classes, width)


def choose_l2(examples: Examples, grid: Sequence[float] = L2_GRID, seed: int = 0) -> tuple[float, dict[float, float]]:
    """The regularisation that does best on a fifth of the groups held aside, and the loss of each that was tried.

    Goes from strong to weak, each fit starting from the one before, and stops when it only gets worse. With one
    group nothing can be held aside, and the strongest that is usual for features of a network (0.03) is taken.
    """
    aside = _held_aside(examples.groups, seed)
    if aside.all() or not aside.any():
        return 0.03, {}
    learned, held = examples[~aside], examples[aside]
    scale = _Scale.of(learned.features)
    learned, held = (replace(some, features=scale(some.features)) for some in (learned, held))
    losses: dict[float, float] = {}
    head = None
    for l2 in sorted(grid, reverse=True):
        head = fit_unscaled(learned, l2, start=head)
        losses[l2] = float(np.average(held.losses(head)[0], weights=held.weights))
        best = min(losses, key=lambda tried: losses[tried])
        if list(losses).index(best) < len(losses) - _PATIENCE:
            break
    return best, losses


def _held_aside(groups: NDArray[np.str_] | NDArray[np.int64], seed: int) -> NDArray[np.bool_]:
    """Marks whole groups, in an order drawn by `seed`, until a fifth of the rows is marked."""
    names, index, counts = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    marked = np.zeros(len(names), dtype=bool)
    marked[order[np.cumsum(counts[order]) <= max(_HELD_ASIDE * len(groups), counts[order[0]])]] = True
    return np.asarray(marked[index])


def _unflatten(flat: NDArray[np.float32], classes: int, width: int) -> LinearHead:
    return LinearHead(weight=flat[:-classes].reshape(classes, width), bias=flat[-classes:])
