"""From probabilities over categories to an outfit: the rule, and nothing else.

A softmax shares one unit of probability among all categories, so that the sum over a region's categories (its
*mass*) says how much the network sees of that region. A body wears either one full-body garment or a pair:

- the outfit is the best full-body garment where the full-body mass exceeds the joint mass of upper and lower;
- else it is the best upper and the best lower garment;
- an accessory joins either; and a region whose mass is below a threshold is left out, because the best of
  nothing is nothing.

A garment's score is its share of its own region's mass: P(category | region). Boxes are different: each shows a
garment of its own, so that a coat over a blouse and jeans keeps all three, and each region is taken by the box
that shows a garment of it with most certainty.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wildwear.records import Region
from wildwear.tagging.tags import Outfit, Score


class Scorer:
    """Reads probabilities of one model's classes.

    >>> scorer = Scorer(["Tee", "Jeans", "Dress"], [Region.UPPER, Region.LOWER, Region.FULL], min_region=0.15)
    >>> print(scorer.outfit(np.array([0.4, 0.3, 0.3])))
    Tee + Jeans
    >>> print(scorer.outfit(np.array([0.3, 0.1, 0.6])))
    Dress
    """

    def __init__(self, classes: Sequence[str], regions: Sequence[Region], min_region: float) -> None:
        self._classes, self._regions, self._min_region = tuple(classes), tuple(regions), min_region
        self._members = {
            region: np.array([one == region for one in self._regions]) for region in Region if region in self._regions
        }

    def top(self, probabilities: NDArray[np.floating], count: int, min_score: float = 0.0) -> tuple[Score, ...]:
        """The `count` most likely categories, best first, without those below `min_score`."""
        order = np.argsort(-probabilities, kind="stable")[:count]
        return tuple(self._score(i, float(probabilities[i])) for i in order if probabilities[i] >= min_score)

    def masses(self, probabilities: NDArray[np.floating]) -> dict[Region, float]:
        """The summed probability of each region that the model knows."""
        return {region: float(probabilities[members].sum()) for region, members in self._members.items()}

    def outfit(self, probabilities: NDArray[np.floating]) -> Outfit:
        """The outfit of a photograph, by the rule above; `probabilities` has one value a class."""
        masses = self.masses(probabilities)
        pair = masses.get(Region.UPPER, 0.0) + masses.get(Region.LOWER, 0.0)
        body = (Region.FULL,) if masses.get(Region.FULL, 0.0) > pair else (Region.UPPER, Region.LOWER)
        worn = [one for one in (*body, Region.ACCESSORY) if masses.get(one, 0.0) >= max(self._min_region, 1e-9)]
        return Outfit(**{region.value: self._best(region, probabilities, masses[region]) for region in worn})

    def outfit_of_boxes(self, probabilities: NDArray[np.floating]) -> Outfit:
        """The outfit of a photograph's boxes, B × C probabilities: one box a region, the most certain."""
        masses = [self.masses(row) for row in probabilities]
        taken: dict[str, Score] = {}
        for row, mass in sorted(zip(probabilities, masses, strict=True), key=lambda one: -one[0].max()):
            region = max(mass, key=mass.__getitem__)
            taken.setdefault(region.value, self._best(region, row, mass[region]))
        return Outfit(**taken)

    def _best(self, region: Region, probabilities: NDArray[np.floating], mass: float) -> Score:
        inside = np.where(self._members[region], probabilities, -1.0)
        best = int(inside.argmax())
        return self._score(best, float(probabilities[best]) / mass)

    def _score(self, index: int, score: float) -> Score:
        return Score(category=self._classes[index], region=self._regions[index], score=score)
