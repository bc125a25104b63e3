"""No detector: the whole frame is the only region."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from wildwear.movies.records import Detection, Frame
from wildwear.records import Box


class WholeFrames:
    """Takes every frame as one region, of whoever is in it."""

    key = "none"
    side = 0
    times: tuple[Fraction, ...] | None = None
    notes: tuple[str, ...] = ("no detector: whole frames, whoever is in them",)

    def detect(self, frame: Frame) -> list[Detection]:
        height, width = frame.pixels.shape[:2]
        return [Detection(box=Box(x1=0, y1=0, x2=width, y2=height), score=1.0)]

    def detect_many(self, frames: Sequence[Frame]) -> list[list[Detection]]:
        return [self.detect(frame) for frame in frames]
