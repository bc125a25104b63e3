"""`wildwear tag`, as it is called."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.models.tiny_model import write_tiny_model
from tests.tagging.pictures import write_photos

from wildwear.cli import main


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    write_tiny_model(folder)
    return str(folder)


def status_of(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([str(word) for word in words])
    return int(str(stopped.value.code))


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_person_gets_a_table(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_photos(tmp_path, 3)
    assert status_of("tag", tmp_path, "--model", model, "--top", "2") == 0
    out = capsys.readouterr().out
    assert out.split("\n")[0].split() == ["photo", "outfit", "likeliest"]
    assert all(f"\n000{index}.jpg " in out for index in range(3))
    assert "3  photographs" in out


def test_a_machine_gets_one_object_with_the_tags(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_photos(tmp_path, 2)
    assert status_of("--json", "tag", tmp_path, "--model", model) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["done"] == {"photographs": 2}
    assert [photo["status"] for photo in report["details"]["photos"]] == ["ok", "ok"]


def test_json_without_a_place_streams_to_standard_output_and_nothing_else_does(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, bad = write_photos(tmp_path, 2)
    bad.write_bytes(b"nothing")
    assert status_of("tag", tmp_path, "--model", model, "--to", "json") == 3
    captured = capsys.readouterr()
    assert [json.loads(line)["status"] for line in captured.out.splitlines()] == ["ok", "failed"]
    assert "0001.jpg: not_an_image" in captured.err


def test_several_outputs_are_written_at_once_and_failures_are_rows_of_them(model: str, tmp_path: Path) -> None:
    paths = write_photos(tmp_path / "photos", 4)
    paths[2].write_bytes(b"")
    out = tmp_path / "out"
    named = [tmp_path / "photos", paths[0], paths[0]]
    assert status_of("tag", *named, "--model", model, "--to", "json,csv", "--to", "html,overlay", "--out", out) == 3
    assert [row["status"] for row in lines(out / "tags.jsonl")] == ["ok", "ok", "failed", "ok"]
    assert (out / "tags.csv").read_text().count("\n") == 5
    assert (out / "tags.html").read_text().count("<article") == 4
    assert sorted(path.name for path in (out / "overlay").iterdir()) == ["0000.jpg", "0001.jpg", "0003.jpg"]


def test_boxes_take_the_place_of_whole_photographs_and_every_leftover_is_counted(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_photos(tmp_path / "photos", 3)
    boxes = tmp_path / "boxes.csv"
    boxes.write_text(
        "photo,x1,y1,x2,y2,category\n0000.jpg,1,1,30,40,Tee\n0000.jpg,1,40,30,80,Jeans\n0001.jpg,1,1,0,0,\n"
        "gone.jpg,1,1,2,2,\n0002.jpg,500,1,600,9,\n"
    )
    place = tmp_path / "tags.jsonl"
    words = ["tag", tmp_path / "photos", "--model", model, "--boxes", boxes, "--out", place]
    assert status_of("--json", *words) == 3
    report = json.loads(capsys.readouterr().out)
    assert report["done"] == {"photographs": 1, "boxes": 2}
    assert report["failed"] == {"bad_box": 1, "box_outside": 1}
    assert report["skipped"] == {
        "photographs without boxes": 1,
        "photographs in the box file that were not given": 1,
    }
    assert "row 4" in report["notes"][0]
    first = lines(place)[0]
    assert isinstance(first["boxes"], list)
    assert [box["given"] for box in first["boxes"]] == ["Tee", "Jeans"]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--people", "yolox"], "--people yolox finds people in movies, and no path is one"),
        (["--model", "wildwaer-base"], "unknown model 'wildwaer-base'"),
        (["--to", "jsn"], "unknown output 'jsn' in --to: did you mean json?"),
        (["--resume"], "--resume goes on with a JSON file"),
        (["--top", "0"], "--top must be 1 or more"),
        (["--boxes", "none.csv"], "none.csv: No such file"),
    ],
)
def test_what_cannot_be_honoured_is_one_plain_line_before_anything_starts(
    words: list[str], problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_photos(tmp_path, 1)
    assert status_of("tag", tmp_path, *words) in (1, 2)
    err = capsys.readouterr().err
    assert problem in err and "Traceback" not in err


def test_a_box_file_for_other_photographs_says_what_it_names(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_photos(tmp_path, 2)
    (tmp_path / "boxes.csv").write_text("photo,x1,y1,x2,y2\nshoe.jpg,1,1,2,2\n")
    assert status_of("tag", tmp_path, "--model", model, "--boxes", tmp_path / "boxes.csv") == 1
    assert "names none of the 2 photographs: it begins with 'shoe.jpg'" in capsys.readouterr().err


def test_marked_copies_never_take_the_place_of_photographs(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (path,) = write_photos(tmp_path, 1)
    before = path.read_bytes()
    assert status_of("tag", tmp_path, "--model", model, "--to", "overlay", "--out", tmp_path) == 1
    assert "would replace a photograph" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_a_models_name_is_looked_up_in_the_workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("-w", tmp_path / "shop", "init") == 0
    write_tiny_model(tmp_path / "shop" / "models" / "ours")
    write_photos(tmp_path / "photos", 1)
    capsys.readouterr()
    assert status_of("-w", tmp_path / "shop", "--json", "tag", tmp_path / "photos", "--model", "ours") == 0
    assert json.loads(capsys.readouterr().out)["details"]["model"].startswith("ours@")


def test_h62_a_run_that_is_killed_goes_on_and_ends_as_if_it_had_not_been(model: str, tmp_path: Path) -> None:
    write_photos(tmp_path / "photos", 60, width=500, height=800)
    words = ["tag", tmp_path / "photos", "--model", model, "--batch-size", "2", "--threads", "1", "--to", "json,csv"]
    assert status_of(*words, "--out", tmp_path / "whole") == 0
    draft = tmp_path / "out" / "tags.jsonl.draft"
    command = [sys.executable, "-m", "wildwear", *map(str, words), "--out", str(tmp_path / "out")]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (draft.exists() and draft.stat().st_size > 3000) and time.monotonic() < deadline:
        time.sleep(0.005)
    child.send_signal(signal.SIGKILL)
    assert child.wait(30) == -signal.SIGKILL
    assert not (tmp_path / "out" / "tags.jsonl").exists()
    done_before = draft.read_text().count("\n")
    assert 0 < done_before < 60
    assert status_of(*words, "--out", tmp_path / "out", "--resume") == 0
    for name in ("tags.jsonl", "tags.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_resuming_a_finished_run_adds_only_what_is_new(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_photos(tmp_path / "photos", 3)
    words = ["--json", "tag", tmp_path / "photos", "--model", model, "--to", "json,html", "--out", tmp_path / "out"]
    assert status_of(*words) == 0
    write_photos(tmp_path / "photos", 5)
    capsys.readouterr()
    assert status_of(*words, "--resume") == 0
    assert json.loads(capsys.readouterr().out)["skipped"] == {"tagged by the run before": 3}
    assert len(lines(tmp_path / "out" / "tags.jsonl")) == 5
    html = (tmp_path / "out" / "tags.html").read_text()
    assert html.count("<article") == html.count("data:image/jpeg") == 5


def test_resuming_with_another_model_is_refused(model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_photos(tmp_path / "photos", 1)
    words = ["tag", tmp_path / "photos", "--out", tmp_path / "tags.jsonl"]
    assert status_of(*words, "--model", model) == 0
    write_tiny_model(tmp_path / "other", seed=7)
    assert status_of(*words, "--model", tmp_path / "other", "--resume") == 1
    assert "leave out --resume" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files as Linux does")
def test_h64_a_full_disk_is_one_plain_line_and_the_run_goes_on_later(model: str, tmp_path: Path) -> None:
    write_photos(tmp_path / "photos", 12)
    words = ["tag", str(tmp_path / "photos"), "--model", model, "--to", "json", "--out", str(tmp_path / "tags.jsonl")]

    code = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000));"
        "from wildwear.cli import main; main()"
    )
    command = [sys.executable, "-B", "-c", code, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"wildwear: cannot write {tmp_path}/tags.jsonl.draft: file too large"]
    assert status_of(*words, "--resume") == 0
    assert len({str(row["photo"]) for row in lines(tmp_path / "tags.jsonl")}) == 12


def test_a_name_that_would_move_the_cursor_is_shown_as_text(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (path,) = write_photos(tmp_path, 1)
    path.rename(tmp_path / "red\x1b[31m\u202e.jpg")
    assert status_of("tag", tmp_path, "--model", model) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\u202e" not in out
    assert r"red\x1b[31m\u202e.jpg" in out
