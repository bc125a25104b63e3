"""`clips build` whatever happens meanwhile: kills, films that hang or kill their decoder; and from other sources."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.movies.ava_film import write_ava_film
from tests.movies.films import clip, write_film
from tests.movies.test_clip_windows import tagged, track

from wildwear.cli import main
from wildwear.errors import UnknownName, UnreadableInput, UserError
from wildwear.movies import clip_cutting, clips
from wildwear.movies.clip_log import ClipLog, words_of
from wildwear.movies.clip_settings import BuildSettings
from wildwear.movies.clip_windows import Window
from wildwear.movies.clips import build_clips
from wildwear.movies.isolation import Send
from wildwear.tables import CLIPS
from wildwear.tagging.movies.json_form import to_json
from wildwear.tagging.movies.tags import FailedMovie
from wildwear.workspace import Workspace


@pytest.fixture(autouse=True)
def _tests_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the processes that films are opened in."""
    monkeypatch.syspath_prepend(Path(__file__).parents[2])


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ava_film(tmp_path_factory.mktemp("films") / "a.mp4", last=912)


def boxes(folder: Path, seconds: range, films: str = "a") -> Path:
    path = folder / "boxes.csv"
    rows = [f"{name},{second:04},0.1,0.1,0.4,0.9,12,0\n" for name in films for second in seconds]
    path.write_text("".join(rows))
    return path


def stored(workspace: Workspace) -> pa.Table:
    return workspace.table(CLIPS).read()


KILLED = """
import os, signal, sys
from wildwear import table
from wildwear.cli import main
from wildwear.movies import clips

clips._TOGETHER = 3
left = int(sys.argv[1])
upsert = table.Table.upsert

def counted(self, rows):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    upsert(self, rows)

table.Table.upsert = counted
main(sys.argv[2:])
"""


