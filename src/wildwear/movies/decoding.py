"""A movie's frames, in order of time::

with open_movie("film.mp4") as movie:
    for frame in movie.frames(wanted=lambda time: time.denominator == 1):
        print(frame.time, frame.pixels.shape)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from wildwear.movies.pixels import Converter, Shape
from wildwear.movies.probing import MovieLimits, Unreadable
from wildwear.movies.reading import Reading
from wildwear.movies.records import Frame, MovieInfo

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

__all__ = ["Movie", "MovieLimits", "PixelsAt", "Unreadable", "open_movie"]

Pixels = NDArray[np.uint8]
"""H × W × 3, RGB in 0 to 255, upright."""
Wanted = Callable[[Fraction], bool]

_STEPS_BACK = (0, 10, 60)
"""Seconds before a time from which decoding begins, until a frame at or before that time is found."""


class PixelsAt(Protocol):
    """Gives one frame's pixels at full size, or with at most `side` pixels along the longer side."""

    def __call__(self, side: int = 0) -> Pixels: ...


def open_movie(path: str | os.PathLike[str], limits: MovieLimits = MovieLimits()) -> Movie:
    """Opens a movie and decodes its first frame.

    Raises:
        Unreadable: it is no movie, or no frame of it can be decoded; `reason` is countable.
    """
    return Movie(Path(path), limits)


