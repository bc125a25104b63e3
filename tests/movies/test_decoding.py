"""Frames come in order of time, at the times at which a player shows them, upright and in the right colours."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.movies.films import NTSC, NTSC_FILM, Film, FilmForm, Picture, even, moving, still, uneven, write_film

from wildwear.movies.decoding import Movie, Unreadable, open_movie

COLOURS = np.array([[[30, 180, 60], [200, 60, 40]], [[40, 70, 200], [250, 250, 250]]], np.uint8)
"""Top left, top right, bottom left, bottom right."""
FOUR = COLOURS.repeat(90, axis=0).repeat(160, axis=1)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Three seconds with frames made from later ones, and a key frame every third of a second."""
    scenes = [moving(1, Fraction(3, 2)), moving(2, Fraction(3, 2))]
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return write_film(path, scenes, NTSC, FilmForm(options={"g": "10"}))


@pytest.fixture
def movie(film: Film) -> Iterator[Movie]:
    with open_movie(film.path) as movie:
        yield movie


def corners(pixels: Picture) -> Picture:
    """The colours in the middle of each quarter, 2 × 2 × 3."""
    height, width = pixels.shape[:2]
    return pixels[height // 4 :: height // 2][:2, width // 4 :: width // 2][:, :2]


def first_frame(path: Path, side: int = 0) -> Picture:
    with open_movie(path) as movie:
        return next(movie.frames(side=side)).pixels


@pytest.mark.parametrize(
    ("name", "codec", "rounding"),
    [
        ("film.mp4", "libx264", Fraction(0)),
        ("film.mkv", "libx264", Fraction(1, 1000)),
        ("film.webm", "libvpx-vp9", Fraction(1, 1000)),
        ("film.ts", "libx264", Fraction(1, 90_000)),
        ("film.avi", "mpeg4", Fraction(0)),
    ],
)
@pytest.mark.parametrize("rate", [Fraction(25), NTSC_FILM, NTSC])
def test_h38_each_frame_has_the_time_at_which_it_is_shown(
    tmp_path: Path, rate: Fraction, name: str, codec: str, rounding: Fraction
) -> None:
    form = FilmForm(codec=codec, b_frames=0 if codec == "mpeg4" else 2)
    _times_are_those_of(write_film(tmp_path / name, [moving(1, Fraction(2))], rate, form), rounding)


@pytest.mark.parametrize("name", ["film.mp4", "film.mkv", "film.ts"])
@pytest.mark.parametrize("seed", [3, 4])
def test_h38_a_variable_rate_is_followed(tmp_path: Path, name: str, seed: int) -> None:
    film = write_film(tmp_path / name, [moving(1, Fraction(2))], uneven(Fraction(2), seed))
    _times_are_those_of(film, Fraction(1, 1000) if name.endswith("mkv") else Fraction(1, 90_000))


def _times_are_those_of(film: Film, rounding: Fraction) -> None:
    with open_movie(film.path) as movie:
        found = [frame.time for frame in movie.frames(side=32)]
        assert movie.status == "ok", movie.detail
        assert movie.mended == 0
        assert abs(movie.decoded_until - film.end) <= Fraction(1, 10)
    assert len(found) == len(film.times)
    assert all(abs(time - true) <= rounding for time, true in zip(found, film.times, strict=True))


def test_sound_that_begins_before_the_picture_begins_the_clock(tmp_path: Path) -> None:
    form = FilmForm(start=Fraction(1, 2), sound=True)
    film = write_film(tmp_path / "late.mp4", [moving(1, Fraction(1))], Fraction(25), form)
    with open_movie(film.path) as movie:
        assert [frame.time for frame in movie.frames(side=16)] == [time + Fraction(1, 2) for time in film.times]
        assert movie.status == "ok", movie.detail


def test_a_film_that_begins_late_begins_at_zero_as_in_a_player(tmp_path: Path) -> None:
    film = write_film(tmp_path / "late.mp4", [moving(1, Fraction(1))], Fraction(25), FilmForm(start=Fraction(5)))
    with open_movie(film.path) as movie:
        assert [frame.time for frame in movie.frames(side=16)] == list(film.times)


def test_the_header_tells_what_the_movie_is(film: Film, movie: Movie) -> None:
    info = movie.info
    assert (info.path, info.width, info.height, info.codec, info.rotation) == (str(film.path), 320, 180, "h264", 0)
    assert info.rate == NTSC
    assert info.duration == len(film.times) / NTSC


def test_only_wanted_frames_between_start_and_end_come(film: Film, movie: Movie) -> None:
    start, end = film.times[17], film.times[60]
    found = [frame.time for frame in movie.frames(start=start, end=end, side=16, wanted=lambda time: time > 1)]
    assert found == [time for time in film.times if start <= time < end and time > 1]


@pytest.mark.parametrize("side", [0, 100, 319, 320, 10_000])
def test_side_bounds_the_longer_side(movie: Movie, side: int) -> None:
    height, width = next(movie.frames(side=side)).pixels.shape[:2]
    assert width == (min(side, 320) or 320)
    assert abs(height - width * 180 / 320) <= 0.5


def test_a_quick_look_skips_frames_but_never_moves_one(film: Film, movie: Movie) -> None:
    quick = [frame.time for frame in movie.frames(side=16, quick=True)]
    assert len(film.times) / 4 < len(quick) < len(film.times)
    assert set(quick) <= set(film.times)
    assert movie.status == "ok"


def test_small_and_full_pixels_of_one_pass_are_those_of_two(movie: Movie) -> None:
    full = [frame.pixels for frame in movie.frames(end=Fraction(1, 2))]
    medium = [frame.pixels for frame in movie.frames(end=Fraction(1, 2), side=200)]
    both = [(small, at(), at(200)) for _, small, at in movie.two_sizes(64, end=Fraction(1, 2))]
    assert both[0][0].shape == (36, 64, 3)
    for (small, whole, reduced), expected, expected_reduced in zip(both, full, medium, strict=True):
        assert np.array_equal(whole, expected)
        assert np.array_equal(reduced, expected_reduced)
        assert abs(small.mean() - expected.mean()) < 3


@settings(max_examples=40)
@given(time=st.fractions(0, 3, max_denominator=1000))
def test_the_frame_at_a_time_is_the_one_that_is_shown_then(film: Film, time: Fraction) -> None:
    if time >= film.end:
        return
    with open_movie(film.path) as movie:
        frame = movie.frame_at(time, side=64)
        expected = max(shown for shown in film.times if shown <= time)
        assert frame.time == expected
        whole = next(movie.frames(start=expected, side=64))
    assert np.array_equal(frame.pixels, whole.pixels)


@given(times=st.lists(st.integers(0, 88), max_size=8))
@settings(max_examples=30)
def test_frames_at_many_times_are_those_at_each(film: Film, times: list[int]) -> None:
    wanted = [film.times[number] for number in sorted(times)]
    with open_movie(film.path) as movie:
        assert [frame.time for frame in movie.frames_at(wanted, side=16)] == wanted


@pytest.mark.parametrize("name", ["film.mkv", "film.webm", "film.ts", "film.avi"])
def test_seeking_finds_the_same_frames_in_every_container(tmp_path: Path, name: str) -> None:
    codec = {".webm": "libvpx-vp9", ".avi": "mpeg4"}.get(Path(name).suffix, "libx264")
    form = FilmForm(codec=codec, b_frames=0 if codec == "mpeg4" else 2, options={"g": "12"})
    film = write_film(tmp_path / name, [moving(4, Fraction(3))], Fraction(25), form)
    with open_movie(film.path) as movie:
        every = [frame.time for frame in movie.frames(side=16)]
        for start in (0, 1, 30, 47, 74):
            assert [frame.time for frame in movie.frames(start=every[start], side=16)] == every[start:]
        assert [frame.time for frame in movie.frames_at(every[::9], side=16)] == every[::9]


def test_a_time_after_the_end_is_refused(film: Film, movie: Movie) -> None:
    assert movie.frame_at(film.end - Fraction(1, 1000)).time == film.times[-1]
    with pytest.raises(Unreadable, match=r"ends before 3\.100 s") as caught:
        movie.frame_at(Fraction(31, 10))
    assert caught.value.reason == "past_the_end"


def test_a_new_iteration_ends_the_one_before(film: Film, movie: Movie) -> None:
    first = movie.frames(side=16)
    assert next(first).time == 0
    assert [frame.time for frame in movie.frames(side=16)] == list(film.times)
    assert len(list(first)) <= 1
    assert movie.status == "ok"
    assert movie.decoded == len(film.times)


@pytest.mark.parametrize(("rotation", "turns"), [(0, 0), (90, 1), (180, 2), (270, 3), (-90, 3)])
def test_h39_a_rotated_film_stands_upright(tmp_path: Path, rotation: int, turns: int) -> None:
    film = write_film(tmp_path / "film.mp4", [still(FOUR, Fraction(1, 5))], form=FilmForm(rotation=rotation))
    with open_movie(film.path) as movie:
        expected = np.rot90(COLOURS, turns)
        pixels = next(movie.frames()).pixels
        assert pixels.shape[:2] == ((320, 180) if turns % 2 else (180, 320))
        assert (movie.info.height, movie.info.width) == pixels.shape[:2]
        assert movie.info.rotation == (360 - 90 * turns) % 360
        assert pixels.flags.c_contiguous
    assert np.abs(corners(pixels).astype(int) - expected).max() <= 4


@pytest.mark.parametrize(("flip", "axis"), [("hflip", 1), ("vflip", 0)])
def test_h39_a_mirrored_film_is_mirrored_back(tmp_path: Path, flip: str, axis: int) -> None:
    path = tmp_path / "film.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.set_display_rotation(0, **{flip: True})
        container.mux(stream.encode(av.VideoFrame.from_ndarray(FOUR, format="rgb24")))
        container.mux(stream.encode())
    assert np.abs(corners(first_frame(path)).astype(int) - np.flip(COLOURS, axis)).max() <= 5


@pytest.mark.parametrize(
    "form",
    [
        FilmForm(pix_fmt="yuv420p10le"),
        FilmForm(pix_fmt="yuv420p10le", codec="libx265", options={"x265-params": "log-level=none"}),
        FilmForm(pix_fmt="yuv444p"),
        FilmForm(bt709=True),
        FilmForm(full_range=True),
        FilmForm(bt709=True, full_range=True, pix_fmt="yuv420p10le"),
        FilmForm(interlaced=True, bt709=True),
        FilmForm(codec="mpeg2video", options={"qscale": "2"}),
    ],
)
def test_h39_colours_of_every_kind_of_film_are_srgb(tmp_path: Path, form: FilmForm) -> None:
    film = write_film(tmp_path / "film.mkv", [still(FOUR, Fraction(1, 5))], form=form)
    for side in (0, 80):
        pixels = first_frame(film.path, side)
        assert pixels.dtype == np.uint8
        assert np.abs(corners(pixels).astype(int) - COLOURS).max() <= 6


def perceptual_quantizer(nits: float) -> float:
    """SMPTE ST 2084."""
    power = (nits / 10_000) ** 0.1593017578125
    return float(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375)


@pytest.mark.parametrize(
    ("transfer", "coded", "grey"),
    [
        (16, perceptual_quantizer(1), 15),
        (16, perceptual_quantizer(50), 136),
        (16, perceptual_quantizer(203), 255),
        (16, perceptual_quantizer(1000), 255),
        (18, 0.0, 0),
        (18, 0.38, 101),
        (18, 0.75, 255),
        (18, 1.0, 255),
    ],
)
def test_h39_high_dynamic_range_is_mapped_so_that_white_is_white(
    tmp_path: Path, transfer: int, coded: float, grey: int
) -> None:
    """BT.2408: diffuse white is at 203 cd/m², three quarters of the signal of HLG; an 18 % grey card at 26 cd/m²."""
    path = tmp_path / "film.mkv"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p10le"
        stream.color_range, stream.colorspace, stream.color_primaries, stream.color_trc = 1, 9, 9, transfer
        pixels = np.full((64, 64, 3), round(coded * 65535), np.uint16)
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb48le")
        container.mux(stream.encode(frame.reformat(format="yuv420p10le", dst_colorspace=9, dst_color_range=1)))
        container.mux(stream.encode())
    assert np.abs(first_frame(path)[32, 32].astype(int) - grey).max() <= 5


def test_h39_interlaced_frames_show_no_comb_and_keep_their_times(tmp_path: Path) -> None:
    scene = moving(5, Fraction(1), width=320, height=180)

    def fast(time: Fraction) -> Picture:
        return scene.look(time * 8)

    forms = FilmForm(interlaced=True, options={"qp": "10"}), FilmForm(options={"qp": "10"})
    scenes = [type(scene)(seconds=Fraction(1), look=fast)]
    woven, whole = (write_film(tmp_path / f"{form.interlaced}.mp4", scenes, Fraction(25), form) for form in forms)
    with open_movie(woven.path) as movie:
        frames = list(movie.frames())
        assert movie.status == "ok", movie.detail
    assert [frame.time for frame in frames] == list(woven.times)
    with open_movie(whole.path) as movie:
        combs = [_comb(frame.pixels) for frame in movie.frames()]
    assert np.mean([_comb(frame.pixels) for frame in frames]) < 1.2 * np.mean(combs)
    with av.open(woven.path) as container:
        raw = [_comb(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)) for frame in container.decode(video=0)]
    assert np.mean(raw) > 1.5 * np.mean(combs), "the film under test is not interlaced"


def test_pixels_that_are_not_square_are_made_square(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 180, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(2)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(FOUR[:, ::2].copy(), format="rgb24")))
        container.mux(stream.encode())
    with open_movie(path) as movie:
        assert (movie.info.width, movie.info.height) == (320, 180)
        assert np.abs(corners(next(movie.frames()).pixels).astype(int) - COLOURS).max() <= 5


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "count"), [("classroom", 45), ("one-by-one", 1394), ("store-aisle", 67), ("walking", 35)]
)
def test_real_clips_are_whole(data: Path, name: str, count: int) -> None:
    with open_movie(data / "movies" / f"{name}.mp4") as movie:
        times = [time for time, _, _ in movie.two_sizes(64)]
        assert (movie.status, movie.mended, len(times)) == ("ok", 0, count)
        assert times == even(movie.info.rate, count / movie.info.rate)
        assert all(before < after for before, after in pairwise(times))


def _comb(pixels: Picture) -> float:
    """How much each line differs from those above and below it, which are like each other."""
    lines = pixels.astype(int)
    return float(np.abs(2 * lines[1:-1] - lines[:-2] - lines[2:]).mean())
