"""Choices that depend on nothing but a seed, an index and a purpose: product 7 is the same in any catalogue size."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Option = TypeVar("Option")
Hashes: TypeAlias = NDArray[np.uint64]


def draw(seed: int, purpose: str, index: NDArray[np.int64]) -> Hashes:
    """Uniform 64-bit numbers, one an index (SplitMix64, Steele et al. 2014)."""
    salt = (seed * 0x9E3779B97F4A7C15 + zlib.crc32(purpose.encode()) * 0xD1B54A32D192ED03) % 2**64
    with np.errstate(over="ignore"):
        z = (index.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def fraction(seed: int, purpose: str, index: NDArray[np.int64]) -> NDArray[np.float64]:
    """Uniform numbers from 0 to 1, one an index."""
    return (draw(seed, purpose, index) >> np.uint64(11)).astype(np.float64) / 2**53


def choice(seed: int, purpose: str, index: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Uniform numbers below `count`, one an index."""
    return (draw(seed, purpose, index) % np.uint64(count)).astype(np.int64)


def one_of(
    seed: int, purpose: str, index: NDArray[np.int64], choices: Sequence[Sequence[str]], which: NDArray[np.int64]
) -> NDArray[np.int64]:
    """For each index a uniform position in `choices[which]`, numbered through all of `choices` joined."""
    sizes = np.array([len(one) for one in choices], np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return starts[which] + (draw(seed, purpose, index) % sizes[which].astype(np.uint64)).astype(np.int64)


def pick(rng: np.random.Generator, options: Sequence[Option]) -> Option:
    """One of `options`, all equally likely; an option that stands there twice is twice as likely."""
    return options[int(rng.integers(len(options)))]
