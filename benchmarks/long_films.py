"""1080p films made from the real clips, and made as long as is wanted: what the benchmark of movies looks at."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av

SIZE, RATE, BIT_RATE = (1920, 1080), Fraction(24000, 1001), 5_000_000
CLIPS = {"walking": 2.8, "store-aisle": 4.0, "classroom": 2.6, "one-by-one": 10.0}
"""Seconds that are taken of each at a time; the next time `one-by-one` goes on."""


def write_film(path: Path, clips: Path, seconds: float) -> None:
    """Writes H.264 as films are streamed: 1080p, 23.976 frames a second, 5 Mbit/s, B-frames, two key frames in 21 s."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        (stream.width, stream.height), stream.pix_fmt, stream.bit_rate = SIZE, "yuv420p", BIT_RATE
        stream.options = {"preset": "veryfast"}
        for number, frame in zip(range(int(seconds * RATE)), _shown(clips), strict=False):
            large = frame.reformat(*SIZE, format="yuv420p")
            large.pts, large.time_base = number, 1 / RATE
            large.pict_type = 0
            container.mux(stream.encode(large))
        container.mux(stream.encode())


def loop(path: Path, source: Path, times: int) -> None:
    """Writes a film `times` times over, packet by packet, without decoding it."""
    with av.open(str(path), "w") as out:
        into = None
        for turn in range(times):
            with av.open(str(source)) as container:
                stream = container.streams.video[0]
                into = into or out.add_stream_from_template(stream)
                for packet in container.demux(stream):
                    if packet.dts is None or packet.pts is None or stream.duration is None:
                        continue
                    packet.dts, packet.pts = packet.dts + turn * stream.duration, packet.pts + turn * stream.duration
                    packet.stream = into
                    out.mux(packet)


def _shown(clips: Path) -> Iterator[av.VideoFrame]:
    """Frames for one time after the other, scene after scene, without end."""
    turn = 0
    while True:
        for name, seconds in CLIPS.items():
            begin = Fraction(turn * 10 % 130 if name == "one-by-one" else 0)
            yield from _scene(clips / f"{name}.mp4", begin, Fraction(seconds))
        turn += 1


def _scene(path: Path, begin: Fraction, seconds: Fraction) -> Iterator[av.VideoFrame]:
    with av.open(str(path)) as container:
        frames = container.decode(video=0)
        shown = following = next(frames)
        for number in range(int(seconds * RATE)):
            while following is not None and following.pts * following.time_base <= begin + number / RATE:
                shown, following = following, next(frames, None)
            yield shown
