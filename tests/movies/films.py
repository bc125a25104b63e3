"""Films that tests write themselves, and what is true of them: when each frame is shown, and where the cuts are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.codec.context import Flags
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
"""H × W × 3, RGB."""

NTSC_FILM, NTSC = Fraction(24000, 1001), Fraction(30000, 1001)
_TICKS = 90_000
_SOUND_RATE = 16_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is seen without a cut."""

    seconds: Fraction
    look: Callable[[Fraction], Picture]
    """The picture at a time since the scene's beginning; asked in order of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmForm:
    """How a film is written; the container follows from the file's name."""

    codec: str = "libx264"
    width: int = 320
    height: int = 180
    pix_fmt: str = "yuv420p"
    """`yuv420p10le` for 10 bit."""
    rotation: int = 0
    """Degrees counter-clockwise by which a player turns the pictures; they are stored as they are given."""
    interlaced: bool = False
    """Two fields a frame, the upper one first; the lower one is half a frame later."""
    b_frames: int = 2
    start: Fraction = Fraction(0)
    """The presentation time of the first frame: an edit list in MP4."""
    sound: bool = False
    bt709: bool = False
    """Colours of HDTV rather than of SDTV, and said so."""
    full_range: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    """Of the encoder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A film that was written; times are seconds since its first frame."""

    path: Path
    times: tuple[Fraction, ...]
    """When each frame is shown."""
    cuts: tuple[Fraction, ...]
    """When the first frame of each scene is shown, but for the first scene."""
    end: Fraction
    """When the last frame ends."""


def write_film(
    path: Path,
    scenes: Sequence[Scene],
    rate: Fraction | Sequence[Fraction] = Fraction(25),
    form: FilmForm = FilmForm(),
) -> Film:
    """Writes the scenes one after the other, at an even rate or with a frame at each of the given times."""
    end = sum((scene.seconds for scene in scenes), Fraction(0))
    base = _time_base(rate, form)
    times = even(rate, end) if isinstance(rate, Fraction) else [time for time in rate if time < end]
    end = times[-1] + 1 / rate if isinstance(rate, Fraction) else end
    with av.open(path, "w") as container:
        stream = _video_stream(container, form, base)
        if form.sound:
            sound = container.add_stream("aac", rate=_SOUND_RATE)
            sound.codec_context.layout = "mono"
        for time, next_time, picture in zip(times, [*times[1:], end], _pictures(scenes, times, form), strict=True):
            frame = _frame(picture, form)
            frame.pts, frame.time_base = round((time + form.start) / base), base
            frame.duration = round((next_time - time) / base)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if form.sound:
            for heard in _tone(end):
                container.mux(sound.encode(heard))
            container.mux(sound.encode())
    begins = [sum((scene.seconds for scene in scenes[:at]), Fraction(0)) for at in range(1, len(scenes))]
    cuts = tuple(next(time for time in times if time >= begin) for begin in begins)
    return Film(path=path, times=tuple(times), cuts=cuts, end=end)


