"""A closer look at pairs of pictures that agree at a glance: at twice the size, place by place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildwear.inspection.agreement import Agreement
from wildwear.inspection.alignment import WHOLLY, enlarged, fit, sampling
from wildwear.inspection.details import Details, Floats, flipped, masks, pooled, repeated
from wildwear.inspection.glances import SIDE, Fetched, Glances, inner_picture, on_canvas

_FACTOR = 2
"""How many times larger than a glance."""
_CELL = 8
"""Side of a place in which colours are averaged before they are compared, pixels."""
_QUANTILES = (0.98, 0.9)
_EDGE = 8.0
"""Where levels change by this much from pixel to pixel, a pixel counts half."""
_FLAT_PART = 0.1
"""A place with less than this part that is no edge is not compared."""
_BLACK, _WHITE = 5, 250
"""What is beyond may be clipped."""
_TONE_ROUNDS = 3
_RIDGE = 1e-3
_BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrutiny:
    """What a closer look at P pairs says."""

    detail: Floats
    """The normalised correlation of detail at twice the size, -1 to 1."""
    difference: Floats
    """How far colours differ, levels of 255, after one tone curve is fitted: in all but the worst 2 % of places, or
    twice as far as in all but the worst 10 %, whichever is more."""


def scrutinise(
    glances: Glances, pictures: Fetched, left: NDArray[np.int64], right: NDArray[np.int64], agreed: Agreement
) -> Scrutiny:
    """Reads the pictures of the pairs again and compares them from the place on that `agreed` found."""
    detail, difference = np.zeros(len(left), np.float32), np.zeros(len(left), np.float32)
    for start in range(0, len(left), _BATCH):
        part = np.arange(start, min(start + _BATCH, len(left)))
        rows, inverse = np.unique(np.concatenate([left[part], right[part]]), return_inverse=True)
        canvases = np.stack([_canvas(picture) for picture in pictures(rows)])
        a, b = inverse[: len(part)], inverse[len(part) :]
        detail[part], difference[part] = _scrutinise(
            canvases, repeated(masks(glances.rows[rows]), _FACTOR), a, b, agreed.among(part)
        )
    return Scrutiny(detail=detail, difference=difference)


def _canvas(picture: bytes) -> NDArray[np.uint8]:
    inner = inner_picture(picture)
    return np.zeros((SIDE * _FACTOR,) * 2 + (3,), np.uint8) if inner is None else on_canvas(inner, SIDE * _FACTOR)


def _scrutinise(
    canvases: NDArray[np.uint8], mask: Floats, left: NDArray[np.int64], right: NDArray[np.int64], agreed: Agreement
) -> tuple[Floats, Floats]:
    grey = np.stack([np.asarray(Image.fromarray(canvas).convert("L"), np.float32) for canvas in canvases])
    details = Details.of(grey, mask)
    a, b = details.rows(left), details.rows(right).flipped(agreed.mirrored)
    place = enlarged(agreed.place, _FACTOR)
    detail, _, place = fit(a, b, place)
    down, across = sampling(place, a.side)
    planes = canvases.astype(np.float32).transpose(0, 3, 1, 2)
    laid = down[:, None] @ flipped(planes[right], agreed.mirrored) @ across[:, None]
    there = a.mask * ((down @ b.mask @ across) > WHOLLY)
    return detail, _worst_difference(planes[left], laid, there)


def _worst_difference(a: Floats, b: Floats, mask: Floats) -> Floats:
    """Of P × 3 × S × S pictures, in cells of 8 × 8 pixels, and in the direction, from a to b or back, that a tone curve
    fits better. Edges hardly count, where a fraction of a pixel makes a difference."""
    slope = np.square(np.gradient(a.mean(axis=1), axis=(1, 2))).sum(axis=0)
    slope += np.square(np.gradient(b.mean(axis=1), axis=(1, 2))).sum(axis=0)
    weight = mask / (1 + slope / _EDGE**2)
    ways = [_cell_differences(one, _toned(other, one, weight), weight, mask) for one, other in ((a, b), (b, a))]
    return np.minimum(*ways)


def _toned(source: Floats, target: Floats, weight: Floats) -> Floats:
    """The sources with the tone curve, one parabola for all channels and then clipped, that fits the targets best.
    A target that is clipped counts where the curve does not reach as far."""
    count = len(source)
    x = source.reshape(count, -1) / 255
    y = target.reshape(count, -1)
    weights = np.broadcast_to(weight[:, None], source.shape).reshape(count, -1)
    powers = np.stack([np.ones_like(x), x, x * x], axis=1)
    missed = np.zeros_like(y, dtype=bool)
    for _ in range(_TONE_ROUNDS):
        weighted = powers * (weights * (((y > _BLACK) & (y < _WHITE)) | missed))[:, None]
        normal = weighted @ powers.transpose(0, 2, 1) + _RIDGE * np.eye(3, dtype=np.float32)
        curve = (powers * np.linalg.solve(normal, weighted @ y[..., None])).sum(axis=1)
        missed |= ((y >= _WHITE) & (curve < _WHITE)) | ((y <= _BLACK) & (curve > _BLACK))
    return np.asarray(np.clip(curve, 0, 255).reshape(source.shape))


def _cell_differences(a: Floats, b: Floats, weight: Floats, mask: Floats) -> Floats:
    part = pooled(weight, _CELL)
    difference = ((a - b) * weight[:, None]).reshape(-1, *weight.shape[1:])
    cells = pooled(difference, _CELL).reshape(len(a), 3, *part.shape[1:]) / np.maximum(part, 1e-3)[:, None]
    size = np.sqrt(np.square(cells).mean(axis=1))
    counted = (pooled(mask, _CELL) > 0.5) & (part > _FLAT_PART)
    found = np.full(len(a), np.inf, np.float32)
    for pair in np.flatnonzero(counted.any(axis=(1, 2))):
        worst, bad = np.quantile(size[pair][counted[pair]], _QUANTILES, method="higher")
        found[pair] = max(worst, 2 * bad)
    return found