def test_h62_a_killed_build_goes_on_and_ends_as_an_uninterrupted_one(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = boxes(tmp_path, range(902, 910))
    monkeypatch.setattr(clips, "_TOGETHER", 3)
    whole, killed = (Workspace.create(tmp_path / name) for name in ("whole", "killed"))
    build_clips(whole, [film], BuildSettings(ava=source, model="none"))
    arguments = ["-w", str(killed.root), "clips", "build", str(film), "--ava", str(source), "--model", "none"]
    ended = subprocess.run([sys.executable, "-c", KILLED, "3", *arguments], timeout=600, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert killed.table(CLIPS).count() == 6
    report = build_clips(killed, [film], BuildSettings(ava=source, model="none"))
    assert report.done == {"clips built": 2, "clips in the table": 8}
    assert report.skipped["clips that were there"] == 6
    assert stored(killed).equals(stored(whole))


def hanging_at_904(send: Send, path: str, windows: list[Window], frames: int) -> None:
    """Like `cut`, but does not come back from one second of the film."""
    before = [one for one in windows if one.key.time < 904]
    clip_cutting.cut(send, path, before, frames)
    if windows[len(before)].key.time == 904:
        signal.pause()
    clip_cutting.cut(send, path, windows[len(before) :], frames)


def dying(send: Send, path: str, windows: list[Window], frames: int) -> None:
    signal.raise_signal(signal.SIGSEGV)


def test_h43_a_second_at_which_the_decoder_hangs_fails_alone(
    workspace: Workspace, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clips, "cut", hanging_at_904)
    report = build_clips(
        workspace, [film], BuildSettings(ava=boxes(tmp_path, range(902, 908)), model="none", silence=5)
    )
    assert report.done["clips built"] == 5
    assert report.failed == {"hung": 1}
    (row,) = (row for row in stored(workspace).to_pylist() if row["status"] == "failed")
    assert (row["timestamp"], row["reason"]) == ("0904", "hung")


def test_h35_a_film_that_kills_its_decoder_fails_and_the_others_go_on(
    workspace: Workspace, film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    films = tmp_path / "films"
    films.mkdir()
    for name in "ab":
        (films / f"{name}.mp4").write_bytes(film.read_bytes())
    monkeypatch.setattr(clips, "cut", dying)
    settings = BuildSettings(ava=boxes(tmp_path, range(902, 908), films="ab"), model="none")
    report = build_clips(workspace, [films], settings)
    assert report.failed == {"crashed": 12}
    assert report.exit_status == 3


def test_a_larger_sample_adds_to_what_is_there(workspace: Workspace, film: Path, tmp_path: Path) -> None:
    source = boxes(tmp_path, range(902, 910))
    first = build_clips(workspace, [film], BuildSettings(ava=source, model="none", sample=3))
    assert first.done["clips built"] == 3
    assert first.skipped["boxes that were not drawn"] == 5
    second = build_clips(workspace, [film], BuildSettings(ava=source, model="none", sample=5))
    assert second.done == {"clips built": 2, "clips in the table": 5}


def test_longer_clips_of_more_frames_are_cut_on_request(workspace: Workspace, film: Path, tmp_path: Path) -> None:
    source = boxes(tmp_path, range(905, 906))
    build_clips(workspace, [film], BuildSettings(ava=source, model="none", seconds=4, frames=5))
    (row,) = stored(workspace).to_pylist()
    assert (row["start"], row["end"]) == (903, 907)
    assert [cell["time"] for cell in row["cells"]] == [903.4, 904.2, 905, 905.8, 906.6]


def test_people_come_from_our_own_tracks(workspace: Workspace, film: Path, tmp_path: Path) -> None:
    tags = tagged(track(7), track(8, left_out="too_small"))
    failed = FailedMovie(path="b.mp4", reason="no_video")
    source = tmp_path / "tags.jsonl"
    source.write_text("".join(json.dumps(to_json(one)) + "\n" for one in (tags, failed)))
    report = build_clips(workspace, [film], BuildSettings(tracks=source, model="none", every=4))
    assert report.done["clips built"] == 2
    assert report.skipped["tracks left out: too_small"] == 1
    assert report.skipped["films that were not tagged: no_video"] == 1
    rows = stored(workspace).to_pylist()
    assert [(row["person"], row["timestamp"]) for row in rows] == [("7", "5"), ("7", "9")]


def test_a_file_that_holds_no_tags_is_refused_with_its_line(workspace: Workspace, film: Path, tmp_path: Path) -> None:
    source = tmp_path / "tags.jsonl"
    source.write_text('{"file": "photo.jpg"}\n')
    with pytest.raises(UnreadableInput, match=r"tags.jsonl, line 1, .*--people DETECTOR --to json"):
        build_clips(workspace, [film], BuildSettings(tracks=source))


def test_annotated_clips_come_with_what_was_said_of_them_once(workspace: Workspace, film: Path, tmp_path: Path) -> None:
    source = tmp_path / "annotated.csv"
    source.write_text(
        "movie,timestamp,person,x1,y1,x2,y2,who,categories,discard\n"
        "a,0903,1,0.1,0.1,0.4,0.9,anna,Tee|Jeans,\n"
        "a,0903,1,0.1,0.1,0.4,0.9,ben,,too_few_pixels\n"
        "a,0905,1,0.1,0.1,0.4,0.9,anna,Teee,\n"
    )
    settings = BuildSettings(annotated=source, model="none")
    report = build_clips(workspace, [film], settings)
    assert report.done == {"clips built": 1, "clips in the table": 1, "words of annotators taken over": 2}
    assert report.failed == {"unknown_category": 1}
    assert any("did you mean Tee?" in note for note in report.notes)
    again = build_clips(workspace, [film], settings)
    assert again.done["words of annotators taken over"] == 0
    assert ClipLog(workspace).last() == 2
    (clip_id,) = stored(workspace)["clip_id"].to_pylist()
    assert {who: one.answer for who, one in words_of(workspace).by_clip[clip_id].items()} == {
        "anna": "Jeans|Tee",
        "ben": "too_few_pixels",
    }


def test_a_model_offers_its_five_likeliest_and_another_looks_anew(
    workspace: Workspace, film: Path, tmp_path: Path
) -> None:
    source = boxes(tmp_path, range(902, 904))
    build_clips(workspace, [film], BuildSettings(ava=source, model="none"))
    before = stored(workspace)
    assert before["top"].null_count == 2
    report = build_clips(workspace, [film], BuildSettings(ava=source))
    assert report.done["clips looked at by another model"] == 2
    for row in stored(workspace).to_pylist():
        assert row["model"].startswith("wildwear-base@")
        scores = [one["score"] for one in row["top"]]
        assert len(scores) == 5
        assert scores == sorted(scores, reverse=True)
    assert build_clips(workspace, [film], BuildSettings(ava=source)).done["clips built"] == 0
    other = Workspace.create(tmp_path / "other")
    build_clips(other, [film], BuildSettings(ava=source))
    assert stored(other).sort_by("clip_id").equals(stored(workspace).sort_by("clip_id"))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "--ava"),
        ({"ava": Path("a"), "tracks": Path("b")}, "one of"),
        ({"tracks": Path("a"), "excluded": Path("b")}, "--excluded goes with --ava"),
        ({"ava": Path("a"), "every": 2.0}, "--every goes with --tracks"),
    ],
)
def test_sources_that_do_not_go_together_are_an_error(
    workspace: Workspace, film: Path, settings: dict[str, Any], told: str
) -> None:
    with pytest.raises(UserError, match=told):
        build_clips(workspace, [film], BuildSettings(**settings))


