"""Pictures that are copies of each other, and the one picture that a shop shows where it has none.

What pairs of real pictures looked like. Street photographs at distances 0 to 6, and some at 8: the same photograph
edited. A catalogue on models at up to 6: one shot in other colours; at 8 and more: the same pose in other clothes.
5,019 photographs of single garments at 4 to 8: nearly always two garments of one shape, for shape is all that 64 bits
see; one such chance pair in about a million, which chains a million pictures together. The cosine of an ImageNet
network's vectors tells them apart: at least 0.87 for one shot in other colours, 0.94 for edited copies, below 0.83 for
garments that only share a shape, below 0.93 for one wardrobe in one place. With vectors a distance of 8 is safe, and
finds what 6 misses; without them 6 over-merges beyond some hundred thousand pictures, and 4 does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from math import comb, exp2

import numpy as np
from numpy.typing import NDArray

from wildwear.images.phash import FLAT

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]

_EDGES_AT_ONCE, _VECTORS_AT_ONCE = 2_000_000, 4_096
_SORT_COST = 10
"""What putting one hash in order costs, in comparisons of two hashes."""


def near_duplicate_groups(
    phash: NDArray[np.uint64],
    max_distance: int = 6,
    vectors: NDArray[np.float32] | None = None,
    min_cosine: float = 0.9,
) -> NDArray[np.int64]:
    """Labels of the connected components over pairs of near-duplicates, one a row: the smallest row of each component.

    A pair counts whose hashes (N, `phash.perceptual_hash`) differ in at most `max_distance` of 64 bits and, with
    `vectors` (N × D, of one model, any length), whose vectors' cosine is at least `min_cosine` besides. A picture
    whose hash is `FLAT` is alone. Memory grows with N and not with the number of pairs; a million hashes of which few
    are alike take seconds (blocks of bits that must be equal: Norouzi, Punjani, Fleet 2012).
    Raises `ValueError` for thresholds or shapes that make no sense.
    """
    if not 0 <= max_distance <= 16 or not -1 <= min_cosine <= 1:
        raise ValueError(f"needs 0 <= max_distance <= 16 and a cosine, and got {max_distance}, {min_cosine}")
    if vectors is not None and len(vectors) != len(phash):
        raise ValueError(f"needs one vector a hash, and got {len(vectors)} for {len(phash)}")
    components = _Components(len(phash))
    rows = np.flatnonzero(phash != FLAT)
    if vectors is None:
        _, first, inverse = np.unique(phash[rows], return_index=True, return_inverse=True)
        components.join(rows, rows[first[inverse]])
        rows = rows[first]
    for left, right in near_pairs(phash[rows], max_distance):
        pair = rows[left], rows[right]
        components.join(*(pair if vectors is None else _alike(pair, vectors, min_cosine)))
    return components.labels()


def near_pairs(hashes: NDArray[np.uint64], max_distance: int) -> Iterator[Pairs]:
    """Every pair of positions whose hashes are near, some of them repeatedly. Where 64 bits in B blocks differ in
    D bits, at least B - D blocks are equal: so whoever is near lies side by side in one of the orders by those."""
    blocks, equal = _cheapest_blocks(len(hashes), max_distance)
    bounds = [64 * block // blocks for block in range(blocks + 1)]
    masks = [(1 << high) - (1 << low) for low, high in pairwise(bounds)]
    for chosen in combinations(masks, equal):
        keys = hashes & np.uint64(sum(chosen))
        order = np.argsort(keys)
        yield from _near_in_order(keys[order], hashes[order], order, max_distance)


def _cheapest_blocks(count: int, max_distance: int) -> tuple[int, int]:
    """How many blocks, and how many of them must be equal: more make more orders, and fewer pairs in each."""

    def cost(equal: int) -> float:
        blocks = max_distance + equal
        pairs = count * count / 2 / exp2(64 * equal / blocks)
        return comb(blocks, equal) * (_SORT_COST * count + pairs)

    equal = min(range(1, 5), key=cost)
    return max_distance + equal, equal


def _near_in_order(
    keys: NDArray[np.uint64], hashes: NDArray[np.uint64], order: NDArray[np.int64], max_distance: int
) -> Iterator[Pairs]:
    """Compares each hash with the next, the one after it and so on, while the keys are equal: no list of all pairs."""
    left = np.arange(len(keys))
    for offset in range(1, len(keys)):
        left = left[: np.searchsorted(left, len(keys) - offset)]
        left = left[keys[left] == keys[left + offset]]
        if not len(left):
            return
        near = left[np.bitwise_count(hashes[left] ^ hashes[left + offset]) <= max_distance]
        if len(near):
            yield order[near], order[near + offset]


def _alike(pair: Pairs, vectors: NDArray[np.float32], min_cosine: float) -> Pairs:
    """Those of the pairs whose vectors point the same way."""
    left, right = pair
    alike = np.zeros(len(left), bool)
    for start in range(0, len(left), _VECTORS_AT_ONCE):
        part = slice(start, start + _VECTORS_AT_ONCE)
        a, b = vectors[left[part]].astype(np.float64), vectors[right[part]].astype(np.float64)
        lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        alike[part] = (a * b).sum(axis=1) >= min_cosine * np.where(lengths > 0, lengths, np.inf)
    return left[alike], right[alike]


class _Components:
    """Connected components of a graph whose edges come in parts."""

    def __init__(self, count: int) -> None:
        self._labels = np.arange(count)
        self._edges: list[Pairs] = []
        self._waiting = 0

    def join(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> None:
        self._edges.append((left, right))
        self._waiting += len(left)
        if self._waiting > _EDGES_AT_ONCE:
            self._fold()

    def labels(self) -> NDArray[np.int64]:
        """The smallest member of each one's component."""
        self._fold()
        return self._labels

    def _fold(self) -> None:
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        count = len(self._labels)
        left, right = (
            np.concatenate(ends) for ends in zip(*self._edges, (np.arange(count), self._labels), strict=True)
        )
        edges = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(count, count))
        _, components = connected_components(edges, directed=False)
        _, first, inverse = np.unique(components, return_index=True, return_inverse=True)
        self._labels, self._edges, self._waiting = first[inverse], [], 0


def placeholders(image_ids: Sequence[str], product_ids: Sequence[str], min_products: int = 20) -> set[str]:
    """The pictures (`image_id`) that at least `min_products` different products show: "no image available", a size
    table, a logo. A picture that a product repeats counts once for it.

    >>> placeholders(["none", "none", "none", "tee", "tee"], ["a", "b", "c", "a", "a"], min_products=2)
    {'none'}
    """
    if min_products < 2:
        raise ValueError(f"a placeholder is shared by at least 2 products, and min_products is {min_products}")
    shared = Counter(image_id for image_id, _ in set(zip(image_ids, product_ids, strict=True)))
    return {image_id for image_id, products in shared.items() if products >= min_products}
