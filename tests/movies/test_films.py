"""The films that other tests write are what they are said to be."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace
from tests.movies.films import (
    NTSC,
    NTSC_FILM,
    FilmForm,
    Picture,
    black,
    clip,
    even,
    moving,
    still,
    uneven,
    write_film,
    write_sound,
)

SECOND = Fraction(1)
RED = np.full((180, 320, 3), (220, 20, 30), np.uint8)


def shown(path: Path) -> list[tuple[Fraction, Picture]]:
    """Each frame with its time since the film's start."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        base, begin = stream.time_base or Fraction(1), stream.start_time or 0
        return [((frame.pts - begin) * base, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


@pytest.mark.parametrize("rate", [NTSC_FILM, NTSC, Fraction(25), uneven(Fraction(3), seed=4)], ids=str)
@pytest.mark.parametrize("start", [Fraction(0), Fraction(1, 2)])
def test_frames_are_shown_when_the_film_says(tmp_path: Path, rate: Fraction | list[Fraction], start: Fraction) -> None:
    scenes = [moving(1, SECOND), black(SECOND / 3), moving(2, SECOND)]
    film = write_film(tmp_path / "film.mp4", scenes, rate, FilmForm(start=start))
    half_a_tick = Fraction(1, 20_000)
    times = [time for time, _ in shown(film.path)]
    assert len(times) == len(film.times)
    assert all(abs(found - told) <= half_a_tick for found, told in zip(times, film.times, strict=True))


def test_a_cut_is_the_first_frame_of_the_next_scene(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", [still(RED, SECOND), black(SECOND), still(RED, SECOND)], NTSC)
    light = [(time, pixels.mean() > 20) for time, pixels in shown(film.path)]
    changes = [time for (_, before), (time, after) in pairwise(light) if before != after]
    assert changes == list(film.cuts)


@pytest.mark.parametrize("name", ["film.mp4", "film.mkv", "film.avi", "film.ts", "film.webm"])
def test_any_container_is_written(tmp_path: Path, name: str) -> None:
    codec = "libvpx-vp9" if name.endswith("webm") else "libx264"
    film = write_film(tmp_path / name, [still(RED, SECOND)], form=FilmForm(codec=codec))
    frames = shown(film.path)
    assert len(frames) == len(film.times) == 25
    assert all(np.abs(pixels.astype(int) - RED).max() < 8 for _, pixels in frames)


def test_ten_bits_hold_the_same_colours(tmp_path: Path) -> None:
    form = FilmForm(pix_fmt="yuv420p10le")
    film = write_film(tmp_path / "film.mp4", [still(RED, SECOND / 5)], form=form)
    with av.open(film.path) as container:
        assert container.streams.video[0].pix_fmt == "yuv420p10le"
    assert np.abs(shown(film.path)[0][1].astype(int) - RED).max() < 8


def test_what_colours_mean_is_said(tmp_path: Path) -> None:
    form = FilmForm(bt709=True, full_range=True)
    film = write_film(tmp_path / "film.mp4", [still(RED, SECOND / 5)], form=form)
    with av.open(film.path) as container:
        frame = next(container.decode(video=0))
        assert (frame.colorspace, frame.color_range) == (Colorspace.ITU709, ColorRange.JPEG)
        pixels = frame.reformat(format="rgb24", src_colorspace="ITU709", src_color_range="JPEG").to_ndarray()
    assert np.abs(pixels.astype(int) - RED).max() < 8


def test_a_rotation_is_said_and_not_applied(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", [still(RED, SECOND / 5)], form=FilmForm(rotation=90))
    with av.open(film.path) as container:
        frame = next(container.decode(video=0))
    assert (frame.width, frame.height, frame.rotation) == (320, 180, 90)


def test_interlaced_frames_hold_two_moments(tmp_path: Path) -> None:
    form = FilmForm(interlaced=True, b_frames=0)
    film = write_film(tmp_path / "film.mp4", [moving(3, SECOND)], form=form)
    with av.open(film.path) as container:
        frames = list(container.decode(video=0))
    assert all(frame.interlaced_frame for frame in frames)


def test_sound_with_and_without_pictures(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", [black(SECOND)], form=FilmForm(sound=True))
    write_sound(tmp_path / "sound.mp4", SECOND)
    with av.open(film.path) as both, av.open(tmp_path / "sound.mp4") as sound:
        assert (len(both.streams.video), len(both.streams.audio)) == (1, 1)
        assert (len(sound.streams.video), len(sound.streams.audio)) == (0, 1)


def test_even_and_uneven_times_cover_the_film() -> None:
    assert even(NTSC_FILM, SECOND)[-1] < SECOND <= even(NTSC_FILM, SECOND)[-1] + 1 / NTSC_FILM
    gaps = np.diff([float(time) for time in uneven(Fraction(5))])
    assert gaps.min() >= 0.02
    assert gaps.max() <= 1 / 12
    assert gaps.std() > 0.01


@pytest.mark.data
def test_a_clip_shows_what_the_real_film_shows_then(tmp_path: Path, data: Path) -> None:
    source = data / "movies" / "walking.mp4"
    form = FilmForm(width=480, height=270, options={"crf": "10"})
    film = write_film(tmp_path / "film.mp4", [clip(source, SECOND, start=SECOND)], NTSC, form)
    truth = shown(source)
    for time, pixels in shown(film.path):
        expected = [picture for at, picture in truth if at <= time + 1][-1]
        assert np.abs(pixels.astype(int) - expected).mean() < 4
