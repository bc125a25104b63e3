"""Which listings of Amazon Berkeley Objects show the same thing: they share an item id or a picture."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from wildwear.catalog.packed import HashIndex, PackedTexts, as_numbers
from wildwear.catalog.seen import name_hash

MOST_LISTINGS = 200
"""A picture on more listings (a size chart, "no picture yet") says nothing about which belong together."""


class ListingGroups:
    """Connected components of listings by item and picture, in about a hundred bytes a listing while they are found."""

    def __init__(self) -> None:
        self._ids = PackedTexts()
        self._items, self._places, self._ranks = array("Q"), array("Q"), array("B")
        self._pictured, self._pictures = array("I"), array("Q")

    def add(self, item_id: str, place: str, rank: int, pictures: Iterable[str]) -> None:
        """One more listing: of an item, at a marketplace, with texts in a language of some rank (0 is best)."""
        for picture in pictures:
            self._pictured.append(len(self._ids))
            self._pictures.append(name_hash(picture))
        self._ids.append(item_id)
        self._items.append(name_hash(item_id))
        self._places.append(name_hash(place))
        self._ranks.append(rank)

    def found(self) -> FoundGroups:
        """The groups of what was added."""
        _, first, item = np.unique(as_numbers(self._items), return_index=True, return_inverse=True)
        joined, common = self._joined()
        component = _components(np.concatenate([np.stack([first[item], np.arange(item.size)]), joined], axis=1))
        # The best listing comes first: by the language of its texts, then as it stands in the files.
        order = np.lexsort((np.arange(item.size), np.frombuffer(self._ranks, np.uint8)))
        return FoundGroups(
            ids=self._ids,
            index=HashIndex(self._items),
            head=_firsts(component, order)[component],
            main_place=as_numbers(self._places)[_firsts(item, order)[item]],
            common=common,
        )

    def _joined(self) -> tuple[NDArray[np.int64], set[int]]:
        """Pairs of listings (2 × P) that share a picture, and the hashes of pictures that are on too many."""
        pictures = as_numbers(self._pictures)
        order = np.argsort(pictures, kind="stable")
        pictures, listings = pictures[order], np.frombuffer(self._pictured, np.uint32)[order].astype(np.int64)
        distinct, counts = np.unique(pictures, return_counts=True)
        common = distinct[counts > MOST_LISTINGS]
        same = (pictures[1:] == pictures[:-1]) & ~np.isin(pictures[1:], common)
        return np.stack([listings[:-1][same], listings[1:][same]]), {int(one) for one in common}


class FoundGroups:
    """What was found about each listing."""

    def __init__(
        self,
        ids: PackedTexts,
        index: HashIndex,
        head: NDArray[np.int64],
        main_place: NDArray[np.uint64],
        common: set[int],
    ) -> None:
        self._ids, self._index, self._head, self._main_place, self._common = ids, index, head, main_place, common

    def group_of(self, item_id: str) -> str:
        """The item whose listing leads the group: its texts hold."""
        at = self._index.find(item_id)
        return item_id if at is None else self._ids[self._head[at]]

    def is_main(self, item_id: str, place: str) -> bool:
        """Whether the item's texts come from its listing at this marketplace."""
        at = self._index.find(item_id)
        return at is None or int(self._main_place[at]) == name_hash(place)

    def is_common(self, picture: str) -> bool:
        """Whether a picture is on so many listings that it joins none."""
        return bool(self._common) and name_hash(picture) in self._common


def _components(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of each node's connected component, by pairs (2 × P) in which every node stands."""
    if not pairs.size:
        return np.empty(0, np.int64)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    nodes = int(pairs.max()) + 1
    graph = coo_array((np.ones(pairs.shape[1], bool), (pairs[0], pairs[1])), shape=(nodes, nodes))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _firsts(groups: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each group the member that comes first in `order`."""
    firsts = np.empty(int(groups.max(initial=-1)) + 1, np.int64)
    firsts[groups[order[::-1]]] = order[::-1]
    return firsts
