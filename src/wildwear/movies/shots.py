"""Shots: where the camera cuts, frame by frame.

PySceneDetect's `AdaptiveDetector` scores how much a frame differs from the one before, against the frames around it;
what of that is a cut, and when, is decided here, on the movie's own clock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from wildwear.errors import UserError
from wildwear.movies.records import Shot

SIDE = 48
"""Pixels of the long side that cuts are looked for at: grain and a shaking hand vanish, another scene does not."""
STILL = 0.5
"""A frame that differs less than this from the one before shows the same picture again."""
STILLS = 2
"""How many such frames in a row are left out of the comparison, at most."""
FRAMES_BEHIND = 2 * (1 + STILLS)
"""How many frames after a cut it is known of at the latest, where `min_shot` has passed by then."""

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotSettings:
    """What counts as a cut."""

    cut_ratio: float = 2.0
    """A cut is a change at least this many times as large as the changes around it, above 1."""
    cut_change: float = 15.0
    """A cut changes hue, saturation and brightness by at least this much on average, 0 to 255."""
    min_shot: float = 0.3
    """Seconds that a shot lasts at least. A change that is undone sooner, such as a camera's flash, is no cut."""
    black: float = 12.0
    """A picture whose average brightness is below this is black, 0 to 255: a fade to it ends a shot."""

    def __post_init__(self) -> None:
        if self.cut_ratio <= 1:
            raise UserError(f"--cut-ratio must be above 1, and is {self.cut_ratio}")
        if self.min_shot <= 0:
            raise UserError(f"--min-shot must be above 0, and is {self.min_shot}")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A frame that may be the first of a shot."""

    time: Fraction
    before: Picture | None
    """The picture that a cut leaves for good; None where nothing can undo it."""
    change: float = 0.0
    """How far from that picture it must stay."""


class ShotFinder:
    """Finds the shots in a stream of frames.

    A shot is told of after it ended, when what follows has lasted for `min_shot` seconds and up to `FRAMES_BEHIND`
    frames. So what begins later than that before the movie's end is taken for a part of the shot before it.
    """

    def __init__(self, settings: ShotSettings = ShotSettings()) -> None:
        from scenedetect.detectors import AdaptiveDetector  # type: ignore[import-untyped]

        self._settings = settings
        self._min_shot = Fraction(settings.min_shot)
        self._detector = AdaptiveDetector(
            adaptive_threshold=settings.cut_ratio, min_content_val=settings.cut_change, min_scene_len=0
        )
        self._compared: deque[tuple[Fraction, Picture]] = deque(maxlen=self._detector.window_width + 2)
        self._frames = 0
        self._stills = 0
        self._candidates: deque[_Candidate] = deque()
        self._undone: _Candidate | None = None
        self._bright = False
        self._start: Fraction | None = None
        self._shots = 0

    def add(self, time: Fraction, small_rgb: Picture) -> Shot | None:
        """The next frame, H × W × 3 RGB, of any size; the shot that is now known to have ended, if one is."""
        if self._start is None:
            self._start = time
        picture = self._reduced(small_rgb)
        if not self._is_still(picture):
            self._look_for_cut(time, picture)
        self._look_for_fade(time, picture)
        return self._decided(time, picture)

    def finish(self, end: Fraction) -> Shot | None:
        """The last shot, which ends with the movie; None where there was no frame."""
        if self._start is None:
            return None
        return Shot(number=self._shots, start=self._start, end=end)

    def _reduced(self, rgb: Picture) -> Picture:
        """A small BGR picture, of one size throughout, whatever becomes of the movie's."""
        import cv2

        if self._compared:
            height, width = self._compared[0][1].shape[:2]
        else:
            scale = min(1.0, SIDE / max(rgb.shape[:2]))
            height, width = (max(1, round(side * scale)) for side in rgb.shape[:2])
        small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2BGR), np.uint8)

    def _is_still(self, picture: Picture) -> bool:
        """Whether a picture only repeats the last: beside repeated frames, any movement would look like a cut."""
        import cv2

        still = bool(self._compared) and float(cv2.absdiff(self._compared[-1][1], picture).mean()) < STILL
        self._stills = self._stills + 1 if still and self._stills < STILLS else 0
        return self._stills > 0

    def _look_for_cut(self, time: Fraction, picture: Picture) -> None:
        from scenedetect import FrameTimecode  # type: ignore[import-untyped]

        self._compared.append((time, picture))
        # Frames are only counted there, at any rate: PySceneDetect's seconds are floats.
        for cut in self._detector.process_frame(FrameTimecode(self._frames, 25.0), picture):
            place = cut.frame_num - self._frames - 1
            (_, before), (cut_time, first) = self._compared[place - 1], self._compared[place]
            change = min(self._settings.cut_change, _difference(before, first) / 2)
            self._candidates.append(_Candidate(cut_time, before, change))
        self._frames += 1

    def _look_for_fade(self, time: Fraction, picture: Picture) -> None:
        brightness = float(picture.max(axis=2).mean())
        if self._bright and brightness < self._settings.black:
            self._candidates.append(_Candidate(time, None))
        # Twice as bright before it can be black again: a dark scene flickers about any one level.
        self._bright = brightness >= (self._settings.black if self._bright else 2 * self._settings.black)

    def _decided(self, time: Fraction, picture: Picture) -> Shot | None:
        while self._candidates and time - self._candidates[0].time >= self._min_shot:
            candidate = self._candidates.popleft()
            assert self._start is not None
            if candidate.time - self._start < self._min_shot or self._is_undone(candidate, picture):
                continue
            shot = Shot(number=self._shots, start=self._start, end=candidate.time)
            self._shots, self._start = self._shots + 1, candidate.time
            return shot
        return None

    def _is_undone(self, candidate: _Candidate, now: Picture) -> bool:
        """Whether the picture is what it was before, which is remembered: what undoes a flash looks like a cut, too."""
        flash = self._undone
        if flash is not None and candidate.before is not None and candidate.time - flash.time < self._min_shot:
            candidate = replace(flash, time=candidate.time)
        if candidate.before is None or _difference(candidate.before, now) >= candidate.change:
            return False
        self._undone = candidate
        return True


def _difference(one: Picture, other: Picture) -> float:
    """The mean difference of hue, saturation and value, as PySceneDetect has it."""
    import cv2

    return float(cv2.absdiff(cv2.cvtColor(one, cv2.COLOR_BGR2HSV), cv2.cvtColor(other, cv2.COLOR_BGR2HSV)).mean())
