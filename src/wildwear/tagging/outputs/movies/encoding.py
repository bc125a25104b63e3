"""Writes a movie as MP4 that browsers play: H.264 at the frames' own times, with another movie's sound."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from wildwear.movies.probing import MovieLimits, open_container, open_file

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

ENCODER = "libx264"
_MP4_SOUND = {"aac", "mp3", "mp3float", "ac3", "eac3", "opus", "flac", "alac"}
"""Names of decoders whose sound is as it stands in an MP4 that players know."""
_BT709, _LIMITED_RANGE = 1, 1
_MOST_TICKS = 10**7


class Mp4Writer:
    """A context manager: `write` each frame in order of time; the file is whole when it is left without an error."""

    def __init__(self, path: Path, width: int, height: int, rate: Fraction, sound: Sound | None = None) -> None:
        """Frames will have `width` × `height` pixels; a last odd column or row is cut off, for H.264 has none.

        `rate` is frames a second on average; it decides how finely time is divided, not when frames are shown.
        """
        import av

        self._size = (width // 2 * 2, height // 2 * 2)
        self._base = _time_base(rate)
        self._container: OutputContainer = av.open(path, "w", format="mp4", options={"movflags": "faststart"})
        self._video = self._video_stream(rate)
        self._sound = sound
        if sound is not None and sound.stream is not None:
            self._sound_stream = self._container.add_stream_from_template(sound.stream)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is None:
            self._container.mux(self._video.encode(None))
            self._container.close()
            return
        with suppress(Exception):
            self._container.close()

    def write(self, pixels: NDArray[np.uint8], time: Fraction) -> None:
        """The next frame, H × W × 3 RGB, and when it is shown, seconds."""
        from av.video.frame import VideoFrame

        wide, tall = self._size
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(pixels[:tall, :wide]), format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
        frame.pts, frame.time_base = round(time / self._base), self._base
        self._write_sound(time)
        self._container.mux(self._video.encode(frame))

    def end(self, time: Fraction) -> None:
        """The last frame is shown until `time`; so is the sound."""
        self._write_sound(time)

    def _write_sound(self, until: Fraction) -> None:
        if self._sound is not None:
            for packet in self._sound.until(until):
                packet.stream = self._sound_stream
                self._container.mux(packet)

    def _video_stream(self, rate: Fraction) -> VideoStream:
        from av.video.stream import VideoStream

        stream = self._container.add_stream(ENCODER, rate=rate or Fraction(25))
        assert isinstance(stream, VideoStream)
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = *self._size, "yuv420p"
        context.time_base = stream.time_base = self._base
        context.color_range = _LIMITED_RANGE
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        stream.options = {"preset": "veryfast", "crf": "21"}
        return stream


class Sound:
    """A movie's sound as packets, on the movie's clock; a context manager."""

    def __init__(self, path: Path, origin: Fraction, limits: MovieLimits = MovieLimits()) -> None:
        """`origin` is when the movie's clock begins, in the timestamps of its streams."""
        with ExitStack() as opened:
            file = opened.enter_context(open_file(path))
            self._container = opened.enter_context(open_container(file, path, limits))
            self._opened = opened.pop_all()
        self._origin = origin
        self.stream: AudioStream | None = None
        """None where there is no sound, or none that can be copied."""
        self.problem = ""
        """Why there is no sound although the movie has some."""
        streams = self._container.streams.audio
        self._packets: Iterator[tuple[Fraction, Packet[AudioStream]]] = iter(())
        self._waiting: tuple[Fraction, Packet[AudioStream]] | None = None
        if streams:
            self._take(streams[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def until(self, time: Fraction) -> Iterator[Packet[AudioStream]]:
        """The packets that begin before `time` and were not given yet."""
        while True:
            self._waiting = self._waiting or next(self._packets, None)
            if self._waiting is None or self._waiting[0] >= time:
                return
            yield self._waiting[1]
            self._waiting = None

    def _take(self, stream: AudioStream) -> None:
        name = stream.codec_context.name if stream.codec_context else "unknown"
        if name in _MP4_SOUND:
            self.stream, self._packets = stream, self._shifted(stream)
        else:
            self.problem = f"its sound ({name}) does not fit into an MP4"

    def _shifted(self, stream: AudioStream) -> Iterator[tuple[Fraction, Packet[AudioStream]]]:
        """Packets in order of time with when they begin; it ends where the file is damaged."""
        from av.error import FFmpegError

        base = stream.time_base or Fraction(1)
        shift, last = round(self._origin / base), -math.inf
        with suppress(FFmpegError):
            for packet in self._container.demux(stream):
                if packet.dts is None or packet.pts is None or packet.dts <= last or packet.is_corrupt:
                    continue
                last = packet.dts
                packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                yield Fraction(packet.pts) * base, packet


def has_encoder() -> bool:
    """Whether this build of PyAV writes H.264."""
    import av

    return ENCODER in av.codecs_available


def _time_base(rate: Fraction) -> Fraction:
    """Seconds of a tick: a 90,000th as MPEG has it, and finer where that makes each frame of an even rate exact.

    >>> _time_base(Fraction(24000, 1001))
    Fraction(1, 360000)
    """
    ticks = math.lcm(90_000, rate.numerator or 1)
    return Fraction(1, ticks if ticks <= _MOST_TICKS else 90_000)
