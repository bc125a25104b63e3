"""Which samples stand in which batch: exact epochs, in an order of chance that a seed alone decides."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from wildwear.training.recipe import SamplingSettings
from wildwear.training.sources import Source

_ROTATION, _ROUNDING, _SHUFFLE = range(3)
"""What chance is used for: none of them says anything about another."""
_PLANS_KEPT = 2  # batches are made ahead, so that two epochs are asked for where one ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One batch, before anything is read."""

    source: NDArray[np.int64]
    """B; which source."""
    row: NDArray[np.int64]
    """B; which of the source's samples."""
    ticket: NDArray[np.int64]
    """B; the place in the epoch, which with the epoch and the seed decides the random view."""
    epoch: int


class Order:
    """The batches of a training run, each a function of its number and the seed alone.

    An epoch has round(weight × N) places for a source of N samples (at least one). Each sample stands in it the same
    number of times, or one more or less; who had less comes first in the next epoch. With `balance`, that holds
    within each label set, and sets share the source's places by N_set ** (1 - balance): the expected number is
    rounded by chance, with the same sum in every epoch. An epoch of P places has ceil(P / batch_size) batches, whose
    sizes differ by at most one.

    In memory there is one integer a sample, and one a place of an epoch.
    """

    def __init__(self, sources: Sequence[Source], sampling: SamplingSettings, seed: int) -> None:
        assert sources, "there is nothing to draw from"
        self._rotations = [Rotation(source, sampling.balance, seed, at) for at, source in enumerate(sources)]
        self._starts = np.cumsum([0, *(len(source.rows) for source in sources)])
        self._per_source = sampling.per_source
        self._seed = seed
        self.places = sum(rotation.places for rotation in self._rotations)
        """How many samples an epoch has, repetitions counted."""
        self.steps_per_epoch = math.ceil(self.places / sampling.batch_size)
        self.smallest_batch = self.places // self.steps_per_epoch
        self._plans: OrderedDict[int, NDArray[np.int64]] = OrderedDict()
        self._lock = Lock()

    def batch(self, step: int) -> Draw:
        """Batch number `step`, counted from the beginning of training; may be asked for by many threads."""
        epoch, at = divmod(step, self.steps_per_epoch)
        start, end = (edge * self.places // self.steps_per_epoch for edge in (at, at + 1))
        samples = self._plan(epoch)[start:end]
        source = np.searchsorted(self._starts, samples, side="right") - 1
        return Draw(source=source, row=samples - self._starts[source], ticket=np.arange(start, end), epoch=epoch)

    def _plan(self, epoch: int) -> NDArray[np.int64]:
        """The samples of an epoch in order, numbered through all sources."""
        with self._lock:
            if epoch not in self._plans:
                self._plans[epoch] = self._shuffled(epoch)
                while len(self._plans) > _PLANS_KEPT:
                    self._plans.popitem(last=False)
            return self._plans[epoch]

    def _shuffled(self, epoch: int) -> NDArray[np.int64]:
        random = np.random.default_rng([self._seed, _SHUFFLE, epoch])
        parts = [start + rotation.epoch(epoch) for start, rotation in zip(self._starts, self._rotations, strict=False)]
        if not self._per_source:
            return random.permutation(np.concatenate(parts))
        for part in parts:
            random.shuffle(part)
        share = np.concatenate([(np.arange(len(part)) + 0.5) / len(part) for part in parts])
        spread = np.concatenate(parts)[np.argsort(share, kind="stable")]
        # Sources would take turns within a batch, and processes that share it would see one source each.
        edges = np.arange(1, self.steps_per_epoch) * self.places // self.steps_per_epoch
        for batch in np.split(spread, edges):
            random.shuffle(batch)
        return spread


class Rotation:
    """Which samples of one source stand in an epoch, and how often."""

    def __init__(self, source: Source, balance: float, seed: int, number: int) -> None:
        count = len(source.rows)
        self.places = max(1, round(source.weight * count))
        """How many samples of the source an epoch has."""
        sets = label_sets(source.members) if balance else np.zeros(count, np.int64)
        chance = np.random.default_rng([seed, _ROTATION, number]).permutation(count)
        self._samples = chance[np.argsort(sets[chance], kind="stable")]  # each set in an order of chance
        self._sizes = np.bincount(sets)
        expected = self._sizes ** (1 - balance)
        self._edges = np.cumsum(expected) * (self.places / expected.sum())
        self._edges[-1] = self.places
        self._rounding = seed, _ROUNDING, number

    def epoch(self, epoch: int) -> NDArray[np.int64]:
        """The samples of an epoch, in no useful order; each set goes on where it stopped in the epoch before."""
        offsets = np.random.default_rng(self._rounding).random(epoch + 1)
        taken = np.diff(np.floor(self._edges + offsets[:, None]), prepend=0, axis=1).astype(np.int64)
        before, now = taken[:-1].sum(axis=0), taken[-1]
        turn = np.arange(self.places) - np.repeat(np.cumsum(now) - now, now)
        sizes, starts = np.repeat(self._sizes, now), np.repeat(np.cumsum(self._sizes) - self._sizes, now)
        places: NDArray[np.int64] = self._samples[starts + (np.repeat(before, now) + turn) % sizes]
        return places


def label_sets(members: NDArray[np.bool_]) -> NDArray[np.int64]:
    """A number for each row of N × C, the same for the same set of classes, from 0 without gaps."""
    packed = np.ascontiguousarray(np.packbits(members, axis=1))
    return np.unique(packed.view(f"V{packed.shape[1]}").ravel(), return_inverse=True)[1].astype(np.int64)
