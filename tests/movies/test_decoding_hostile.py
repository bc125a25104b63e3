"""Whatever a file holds, it is a movie, a part of one, or refused with a reason; and nothing else is opened."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from tests.movies.films import Film, FilmForm, black, moving, uneven, write_film, write_sound

from wildwear.movies.decoding import MovieLimits, Unreadable, open_movie
from wildwear.movies.isolation import Send, run_isolated

SMALL = FilmForm(width=64, height=48, sound=True)
SMALL_SILENT = FilmForm(width=64, height=48)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return write_film(path, [moving(1, Fraction(1)), moving(2, Fraction(1))], Fraction(25), SMALL)


@pytest.fixture(scope="module")
def streamed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A film whose description stands at the front, as web pages want it."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    with av.open(path, "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        scene = moving(1, Fraction(2), 64, 48)
        for number in range(50):
            frame = av.VideoFrame.from_ndarray(scene.look(Fraction(number, 25)), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path.read_bytes()


def outcome(path: Path) -> tuple[str, str, int]:
    """`ok`, `partial` or the reason; the detail; how many frames were decoded."""
    try:
        with open_movie(path) as movie:
            count = sum(1 for _ in movie.frames(side=16))
            return movie.status, movie.detail, count
    except Unreadable as error:
        return error.reason, error.detail, 0


def refused(path: Path) -> str:
    status, detail, _ = outcome(path)
    assert status not in ("ok", "partial")
    assert detail
    return status


def test_h36_a_film_cut_off_before_its_description_is_truncated(film: Film, tmp_path: Path) -> None:
    whole, cut = film.path.read_bytes(), tmp_path / "cut.mp4"
    for length in range(100, len(whole) - 2000, 1009):
        cut.write_bytes(whole[:length])
        assert refused(cut) == "truncated"


def test_h36_a_film_cut_off_anywhere_is_partial_or_refused_with_a_reason(streamed: bytes, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    seen: dict[str, int] = {}
    for length in [*range(1, len(streamed), len(streamed) // 60), len(streamed)]:
        cut.write_bytes(streamed[:length])
        status, _, frames = outcome(cut)
        assert (status == "ok") == (length == len(streamed))
        assert (frames > 0) == (status in ("ok", "partial"))
        seen[status] = seen.get(status, 0) + 1
    assert seen["partial"] > 20
    assert set(seen) <= {"ok", "partial", "truncated", "damaged", "not_a_movie"}


@pytest.mark.parametrize("name", ["film.mkv", "film.ts", "film.avi"])
def test_h36_other_containers_cut_off_in_the_middle_give_what_there_is(tmp_path: Path, name: str) -> None:
    form = FilmForm(codec="mpeg4" if name.endswith("avi") else "libx264", b_frames=0, options={"g": "10"})
    film = write_film(tmp_path / name, [moving(1, Fraction(4))], Fraction(25), form)
    film.path.write_bytes(film.path.read_bytes()[: film.path.stat().st_size // 2])
    status, _, frames = outcome(film.path)
    assert 10 < frames < 90
    # A transport stream does not say how long it is.
    assert status == "partial" or name == "film.ts"


def test_h37_a_film_that_ends_before_its_time_is_partial_with_counts(streamed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "short.mp4"
    path.write_bytes(streamed[: len(streamed) * 3 // 4])
    with open_movie(path) as movie:
        count = sum(1 for _ in movie.frames(side=16))
        assert movie.status == "partial"
        assert f"{count} of 50 frames could be decoded" in movie.detail
        assert 0 < movie.decoded_until < movie.info.duration
        assert list(movie.frames_at([Fraction(0)]))


def test_h37_pictures_that_the_decoder_gives_up_on_are_counted(streamed: bytes, tmp_path: Path) -> None:
    path, damaged = tmp_path / "damaged.mp4", bytearray(streamed)
    middle = (streamed.index(b"mdat") + len(streamed)) // 2
    damaged[middle : middle + 500] = os.urandom(500)
    path.write_bytes(damaged)
    status, detail, frames = outcome(path)
    assert status == "partial"
    assert "damaged" in detail or "of 50" in detail
    assert frames > 20


def test_h37_a_look_at_a_part_does_not_call_the_rest_missing(film: Film) -> None:
    with open_movie(film.path) as movie:
        assert len(list(movie.frames(end=Fraction(1), side=16))) == 25
        assert movie.status == "ok"
        assert len(list(movie.frames(start=Fraction(1), side=16))) == 25
        assert movie.status == "ok"


class Listener:
    """A server on this machine that counts who comes."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.visits = 0
        threading.Thread(target=self._count, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])

    def _count(self) -> None:
        while True:
            try:
                self.socket.accept()[0].close()
            except OSError:
                return
            self.visits += 1


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.socket.close()


