"""Millions of short texts in a few bytes more than they have, where Python's own containers take a hundred each."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

from wildwear.catalog.seen import name_hash


class PackedTexts:
    """A growing list of texts in one buffer.

    >>> texts = PackedTexts()
    >>> texts.append("a"), texts.append("bc"), texts[1], len(texts)
    (None, None, 'bc', 2)
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q")

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, index: int) -> str:
        start = self._ends[index - 1] if index else 0
        return self._bytes[start : self._ends[index]].decode("utf-8", "surrogatepass")

    def append(self, text: str) -> None:
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))


class HashIndex:
    """Finds a name among many by its 64-bit hash: of two names in ten million, three in a million runs confuse some."""

    def __init__(self, hashes: array[int]) -> None:
        self._order = np.argsort(as_numbers(hashes), kind="stable")
        self._sorted = as_numbers(hashes)[self._order]

    def find(self, name: str) -> int | None:
        """The position at which the name's hash was first given; None where it was not."""
        wanted = np.uint64(name_hash(name))
        at = int(np.searchsorted(self._sorted, wanted))
        return int(self._order[at]) if at < self._sorted.size and self._sorted[at] == wanted else None


def as_numbers(hashes: array[int]) -> NDArray[np.uint64]:
    """The same 64-bit numbers, without a copy."""
    return np.frombuffer(hashes, dtype=np.uint64) if len(hashes) else np.empty(0, np.uint64)
