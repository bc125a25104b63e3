"""Links between pictures to groups in which each agrees with one and the same: no chains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Agree = Callable[[Rows, Rows], NDArray[np.bool_]]
"""Which of the pairs (left, right) are copies of one."""


def stars(count: int, left: Rows, right: Rows, strength: Rows, agree: Agree) -> Rows:
    """The middle of each one's group, among `count`; -1 for who has none.

    Whoever has the strongest links (in sum; the first of equals) takes those linked to it, then the next of those that
    are left. A group joins another that it has a link to where all of its members agree with the other's middle,
    which `agree` is asked once. Links are each pair once; strengths are whole numbers, so that sums are exact.
    """
    ends = np.concatenate([left, right]), np.concatenate([right, left])
    weight = np.zeros(count, np.int64)
    np.add.at(weight, ends[0], np.concatenate([strength, strength]))
    middle = _gather(count, *ends, weight)
    return _join(middle, left, right, weight, agree)


def _gather(count: int, start: Rows, end: Rows, weight: Rows) -> Rows:
    order = np.argsort(start, kind="stable")
    end, bounds = end[order], np.searchsorted(start[order], np.arange(count + 1))
    middle = np.full(count, -1)
    for row in np.argsort(-weight, kind="stable")[: np.count_nonzero(weight)]:
        if middle[row] >= 0:
            continue
        others = end[bounds[row] : bounds[row + 1]]
        others = others[middle[others] < 0]
        middle[others] = row
        middle[row] = row
    return middle


def _join(middle: Rows, left: Rows, right: Rows, weight: Rows, agree: Agree) -> Rows:
    """The stronger of two linked groups takes the weaker, where it may; who has taken is not taken."""
    pairs = np.stack([middle[left], middle[right]], axis=1)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    swapped = (weight[pairs[:, 0]] < weight[pairs[:, 1]]) | (
        (weight[pairs[:, 0]] == weight[pairs[:, 1]]) & (pairs[:, 0] > pairs[:, 1])
    )
    pairs[swapped] = pairs[swapped][:, ::-1]
    pairs = np.unique(pairs, axis=0)
    if not len(pairs):
        return middle
    members = np.argsort(middle, kind="stable")
    first, last = (np.searchsorted(middle[members], pairs[:, 1], side=side) for side in ("left", "right"))
    sizes = last - first
    taken = np.repeat(first - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    all_agree = np.logical_and.reduceat(agree(np.repeat(pairs[:, 0], sizes), members[taken]), np.cumsum(sizes) - sizes)
    joined: dict[int, int] = {}
    takers: set[int] = set()
    for strong, weak in pairs[all_agree][
        np.lexsort((pairs[all_agree][:, 1], -weight[pairs[all_agree][:, 0]]))
    ].tolist():
        if strong not in joined and weak not in joined and weak not in takers:
            joined[weak] = strong
            takers.add(strong)
    return np.array([joined.get(row, row) for row in middle.tolist()], np.int64)
