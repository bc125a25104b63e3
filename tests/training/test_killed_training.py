"""kill -9 while a network is trained: run again until it ends, and the model is the undisturbed one, byte for byte."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.training.tiny_training import (
    command,
    drawn_workspace,
    model_files,
    needs_torch,
    run_training,
    start_training,
    write_recipe,
)

from wildwear.workspace import Workspace


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The model files of a run that nobody killed."""
    needs_torch()
    folder = tmp_path_factory.mktemp("undisturbed")
    workspace = drawn_workspace(folder / "one")
    run_training(command(workspace, write_recipe(folder, epochs=6)))
    return model_files(workspace)


def kill_after(checkpoints: int, arguments: list[str], workspace: Workspace) -> bool:
    """Kills the run when it has written so many checkpoints; false where it was done before."""
    newest = workspace.models / ".net.training" / "checkpoint.pt"
    process = start_training(arguments)
    seen: set[int] = set()
    while process.poll() is None and len(seen) <= checkpoints:
        if newest.exists():
            seen.add(newest.stat().st_ino)
        time.sleep(0.002)
    process.kill()
    process.communicate()
    return process.returncode == -9


def test_h62_killed_three_times_the_model_is_the_same_byte_for_byte(
    undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    workspace, recipe = drawn_workspace(tmp_path / "one"), write_recipe(tmp_path, epochs=6)
    arguments = command(workspace, recipe, "--checkpoint-minutes", "0")
    kills = [kill_after(checkpoints, arguments, workspace) for checkpoints in (1, 3, 5)]
    assert kills[0], "it was killed at least once on its way"
    if not (workspace.models / "net").exists():
        assert "where it was stopped" in run_training(arguments)
    assert model_files(workspace) == undisturbed
    assert not list(workspace.models.glob(".net*"))
