"""Boxes as arrays: inside the frame, and one for each person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wildwear.movies.records import Detection
from wildwear.records import Box

Boxes = NDArray[np.float32]
"""N × 4 corners, x1 y1 x2 y2, pixels."""


def corners(centred: NDArray[np.float32]) -> Boxes:
    """N × 4 centres and sizes (x, y, w, h) as corners."""
    half = centred[:, 2:] / 2
    return np.concatenate([centred[:, :2] - half, centred[:, :2] + half], axis=1)


def overlaps(box: Boxes, others: Boxes) -> NDArray[np.float32]:
    """Intersection over union of one box (4 numbers) with N others; 0 where neither has an area."""
    size = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    shared = np.prod(np.clip(size, 0, None), axis=1)
    union = np.prod(box[2:] - box[:2]) + np.prod(others[:, 2:] - others[:, :2], axis=1) - shared
    return np.asarray(shared / np.where(union > 0, union, 1), np.float32)


def suppress(boxes: Boxes, scores: NDArray[np.float32], overlap: float) -> list[int]:
    """Non-maximum suppression: the rows to keep, best first, none of which overlap by more than `overlap`.

    Greedy: the best box stays, those that overlap it go, and so on; equal scores in the order of the rows.
    """
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(int(best))
        order = order[overlaps(boxes[best], boxes[order]) <= overlap]
    return kept


def as_detections(boxes: Boxes, scores: NDArray[np.float32], width: int, height: int) -> list[Detection]:
    """What lies inside a frame of that size, as detections, best first; boxes outside it or without area are none."""
    inside = np.clip(boxes, 0, [width, height, width, height])
    order = np.argsort(-scores, kind="stable")
    return [
        Detection(box=Box(x1=x1, y1=y1, x2=x2, y2=y2), score=min(score, 1.0))
        for (x1, y1, x2, y2), score in zip(inside[order].tolist(), scores[order].tolist(), strict=True)
        if x1 < x2 and y1 < y2
    ]
