"""How sure a figure is: 95 % intervals that resample whole groups, and seeds where there are several."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROUNDS_AT_ONCE = 100
_QUANTILE = 1.959964  # of the normal distribution, for 95 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{100 * self.value:.1f} % [{100 * self.low:.1f}, {100 * self.high:.1f}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference(Estimate):
    """A difference with its 95 % interval."""

    p: float
    """Two-sided: how often chance alone would give a difference as large, if there were none (bootstrap)."""

    @property
    def shown(self) -> bool:
        """Whether the interval leaves zero out."""
        return not self.low <= 0 <= self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """A figure for each of L labels, and what it is in each draw of the bootstrap. Subtract draws of the same
    `Bootstrap` for a paired difference."""

    value: NDArray[np.float64]
    """L; NaN for a label without samples."""
    replicates: NDArray[np.float64]
    """Rounds × L; NaN where a draw holds no sample of the label."""

    def __sub__(self, other: Draws) -> Draws:
        return Draws(value=self.value - other.value, replicates=self.replicates - other.replicates)

    def macro(self) -> Draws:
        """The mean over the labels that a draw holds, as one label."""
        return Draws(value=_mean_of_held(self.value[None]), replicates=_mean_of_held(self.replicates)[:, None])

    def estimates(self) -> list[Estimate]:
        """One a label: percentile intervals."""
        return [Estimate(value=v, low=low, high=high) for v, low, high in self._limits()]

    def differences(self) -> list[Difference]:
        """One a label, for draws that are a difference."""
        return [
            Difference(value=v, low=low, high=high, p=_two_sided(self.replicates[:, label]))
            for label, (v, low, high) in enumerate(self._limits())
        ]

    def _limits(self) -> Iterator[tuple[float, float, float]]:
        for value, drawn in zip(self.value, self.replicates.T, strict=True):
            there = drawn[~np.isnan(drawn)]
            low, high = np.percentile(there, (2.5, 97.5)) if len(there) else (np.nan, np.nan)
            yield float(value), float(low), float(high)


class Bootstrap:
    """The cluster bootstrap over N samples in groups (Davison and Hinkley 1997, section 3.8), percentile intervals.

    The draws depend on `seed` and the number of groups alone, so that two models on the same samples are compared
    on the same draws. Values may be N, or S × N for S seeds (trainings of one recipe): then seeds are drawn too, as
    often as there are, independently of the groups (the pigeonhole bootstrap, Owen 2007).
    """

    def __init__(self, groups: NDArray[np.str_], *, rounds: int = 1000, seed: int = 0) -> None:
        names, self._group = np.unique(groups, return_inverse=True)
        self._groups, self._rounds, self._seed = len(names), rounds, seed

    def mean(self, values: NDArray[np.floating] | NDArray[np.bool_]) -> Estimate:
        """The mean of the values."""
        return self.draws(values).estimates()[0]

    def macro(self, values: NDArray[np.floating] | NDArray[np.bool_], label: NDArray[np.intp]) -> Estimate:
        """The mean of the values within each label (N, 0 to L - 1), averaged over the labels that a draw holds."""
        return self.draws(values, label).macro().estimates()[0]

    def draws(
        self,
        values: NDArray[np.floating] | NDArray[np.bool_],
        label: NDArray[np.intp] | None = None,
        *,
        stream: int = 0,
    ) -> Draws:
        """The mean of the values for each label; those of another `stream` draw seeds independently."""
        by_seed = np.atleast_2d(values).astype(np.float64)
        at = np.zeros(by_seed.shape[1], dtype=np.intp) if label is None else label
        labels = int(at.max()) + 1
        sums = np.stack([self._by_group(row, at, labels) for row in by_seed], axis=1)
        counts = self._by_group(np.ones(len(at)), at, labels)
        drawn = [
            _ratio(np.einsum("rs,rsl->rl", seeds, _weighted(weights, sums)), weights @ counts)
            for weights, seeds in zip(self._group_draws(), self._seed_draws(len(by_seed), stream), strict=True)
        ]
        value = _ratio(sums.sum(axis=0).mean(axis=0)[None], counts.sum(axis=0)[None])[0]
        return Draws(value=value, replicates=np.concatenate(drawn))

    def _by_group(self, values: NDArray[np.float64], label: NDArray[np.intp], labels: int) -> NDArray[np.float64]:
        """Sums of values, groups × labels."""
        flat = np.bincount(self._group * labels + label, weights=values, minlength=self._groups * labels)
        return np.asarray(flat.reshape(self._groups, labels), dtype=np.float64)

    def _group_draws(self) -> Iterator[NDArray[np.float64]]:
        """How often each group is drawn, rounds × groups, in pieces."""
        random = np.random.default_rng(self._seed)
        even = np.full(self._groups, 1 / self._groups)
        return (random.multinomial(self._groups, even, size=size).astype(np.float64) for size in self._pieces())

    def _seed_draws(self, seeds: int, stream: int) -> Iterator[NDArray[np.float64]]:
        """What share of a draw each seed has, rounds × seeds, in the same pieces."""
        random = np.random.default_rng([self._seed, 1 + stream])
        even = np.full(seeds, 1 / seeds)
        return (random.multinomial(seeds, even, size=size) / seeds for size in self._pieces())

    def _pieces(self) -> list[int]:
        whole, rest = divmod(self._rounds, _ROUNDS_AT_ONCE)
        return [_ROUNDS_AT_ONCE] * whole + [rest] * (rest > 0)


def wilson(share: float, count: int) -> Estimate:
    """Wilson's 95 % interval (1927) of a share of `count` independent cases.

    >>> print(wilson(1.0, 10))
    100.0 % [72.2, 100.0]
    """
    square = _QUANTILE**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = _QUANTILE * np.sqrt(share * (1 - share) / count + square / (4 * count**2)) / (1 + square / count)
    return Estimate(value=share, low=float(max(0.0, middle - half)), high=float(min(1.0, middle + half)))


def _weighted(weights: NDArray[np.float64], sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rounds × groups times groups × seeds × labels."""
    groups, seeds, labels = sums.shape
    return (weights @ sums.reshape(groups, seeds * labels)).reshape(-1, seeds, labels)


def _ratio(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0))


def _mean_of_held(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    held = ~np.isnan(shares)
    return np.asarray(np.where(held, shares, 0).sum(axis=1) / np.maximum(held.sum(axis=1), 1))


def _two_sided(replicates: NDArray[np.float64]) -> float:
    """Twice the smaller share of draws on either side of zero, counting the sample itself, so that it is never 0."""
    there = replicates[~np.isnan(replicates)]
    smaller = min((there <= 0).sum(), (there >= 0).sum())
    return float(min(1.0, 2 * (smaller + 1) / (len(there) + 1)))
