"""The nearest vectors of each vector, among a million, in memory that does not grow with the square."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_DIMENSIONS = 128
"""What vectors are projected to: lengths and angles keep to some per cent (Johnson and Lindenstrauss 1984)."""
_EXACT = 32_768
"""Up to so many vectors each is compared with all."""
_SAMPLES_A_CELL, _ROUNDS, _PROBES = 40, 8, 8
_ROWS = 4096
_BLOCK = 1 << 24
"""Similarities held at once."""


def nearest(vectors: NDArray[np.floating], rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """The `count` nearest by cosine of each of `rows` of N × D vectors among them, nearest first: R × count positions
    in `rows`, -1 where there are none.

    Beyond some ten thousand by an inverted file (Jégou, Douze, Schmid 2011): vectors are sorted into about √N cells
    around means, and each looks into the nearest few. Deterministic.
    """
    short = _projected(vectors, rows)
    count = min(count, max(len(short) - 1, 0))
    if len(short) <= _EXACT:
        found = np.full((len(short), count), -1)
        everyone = np.arange(len(short))
        for start in range(0, len(short), _step(len(short))):
            part = everyone[start : start + _step(len(short))]
            found[part] = _best(short, part, everyone, count)[0]
        return found
    return _by_cells(short, count)


def _projected(vectors: NDArray[np.floating], rows: NDArray[np.int64]) -> Floats:
    """R × 128 of length 1, in parts, so that vectors may lie in a file."""
    if vectors.ndim != 2:
        raise ValueError(f"needs N × D vectors, and got {vectors.shape}")
    wide = vectors.shape[1] > _DIMENSIONS
    width = _DIMENSIONS if wide else vectors.shape[1]
    plane = np.random.default_rng(0).standard_normal((vectors.shape[1], width), dtype=np.float32)
    short = np.empty((len(rows), width), np.float32)
    for start in range(0, len(rows), _ROWS):
        part = np.asarray(vectors[rows[start : start + _ROWS]], np.float32)
        short[start : start + _ROWS] = part @ plane if wide else part
    short /= np.maximum(np.linalg.norm(short, axis=1, keepdims=True), 1e-12)
    short[~np.isfinite(short).all(axis=1)] = 0
    return short


def _by_cells(short: Floats, count: int) -> NDArray[np.int64]:
    means = _means(short, round(len(short) ** 0.5))
    probes = np.concatenate(
        [_nearest_means(short[start : start + _ROWS], means) for start in range(0, len(short), _ROWS)]
    )
    cells = probes[:, 0]
    members = np.argsort(cells, kind="stable")
    bounds = np.searchsorted(cells[members], np.arange(len(means) + 1))
    askers = np.argsort(probes.ravel(), kind="stable")
    asked = np.searchsorted(probes.ravel()[askers], np.arange(len(means) + 1))
    found = np.full((len(short), count), -1)
    similarity = np.full((len(short), count), -np.inf, np.float32)
    for cell in range(len(means)):
        inside = members[bounds[cell] : bounds[cell + 1]]
        asking = askers[asked[cell] : asked[cell + 1]] // _PROBES
        for start in range(0, len(asking), _step(len(inside))):
            rows = asking[start : start + _step(len(inside))]
            _merge(found, similarity, rows, *_best(short, rows, inside, count))
    return found


def _step(width: int) -> int:
    return max(1, _BLOCK // max(width, 1))


def _best(
    short: Floats, rows: NDArray[np.int64], among: NDArray[np.int64], count: int
) -> tuple[NDArray[np.int64], Floats]:
    """The `count` nearest of `rows` in `among` without themselves, nearest first, and how near."""
    near = short[rows] @ short[among].T
    near[among[None, :] == rows[:, None]] = -np.inf
    if len(among) > count:
        kept = np.argpartition(-near, count - 1, axis=1)[:, :count]
        near, names = np.take_along_axis(near, kept, axis=1), among[kept]
    else:
        names = np.broadcast_to(among, near.shape)
    order = np.argsort(-near, axis=1, kind="stable")
    return np.take_along_axis(names, order, axis=1), np.take_along_axis(near, order, axis=1)


def _merge(
    found: NDArray[np.int64], similarity: Floats, rows: NDArray[np.int64], names: NDArray[np.int64], near: Floats
) -> None:
    """Takes newly found neighbours among those that are there, the nearest first."""
    count = found.shape[1]
    names, near = np.concatenate([found[rows], names], axis=1), np.concatenate([similarity[rows], near], axis=1)
    order = np.argsort(-near, axis=1, kind="stable")[:, :count]
    similarity[rows] = np.take_along_axis(near, order, axis=1)
    found[rows] = np.where(np.isfinite(similarity[rows]), np.take_along_axis(names, order, axis=1), -1)


def _means(short: Floats, count: int) -> Floats:
    """k-means on the sphere, of a sample at regular steps."""
    sample = short[:: max(1, len(short) // (count * _SAMPLES_A_CELL))]
    means = sample[:: max(1, len(sample) // count)][:count].copy()
    for _ in range(_ROUNDS):
        cells = np.concatenate([(sample[s : s + _ROWS] @ means.T).argmax(axis=1) for s in range(0, len(sample), _ROWS)])
        order = np.argsort(cells, kind="stable")
        filled, starts = np.unique(cells[order], return_index=True)
        means[filled] = np.add.reduceat(sample[order], starts, axis=0)
        means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return means


def _nearest_means(part: Floats, means: Floats) -> NDArray[np.int64]:
    near = part @ means.T
    kept = np.argpartition(-near, _PROBES - 1, axis=1)[:, :_PROBES]
    order = np.argsort(-np.take_along_axis(near, kept, axis=1), axis=1, kind="stable")
    return np.take_along_axis(kept, order, axis=1)
