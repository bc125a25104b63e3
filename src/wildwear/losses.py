"""The loss for labels that are sets: of "pants" Jeans, Chinos or Leggings, any member is right."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Balance: TypeAlias = Literal["none", "sqrt", "balanced"]


def log_sum_exp(logits: NDArray[np.floating], members: NDArray[np.bool_] | None = None) -> NDArray[np.floating]:
    """The logarithm of each row's summed exponentials (over its members), N × C to N."""
    held = logits if members is None else np.where(members, logits, -np.inf)
    top = held.max(axis=1, keepdims=True)
    return np.asarray(top[:, 0] + np.log(np.exp(held - top).sum(axis=1)))


def set_loss(logits: NDArray[np.floating], members: NDArray[np.bool_]) -> NDArray[np.floating]:
    """Minus the logarithm of the summed probability of each row's set, for N × C logits and memberships.

    Every row needs a member. With one member a row it is the cross-entropy.

    >>> even = np.zeros((1, 4))
    >>> set_loss(even, np.array([[True, True, False, False]])).round(3)
    array([0.693])
    """
    return np.asarray(log_sum_exp(logits) - log_sum_exp(logits, members))


def set_loss_and_gradient(
    logits: NDArray[np.floating], members: NDArray[np.bool_]
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """`set_loss`, and its derivative by the logits (N × C): the softmax over all less the softmax over the set."""
    over_all, of_all = _softmax(logits)
    over_set, of_set = _softmax(np.where(members, logits, -np.inf))
    return of_all - of_set, over_all - over_set


def _softmax(logits: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """The softmax of each row, and the logarithm of its summed exponentials."""
    top = logits.max(axis=1, keepdims=True)
    raised = np.exp(logits - top)
    total = raised.sum(axis=1, keepdims=True)
    return raised / total, (top + np.log(total))[:, 0]


def balancing_weights(
    members: NDArray[np.bool_], weights: NDArray[np.floating], balance: Balance
) -> NDArray[np.floating]:
    """Sample weights that even out rare and frequent classes; their sum stays that of `weights`.

    A sample counts for each of its members in equal parts. `balanced` gives every class the same total, `sqrt` goes
    half of the way (on a logarithmic scale).
    """
    if balance == "none":
        return weights
    shares = members / members.sum(axis=1, keepdims=True)
    mass = weights @ shares
    rarity = np.divide(1, mass, out=np.zeros_like(mass), where=mass > 0)
    per_sample = shares @ (rarity if balance == "balanced" else np.sqrt(rarity))
    balanced = weights * per_sample
    return np.asarray(balanced * (weights.sum() / balanced.sum()))


def fit_temperature(logits: NDArray[np.floating], members: NDArray[np.bool_]) -> float:
    """The divisor of the logits, 0.05 to 20, with the smallest mean set loss.

    After Guo et al., On Calibration of Modern Neural Networks, 2017.
    """
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        return float(set_loss(logits / np.exp(log_temperature), members).mean())

    found = minimize_scalar(loss, bounds=(np.log(0.05), np.log(20)), method="bounded")
    return float(np.exp(found.x))
