"""How sure a figure is: 95 % intervals that resample whole groups, since samples of one group are not independent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROUNDS_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{100 * self.value:.1f} % [{100 * self.low:.1f}, {100 * self.high:.1f}]"


class Bootstrap:
    """The cluster bootstrap over N samples in groups (Davison and Hinkley 1997, section 3.8), percentile intervals.

    The draws depend on `seed` and the number of groups alone, so that two models on the same samples are compared
    on the same draws.
    """

    def __init__(self, groups: NDArray[np.str_], *, rounds: int = 1000, seed: int = 0) -> None:
        names, self._group = np.unique(groups, return_inverse=True)
        self._groups, self._rounds, self._seed = len(names), rounds, seed

    def mean(self, values: NDArray[np.floating] | NDArray[np.bool_]) -> Estimate:
        """The mean of N values."""
        return self.macro(values, np.zeros(len(values), dtype=np.intp))

    def macro(self, values: NDArray[np.floating] | NDArray[np.bool_], label: NDArray[np.intp]) -> Estimate:
        """The mean of N values within each label (0 to L - 1), averaged over the labels that a draw holds."""
        sums, counts = self._by_group(values, label), self._by_group(np.ones(len(values)), label)
        drawn = [self._ratio(weights @ sums, weights @ counts) for weights in self._draws()]
        value = self._ratio(sums.sum(axis=0, keepdims=True), counts.sum(axis=0, keepdims=True))[0]
        low, high = np.nanpercentile(np.concatenate(drawn), (2.5, 97.5))
        return Estimate(value=float(value), low=float(low), high=float(high))

    def per_label(self, values: NDArray[np.bool_], label: NDArray[np.intp]) -> list[Estimate]:
        """The mean of N values for each label by itself."""
        return [
            Bootstrap(self._group[label == one].astype(str), rounds=self._rounds, seed=self._seed).mean(
                values[label == one]
            )
            for one in range(int(label.max()) + 1)
        ]

    def _by_group(
        self, values: NDArray[np.floating] | NDArray[np.bool_], label: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """Sums of values, groups × labels."""
        labels = int(label.max()) + 1
        flat = np.bincount(self._group * labels + label, weights=values, minlength=self._groups * labels)
        return np.asarray(flat.reshape(self._groups, labels), dtype=np.float64)

    def _draws(self) -> Iterator[NDArray[np.float64]]:
        """How often each group is drawn, rounds × groups, in pieces."""
        random = np.random.default_rng(self._seed)
        even = np.full(self._groups, 1 / self._groups)
        pieces = [_ROUNDS_AT_ONCE] * (self._rounds // _ROUNDS_AT_ONCE) + [self._rounds % _ROUNDS_AT_ONCE]
        return (random.multinomial(self._groups, even, size=size).astype(np.float64) for size in pieces if size)

    @staticmethod
    def _ratio(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
        held = counts > 0
        shares = np.divide(sums, counts, out=np.zeros_like(sums), where=held)
        return np.asarray(shares.sum(axis=1) / np.maximum(held.sum(axis=1), 1))
