"""Which sample stands on which side: by connected components, so that nothing is seen in training and test both.

Two samples are connected if they share a group (a product, a sender, a photograph), a picture, or a near-duplicate
picture. A component stands on one side whole. Nothing here depends on the order of rows.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from wildwear.datasets.settings import SplitSettings
from wildwear.records import Split

SIDES = tuple(Split)
SPLIT_NAMES: Mapping[str, Split] = {
    **dict.fromkeys(("train", "training"), Split.TRAIN),
    **dict.fromkeys(("val", "valid", "validation", "dev"), Split.VAL),
    **dict.fromkeys(("test", "testing", "holdout"), Split.TEST),
}
"""What sources call the sides, in lower case."""

_EVERYTHING = ""  # the stratum that every sample belongs to, which keeps the overall shares


def connected(*codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Component of each row, where rows with an equal code in any of the columns are connected.

    >>> connected(np.array([0, 0, 1, 2]), np.array([5, 6, 6, 7])).tolist()
    [0, 0, 0, 1]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows = len(codes[0])
    sources, targets, nodes = [], [], rows
    for column in codes:
        _, dense = np.unique(column, return_inverse=True)
        sources.append(np.arange(rows))
        targets.append(dense + nodes)
        nodes += rows
    edges = np.concatenate(sources), np.concatenate(targets)
    graph = coo_array((np.ones(len(edges[0]), np.int8), edges), shape=(nodes, nodes))
    component = connected_components(graph, directed=False)[1][:rows]
    return np.unique(component, return_inverse=True)[1].astype(np.int64)


def component_keys(component: NDArray[np.int64], groups: Sequence[str]) -> list[str]:
    """The smallest group of each component: its name, whatever the order of rows."""
    keys: dict[int, str] = {}
    for index, group in zip(component.tolist(), groups, strict=True):
        if index not in keys or group < keys[index]:
            keys[index] = group
    return [keys[index] for index in range(len(keys))]


def assign_sides(
    component: NDArray[np.int64], keys: Sequence[str], labels: Sequence[Sequence[str]], settings: SplitSettings
) -> NDArray[np.int8]:
    """Side of each component, an index into `SIDES`; `component` and `labels` have one entry a sample."""
    shares = np.array([1 - settings.val - settings.test, settings.val, settings.test])
    if settings.stratify:
        return _stratified(_strata(component, len(keys), labels), keys, shares, settings.seed)
    bounds = np.cumsum(shares[::-1])[:2]  # test first, so that another --val leaves the test side alone
    places = [_unit(key, settings.seed, "side") for key in keys]
    return np.array([2 - np.searchsorted(bounds, place, side="right") for place in places], np.int8)


def _strata(component: NDArray[np.int64], count: int, labels: Sequence[Sequence[str]]) -> list[dict[str, float]]:
    """How many samples of each category a component holds; a sample with a set counts as a part of each member."""
    strata: list[dict[str, float]] = [defaultdict(float) for _ in range(count)]
    for index, names in zip(component.tolist(), labels, strict=True):
        strata[index][_EVERYTHING] += 1
        for name in names:
            strata[index][name] += 1 / len(names)
    return strata


def _stratified(
    strata: Sequence[Mapping[str, float]], keys: Sequence[str], shares: NDArray[np.float64], seed: int
) -> NDArray[np.int8]:
    """Largest components first, each to the side where it lowers the chi-square distance to the shares most."""
    needs: dict[str, NDArray[np.float64]] = {}
    for stratum in strata:
        for name, count in stratum.items():
            needs[name] = needs.get(name, 0.0) + count * shares
    expected = {name: np.maximum(need, 1e-9) for name, need in needs.items()}
    sides = np.zeros(len(keys), np.int8)
    hashes = [_unit(key, seed, "order") for key in keys]
    for index in sorted(range(len(keys)), key=lambda i: (-strata[i].get(_EVERYTHING, 0.0), hashes[i])):
        change = np.where(shares > 0, 0.0, np.inf)
        for name, count in strata[index].items():
            change += count * (count - 2 * needs[name]) / expected[name]
        best = np.flatnonzero(change <= change.min() + 1e-9)
        side = int(best[int(hashes[index] * len(best))])
        sides[index] = side
        for name, count in strata[index].items():
            needs[name] = needs[name] - count * (np.arange(len(SIDES)) == side)
    return sides


def nested_order(component: NDArray[np.int64], keys: Sequence[str], ids: Sequence[str], seed: int) -> NDArray[np.int64]:
    """Rows in the order in which a growing dataset takes them: whole components, by hash."""
    hashes = np.array([_unit(key, seed, "size") for key in keys])
    return np.lexsort((np.array(ids), hashes[component]))


def straddling(codes: NDArray[np.int64], sides: NDArray[np.int8]) -> tuple[int, int]:
    """How many codes stand on more than one side, and how many rows they have.

    >>> straddling(np.array([7, 7, 8, 9, 9]), np.array([0, 1, 1, 2, 2], np.int8))
    (1, 2)
    """
    _, dense, sizes = np.unique(codes, return_inverse=True, return_counts=True)
    seen = np.zeros((len(sizes), len(SIDES)), bool)
    seen[dense, sides] = True
    leaking = seen.sum(axis=1) > 1
    return int(leaking.sum()), int(sizes[leaking].sum())


def _unit(key: str, seed: int, purpose: str) -> float:
    """A hash of `key` as a number from 0 to 1, the same everywhere and independent for each purpose."""
    digest = hashlib.sha256(f"{seed}\0{purpose}\0{key}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
