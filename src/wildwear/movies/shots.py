"""Shots: where the camera cuts, frame by frame.

PySceneDetect's `AdaptiveDetector` scores how much a frame differs from the one before, against the frames around it;
what of that is a cut, and when, is decided here, on the movie's own clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(slots=True)
class _Candidate:
    """A frame that may be the first of a shot."""

    time: Fraction
    before: Sequence[Picture] = ()
    """What was shown shortly before, in HSV: a cut leaves all of it for good."""
    change: float = 0.0
    """How far from it all that follows must stay."""
    undone: bool = False

    def go_on(self, picture: Picture) -> None:
        self.undone = self.undone or any(_difference(before, picture) < self.change for before in self.before)


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
        self._compared: deque[Fraction] = deque(maxlen=self._detector.window_width + 1)
        self._frames = 0
        self._shown: deque[tuple[Fraction, Picture]] = deque()
        self._shape: tuple[int, int] | None = None
        self._stills = 0
        self._candidates: deque[_Candidate] = deque()
        self._bright = False
        self._start: Fraction | None = None
        self._shots = 0

    def add(self, time: Fraction, small_rgb: Picture) -> Shot | None:
        """The next frame, H × W × 3 RGB, of any size; the shot that is now known to have ended, if one is."""
        if self._start is None:
            self._start = time
        picture = self._reduced(small_rgb)
        hsv = self._remembered(time, picture)
        for candidate in self._candidates:
            candidate.go_on(hsv)
        if not self._is_still():
            self._look_for_cut(time, picture)
        self._look_for_fade(time, hsv)
        return self._decided(time)

    def finish(self, end: Fraction) -> Shot | None:
        """The last shot, which ends with the movie; None where there was no frame."""
        if self._start is None:
            return None
        return Shot(number=self._shots, start=self._start, end=end)

    def _reduced(self, rgb: Picture) -> Picture:
        """A small BGR picture, of one size throughout, whatever becomes of the movie's."""
        import cv2

        if self._shape is None:
            scale = min(1.0, SIDE / max(rgb.shape[:2]))
            self._shape = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
        small = cv2.resize(rgb, self._shape, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2BGR), np.uint8)

    def _remembered(self, time: Fraction, picture: Picture) -> Picture:
        """The picture in HSV, kept as long as a cut may be told of of which it is a part, or just before."""
        import cv2

        hsv = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2HSV), np.uint8)
        self._shown.append((time, hsv))
        while len(self._shown) > FRAMES_BEHIND + 2 and time - self._shown[0][0] > 3 * self._min_shot:
            self._shown.popleft()
        return hsv

    def _is_still(self) -> bool:
        """Whether a picture only repeats the last: beside repeated frames, any movement would look like a cut."""
        still = len(self._shown) > 1 and _difference(self._shown[-2][1], self._shown[-1][1]) < STILL
        self._stills = self._stills + 1 if still and self._stills < STILLS else 0
        return self._stills > 0

    def _look_for_cut(self, time: Fraction, picture: Picture) -> None:
        from scenedetect import FrameTimecode  # type: ignore[import-untyped]

        self._compared.append(time)
        # Frames are only counted there, at any rate: PySceneDetect's seconds are floats.
        for cut in self._detector.process_frame(FrameTimecode(self._frames, 25.0), picture):
            self._candidates.append(self._candidate(self._compared[cut.frame_num - self._frames - 1]))
        self._frames += 1

    def _candidate(self, time: Fraction) -> _Candidate:
        """What may have been cut at a time, and what became of it since."""
        pictures = list(self._shown)
        first = next(place for place, (shown, _) in enumerate(pictures) if shown == time)
        before = [picture for shown, picture in pictures[: first - 1] if time - shown <= self._min_shot]
        before.append(pictures[first - 1][1])
        change = min(self._settings.cut_change, _difference(before[-1], pictures[first][1]) / 2)
        candidate = _Candidate(time, before, change)
        for _, picture in pictures[first:]:
            candidate.go_on(picture)
        return candidate

    def _look_for_fade(self, time: Fraction, hsv: Picture) -> None:
        brightness = float(hsv[..., 2].mean())
        if self._bright and brightness < self._settings.black:
            self._candidates.append(_Candidate(time))
        # Twice as bright before it can be black again: a dark scene flickers about any one level.
        self._bright = brightness >= (self._settings.black if self._bright else 2 * self._settings.black)

    def _decided(self, time: Fraction) -> Shot | None:
        while self._candidates and time - self._candidates[0].time >= self._min_shot:
            candidate = self._candidates.popleft()
            assert self._start is not None
            if candidate.undone or candidate.time - self._start < self._min_shot:
                continue
            shot = Shot(number=self._shots, start=self._start, end=candidate.time)
            self._shots, self._start = self._shots + 1, candidate.time
            return shot
        return None


def _difference(one: Picture, other: Picture) -> float:
    """The mean difference of hue, saturation and value, as PySceneDetect has it."""
    import cv2

    return float(cv2.absdiff(one, other).mean())
