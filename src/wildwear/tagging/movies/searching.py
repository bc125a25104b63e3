"""Which frames of a movie are searched for people, and what is cut out of them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from wildwear.images.preprocess import Preprocessing
from wildwear.movies.clothes_colours import GREYS, HUES, SHADES, colours
from wildwear.movies.decoding import PixelsAt
from wildwear.movies.people.base import PersonDetector
from wildwear.movies.people.nobody import WholeFrames
from wildwear.movies.records import Detection, Frame, MovieInfo
from wildwear.records import Box
from wildwear.tagging.looking import reduced
from wildwear.tagging.movies.looks import Look
from wildwear.tagging.movies.outfits import framed, view_boxes
from wildwear.tagging.movies.quality import Quality, judge_box, judge_pixels
from wildwear.tagging.movies.segment import Person

_THUMBNAIL = 240  # pixels of the long side
_NOTHING = np.empty((0, 0, 3), np.uint8)
_NO_COLOURS = np.zeros(2 * (HUES * SHADES + GREYS))


class Schedule:
    """Says which frames are searched: the first of every so many seconds, or those that boxes are given for.

    It depends on times alone, so that a run that goes on searches the frames that it would have searched.
    """

    def __init__(
        self, every: float, times: Sequence[Fraction] | None, period: Fraction, after: Fraction | None
    ) -> None:
        self._every, self._times = Fraction(every), times
        self._early = period / 2  # a time that is given names the frame nearest to it
        self._last = -1 if after is None else self._place(after)

    def due(self, time: Fraction) -> bool:
        """Whether the frame at `time`, later than all before, is to be searched."""
        place = self._place(time)
        if place == self._last:
            return False
        self._last = place
        return True

    def _place(self, time: Fraction) -> int:
        if self._times is None:
            return math.floor(time / self._every)
        return bisect_right(self._times, time + self._early) - 1


class Search:
    """Finds people in frames, judges how well they are seen, and cuts them out of the original."""

    def __init__(
        self, detector: PersonDetector, info: MovieInfo, min_person: int, preprocessing: Preprocessing
    ) -> None:
        self._detector, self._info = detector, info
        self._min_person, self._preprocessing = min_person, preprocessing

    def people(self, time: Fraction, pixels_at: PixelsAt) -> tuple[Person, ...]:
        """Who is in a frame; its pixels at full size are made only where somebody is."""
        searched = pixels_at(self._detector.side)
        found = self._detector.detect(Frame(time=time, pixels=searched))
        if not found:
            return ()
        found = [self._enlarged(one, searched) for one in found]
        pixels = pixels_at() if self._detector.side else searched
        return tuple(self._judged(detection, pixels) for detection in found)

    def look(self, time: Fraction, person: Person) -> Look:
        """What the network will see of a person."""
        views = (person.box,) if self.whole_frames else view_boxes(person.box)
        inputs = np.stack([self._preprocessing(person.cut, view) for view in views])
        return Look(
            time=time,
            box=person.detection.box,
            weight=person.quality.weight,
            inputs=inputs.astype(np.float16),
            colours=person.colours,
            thumbnail=reduced(_inside(person.cut, person.box), _THUMBNAIL),
        )

    @property
    def whole_frames(self) -> bool:
        """Whether nobody looks for people, so that a look is at a whole frame."""
        return self._detector.key == WholeFrames.key

    def _enlarged(self, found: Detection, small: NDArray[np.uint8]) -> Detection:
        height, width = small.shape[:2]
        across, down = self._info.width / width, self._info.height / height
        x1, y1, x2, y2 = found.box.as_tuple()
        box = Box(x1=x1 * across, y1=y1 * down, x2=x2 * across, y2=y2 * down)
        return Detection(box=box, score=found.score, person=found.person)

    def _judged(self, detection: Detection, pixels: NDArray[np.uint8]) -> Person:
        box = detection.box
        height, width = pixels.shape[:2]
        seen = colours(pixels, box)
        quality = Quality(weight=1.0) if self.whole_frames else judge_box(box, width, height, self._min_person)
        cut, inside = _NOTHING, box
        if not quality.reason:
            cut, inside = self._cut(pixels, box)
            sharp = judge_pixels(_inside(cut, inside))
            quality = Quality(weight=quality.weight * sharp.weight, reason=sharp.reason)
        return Person(
            detection=detection,
            quality=quality,
            cut=_NOTHING if quality.reason else cut,
            box=inside,
            colours=_NO_COLOURS if seen is None else seen,
        )

    def _cut(self, pixels: NDArray[np.uint8], box: Box) -> tuple[NDArray[np.uint8], Box]:
        """The box with all that the network may see around it, and where it then is."""
        height, width = pixels.shape[:2]
        view = framed(box)
        around = self._preprocessing.margin * (view.y2 - view.y1)
        left, top = max(0, math.floor(view.x1 - around)), max(0, math.floor(view.y1 - around))
        right, bottom = min(width, math.ceil(view.x2 + around)), min(height, math.ceil(view.y2 + around))
        inside = Box(x1=box.x1 - left, y1=box.y1 - top, x2=box.x2 - left, y2=box.y2 - top)
        return pixels[top:bottom, left:right].copy(), inside


def _inside(cut: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The pixels of the box alone."""
    rows = slice(max(0, math.floor(box.y1)), math.ceil(box.y2))
    return cut[rows, max(0, math.floor(box.x1)) : math.ceil(box.x2)]
