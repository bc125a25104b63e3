"""Copies of movies with the tags drawn in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.movies.films import NTSC, NTSC_FILM, Film, FilmForm, still, uneven, write_film
from tests.tagging.outputs.movie_tags import Place, appearance, movie, track, write

from wildwear.errors import StorageError
from wildwear.movies.decoding import open_movie
from wildwear.tagging.movies.tags import MovieTags
from wildwear.tagging.outputs.colours import COLOURS
from wildwear.tagging.outputs.movies import MovieEntry, movie_output
from wildwear.tagging.outputs.movies.painting import Painter, box_at
from wildwear.tagging.tags import Outfit

GREY = np.full((180, 320, 3), 120, np.uint8)
SOUND = FilmForm(sound=True)
SILENT = FilmForm()


def filmed(path: Path, rate: Fraction | Sequence[Fraction] = NTSC_FILM, form: FilmForm = SILENT) -> Film:
    return write_film(path, [still(GREY, Fraction(4))], rate, form)


def frame_times(path: Path) -> list[Fraction]:
    with open_movie(path) as copy:
        return [frame.time for frame in copy.frames(side=32)]


def painted(tags: MovieTags, time: Fraction, scale: int = 1) -> NDArray[np.uint8]:
    pixels = GREY.repeat(scale, 0).repeat(scale, 1)
    Painter(tags, 320 * scale, 180 * scale).paint(pixels, time)
    return pixels


def near(colour: NDArray[np.uint8], other: tuple[int, ...]) -> bool:
    return bool(np.abs(colour.astype(int) - other).max() < 3)


@pytest.mark.parametrize(
    "rate", [NTSC_FILM, NTSC, Fraction(25), uneven(Fraction(4))], ids=["film", "ntsc", "pal", "vfr"]
)
def test_h38_a_copy_shows_each_frame_when_the_movie_does(rate: Fraction | list[Fraction], tmp_path: Path) -> None:
    film = filmed(tmp_path / "film.mp4", rate)
    write("overlay", tmp_path / "marked", movie(str(film.path)))
    assert frame_times(tmp_path / "marked" / "film.mp4") == frame_times(film.path)


def test_a_copy_is_h264_that_browsers_play_before_all_of_it_is_there(tmp_path: Path) -> None:
    film = filmed(tmp_path / "film.webm", form=FilmForm(codec="libvpx-vp9"))
    copy = write("overlay", tmp_path / "marked", movie(str(film.path))) / "film.mp4"
    with av.open(copy) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt, context.colorspace) == ("h264", "yuv420p", 1)
    content = copy.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def packets(path: Path) -> list[tuple[Fraction, bytes]]:
    with av.open(path) as container:
        sound = container.streams.audio[0]
        return [(packet.pts * packet.time_base, bytes(packet)) for packet in container.demux(sound) if packet.size]


def test_sound_is_copied_as_it_is(tmp_path: Path) -> None:
    film = filmed(tmp_path / "film.mp4", form=SOUND)
    copy = write("overlay", tmp_path / "marked", movie(str(film.path))) / "film.mp4"
    assert packets(copy) and packets(copy) == packets(film.path)


def test_sound_that_mp4_does_not_know_is_left_out_and_said_so(tmp_path: Path) -> None:
    film = tmp_path / "film.mkv"
    with av.open(film, "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        sound = container.add_stream("pcm_s16le", rate=8000)
        container.mux(video.encode(av.VideoFrame.from_ndarray(GREY, format="rgb24")))
        container.mux(video.encode(None))
        tone = av.AudioFrame.from_ndarray(np.zeros((1, 320), np.int16), format="s16", layout="mono")
        tone.sample_rate = 8000
        container.mux(sound.encode(tone))
        container.mux(sound.encode(None))
    output = movie_output("overlay", tmp_path / "marked")
    output.begin()
    output.write(MovieEntry(tags=movie(str(film))))
    assert output.notes == [f"{film}: its sound (pcm_s16le) does not fit into an MP4"]
    assert not output.failed
    with av.open(tmp_path / "marked" / "film.mp4") as copy:
        assert not copy.streams.audio


def test_boxes_follow_people_through_a_copy(tmp_path: Path) -> None:
    film = filmed(tmp_path / "film.mp4")
    copy = write("overlay", tmp_path / "marked", movie(str(film.path))) / "film.mp4"
    with open_movie(copy) as marked:
        changed = {
            when: np.abs(marked.frame_at(Fraction(when)).pixels[60:100].astype(int) - 120).max((0, 2)) > 25
            for when in (0, 1, 3)
        }
    assert changed[0][18:24].any() and not changed[0][60:70].any()
    assert changed[1][58:64].any() and not changed[1][20:50].any()
    assert changed[3][98:104].any() and not changed[3][200:240].any()


def test_h36_a_movie_that_is_gone_or_broken_has_no_copy_and_is_counted(tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"no movie at all")
    output = movie_output("overlay", tmp_path / "marked")
    output.begin()
    for name in ("gone.mp4", "broken.mp4"):
        output.write(MovieEntry(tags=movie(str(tmp_path / name))))
    output.close()
    assert output.failed == {"missing": 1, "not_a_movie": 1}
    assert len(output.notes) == 2 and "gone.mp4: no overlay: " in output.notes[0]
    assert not list((tmp_path / "marked").iterdir())


def test_h36_of_a_movie_that_is_cut_off_the_copy_has_what_there_is(tmp_path: Path) -> None:
    film = filmed(tmp_path / "film.mkv")
    content = film.path.read_bytes()
    film.path.write_bytes(content[: len(content) * 2 // 3])
    output = movie_output("overlay", tmp_path / "marked")
    output.begin()
    output.write(MovieEntry(tags=movie(str(film.path))))
    assert not output.failed
    assert 0 < len(frame_times(tmp_path / "marked" / "film.mp4")) < len(film.times)


def test_a_pair_is_drawn_in_two_colours_and_a_dress_in_one() -> None:
    pixels = painted(movie(), Fraction(1))
    upper, lower, full = (COLOURS[region] for region in COLOURS if region.value in ("upper", "lower", "full"))
    assert near(pixels[60, 200], upper) and near(pixels[150, 200], lower)
    assert near(pixels[60, 60], full) and near(pixels[150, 60], full)


def test_nothing_is_drawn_where_nobody_is() -> None:
    tags = replace(movie(), tracks=movie().tracks[1:2], appearances=movie().appearances[1:])
    assert (painted(tags, Fraction(1, 4)) == 120).all()
    assert (painted(tags, Fraction(2)) == 120).all()
    assert (painted(tags, Fraction(1, 2)) != 120).any()


def test_a_track_that_stands_for_the_whole_frame_has_labels_and_no_box() -> None:
    whole = track(0, 0, 4, (0, 0, 320, 180))
    outfit = Outfit(full=movie().appearances[0].outfit.full)
    tags = replace(movie(), people="none", tracks=(whole,), appearances=(appearance(0, (whole,), outfit),))
    changed = (painted(tags, Fraction(1)) != 120).any(2)
    assert changed[150:].any() and not changed[:140].any()


def test_a_copy_of_another_size_has_its_boxes_in_the_same_places() -> None:
    twice = painted(movie(), Fraction(1), scale=2)
    full = next(COLOURS[region] for region in COLOURS if region.value == "full")
    assert near(twice[200, 120], full)


edges = st.floats(-400, 800, allow_nan=False)


@given(st.lists(st.tuples(edges, edges), min_size=2, max_size=2), st.integers(1, 40), st.integers(1, 40))
def test_boxes_may_reach_out_of_any_frame(corners: list[tuple[float, float]], width: int, height: int) -> None:
    (x1, y1), (x2, y2) = corners
    place: Place = (min(x1, x2), min(y1, y2), max(x1, x2) + 1, max(y1, y2) + 1)
    one = track(0, 0, 1, place)
    tags = replace(movie(), tracks=(one,), appearances=(appearance(0, (one,), movie().appearances[1].outfit),))
    pixels = np.zeros((height, width, 3), np.uint8)
    Painter(tags, width, height).paint(pixels, Fraction(0))


@given(st.fractions(-1, 5))
def test_a_box_between_two_points_lies_between_their_boxes(time: Fraction) -> None:
    (moving,) = movie().tracks[:1]
    box = box_at(moving.points, time)
    assert 20 <= box.x1 <= 60 and box.x2 - box.x1 == pytest.approx(60)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk is played by a device of Linux")
def test_h64_a_full_disk_is_said_plainly_and_leaves_nothing(tmp_path: Path) -> None:
    film = filmed(tmp_path / "film.mp4")
    output = movie_output("overlay", tmp_path / "marked")
    output.begin()
    (tmp_path / "marked" / "film.mp4.draft").symlink_to("/dev/full")
    with pytest.raises(StorageError, match=r"cannot write .*film.mp4.draft: no space left on device"):
        output.write(MovieEntry(tags=movie(str(film.path))))
    assert not list((tmp_path / "marked").iterdir())
