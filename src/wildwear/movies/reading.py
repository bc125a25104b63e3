"""One way through a movie's packets, and what is found on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from wildwear.movies.clock import Clock
from wildwear.movies.pixels import without_lines
from wildwear.movies.probing import MovieLimits, open_container, open_file, video_stream

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_TOLERANCE, _TOLERANCE_ALONE = Fraction(1), Fraction(1, 4)
"""Seconds by which a header may overstate the picture: beside sound, which may last longer, and without."""


class Reading:
    """A movie opened once more, and read from one place on.

    `quick` skips frames that no other is made from, and smoothing.
    """

    def __init__(self, path: Path, limits: MovieLimits, *, quick: bool = False) -> None:
        with ExitStack() as opened:
            file = opened.enter_context(open_file(path))
            self.container = opened.enter_context(open_container(file, path, limits))
            self.stream = video_stream(self.container, file, path, limits)
            self._opened = opened.pop_all()
        self._set_up_decoder(limits, quick)
        self.closed = False
        self.damaged = 0
        """Packets and frames that are damaged."""
        self.decoded = 0
        self.decoded_until = Fraction(0)
        """When the last decoded frame ends, in seconds."""
        self.discarded = 0
        """Packets that are there for the decoder alone, and whose frames are not shown."""
        self.begins = _begins(self.container, self.stream)
        self._clock: Clock[VideoFrame] = Clock(period(self.stream))

    @property
    def mended(self) -> int:
        """Timestamps that were missing or did not rise."""
        return self._clock.mended

    @property
    def duration(self) -> Fraction:
        """Seconds, as the header says; 0 where it does not."""
        if self.stream.duration:
            return ((self.stream.start_time or 0) + self.stream.duration) * _tick(self.stream) - self.begins
        return Fraction(self.container.duration or 0, 1_000_000)

    def close(self) -> None:
        self.closed = True
        self._opened.close()

    def seek(self, time: Fraction) -> bool:
        """To the last key frame that is known at or before `time`; whether that went well."""
        from av.error import FFmpegError

        try:
            self.container.seek(self._stamp(time), stream=self.stream)
        except (FFmpegError, OverflowError):
            return False
        return True

    def frames(self) -> Iterator[tuple[Fraction, VideoFrame]]:
        """Each frame with its time."""
        for time, frame in without_lines(self._clock.times(self._stated())):
            if self.closed:
                return
            self.decoded += 1
            self.decoded_until = time + _shown_for(frame, self._clock.step)
            yield time, frame

    def key_between(self, now: Fraction, time: Fraction) -> bool:
        """Whether a key frame stands after `now`, at or before `time`, so that seeking saves work."""
        entries = self.stream.index_entries
        if not len(entries):
            return time - now > 10
        key = entries.search_timestamp(self._stamp(time))
        return key >= 0 and entries[key].timestamp * _tick(self.stream) - self.begins > now

    def missing(self, decoded: int, discarded: int) -> str:
        """What is missing, after a reading to the end; empty where nothing is.

        `decoded` frames and `discarded` packets are those of the whole movie, of earlier readings too.
        """
        problems = []
        expected = self.stream.frames - discarded if self.container.format.name.startswith("mov") else 0
        if decoded < expected:
            problems.append(f"{decoded:,} of {expected:,} frames could be decoded")
        elif self.duration > self.decoded_until + self._tolerance:
            until, whole = float(self.decoded_until), float(self.duration)
            problems.append(f"it ends at {until:.3f} s, and says that it lasts {whole:.3f} s")
        if self.damaged:
            problems.append(f"{self.damaged:,} damaged packets or frames")
        return "; ".join(problems)

    @property
    def _tolerance(self) -> Fraction:
        return _TOLERANCE if len(self.container.streams) > 1 else _TOLERANCE_ALONE

    def _set_up_decoder(self, limits: MovieLimits, quick: bool) -> None:
        context = self.stream.codec_context
        context.options = {"max_pixels": str(limits.pixels)}
        context.thread_count = limits.threads
        context.thread_type = "AUTO"
        if quick:
            context.options |= {"skip_loop_filter": "all"}
            context.skip_frame = "NONREF"

    def _stamp(self, time: Fraction) -> int:
        return int((time + self.begins) / _tick(self.stream))

    def _stated(self) -> Iterator[tuple[Fraction | None, VideoFrame]]:
        """Every frame with the time that it states."""
        for frame in self._decode():
            self.damaged += frame.is_corrupt
            tick = frame.time_base or _tick(self.stream)
            yield None if frame.pts is None else frame.pts * tick - self.begins, frame

    def _decode(self) -> Iterator[VideoFrame]:
        """What is damaged is counted and passed over."""
        from av.error import EOFError as EndOfFile
        from av.error import FFmpegError

        for packet in self._packets():
            try:
                yield from self.stream.codec_context.decode(packet)
            except EndOfFile:
                return
            except FFmpegError:
                self.damaged += 1

    def _packets(self) -> Iterator[Packet[VideoStream] | None]:
        """The video's packets, then None, upon which the decoder gives what it holds back."""
        from av.error import FFmpegError

        packets = self.container.demux(self.stream)
        while not self.closed:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except FFmpegError:
                self.damaged += 1
                yield None
                return
            self.discarded += packet.is_discard
            yield packet


def period(stream: VideoStream) -> Fraction:
    """Seconds for which a frame is shown on average; 0 where the header does not say."""
    rate = stream.average_rate or stream.guessed_rate
    return 1 / rate if rate else Fraction(0)


def _tick(stream: Stream) -> Fraction:
    """Seconds that a timestamp counts in."""
    return stream.time_base or Fraction(1)


def _begins(container: InputContainer, stream: VideoStream) -> Fraction:
    """Where a player's clock begins, in the stream's own time: the earliest of picture and sound."""
    starts = [(stream.start_time or 0) * _tick(stream)]
    for sound in container.streams.audio:
        # Sound that begins before 0 is what its decoder warms up on: nobody hears it.
        if sound.start_time is not None and sound.start_time >= 0:
            starts.append(sound.start_time * _tick(sound))
    return min(starts)


def _shown_for(frame: VideoFrame, step: Fraction) -> Fraction:
    stated = frame.duration * frame.time_base if frame.duration and frame.time_base else Fraction(0)
    return stated if 0 < stated <= 100 * step else step