def write_sound(path: Path, seconds: Fraction) -> None:
    """A file with sound and no picture."""
    with av.open(path, "w") as container:
        stream = container.add_stream("aac", rate=_SOUND_RATE)
        stream.codec_context.layout = "mono"
        for frame in _tone(seconds):
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def even(rate: Fraction, seconds: Fraction) -> list[Fraction]:
    """The times of frames at a rate."""
    return [at / rate for at in range(-int(-seconds * rate // 1))]


def uneven(seconds: Fraction, seed: int = 0, slowest: int = 12, fastest: int = 50) -> list[Fraction]:
    """The times of frames whose distance varies, as a telephone's camera writes them."""
    rng = np.random.default_rng(seed)
    times, ticks = [], 0
    while Fraction(ticks, _TICKS) < seconds:
        times.append(Fraction(ticks, _TICKS))
        ticks += int(rng.integers(_TICKS // fastest, _TICKS // slowest))
    return times


def still(picture: Picture, seconds: Fraction) -> Scene:
    """A picture that stands still."""
    return Scene(seconds=seconds, look=lambda _: picture)


def black(seconds: Fraction, width: int = 320, height: int = 180) -> Scene:
    """Nothing to be seen."""
    return still(np.zeros((height, width, 3), np.uint8), seconds)


def moving(seed: int, seconds: Fraction, width: int = 320, height: int = 180) -> Scene:
    """Patches of colour across which a square wanders, a tenth of the width a second: other colours for each seed."""
    rng = np.random.default_rng(seed)
    patches = Image.fromarray(rng.integers(0, 256, (4, 6, 3), np.uint8))
    ground = np.asarray(patches.resize((width, height), Image.Resampling.BICUBIC))
    side, colour, row = height // 4, rng.integers(0, 256, 3, np.uint8), int(rng.integers(0, height * 3 // 4))

    def look(time: Fraction) -> Picture:
        picture = ground.copy()
        column = int(time * width / 10) % (width - side)
        picture[row : row + side, column : column + side] = colour
        return picture

    return Scene(seconds=seconds, look=look)


def clip(path: Path, seconds: Fraction, start: Fraction = Fraction(0)) -> Scene:
    """Some seconds of a real film: at each time the frame that it shows then. Can be used once."""
    return Scene(seconds=seconds, look=_Playing(path, start))


class _Playing:
    """A film as a function of time that does not go back."""

    def __init__(self, path: Path, start: Fraction) -> None:
        self._frames = self._decoded(path)
        self._start = start
        _, self._shown = self._next = next(self._frames)

    @staticmethod
    def _decoded(path: Path) -> Iterator[tuple[Fraction, av.VideoFrame]]:
        with av.open(path) as container:
            for frame in container.decode(video=0):
                assert frame.pts is not None
                assert frame.time_base is not None
                yield frame.pts * frame.time_base, frame

    def __call__(self, time: Fraction) -> Picture:
        while self._next[0] <= time + self._start:
            self._shown = self._next[1]
            self._next = next(self._frames, (Fraction(1_000_000), self._shown))
        return self._shown.to_ndarray(format="rgb24")


def _pictures(scenes: Sequence[Scene], times: Sequence[Fraction], form: FilmForm) -> Iterator[Picture]:
    """The picture of each frame, at the film's size."""
    begin, left = Fraction(0), list(scenes)
    for time, next_time in zip(times, [*times[1:], times[-1]], strict=True):
        while time >= begin + left[0].seconds:
            begin += left.pop(0).seconds
        picture = _sized(left[0].look(time - begin), form)
        if form.interlaced:
            picture = picture.copy()
            picture[1::2] = _sized(left[0].look((time + next_time) / 2 - begin), form)[1::2]
        yield picture


def _sized(picture: Picture, form: FilmForm) -> Picture:
    if picture.shape[:2] == (form.height, form.width):
        return picture
    return np.asarray(Image.fromarray(picture).resize((form.width, form.height), Image.Resampling.BILINEAR))


def _time_base(rate: Fraction | Sequence[Fraction], form: FilmForm) -> Fraction:
    if not isinstance(rate, Fraction):
        return Fraction(1, _TICKS)
    return Fraction(1, rate.numerator * 100) if form.start else 1 / rate


def _encoder_options(form: FilmForm) -> dict[str, str]:
    if form.codec == "libx264":
        fields = {"x264-params": "tff=1"} if form.interlaced else {}
        return {"preset": "ultrafast", "bf": str(form.b_frames), **fields, **form.options}
    if form.codec == "libvpx-vp9":
        return {"deadline": "realtime", "cpu-used": "8", **form.options}
    return dict(form.options)


def _video_stream(container: av.container.OutputContainer, form: FilmForm, base: Fraction) -> av.VideoStream:
    stream = container.add_stream(form.codec, rate=1 / base)
    assert isinstance(stream, av.VideoStream)
    context = stream.codec_context
    stream.options = _encoder_options(form)
    context.width, context.height, context.pix_fmt = form.width, form.height, form.pix_fmt
    context.time_base = stream.time_base = base
    context.flags |= Flags.frame_duration
    if form.interlaced:
        context.flags |= Flags.interlaced_dct | Flags.interlaced_me
    context.color_range = 2 if form.full_range else 1
    if form.bt709:
        context.colorspace = context.color_primaries = context.color_trc = 1
    if form.rotation:
        stream.set_display_rotation(form.rotation)
    return stream


def _frame(picture: Picture, form: FilmForm) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(
        format=form.pix_fmt,
        dst_colorspace="ITU709" if form.bt709 else "ITU601",
        dst_color_range="JPEG" if form.full_range else "MPEG",
    )


def _tone(seconds: Fraction) -> Iterator[av.AudioFrame]:
    wave = np.sin(np.arange(int(seconds * _SOUND_RATE)) * (2 * np.pi * 440 / _SOUND_RATE)).astype(np.float32) / 4
    for at in range(0, len(wave), 1024):
        frame = av.AudioFrame.from_ndarray(wave[None, at : at + 1024], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = _SOUND_RATE, at, Fraction(1, _SOUND_RATE)
        yield frame
