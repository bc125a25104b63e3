"""A movie's frames, in order of time.

>>> with open_movie("film.mp4") as movie:                                                      # doctest: +SKIP
...     for frame in movie.frames(wanted=lambda time: time.denominator == 1):
...         print(frame.time, frame.pixels.shape)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from numpy.typing import NDArray

from wildwear.movies.clock import Clock
from wildwear.movies.pixels import Converter, Shape, without_lines
from wildwear.movies.probing import MovieLimits, Unreadable, open_container, video_stream
from wildwear.movies.records import Frame, MovieInfo

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

__all__ = ["Movie", "MovieLimits", "Unreadable", "open_movie"]

Pixels = NDArray[np.uint8]
Wanted = Callable[[Fraction], bool]

_STEPS_BACK = (0, 10, 60, 10**9)
"""Seconds before a time from which decoding begins, until a frame at or before that time is found."""
_TOLERANCE = 1
"""Seconds by which sound may outlast the picture."""


def open_movie(path: str | os.PathLike[str], limits: MovieLimits = MovieLimits()) -> Movie:
    """Opens a movie and decodes its first frame.

    Raises:
        Unreadable: it is no movie, or no frame of it can be decoded; `reason` is countable.
    """
    return Movie(Path(path), limits)


class Movie:
    """A movie that is open. One iteration at a time: a new one ends the one before."""

    def __init__(self, path: Path, limits: MovieLimits) -> None:
        self.path, self.limits = path, limits
        self.mended = 0
        """Timestamps of the last iteration that were missing or did not rise."""
        self.damaged = 0
        """Packets and frames of the last iteration that are damaged."""
        self.decoded = 0
        """Frames of the last iteration."""
        self.decoded_until = Fraction(0)
        """When the last decoded frame ends, in seconds."""
        self.detail = ""
        """What is missing, where `status` is `partial`."""
        self._left_out = 0
        self._container: InputContainer | None = None
        self._stream = self._reopen(quick=False)
        self._start = _start(self._opened, self._stream)
        first = next(self._decode(), None)
        if first is None:
            self.close()
            raise Unreadable("damaged", "no frame of it can be decoded", str(path))
        self._shape = Shape.of(first[1], self._stream.sample_aspect_ratio)
        self.info = self._describe()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends any iteration too."""
        if self._container is not None:
            self._container.close()
            self._container = None

    @property
    def origin(self) -> Fraction:
        """When the movie's clock begins, in the timestamps that its streams state, seconds: sound is shifted by it."""
        return self._start

    @property
    def status(self) -> Literal["ok", "partial"]:
        """What the last iteration found: `partial` where the movie is damaged or ends before its time."""
        return "partial" if self.detail else "ok"

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

        `side` is the most pixels that the longer side may have; 0 leaves frames as they are. `quick` skips frames that
        no other is made from, and smoothing: for a rough look.
        """
        convert = Converter(self._shape, side)
        for time, frame in self._run(start, end, quick):
            if wanted is None or wanted(time):
                yield Frame(time=time, pixels=convert(frame))

    def two_sizes(
        self,
        small_side: int,
        wanted: Wanted | None = None,
        *,
        start: Fraction = Fraction(0),
        end: Fraction | None = None,
    ) -> Iterator[tuple[Fraction, Pixels, Callable[[], Pixels]]]:
        """Like `frames`, each as its time, small pixels, and a function that gives its pixels at full size.

        The function works until the next frame is asked for, and costs nothing until it is called.
        """
        small, full = Converter(self._shape, small_side), Converter(self._shape)
        for time, frame in self._run(start, end, quick=False):
            if wanted is None or wanted(time):
                yield time, small(frame), partial(full, frame)

    def frame_at(self, time: Fraction, side: int = 0) -> Frame:
        """The frame that is shown at `time`, found by seeking.

        Raises:
            Unreadable: the movie ends before (`past_the_end`).
        """
        return next(self.frames_at([time], side))

    def frames_at(self, times: Iterable[Fraction], side: int = 0) -> Iterator[Frame]:
        """The frames that are shown at `times`, which rise; whatever lies between is skipped where that is faster.

        Raises:
            Unreadable: the movie ends before one of them (`past_the_end`).
        """
        convert = Converter(self._shape, side)
        shown: tuple[Fraction, VideoFrame] | None = None
        following: tuple[Fraction, VideoFrame] | None = None
        run: Iterator[tuple[Fraction, VideoFrame]] = iter(())
        for time in times:
            if shown is None or time < shown[0] or self._worth_seeking(shown[0], time):
                run = self._timed(time, quick=False)
                shown = next(run, None)
                following = next(run, None)
            while following is not None and following[0] <= time:
                shown, following = following, next(run, None)
            if shown is None or (following is None and time >= max(self.decoded_until, self.info.duration)):
                raise Unreadable("past_the_end", f"it ends before {float(time):.3f} s", str(self.path))
            yield Frame(time=shown[0], pixels=convert(shown[1]))

    @property
    def _opened(self) -> InputContainer:
        assert self._container is not None, "the movie is closed"
        return self._container

    def _run(self, start: Fraction, end: Fraction | None, quick: bool) -> Iterator[tuple[Fraction, VideoFrame]]:
        for time, frame in self._timed(start, quick):
            if end is not None and time >= end:
                return
            if time >= start:
                yield time, frame
        if start == 0 and not quick:
            self.detail = self._missing()

    def _timed(self, start: Fraction, quick: bool) -> Iterator[tuple[Fraction, VideoFrame]]:
        """Frames with their times, from one at or before `start` on."""
        for back in _STEPS_BACK:
            earliest = start - back
            clock: Clock[VideoFrame] = Clock(_period(self._stream))
            self._seek(earliest if earliest > 0 else None, quick)
            frames = clock.times(self._decode())
            first = next(frames, None)
            if earliest <= 0 or (first is not None and first[0] <= start):
                break
        if first is None:
            return
        for time, frame in without_lines(chain([first], frames)):
            self.mended = clock.mended
            self.decoded += 1
            self.decoded_until = time + _shown_for(frame, clock.step)
            yield time, frame

    def _decode(self) -> Iterator[tuple[Fraction | None, VideoFrame]]:
        """Every frame with the time that it states; what is damaged is counted and passed over."""
        container, stream = self._opened, self._stream
        for frame in self._decode_packets(container, stream):
            if self._container is not container:
                return
            self.damaged += frame.is_corrupt
            stated = None if frame.pts is None else frame.pts * (frame.time_base or _tick(stream)) - self._start
            yield stated, frame

    def _decode_packets(self, container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
        from av.error import EOFError as EndOfFile
        from av.error import FFmpegError

        packets = container.demux(stream)
        packet: Packet[VideoStream] | None
        while self._container is container:
            try:
                packet = next(packets, None)
            except FFmpegError:
                self.damaged += 1
                packet = None
            try:
                yield from stream.codec_context.decode(packet)
            except EndOfFile:
                return
            except FFmpegError:
                self.damaged += 1
            if packet is None:
                return
            self._left_out += packet.is_discard

    def _seek(self, time: Fraction | None, quick: bool) -> None:
        """To the last key frame at or before `time`; None is the beginning."""
        from av.error import FFmpegError

        self.mended = self.damaged = self.decoded = self._left_out = 0
        self.decoded_until, self.detail = Fraction(0), ""
        self._stream = self._reopen(quick)
        if time is not None:
            stamp = int((time + self._start) / _tick(self._stream))
            try:
                self._opened.seek(stamp, stream=self._stream)
            except FFmpegError:
                self._stream = self._reopen(quick)

    def _reopen(self, quick: bool) -> VideoStream:
        self.close()
        self._container = open_container(self.path, self.limits)
        try:
            stream = video_stream(self._container, self.path, self.limits)
        except Unreadable:
            self.close()
            raise
        context = stream.codec_context
        context.options = {"max_pixels": str(self.limits.pixels)} | ({"skip_loop_filter": "all"} if quick else {})
        context.thread_count = self.limits.threads
        context.thread_type = "AUTO"
        if quick:
            context.skip_frame = "NONREF"
        return stream

    def _worth_seeking(self, now: Fraction, time: Fraction) -> bool:
        """Whether a key frame stands between."""
        entries, tick = self._stream.index_entries, _tick(self._stream)
        if not len(entries):
            return time - now > 10
        key = entries.search_timestamp(int((time + self._start) / tick))
        return key >= 0 and entries[key].timestamp * tick - self._start > now + _period(self._stream)

    def _describe(self) -> MovieInfo:
        stream = self._stream
        return MovieInfo(
            path=str(self.path),
            width=self._shape.width,
            height=self._shape.height,
            duration=_duration(self._opened, stream, self._start),
            rate=stream.average_rate or Fraction(0),
            codec=stream.codec_context.codec.name,
            rotation=self._shape.turn.degrees,
        )

    def _missing(self) -> str:
        problems = []
        expected = self._stream.frames - self._left_out if self._opened.format.name.startswith("mov") else 0
        if self.decoded < expected:
            problems.append(f"{self.decoded:,} of {expected:,} frames could be decoded")
        elif self.info.duration > self.decoded_until + _TOLERANCE:
            until, whole = float(self.decoded_until), float(self.info.duration)
            problems.append(f"it ends at {until:.3f} s, and says that it lasts {whole:.3f} s")
        if self.damaged:
            problems.append(f"{self.damaged:,} damaged packets or frames")
        return "; ".join(problems)


def _tick(stream: Stream) -> Fraction:
    """Seconds that a timestamp counts in."""
    return stream.time_base or Fraction(1)


def _start(container: InputContainer, stream: VideoStream) -> Fraction:
    """Where a player's clock begins, in the stream's own time: the earliest of picture and sound."""
    starts = [(stream.start_time or 0) * _tick(stream)]
    for sound in container.streams.audio:
        # Sound that begins before 0 is what its decoder warms up on: nobody hears it.
        if sound.start_time is not None and sound.start_time >= 0:
            starts.append(sound.start_time * _tick(sound))
    return min(starts)


def _period(stream: VideoStream) -> Fraction:
    rate = stream.average_rate or stream.guessed_rate
    return 1 / rate if rate else Fraction(0)


def _shown_for(frame: VideoFrame, step: Fraction) -> Fraction:
    stated = frame.duration * frame.time_base if frame.duration and frame.time_base else Fraction(0)
    return stated if 0 < stated <= 100 * step else step


def _duration(container: InputContainer, stream: VideoStream, start: Fraction) -> Fraction:
    if stream.duration:
        return ((stream.start_time or 0) + stream.duration) * _tick(stream) - start
    return Fraction(container.duration or 0, 1_000_000)
