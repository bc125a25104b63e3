"""Detectors of the DETR family (Carion et al. 2020, arXiv:2005.12872): a row a query, each at most one object.

`Detr` takes the networks as they are trained: logits of the classes, and boxes as fractions of the picture. Which
classes there are says how they are told apart, and how the picture is prepared. `DetrInPixels` takes the exports of
RT-DETR, D-FINE and DEIM that end in labels, boxes and scores, and ask for the size of the frame.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wildwear.errors import UnsafeModel
from wildwear.movies.people.boxes import Boxes, as_detections, corners
from wildwear.movies.people.networks import DetectorNetwork, NetworkDetector, Signature
from wildwear.movies.people.pictures import letterbox, scaled
from wildwear.movies.records import Detection, Frame

_SCORE = 0.5
"""Below this, a person is not reported."""
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_STD = np.array([0.229, 0.224, 0.225], np.float32)
"""ImageNet's, of RGB in 0 to 1."""
_FILL = 114
_BOXES = ("pred_boxes", "boxes", "dets")
_LOGITS = ("logits", "pred_logits", "labels")
_IN_PIXELS = ("labels", "boxes", "scores")
_SIZES = "orig_target_sizes"
_MASK = "pixel_mask"

Probabilities = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -50, 50))), np.float32)


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """How networks with so many classes are read."""

    person: int
    """The class that is a person."""
    probabilities: Probabilities
    normalised: bool
    """Whether the picture has ImageNet's mean taken off and is divided by its deviation; else it is RGB in 0 to 1."""


CLASSES = {
    1: Classes(person=0, probabilities=_sigmoid, normalised=False),
    2: Classes(person=0, probabilities=_softmax, normalised=True),
    80: Classes(person=0, probabilities=_sigmoid, normalised=False),
    91: Classes(person=1, probabilities=_sigmoid, normalised=True),
    92: Classes(person=1, probabilities=_softmax, normalised=True),
}
"""By the number of logits: one class or COCO's 80 (RT-DETR, D-FINE), COCO's 91 numbers (Deformable DETR, RF-DETR); one
more than those where the last stands for nothing (DETR)."""


class Detr(NetworkDetector):
    """A network that gives logits, N × Q × C, and boxes, N × Q × 4, centre and size as fractions of the picture."""

    def __init__(self, network: DetectorNetwork) -> None:
        super().__init__(network)
        logits, _ = self._run(np.full((1, *network.size, 3), _FILL, np.float32))
        if logits.shape[-1] not in CLASSES:
            known = ", ".join(map(str, CLASSES))
            raise UnsafeModel(
                f"{network.where}: refused: {logits.shape[-1]} classes; known of the DETR family: {known}"
            )
        self._classes = CLASSES[logits.shape[-1]]

    @staticmethod
    def outputs(signature: Signature) -> tuple[str, ...]:
        logits = [name for name in _LOGITS if len(signature.outputs.get(name, ())) == 3]
        boxes = [name for name in _BOXES if len(signature.outputs.get(name, ())) == 3]
        known = signature.inputs.keys() <= {signature.picture, _MASK}
        return (logits[0], boxes[0]) if known and logits and boxes else ()

    def look(self, frames: Sequence[Frame]) -> list[list[Detection]]:
        prepared = [self._prepared(frame) for frame in frames]
        logits, boxes = self._run(np.stack([picture for picture, _ in prepared]))
        scores = self._classes.probabilities(logits)[..., self._classes.person]
        return [
            _people(corners(rows) * seen, row_scores, frame)
            for rows, row_scores, (_, seen), frame in zip(boxes, scores, prepared, frames, strict=True)
        ]

    def _prepared(self, frame: Frame) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The network's input, and how many of the frame's pixels it is wide, high, wide and high.

        A network of one size was trained on pictures squashed to it; one that leaves its size open, on their own shape.
        """
        height, width = frame.pixels.shape[:2]
        pixels, seen = scaled(frame.pixels, self._network.size), np.array([width, height] * 2, np.float32)
        if self._network.free:
            letterboxed = letterbox(frame.pixels, self._network.size, _FILL)
            pixels = letterboxed.pixels
            seen = np.array([*self._network.size[::-1]] * 2, np.float32) / np.float32(letterboxed.scale)
        picture = pixels.astype(np.float32) / np.float32(255)
        if self._classes.normalised:
            picture = (picture - _MEAN) / _STD
        return picture, seen

    def _run(self, pictures: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        masks = {}
        if _MASK in self._network.signature.inputs:
            sides = self._network.signature.inputs[_MASK][1:]
            shape = [side or full for side, full in zip(sides, self._network.size, strict=True)]
            masks[_MASK] = np.ones((len(pictures), *shape), np.int64)
        logits, boxes = self._network.run(pictures, **masks)
        return logits, boxes


class DetrInPixels(NetworkDetector):
    """A network that gives labels, N × Q, boxes, N × Q × 4 corners in the frame's pixels, and scores, N × Q."""

    @staticmethod
    def outputs(signature: Signature) -> tuple[str, ...]:
        asked = signature.inputs.keys() == {signature.picture, _SIZES}
        ranks = [len(signature.outputs.get(name, ())) for name in _IN_PIXELS]
        return _IN_PIXELS if asked and ranks == [2, 3, 2] else ()

    def look(self, frames: Sequence[Frame]) -> list[list[Detection]]:
        pictures = np.stack([scaled(frame.pixels, self._network.size) for frame in frames]).astype(np.float32) / 255
        sizes = np.array([frame.pixels.shape[1::-1] for frame in frames], np.int64)
        labels, boxes, scores = self._network.run(pictures, **{_SIZES: sizes})
        persons = np.where(labels == 0, scores, 0).astype(np.float32)
        return [_people(*found) for found in zip(boxes, persons, frames, strict=True)]


def _people(boxes: Boxes, scores: NDArray[np.float32], frame: Frame) -> list[Detection]:
    sure = scores >= _SCORE
    height, width = frame.pixels.shape[:2]
    return as_detections(boxes[sure], scores[sure], width, height)
