"""Bags: several boxes of which one shows what the label says; the network that learns from them says which.

Multiple-instance learning (Dietterich et al. 1997) in rounds, as in expectation-maximisation: at the start of each
round the averaged network looks at every box, and until the next one a box of a bag is drawn in proportion to a power
of the probability that it gives to the label. A bag counts for as much as its likeliest box is believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LEAST_CERTAINTY = 0.1
_LEAST_CHANCE = 1e-6


class Bags:
    """The boxes of N bags, and how they are drawn; at first all boxes of a bag alike.

    `rows` are the M positions of the boxes in stored order, those of a bag next to each other, and `starts` (N + 1)
    where each bag begins among them.
    """

    def __init__(self, rows: NDArray[np.int64], starts: NDArray[np.int64]) -> None:
        assert starts[0] == 0 and starts[-1] == len(rows) and (np.diff(starts) > 0).all(), "every bag has a box"
        self.rows, self.starts = rows, starts
        self.certainty = np.ones(len(starts) - 1, np.float32)
        """N, 0.1 to 1: how far each bag's likeliest box is believed, and so how much the bag counts."""
        self._set_chances(np.ones(len(rows)))

    @classmethod
    def of(cls, names: Sequence[str], rows: NDArray[np.int64]) -> tuple[Bags, NDArray[np.int64]]:
        """Bags by name, in order of their first rows, and which of the rows is each bag's first.

        >>> bags, first = Bags.of(["a", "b", "a"], np.array([4, 5, 6]))
        >>> bags.rows.tolist(), bags.starts.tolist(), first.tolist()
        ([4, 6, 5], [0, 2, 3], [0, 1])
        """
        _, first, bag = np.unique(np.asarray(names), return_index=True, return_inverse=True)
        order = np.argsort(first[bag], kind="stable")
        counts = np.bincount(bag)[np.argsort(first)]
        return cls(rows[order], np.concatenate([[0], np.cumsum(counts)])), np.sort(first)

    @property
    def bag_of_row(self) -> NDArray[np.int64]:
        """M; which bag each box is in."""
        return np.repeat(np.arange(len(self.certainty)), np.diff(self.starts))

    def draw(self, bags: NDArray[np.int64], luck: NDArray[np.float64]) -> NDArray[np.int64]:
        """The position of one box of each of B `bags`, given a number in 0 to 1 for each."""
        ends, starts = self._edges[self.starts[bags + 1]], self._edges[self.starts[bags]]
        found = np.searchsorted(self._edges, starts + luck * (ends - starts), side="right") - 1
        rows: NDArray[np.int64] = self.rows[np.clip(found, self.starts[bags], self.starts[bags + 1] - 1)]
        return rows

    def weigh(self, shown: NDArray[np.floating], sharpness: float) -> None:
        """Draws from now on by `shown` (M, 0 to 1), the probability that a network gives each box's labels."""
        best = np.maximum.reduceat(shown, self.starts[:-1])
        self.certainty = np.clip(best, _LEAST_CERTAINTY, 1).astype(np.float32)
        self._set_chances(np.asarray(shown, np.float64) ** sharpness + _LEAST_CHANCE)

    def _set_chances(self, chances: NDArray[np.float64]) -> None:
        self._chances = chances
        shares = chances / np.add.reduceat(chances, self.starts[:-1])[self.bag_of_row]
        self._edges = np.concatenate([[0], np.cumsum(shares)])

    def state(self) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """What `restore` takes: the boxes' chances and the bags' certainty."""
        return self._chances, self.certainty

    def restore(self, chances: NDArray[np.float64], certainty: NDArray[np.float32]) -> None:
        self.certainty = certainty
        self._set_chances(chances)


class Rounds:
    """When the bags of several sources are weighed, and what a checkpoint keeps of them."""

    def __init__(self, bags: Sequence[Bags | None], count: int, steps: int) -> None:
        self._bags = [one for one in bags if one is not None]
        self._starts = [steps * number // count for number in range(count)] if self._bags else []

    def due(self, step: int) -> bool:
        """Whether a round starts at `step`."""
        return step in self._starts

    def end(self, step: int, last: int) -> int:
        """The step, at most `last`, before which the bags stay as they are."""
        return min((start for start in self._starts if start > step), default=last)

    def state_dict(self) -> dict[str, Any]:
        import torch

        states = {}
        for number, one in enumerate(self._bags):
            chances, certainty = one.state()
            states[f"{number}.chances"] = torch.from_numpy(chances.copy())
            states[f"{number}.certainty"] = torch.from_numpy(certainty.copy())
        return states

    def load_state_dict(self, states: dict[str, Any]) -> None:
        for number, one in enumerate(self._bags):
            chances, certainty = states[f"{number}.chances"], states[f"{number}.certainty"]
            one.restore(chances.numpy().copy(), certainty.numpy().copy())
