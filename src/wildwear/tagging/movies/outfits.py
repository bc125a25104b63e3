"""What a person wears, from several looks at them.

A person's box is looked at in four views: the body without the head, the person framed as photographs frame people,
and the upper and the lower part of the body. How much of each region is seen, its mass, is read from the body. Which
garment of a region it is, is read from the first two, and from the region's own view as far as that has pixels of its
own: one that is enlarged much is blurred, and says less. docs/movies.md has what this was held against.

Probabilities of all good looks are averaged, each with its weight, before anything is read from them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wildwear.records import Box, Region
from wildwear.tagging.outfit import Scorer
from wildwear.tagging.tags import Score

_BODY, _UPPER, _LOWER = (0.12, 0.95), (0.12, 0.55), (0.42, 0.95)
"""Top and end of views as fractions of the box's height."""
_OF_REGION = {Region.UPPER: 2, Region.LOWER: 3}
"""Which view shows a region alone."""
_AROUND = 1.1  # photographs of a person leave a twentieth of the height above and below,
_PORTRAIT = 1.5  # and are half as high again as wide

Probabilities = NDArray[np.float64]


def view_boxes(box: Box) -> tuple[Box, ...]:
    """The parts of a frame that the network looks at for a person in `box`; they may reach out of the frame.

    >>> [(round(view.y1), round(view.y2)) for view in view_boxes(Box(x1=0, y1=0, x2=50, y2=100))]
    [(12, 95), (-5, 105), (12, 55), (42, 95)]
    """
    return _part(box, _BODY), framed(box), _part(box, _UPPER), _part(box, _LOWER)


def framed(box: Box) -> Box:
    """The box as a photograph of that person would be framed: upright, 2 : 3, with a little room."""
    wide = _AROUND * max(box.x2 - box.x1, (box.y2 - box.y1) / _PORTRAIT)
    high = max(_AROUND * (box.y2 - box.y1), wide * _PORTRAIT)
    x, y = (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2
    return Box(x1=x - wide / 2, y1=y - high / 2, x2=x + wide / 2, y2=y + high / 2)


def own_pixels(box: Box, size: int) -> float:
    """How much of what the network sees of a region, `size` pixels high, are pixels of its own, 0 to 1."""
    return min(1.0, (box.y2 - box.y1) / 2 / size)


def _part(box: Box, part: tuple[float, float]) -> Box:
    height = box.y2 - box.y1
    return Box(x1=box.x1, y1=box.y1 + part[0] * height, x2=box.x2, y2=box.y1 + part[1] * height)


def weighted_mean(looks: Sequence[NDArray[np.floating]], weights: Sequence[float]) -> Probabilities:
    """The mean of V × C probabilities over looks; `weights` are above 0."""
    return np.asarray(np.average(np.stack(looks), axis=0, weights=weights), np.float64)


def merged(views: Probabilities, regions: Sequence[Region], trust: float) -> Probabilities:
    """One probability a class from V × C probabilities, in the order of `view_boxes`; it sums to 1.

    `trust`, 0 to 1, is how much the view of one region alone counts. A single row (a whole frame) is taken as it is.
    """
    body = np.asarray(views[0], np.float64)
    if len(views) == 1:
        return body
    result: Probabilities = body.copy()
    for region in dict.fromkeys(regions):
        members = np.array([one == region for one in regions])
        share = _share(views[0] + views[1], members)
        if region in _OF_REGION:
            share = trust * _share(views[_OF_REGION[region]], members) + (1 - trust) * share
        result[members] = share * body[members].sum()
    return np.asarray(result / result.sum())


def _share(probabilities: Probabilities, members: NDArray[np.bool_]) -> Probabilities:
    """P(category | region) of the classes that are members of a region."""
    inside = np.maximum(probabilities[members], 1e-12)
    return np.asarray(inside / inside.sum(), np.float64)


def best_of_each_region(
    probabilities: Probabilities, regions: Sequence[Region], scorer: Scorer, count: int, min_score: float = 0.0
) -> tuple[Score, ...]:
    """The `count` most likely categories of each region, the likeliest first.

    A person wears something of several regions at once: the best of all alone would leave one out.
    """
    found: list[Score] = []
    for region in dict.fromkeys(regions):
        members = np.array([one == region for one in regions])
        inside = np.where(members, probabilities, -1.0)
        found += scorer.top(inside, min(count, int(members.sum())), max(min_score, 0.0))
    return tuple(sorted(found, key=lambda score: -score.score))
