"""Vectors of any length as short ones of unit scale, block by block."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_BLOCK, _LEARNED_FROM, _SPARE, _PASSES = 8_192, 20_000, 16, 2


def projected(vectors: Floats, width: int, seed: int = 0) -> tuple[Floats, NDArray[np.bool_]]:
    """N × D vectors at unit length, centred, on their `width` principal components, their mean squared length then
    being 1; and which of the rows are finite. Those that are not become 0.

    Where D is at most `width`, they are centred and scaled alone. The components are those of at most 20,000 rows
    drawn by `seed`, found by random projection (Halko, Martinsson, Tropp 2011). Memory beside the result does not
    grow with N.
    """
    finite = np.concatenate([np.isfinite(block).all(axis=1) for block in _blocks(vectors)])
    rows = np.flatnonzero(finite)
    if not len(rows):
        return np.zeros((len(vectors), min(width, vectors.shape[1])), np.float32), finite
    if len(rows) > _LEARNED_FROM:
        rows = np.sort(np.random.default_rng(seed).choice(rows, _LEARNED_FROM, replace=False))
    sample = _unit(vectors[rows])
    mean = sample.mean(axis=0)
    components = _components(sample - mean, width)
    with np.errstate(invalid="ignore"):
        short = np.concatenate([(_unit(block) - mean) @ components for block in _blocks(vectors)])
    short[~finite] = 0
    scale = np.sqrt(np.square(short[rows]).sum(axis=1).mean())
    short /= max(scale, np.finfo(np.float32).tiny)
    return short, finite


def _blocks(rows: Floats) -> Iterator[Floats]:
    for start in range(0, max(len(rows), 1), _BLOCK):
        yield np.asarray(rows[start : start + _BLOCK], np.float32)


def _unit(vectors: Floats) -> Floats:
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    scaled = vectors / np.where(largest > 0, largest, 1)  # no square overflows then
    length = np.linalg.norm(scaled, axis=1, keepdims=True)
    return np.asarray(scaled / np.where(length > 0, length, 1), np.float32)


def _components(centred: Floats, width: int) -> Floats:
    """D × width: orthonormal, spanning nearly all variance that so many can; the identity where D is small."""
    dimension = centred.shape[1]
    if dimension <= width:
        return np.eye(dimension, dtype=np.float32)
    start = np.random.default_rng(0).standard_normal((dimension, width + _SPARE), np.float32)
    basis = np.linalg.qr(start)[0]
    for _ in range(_PASSES):
        basis = np.linalg.qr(centred.T @ (centred @ basis))[0]
    along = centred @ basis
    _, turned = np.linalg.eigh(along.T @ along)
    return np.asarray(basis @ turned[:, ::-1][:, :width], np.float32)
