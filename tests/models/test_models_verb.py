"""`wildwear models`, as it is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.models.tiny_model import write_tiny_model

from wildwear.cli import main
from wildwear.workspace import Workspace


def status_of(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([str(word) for word in words])
    return int(str(stopped.value.code))


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    write_tiny_model(workspace.models / "mine")
    return workspace


def test_the_models_of_a_workspace_are_listed(shop: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("-w", shop.root, "models", "list") == 0
    assert "mine" in capsys.readouterr().out
    assert status_of("--json", "-w", shop.root, "models", "list") == 0
    models = json.loads(capsys.readouterr().out)["details"]["models"]
    assert [model["classes"] for model in models if model["name"] == "mine"] == [5]


@pytest.mark.parametrize("verb", ["get", "card"])
def test_a_model_is_shown_in_words_and_outside_of_any_workspace(
    shop: Workspace, verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of("-w", tmp_path, "models", verb, shop.models / "mine") == 0
    assert "- lower: Jeans, Skirt" in capsys.readouterr().out


def test_all_that_is_known_is_there_for_a_machine(shop: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("--json", "-w", shop.root, "models", "get", "mine") == 0
    details = json.loads(capsys.readouterr().out)["details"]
    assert details["classes"] == ["Jacket", "Tee", "Jeans", "Skirt", "Dress"]
    assert details["key"].startswith("mine@")


def test_an_export_can_be_used_elsewhere(shop: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("-w", shop.root, "models", "export", "mine", tmp_path / "copy") == 0
    assert status_of("models", "check", tmp_path / "copy") == 0
    assert "self-test passes" in capsys.readouterr().out


def test_a_model_is_published_and_taken(shop: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("-w", shop.root, "models", "export", "mine", tmp_path / "it.onnx", "--to", "onnx") == 0
    assert "pixels in; probabilities (at temperature 1.00)" in capsys.readouterr().out
    assert status_of("-w", shop.root, "models", "push", "mine", tmp_path / "out") == 0
    assert status_of("-w", shop.root, "models", "pull", tmp_path / "out", "--name", "theirs") == 0
    assert "licence: Apache-2.0" in capsys.readouterr().out
    assert status_of("-w", shop.root, "models", "check", "theirs") == 0


@pytest.mark.parametrize("words", [("onnx-int8",), ("onnx", "--calibrate", "street")])
def test_flags_that_do_not_belong_together_are_one_plain_line(
    shop: Workspace, tmp_path: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of("-w", shop.root, "models", "export", "mine", tmp_path / "x", "--to", *words) in (1, 2)
    assert "--calibrate" in capsys.readouterr().err


def test_damage_is_one_plain_line_and_status_1(shop: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    (shop.models / "mine" / "model.onnx").write_bytes(b"damaged")
    assert status_of("-w", shop.root, "models", "check", "mine") == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "copy the model again" in error


def test_an_unknown_model_is_one_plain_line_with_near_names(
    shop: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of("-w", shop.root, "models", "card", "mien") == 1
    assert capsys.readouterr().err == "wildwear: unknown model 'mien': did you mean mine?\n"