PLAYLISTS = {
    "ffconcat": "ffconcat version 1.0\nfile '{film}'\n",
    "ffconcat after a byte order mark": "\ufeffffconcat version 1.0\nfile '{film}'\n",
    "HLS": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{film}\n#EXTINF:2,\n{address}/a.ts\n#EXT-X-ENDLIST\n",
    "HLS after empty lines": "\n\n#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{address}/a.ts\n",
    "DASH": '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{address}/</BaseURL></MPD>',
    "Smooth Streaming": '<SmoothStreamingMedia MajorVersion="2"></SmoothStreamingMedia>',
    "SMIL": '<smil><body><video src="{address}/a.mp4"/></body></smil>',
    "SDP": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    "Winamp": "[playlist]\nFile1={address}/a.mp4\nNumberOfEntries=1\n",
}


@pytest.mark.parametrize("ending", ["mp4", "m3u8", "ffconcat", "mpd"])
@pytest.mark.parametrize("kind", PLAYLISTS)
def test_h40_a_list_of_other_files_is_refused_and_nothing_else_is_opened(
    film: Film, tmp_path: Path, listener: Listener, kind: str, ending: str
) -> None:
    path = tmp_path / f"film.{ending}"
    text = PLAYLISTS[kind].format(film=film.path, address=f"http://127.0.0.1:{listener.port}")
    path.write_text(text, encoding="utf-8")
    assert refused(path) == "playlist"
    assert listener.visits == 0


def test_h40_a_list_that_hides_behind_other_text_is_no_movie(film: Film, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_text(f"# a comment\nffconcat version 1.0\nfile '{film.path}'\n")
    assert refused(path) == "not_a_movie"


def test_h40_the_name_has_no_say_in_what_a_file_is(film: Film, tmp_path: Path) -> None:
    for name in ("film.m3u8", "film.ffconcat", "film.jpg", "film", "film.sdp"):
        path = tmp_path / name
        path.write_bytes(film.path.read_bytes())
        assert outcome(path)[0] == "ok"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"hello, I am no movie at all. " * 100, "not_a_movie"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "not_a_movie"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, "not_a_movie"),
        (b"PK\x03\x04" + b"\0" * 100, "not_a_movie"),
        (b"<html><script>alert(1)</script></html>", "not_a_movie"),
        (b"\0" * 5000, "not_a_movie"),
        (b"\x1a\x45\xdf\xa3" + b"\xff" * 100, "damaged"),
        (b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2", "damaged"),
    ],
)
def test_what_is_no_movie_is_refused_with_a_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    assert refused(path) == reason


def test_a_folder_a_pipe_and_a_missing_file_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "folder.mp4").mkdir()
    assert refused(tmp_path / "pipe.mp4") == "not_a_file"
    assert refused(tmp_path / "folder.mp4") == "not_a_file"
    assert refused(tmp_path / "missing.mp4") == "missing"


def test_an_error_says_which_file_and_why(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"film\.mp4: there is no such file"):
        open_movie(tmp_path / "film.mp4")


@pytest.mark.parametrize("name", ["sound.mp4", "sound.mkv"])
def test_h42_a_file_with_sound_alone_has_no_video(tmp_path: Path, name: str) -> None:
    write_sound(tmp_path / name, Fraction(1))
    assert refused(tmp_path / name) == "no_video"


def test_h41_frames_over_the_limit_are_refused_before_they_are_decoded(film: Film) -> None:
    with pytest.raises(Unreadable, match="64 × 48") as caught:
        open_movie(film.path, MovieLimits(pixels=64 * 48 - 1))
    assert caught.value.reason == "too_large"


def looks_at_all(send: Send, path: str) -> int:
    with open_movie(path) as movie:
        for time, _, pixels_at in movie.two_sizes(192):
            send(time)
            pixels_at()
        return movie.decoded