@pytest.mark.parametrize("field", [{"sample": 0}, {"seconds": 0.0}, {"frames": 0}, {"frames": 99}, {"silence": 0.0}])
def test_numbers_that_make_no_clip_are_an_error(field: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=f"--{next(iter(field))} must be"):
        BuildSettings(**field)


def test_a_model_that_is_not_there_is_an_error_before_a_film_is_opened(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"never opened")
    with pytest.raises(UnknownName, match="did you mean wildwear-base"):
        build_clips(
            workspace, [tmp_path / "a.mp4"], BuildSettings(ava=boxes(tmp_path, range(902, 903)), model="wildwear-bass")
        )


def test_the_verbs_go_from_films_to_a_dataset(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def wildwear(*arguments: str) -> dict[str, Any]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--json", *arguments])
        assert ended.value.code == 0
        report: dict[str, Any] = json.loads(capsys.readouterr().out)
        return report

    for name in "ab":
        (tmp_path / f"{name}.mp4").write_bytes(film.read_bytes())
    (tmp_path / "annotated.csv").write_text(
        "movie,timestamp,person,x1,y1,x2,y2,who,categories\n"
        + "".join(
            f"{name},{second},1,0.1,0.1,0.4,0.9,{who},Tee|Jeans\n"
            for name, second in (("a", 903), ("a", 905), ("b", 904), ("b", 906))
            for who in ("anna", "ben")
        )
    )
    wildwear("init")
    built = wildwear("clips", "build", "a.mp4", "b.mp4", "--annotated", "annotated.csv", "--model", "none")
    assert built["done"]["clips built"] == 4
    agreed = wildwear("clips", "agreement")
    assert agreed["details"]["pairs"] == [{"first": "anna", "second": "ben", "clips": 4, "agreed": 4, "kappa": None}]
    assert wildwear("clips", "save", "saved.csv")["done"]["words of annotators"] == 8
    exported = wildwear("clips", "export", "movies", "--garments", "all", "--val-films", "b", "--annotators", "2")
    assert exported["done"] == {"samples": 8, "clips": 4, "films": 2}
    assert wildwear("dataset", "list")["details"]["movies"]["splits"] == {"train": 4, "val": 4, "test": 0}


@pytest.mark.data
def test_a_real_clip_is_cut_at_any_moment(workspace: Workspace, data: Path, tmp_path: Path) -> None:
    real = data / "movies" / "walking.mp4"
    write_film(tmp_path / "walking.mp4", [clip(real, Fraction(2))], Fraction(24000, 1001))
    source = tmp_path / "a.csv"
    source.write_text("walking,1.5,0.35,0.40,0.5,1.0,12,0\n")
    build_clips(workspace, [tmp_path / "walking.mp4"], BuildSettings(ava=source))
    (row,) = stored(workspace).to_pylist()
    assert row["status"] == "ok"
    assert len(row["cells"]) == 8
