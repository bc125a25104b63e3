"""The nearest pictures of other groups: what a picture resembles that it was not shot with."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

_BLOCK = 512


def nearest_of_other_groups(vectors: Floats, groups: Rows, among: Rows, count: int) -> Rows:
    """N × `count`: for each of N × D vectors the rows of `among` that are nearest by cosine, nearest first, none of its
    own group; -1 where there are no more.

    Time grows with N times the rows of `among`, memory with their sum. The order of the rows does not matter.
    """
    found = np.full((len(vectors), count), -1)
    kept = min(count, len(among))
    if not kept:
        return found
    against, their_groups = _unit(vectors[among]).T.copy(), groups[among]

    def look(start: int) -> None:
        rows = slice(start, start + _BLOCK)
        cosines = _unit(vectors[rows]) @ against
        cosines[groups[rows, None] == their_groups] = -np.inf
        best = np.argpartition(cosines, len(among) - kept, axis=1)[:, len(among) - kept :]
        nearness = np.take_along_axis(cosines, best, axis=1)
        near = np.where(np.isfinite(nearness), among[best], -1)
        found[rows, :kept] = np.take_along_axis(near, np.argsort(-nearness, axis=1, kind="stable"), axis=1)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(look, range(0, len(vectors), _BLOCK)))
    return found


def votes(labels: NDArray[np.bool_], near: Rows) -> Rows:
    """N: how many of the rows in `near` (N × k, -1 for none) share a class with the row; `labels` is N × C."""
    found = np.zeros(len(labels), np.int64)
    for column in near.T:
        found += (labels & labels[column]).any(axis=1) & (column >= 0)
    return found


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.finfo(np.float32).tiny))
