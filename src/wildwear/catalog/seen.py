"""Which names have been seen, in eight bytes a name."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray


class SeenNames:
    """A set of names kept as sorted runs of 64-bit hashes: 80 MB for ten million, where Python's set takes a gigabyte.

    Two names among ten million share a hash with a probability of three in a million: what is seen is worth a look at
    the row itself.
    """

    def __init__(self) -> None:
        self._runs: list[NDArray[np.uint64]] = []

    def __len__(self) -> int:
        return sum(run.size for run in self._runs)

    def add(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """Adds names; True for each that was there already, or stands earlier in `names`."""
        hashes = np.fromiter(map(name_hash, names), dtype=np.uint64, count=len(names))
        seen = self._holds(hashes)
        unique, first = np.unique(hashes, return_index=True)
        self._push(unique[~seen[first]])
        repeated = np.ones(hashes.size, dtype=np.bool_)
        repeated[first] = False
        return seen | repeated

    def _holds(self, hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
        seen = np.zeros(hashes.size, dtype=np.bool_)
        for run in self._runs:
            at = np.searchsorted(run, hashes)
            seen |= run[np.minimum(at, run.size - 1)] == hashes
        return seen

    def _push(self, run: NDArray[np.uint64]) -> None:
        """Merges runs of like size, so that there are only logarithmically many."""
        while self._runs and self._runs[-1].size <= 2 * run.size:
            run = np.concatenate([self._runs.pop(), run])
            run.sort(kind="stable")
        if run.size:
            self._runs.append(run)


def name_hash(name: str) -> int:
    """A name as a number of 64 bits."""
    return int.from_bytes(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest())
