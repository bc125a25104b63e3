"""Shots: where the camera cuts, frame by frame.

PySceneDetect scores how much a frame differs from the one before, against its neighbours; what is a cut and when is
decided here, on the movie's own clock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from wildwear.errors import UserError
from wildwear.movies.records import Shot

SIDE = 160
"""Pixels of the long side that cuts are looked for at: below this, hue is no steadier, only coarser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotSettings:
    """What counts as a cut."""

    cut_ratio: float = 3.0
    """A cut is a change this many times as large as the changes around it, above 1."""
    cut_change: float = 15.0
    """A cut changes hue, saturation and brightness by at least this much on average, 0 to 255."""
    min_shot: float = 0.3
    """Seconds that a shot lasts at least. A change that is undone sooner, such as a camera's flash, is no cut."""
    black: float = 12.0
    """A picture whose average brightness is below this is black, 0 to 255: a fade to it ends a shot."""

    def __post_init__(self) -> None:
        if self.cut_ratio <= 1 or self.min_shot <= 0:
            raise UserError("--cut-ratio must be above 1 and --min-shot above 0")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A frame that may be the first of a shot."""

    time: Fraction
    before: NDArray[np.uint8] | None
    """The picture before it; None where nothing can undo the cut."""


class ShotFinder:
    """Finds shots in a stream of frames; a shot is told of at most `min_shot` and two frames after it ended."""

    def __init__(self, settings: ShotSettings = ShotSettings()) -> None:
        from scenedetect.detectors import AdaptiveDetector  # type: ignore[import-untyped]

        self._settings = settings
        self._min_shot = Fraction(settings.min_shot)
        self._detector = AdaptiveDetector(
            adaptive_threshold=settings.cut_ratio, min_content_val=settings.cut_change, min_scene_len=0
        )
        self._recent: deque[tuple[Fraction, NDArray[np.uint8]]] = deque(maxlen=self._detector.window_width + 2)
        self._candidates: deque[_Candidate] = deque()
        self._frames = 0
        self._start: Fraction | None = None
        self._number = 0
        self._bright = False

    def add(self, time: Fraction, small_rgb: NDArray[np.uint8]) -> Shot | None:
        """The next frame, of any size, H × W × 3 RGB; the shot that is now known to have ended, if one is."""
        if self._start is None:
            self._start = time
        picture = self._reduced(small_rgb)
        self._recent.append((time, picture))
        self._look_for_cut(picture)
        self._look_for_fade(time, picture)
        self._frames += 1
        return self._decided(time, picture)

    def finish(self, end: Fraction) -> Shot | None:
        """The last shot, which ends with the movie; None where there was no frame."""
        if self._start is None:
            return None
        return Shot(number=self._number, start=self._start, end=end)

    def _reduced(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A small BGR picture, of one size throughout, whatever becomes of the movie's."""
        import cv2

        if self._recent:
            height, width = self._recent[0][1].shape[:2]
        else:
            scale = min(1.0, SIDE / max(rgb.shape[:2]))
            height, width = (max(1, round(side * scale)) for side in rgb.shape[:2])
        small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2BGR), np.uint8)

    def _look_for_cut(self, picture: NDArray[np.uint8]) -> None:
        from scenedetect import FrameTimecode  # type: ignore[import-untyped]

        for cut in self._detector.process_frame(FrameTimecode(self._frames, 25.0), picture):
            place = cut.frame_num - self._frames - 1
            self._candidates.append(_Candidate(self._recent[place][0], self._recent[place - 1][1]))

    def _look_for_fade(self, time: Fraction, picture: NDArray[np.uint8]) -> None:
        brightness = float(picture.max(axis=2).mean())
        if self._bright and brightness < self._settings.black:
            self._candidates.append(_Candidate(time, None))
        # Twice as bright before it can be black again: a dark scene flickers about any one level.
        self._bright = brightness >= (self._settings.black if self._bright else 2 * self._settings.black)

    def _decided(self, time: Fraction, picture: NDArray[np.uint8]) -> Shot | None:
        while self._candidates and time - self._candidates[0].time >= self._min_shot:
            candidate = self._candidates.popleft()
            assert self._start is not None
            if candidate.time - self._start < self._min_shot or not self._is_another(candidate.before, picture):
                continue
            shot = Shot(number=self._number, start=self._start, end=candidate.time)
            self._number, self._start = self._number + 1, candidate.time
            return shot
        return None

    def _is_another(self, before: NDArray[np.uint8] | None, after: NDArray[np.uint8]) -> bool:
        if before is None:
            return True
        import cv2

        one, other = (cv2.cvtColor(picture, cv2.COLOR_BGR2HSV) for picture in (before, after))
        return float(cv2.absdiff(one, other).mean()) >= self._settings.cut_change