def frames_seen_in_a_process(path: Path, memory_bytes: int, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.syspath_prepend(Path(__file__).parents[2])
    ended = run_isolated(looks_at_all, [str(path)], silence_seconds=300, memory_bytes=memory_bytes)
    assert ended.status == "ok", ended.detail
    return int(ended.value)


def test_h41_8k_stays_below_a_gigabyte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "8k.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast", "tune": "zerolatency"})
        stream.width, stream.height, stream.pix_fmt = 7680, 4320, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.full((6480, 7680), 128, np.uint8), format="yuv420p")
        for number in range(4):
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    assert frames_seen_in_a_process(path, 10**9, monkeypatch) == 4


def test_h41_a_hundred_hours_have_exact_times(tmp_path: Path) -> None:
    hours = [Fraction(number * 3600) for number in range(101)]
    film = write_film(tmp_path / "long.mp4", [black(Fraction(100 * 3600 + 1), 64, 48)], hours, SMALL_SILENT)
    with open_movie(film.path) as movie:
        assert [frame.time for frame in movie.frames(side=16)] == hours
        assert movie.frame_at(Fraction(99 * 3600 + 1)).time == 99 * 3600
        assert movie.status == "ok", movie.detail


def test_h41_a_size_that_changes_midway_keeps_the_frame_that_it_began_with(tmp_path: Path) -> None:
    wide = write_film(
        tmp_path / "wide.ts", [moving(1, Fraction(1), 160, 96)], Fraction(25), FilmForm(width=160, height=96)
    )
    tall = write_film(
        tmp_path / "tall.ts", [moving(2, Fraction(1), 96, 160)], Fraction(25), FilmForm(width=96, height=160)
    )
    path = tmp_path / "both.ts"
    path.write_bytes(wide.path.read_bytes() + tall.path.read_bytes())
    with open_movie(path) as movie:
        frames = list(movie.frames())
    assert {frame.pixels.shape for frame in frames} == {(96, 160, 3)}
    assert len(frames) == 50
    assert all(before.time < after.time for before, after in pairwise(frames))
    last = frames[-1].pixels
    assert not last[:, :50].any()
    assert not last[:, -50:].any()
    assert last[:, 60:100].mean() > 20


def test_h38_recordings_one_after_the_other_go_on_in_time(tmp_path: Path) -> None:
    times = uneven(Fraction(1), seed=1)
    film = write_film(tmp_path / "one.ts", [moving(1, Fraction(1), 64, 48)], times, SMALL_SILENT)
    path = tmp_path / "twice.ts"
    path.write_bytes(film.path.read_bytes() * 2)
    with open_movie(path) as movie:
        found = np.array([float(frame.time) for frame in movie.frames(side=16)])
        assert movie.mended == 1
        # A time that is found anew is the time it was.
        again = [movie.frame_at(Fraction(time).limit_denominator(90_000), side=16).time for time in found[::7]]
    assert len(found) == 2 * len(times)
    first, second = found[: len(times)], found[len(times) :]
    assert np.allclose(second - second[0], first - first[0], atol=2e-5)
    assert 0 < second[0] - first[-1] < 0.2
    assert np.allclose(np.array(again, float), found[::7], atol=2e-5)


@pytest.mark.parametrize("offset", [0, 2**20, 2**31 - 1])
@pytest.mark.parametrize("entry", [3, 8, 14])
def test_h38_a_timestamp_that_falls_back_or_leaps_is_mended_within_half_a_frame(
    film: Film, tmp_path: Path, entry: int, offset: int
) -> None:
    # Without its edit list, which leaves frames out that are not within what it says.
    content = bytearray(film.path.read_bytes().replace(b"edts", b"free"))
    # ctts: size, name, version, count, then pairs of how many frames, how much later than decoded (ISO/IEC 14496-12).
    at = content.index(b"ctts") + 12 + 8 * entry
    frames_of_it = int.from_bytes(content[at : at + 4], "big")
    content[at + 4 : at + 8] = offset.to_bytes(4, "big")
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with open_movie(path) as movie:
        found = [frame.time for frame in movie.frames(side=16)]
        mended = movie.mended
    assert len(found) == len(film.times)
    assert all(before < after for before, after in pairwise(found))
    begin = found[-1] - film.times[-1]
    wrong = [time for time, true in zip(found, film.times, strict=True) if abs(time - begin - true) > Fraction(1, 50)]
    assert len(wrong) <= (frames_of_it if mended else 0)
