"""Movies to tags: files of every kind, runs that are killed, and what is written and said."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from tests.models.tiny_model import write_tiny_model
from tests.movies.films import black, moving, write_film, write_sound
from tests.tagging.pictures import write_photos

from wildwear.cli import main
from wildwear.errors import UserError
from wildwear.models.registry import find_model
from wildwear.models.settings import RuntimeOptions
from wildwear.rendered.movie import Movie, MovieForm, write_ava, write_movie
from wildwear.tagging.movies.analysis import Job, Progressed, tag_movie
from wildwear.tagging.movies.film_clock import FilmClock
from wildwear.tagging.movies.finding import is_movie, split_paths
from wildwear.tagging.movies.progress_log import read_log
from wildwear.tagging.movies.settings import MovieSettings

FORM = MovieForm(takes=3, seconds=Fraction(1), pause=Fraction(1, 2), rate=Fraction(20), width=320, height=180, seed=7)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    write_tiny_model(folder)
    return str(folder)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Movie:
    return write_movie(tmp_path_factory.mktemp("films") / "street.mp4", FORM)


@pytest.fixture(scope="module")
def boxes(drawn: Movie) -> str:
    place = drawn.path.with_suffix(".csv")
    write_ava(place, drawn, every=Fraction(1, 4))
    return f"ava:{place}"


@pytest.fixture
def job(drawn: Movie, boxes: str, model: str, tmp_path: Path) -> Job:
    settings = MovieSettings(people=boxes, min_person=20)
    options = RuntimeOptions(threads=1)
    return Job(movie=str(drawn.path), log=str(tmp_path / "log"), model=model, settings=settings, options=options)


def status_of(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([str(word) for word in words])
    return int(str(stopped.value.code))


def records(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def quiet(message: object) -> None: ...


def stopping_after(signs: int) -> Callable[[object], None]:
    """Raises after so many signs of life: a run that is killed there."""
    heard = 0

    def send(message: object) -> None:
        nonlocal heard
        heard += 1
        if heard > signs:
            raise KeyboardInterrupt

    return send


def test_every_walker_of_a_drawn_movie_has_an_outfit_in_each_take(job: Job, drawn: Movie) -> None:
    tag_movie(quiet, job)
    recorded = read_log(Path(job.log))
    assert recorded.end is not None
    people = [len(shot["tracks"]) for shot in recorded.shots if shot["tracks"]]
    assert people == [len(take.walkers) for take in drawn.takes]
    assert all(track["tags"]["top"] for shot in recorded.shots for track in shot["tracks"])


@pytest.mark.parametrize("signs", [3, 8, 14, 20])
def test_h62_a_run_that_was_killed_goes_on_to_the_same_log(job: Job, tmp_path: Path, signs: int) -> None:
    whole = replace(job, log=str(tmp_path / "whole"))
    tag_movie(quiet, whole)
    try:
        tag_movie(stopping_after(signs), job)
    except KeyboardInterrupt:
        tag_movie(quiet, job)
    assert Path(job.log).read_text() == Path(whole.log).read_text()


def test_h62_a_log_cut_off_anywhere_is_gone_on_with(job: Job, tmp_path: Path) -> None:
    tag_movie(quiet, job)
    whole = Path(job.log).read_bytes()
    for share in (0.1, 0.5, 0.8, 0.999):
        Path(job.log).write_bytes(whole[: int(len(whole) * share)])
        tag_movie(quiet, job)
        assert Path(job.log).read_bytes() == whole


def test_a_run_that_goes_on_decodes_what_is_left_and_no_more(job: Job) -> None:
    tag_movie(quiet, job)
    lines = Path(job.log).read_bytes().splitlines(keepends=True)
    Path(job.log).write_bytes(b"".join(lines[:4]))
    heard: list[object] = []
    tag_movie(heard.append, job)
    begun = next(one.until for one in heard if isinstance(one, Progressed))
    assert begun >= 1.9


def test_a_log_of_other_settings_is_begun_anew(job: Job) -> None:
    tag_movie(quiet, job)
    other = replace(job, settings=replace(job.settings, frames_per_track=1))
    tag_movie(quiet, other)
    tracks = [track for shot in read_log(Path(job.log)).shots for track in shot["tracks"]]
    assert {track["tags"]["frames"] for track in tracks} == {1}


def test_people_who_are_too_small_are_left_out_and_counted(job: Job) -> None:
    tag_movie(quiet, replace(job, settings=replace(job.settings, min_person=5000)))
    recorded = read_log(Path(job.log))
    assert recorded.end is not None
    assert recorded.end["appearances"] == []
    assert set(recorded.end["left_out"]) == {"too_small"}


def test_whole_frames_are_tagged_where_nobody_looks_for_people(job: Job) -> None:
    tag_movie(quiet, replace(job, settings=MovieSettings()))
    recorded = read_log(Path(job.log))
    assert recorded.header["people"].startswith("none")
    assert [len(shot["tracks"]) for shot in recorded.shots] == [1] * len(recorded.shots)


def test_a_model_that_can_tell_says_which_part_of_a_frame_it_means(drawn: Movie, tmp_path: Path) -> None:
    base = str(find_model("wildwear-base"))
    options = RuntimeOptions(threads=1)
    tag_movie(quiet, Job(movie=str(drawn.path), log=str(tmp_path / "log"), model=base, options=options))
    recorded = read_log(tmp_path / "log")
    assert recorded.header["people"] == "none (class activation)"
    places = [track["tags"]["points"][0][1:5] for shot in recorded.shots for track in shot["tracks"]]
    assert any(place != [0, 0, 320, 180] for place in places)
    assert all(0 <= x1 < x2 <= 320 and 0 <= y1 < y2 <= 180 for x1, y1, x2, y2 in places)


def test_all_outputs_of_several_movies_come_from_one_command(
    drawn: Movie, boxes: str, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words: list[str | Path] = ["tag", drawn.path, "--people", boxes, "--model", model, "--min-person", "20"]
    assert status_of(*words, "--to", "json,csv,vtt,html", "--out", tmp_path / "out") == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "movies.csv",
        "movies.html",
        "movies.jsonl",
        "vtt",
    ]
    (said,) = records(tmp_path / "out" / "movies.jsonl")
    assert said["status"] == "ok"
    assert said["appearances"]
    out = capsys.readouterr().out
    assert "1  movies" in out


def test_a_person_gets_a_table_of_appearances(
    drawn: Movie, boxes: str, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of("tag", drawn.path, "--people", boxes, "--model", model, "--min-person", "20") == 0
    out = capsys.readouterr().out
    assert out.split("\n")[0].split() == ["movie", "when", "outfit", "likeliest"]
    assert "street.mp4" in out


def test_movies_that_fail_are_rows_with_a_reason_and_the_others_are_tagged(
    drawn: Movie, boxes: str, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sound, playlist = tmp_path / "sound.m4v", tmp_path / "list.mp4"
    write_sound(sound, Fraction(1, 2))
    playlist.write_text("ffconcat version 1.0\nfile /etc/passwd\n")
    other = write_film(tmp_path / "other.mp4", [moving(1, Fraction(1, 2))], Fraction(10)).path
    out = tmp_path / "tags.jsonl"
    paths = [sound, drawn.path, playlist, other, tmp_path / "missing.mkv"]
    assert status_of("tag", *paths, "--people", boxes, "--model", model, "--to", "json", "--out", out) == 3
    said = records(out)
    assert [one.get("reason", one["status"]) for one in said] == ["no_video", "ok", "playlist", "no_boxes", "missing"]
    assert "failed: playlist" in capsys.readouterr().out


def test_photographs_and_movies_are_tagged_together(
    drawn: Movie, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_photos(tmp_path / "in", 2)
    words: list[str | Path] = ["tag", tmp_path / "in", drawn.path, "--model", model]
    assert status_of(*words, "--to", "json,vtt", "--out", tmp_path / "out") == 0
    assert len(records(tmp_path / "out" / "tags.jsonl")) == 2
    assert len(records(tmp_path / "out" / "movies.jsonl")) == 1
    out = capsys.readouterr().out
    assert "2  photographs" in out
    assert "1  movies" in out
    assert status_of(*words, "--to", "json", "--out", tmp_path / "one.jsonl") == 1


def test_what_cannot_be_honoured_is_an_error_before_any_movie_is_opened(
    drawn: Movie, model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words, said in (
        (["--people", "yolox-nono"], "yolox-nono"),
        (["--people", str(tmp_path / "no.onnx")], "not there"),
        (["--people", f"ava:{tmp_path / 'no.csv'}"], "no file"),
        (["--boxes", "boxes.csv"], "--people"),
        (["--to", "webm"], "webm"),
        (["--detect-every", "0"], "--detect-every"),
    ):
        assert status_of("tag", drawn.path, "--model", model, *words) in (1, 2)
        assert said in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="a process group is killed")
def test_h62_the_command_killed_in_its_middle_says_the_same_when_it_is_run_again(
    drawn: Movie, boxes: str, model: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "wildwear", "tag", str(drawn.path), "--people", boxes, "--model", model]
    command += ["--min-person", "20", "--to", "json", "--out"]
    out, whole = tmp_path / "killed" / "tags.jsonl", tmp_path / "whole" / "tags.jsonl"
    process = subprocess.Popen([*command, str(out)], start_new_session=True, stderr=subprocess.DEVNULL)
    while process.poll() is None and not any(log.stat().st_size > 5000 for log in out.parent.glob(".*.progress.draft")):
        time.sleep(0.01)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for place in (out, whole):
        assert status_of(*command[3:], place) == 0
    assert out.read_text() == whole.read_text()
    assert not list(out.parent.glob(".*"))


def test_movies_are_known_by_name_and_by_content(tmp_path: Path, drawn: Movie) -> None:
    unnamed = tmp_path / "unnamed"
    unnamed.write_bytes(drawn.path.read_bytes())
    photos, _ = write_photos(tmp_path / "photos", 1), None
    assert photos
    assert is_movie(unnamed)
    movies, rest = split_paths([str(unnamed), str(tmp_path / "photos"), str(unnamed), "nothing.jpg"])
    assert (movies, rest) == ([str(unnamed)], [str(tmp_path / "photos"), "nothing.jpg"])
    with pytest.raises(UserError, match="nothing is there"):
        split_paths([str(tmp_path / "*.mkv")])


def test_a_movie_without_people_is_no_failure(model: str, tmp_path: Path) -> None:
    film = write_film(tmp_path / "dark.mp4", [black(Fraction(1, 2))], Fraction(10)).path
    settings = MovieSettings()
    tag_movie(quiet, Job(movie=str(film), log=str(tmp_path / "log"), model=model, settings=settings))
    recorded = read_log(tmp_path / "log")
    assert recorded.end is not None
    assert recorded.end["status"] == "ok"


def test_how_much_is_left_is_guessed_from_the_movies_that_are_known(tmp_path: Path) -> None:
    paths = {str(tmp_path / name): name for name in ("one", "two")}
    for path in paths:
        Path(path).write_bytes(b"." * 1000)
    bar = _Bar()
    clock = FilmClock(paths, bar)
    clock.hear(str(tmp_path / "one"), Progressed(10.0, 60.0))
    assert (bar.at, bar.of) == (10, 120)
    clock.done(str(tmp_path / "one"))
    clock.hear(str(tmp_path / "two"), Progressed(5.0, 30.0))
    assert (bar.at, bar.of) == (65, 90)


class _Bar:
    """A progress bar that remembers."""

    at = of = 0

    def __call__(self, count: int) -> None:
        self.at += count

    def total(self, count: int) -> None:
        self.of = count
