"""Detectors of people in `wildwear models`, as it is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.movies.people.tiny_detectors import yolox

from wildwear.cli import main
from wildwear.workspace import Workspace


def status_of(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([str(word) for word in words])
    return int(str(stopped.value.code))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "tiny.onnx").write_bytes(yolox().SerializeToString())
    return tmp_path / "tiny.onnx"


def test_detectors_have_a_section_of_their_own(
    workspace: Workspace, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of("-w", workspace.root, "models", "get", file, "--as", "mine", "--licence", "MIT") == 0
    assert "MIT" in capsys.readouterr().out
    assert status_of("-w", workspace.root, "models", "list") == 0
    models, detectors = capsys.readouterr().out.split("detectors of people")
    assert "wildwear-base" in models
    assert "mine" in detectors and "yolox-nano" in detectors
    assert status_of("--json", "-w", workspace.root, "models", "list") == 0
    listed = json.loads(capsys.readouterr().out)["details"]
    here = {one["name"]: one["here"] for one in listed["detectors"]}
    assert here == {"mine": True, "yolox-nano": False, "yolox-tiny": False, "yolox-s": False}
    assert [model["name"] for model in listed["models"]] == ["wildwear-base"]


def test_a_detector_is_shown_with_licence_and_checksum(
    workspace: Workspace, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status_of("-w", workspace.root, "models", "get", file, "--as", "mine", "--licence", "MIT")
    capsys.readouterr()
    assert status_of("-w", workspace.root, "models", "get", "mine") == 0
    shown = capsys.readouterr().out
    assert "MIT" in shown and "SHA-256" in shown and str(file) in shown


def test_a_detector_that_cannot_be_read_is_a_failure_and_not_hidden(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace.root / "detectors").mkdir()
    (workspace.root / "detectors" / "mine.json").write_text("{}")
    assert status_of("-w", workspace.root, "models", "list") == 3
    assert "get mine again" in capsys.readouterr().out
    assert status_of("-w", workspace.root, "models", "get", "mine") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--as", "mine"), "under which licence"),
        (("--licence", "MIT"), "--licence goes with --as"),
        (("--as", "../up", "--licence", "MIT"), "cannot name a detector"),
    ],
)
def test_what_is_missing_is_said_in_one_line(
    workspace: Workspace, file: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of("-w", workspace.root, "models", "get", file, *words) == 1
    assert said in capsys.readouterr().err


def test_outside_a_workspace_the_known_detectors_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("-w", tmp_path, "models", "list") == 0
    assert "wildwear models get yolox-nano" in capsys.readouterr().out
    assert status_of("-w", tmp_path, "models", "get", "yolox-nano") == 1
    assert "is not a workspace" in capsys.readouterr().err