class Movie:
    """A movie that is open. One iteration at a time: a new one ends the one before.

    Counts are those of the last iteration.
    """

    def __init__(self, path: Path, limits: MovieLimits) -> None:
        self.path, self.limits = path, limits
        self.detail = ""
        """What is missing, where `status` is `partial`."""
        self.may_seek = True
        """False once timestamps had to be mended: where a time is depends on all frames before it."""
        self._reading = Reading(path, limits)
        first = next(self._reading.frames(), None)
        if first is None:
            self.close()
            raise Unreadable("damaged", "no frame of it can be decoded", str(path))
        stream = self._reading.stream
        self._shape = Shape.of(first[1], stream.sample_aspect_ratio)
        self.info = MovieInfo(
            path=str(path),
            width=self._shape.width,
            height=self._shape.height,
            duration=self._reading.duration,
            rate=stream.average_rate or Fraction(0),
            codec=stream.codec_context.codec.name,
            rotation=self._shape.turn.degrees,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends an iteration too."""
        self._reading.close()

    @property
    def origin(self) -> Fraction:
        """When the movie's clock begins, in the timestamps that its streams state, seconds: sound is shifted by it."""
        return self._reading.begins

    @property
    def status(self) -> Literal["ok", "partial"]:
        """`partial` where an iteration over the whole movie found it damaged, or that it ends before its time."""
        return "partial" if self.detail else "ok"

    @property
    def mended(self) -> int:
        """Timestamps that were missing or did not rise."""
        return self._reading.mended

    @property
    def damaged(self) -> int:
        """Packets and frames that are damaged."""
        return self._reading.damaged

    @property
    def decoded(self) -> int:
        """Frames."""
        return self._reading.decoded

    @property
    def discarded(self) -> int:
        """Packets that are there for the decoder alone, and whose frames are not shown."""
        return self._reading.discarded

    @property
    def decoded_until(self) -> Fraction:
        """When the last decoded frame ends, in seconds."""
        return self._reading.decoded_until

    def frames(
        self,
        *,
        start: Fraction = Fraction(0),
        end: Fraction | None = None,
        wanted: Wanted | None = None,
        side: int = 0,
        quick: bool = False,
    ) -> Iterator[Frame]:
        """The frames from `start` up to, and without, `end` (seconds) whose time is `wanted`, in order of time.

        Frames that are not wanted are not converted. `side` is the most pixels that the longer side may have; 0 leaves
        frames as they are. `quick` skips frames that no other is made from, and smoothing: for a rough look.
        """
        convert = Converter(self._shape, side)
        for time, frame in self._between(start, end, quick):
            if wanted is None or wanted(time):
                yield Frame(time=time, pixels=convert(frame))

    def two_sizes(
        self,
        small_side: int,
        wanted: Wanted | None = None,
        *,
        start: Fraction = Fraction(0),
        end: Fraction | None = None,
    ) -> Iterator[tuple[Fraction, Pixels, PixelsAt]]:
        """Like `frames`, but each as its time, small pixels, and a function that gives its pixels at other sizes.

        The small ones are made in a hurry (they cost a tenth of decoding), for what compares whole frames. The function
        costs nothing until it is called; as long as it is kept, its frame stays in memory.
        """
        small, larger = Converter(self._shape, small_side, hurry=True), _Sizes(self._shape)
        for time, frame in self._between(start, end, quick=False):
            if wanted is None or wanted(time):
                yield time, small(frame), larger.of(frame)

    def frame_at(self, time: Fraction, side: int = 0) -> Frame:
        """The frame that is shown at `time`, found by seeking.

        Raises:
            Unreadable: the movie ends before (`past_the_end`).
        """
        return next(self.frames_at([time], side))

    def frames_at(self, times: Iterable[Fraction], side: int = 0) -> Iterator[Frame]:
        """The frames that are shown at `times`, which rise; what lies between is skipped where that is faster.

        Raises:
            Unreadable: the movie ends before one of them (`past_the_end`).
        """
        convert = Converter(self._shape, side)
        shown: tuple[Fraction, VideoFrame] | None = None
        following: tuple[Fraction, VideoFrame] | None = None
        run: Iterator[tuple[Fraction, VideoFrame]] = iter(())
        for time in times:
            if shown is None or time < shown[0] or self._worth_seeking(shown[0], time):
                run = self._from(time)
                shown, following = next(run, None), next(run, None)
            while following is not None and following[0] <= time:
                shown, following = following, next(run, None)
            if shown is None or (following is None and time >= max(self.decoded_until, self.info.duration)):
                raise Unreadable("past_the_end", f"it ends before {float(time):.3f} s", str(self.path))
            yield Frame(time=shown[0], pixels=convert(shown[1]))

    def judge_end(self, decoded: int, discarded: int) -> None:
        """Sets `status` and `detail` after an iteration that began in the middle, where an earlier one had ended.

        `decoded` frames and `discarded` packets are those of both together.
        """
        self.detail = self._reading.missing(decoded, discarded)

    def _worth_seeking(self, now: Fraction, time: Fraction) -> bool:
        return self.may_seek and not self._reading.mended and self._reading.key_between(now, time)

    def _between(self, start: Fraction, end: Fraction | None, quick: bool) -> Iterator[tuple[Fraction, VideoFrame]]:
        run = self._from(start, quick)
        for time, frame in run:
            if end is not None and time >= end:
                return
            if time >= start:
                yield time, frame
        if start == 0 and not quick and not self._reading.closed:
            self.detail = self._reading.missing(self.decoded, self.discarded)

    def _from(self, start: Fraction, quick: bool = False) -> Iterator[tuple[Fraction, VideoFrame]]:
        """Frames with their times, from one at or before `start` on where there is one."""
        for back in _STEPS_BACK:
            frames = self._read(quick).frames()
            if start - back <= 0 or not self.may_seek or not self._reading.seek(start - back):
                return frames
            first = next(frames, None)
            if first is not None and first[0] <= start:
                return chain([first], frames)
        return self._read(quick).frames()

    def _read(self, quick: bool) -> Reading:
        self.may_seek = self.may_seek and not self._reading.mended
        self.close()
        self._reading = Reading(self.path, self.limits, quick=quick)
        self.detail = ""
        return self._reading


class _Sizes:
    """Frames at any size, with one converter a size."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._converters: dict[int, Converter] = {}

    def of(self, frame: VideoFrame) -> PixelsAt:
        def pixels(side: int = 0) -> Pixels:
            if side not in self._converters:
                self._converters[side] = Converter(self._shape, side)
            return self._converters[side](frame)

        return pixels
