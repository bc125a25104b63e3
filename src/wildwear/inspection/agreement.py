"""Whether two pictures are copies of one: laid over each other as well as can be, then compared."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from wildwear.inspection.alignment import enlarged, fit, lay, sampling
from wildwear.inspection.details import Details, Floats, Records, flipped, masks, pooled
from wildwear.inspection.glances import COLOUR_SIDE, SIDE, Glances

_PROMISING = 0.55
"""The correlation at half the size, to a pixel, below which no better place is looked for."""
_LIKELY = 0.7
"""The same to a fraction of a pixel."""
_BATCH = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How well P pairs of pictures agree where they lie over each other best, and where that is."""

    detail: Floats
    """The normalised correlation of fine detail, -1 to 1, whatever the light."""
    colour: Floats
    """How far colours differ once brightness and contrast are equal: root mean square, levels of 255; infinite where
    detail does not agree."""
    overlap: Floats
    """The part of the smaller picture that lies on the other, 0 to 1."""
    mirrored: NDArray[np.bool_]
    """Whether the second picture lies on the first as its mirror image."""
    place: Floats
    """P × 4, as in `alignment`, on canvases of `SIDE`."""

    def among(self, rows: NDArray[np.int64]) -> Self:
        return type(self)(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def agreement(glances: Glances, left: NDArray[np.int64], right: NDArray[np.int64]) -> Agreement:
    """Compares the pairs (left, right) of rows of `glances`; those of one `left` next to each other share work."""
    found = Agreement(
        detail=np.zeros(len(left), np.float32),
        colour=np.zeros(len(left), np.float32),
        overlap=np.zeros(len(left), np.float32),
        mirrored=np.zeros(len(left), bool),
        place=np.zeros((len(left), 4), np.float32),
    )
    for start in range(0, len(left), _BATCH):
        part = slice(start, start + _BATCH)
        compared = _compare(glances.rows[left[part]], glances.rows[right[part]])
        for field in fields(Agreement):
            getattr(found, field.name)[part] = getattr(compared, field.name)
    return found


def _compare(left: Records, right: Records) -> Agreement:
    """From coarse to fine, each time only those pairs that may still be copies."""
    small = Details.halved(left), Details.halved(right)
    scores, ways, places = lay(left["digest"], small[0].detail, small[1].detail)
    detail, mirrored, place = scores[:, 0].copy(), ways[:, 0].copy(), places[:, 0].copy()
    colour, overlap = np.full_like(detail, np.inf), np.zeros_like(detail)
    rows = np.flatnonzero(detail >= _PROMISING)
    detail[rows] = -1
    for tried in range(scores.shape[1] if len(rows) else 0):
        a, b = small[0].rows(rows), small[1].rows(rows).flipped(ways[rows, tried])
        found, _, at = fit(a, b, places[rows, tried])
        better = found > detail[rows]
        which = rows[better]
        detail[which], mirrored[which], place[which] = found[better], ways[which, tried], at[better]
    rows = rows[detail[rows] >= _LIKELY]
    place = enlarged(place, 2)
    if len(rows):
        a, b = Details.whole(left[rows]), Details.whole(right[rows]).flipped(mirrored[rows])
        detail[rows], overlap[rows], place[rows] = fit(a, b, place[rows])
        colour[rows] = _colour_difference(left[rows], right[rows], mirrored[rows], place[rows])
    return Agreement(detail=detail, colour=colour, overlap=overlap, mirrored=mirrored, place=place)


def _colour_difference(left: Records, right: Records, mirrored: NDArray[np.bool_], place: Floats) -> Floats:
    """The root mean square after one contrast (at most a factor of two) and one brightness for all channels are
    fitted, in the geometric mean of both pictures' levels, so that neither is preferred."""
    cell = SIDE // COLOUR_SIDE
    down, across = sampling(enlarged(place, 1 / cell), COLOUR_SIDE)
    own_part, part = pooled(masks(left), cell), flipped(pooled(masks(right), cell), mirrored)
    there = down @ part @ across
    weight = ((own_part > 0.5) & (there > 0.5))[:, None].astype(np.float32)
    planes = [records["colour"].astype(np.float32).transpose(0, 3, 1, 2) for records in (left, right)]
    laid = down[:, None] @ flipped(planes[1], mirrored) @ across[:, None] / np.maximum(there, 1e-3)[:, None]
    own = planes[0] / np.maximum(own_part, 1e-3)[:, None]
    cells = np.maximum(3 * weight.sum(axis=(1, 2, 3), keepdims=True), 1)

    def mean(values: Floats) -> Floats:
        return np.asarray((values * weight).sum(axis=(1, 2, 3), keepdims=True) / cells)

    own, laid = own - mean(own), laid - mean(laid)
    contrast = np.sqrt(np.clip(mean(own**2) / np.maximum(mean(laid**2), 1e-3), 0.25, 4))
    return np.sqrt(mean((own - contrast * laid) ** 2) / contrast).reshape(-1)
