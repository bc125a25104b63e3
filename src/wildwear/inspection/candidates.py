"""Which pairs of a million pictures are worth comparing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wildwear.images.duplicates import near_pairs
from wildwear.images.phash import FLAT

Rows = NDArray[np.int64]

_HASH_DISTANCE = 6
"""Beyond, hashes of a million pictures are near by chance."""
_RUN = 4
"""With how many of those with the very same hash a picture is compared."""
_MOST = 16
"""With how many near hashes a hash is compared; shapes that a whole catalogue shares have thousands."""


def candidates(hashes: Sequence[NDArray[np.uint64]], neighbours: Rows, there: NDArray[np.bool_]) -> tuple[Rows, Rows]:
    """Pairs (left < right) of N pictures, each once, sorted: those of which any of the `hashes` (N each) are near, and
    those that `neighbours` (N × k, -1 for none) names. Who is not `there` is in no pair."""
    count = len(there)
    values = np.concatenate(hashes)
    owners = np.tile(np.arange(count), len(hashes))
    found = _near_hashes(values, owners, values != FLAT)
    found.append((np.repeat(np.arange(count), neighbours.shape[1]), neighbours.ravel()))
    left, right = (np.concatenate(ends) for ends in zip(*found, strict=True))
    kept = (right >= 0) & (left != right) & there[left] & there[right]
    left, right = left[kept], right[kept]
    pairs = np.unique(np.minimum(left, right) * count + np.maximum(left, right))
    return pairs // max(count, 1), pairs % max(count, 1)


def _near_hashes(values: NDArray[np.uint64], owners: Rows, counted: NDArray[np.bool_]) -> list[tuple[Rows, Rows]]:
    values, owners = values[counted], owners[counted]
    order = np.lexsort((owners, values))
    values, owners = values[order], owners[order]
    once, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    found = [(owners, owners[first[inverse]])]
    for step in range(1, _RUN + 1):
        same = np.flatnonzero(values[:-step] == values[step:])
        found.append((owners[same], owners[same + step]))
    met = np.zeros(len(once), np.int64)
    for left, right in near_pairs(once, _HASH_DISTANCE):
        few = (met[left] < _MOST) | (met[right] < _MOST)
        np.add.at(met, np.concatenate([left[few], right[few]]), 1)
        found.append((owners[first[left[few]]], owners[first[right[few]]]))
    return found
