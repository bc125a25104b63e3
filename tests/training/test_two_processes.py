"""Two processes that share each batch: what one would have learned, and an end with a message where one is killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import numpy as np
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

from wildwear.errors import ProcessLost, UserError
from wildwear.workspace import Workspace

NO_CHANCE = {"backbone": "test_convnext", "dropout": "0.0", "mixup": "0.0", "ema": "0.0"}
NO_CHANCE |= {"batch_size": 7, "epochs": 2}
"""No batch norm and nothing drawn by a process for itself: two processes must then compute what one does."""


@pytest.fixture(autouse=True)
def torch_is_there() -> None:
    needs_torch()


def free_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


def under_torchrun(arguments: list[str]) -> list[str]:
    how = ["--nproc-per-node", "2", "--master-addr", "127.0.0.1", "--master-port", free_port()]
    return ["-m", "torch.distributed.run", *how, *arguments]


def start_by_hand(arguments: list[str]) -> list[subprocess.Popen[str]]:
    """Both processes without anything that watches over them."""
    place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port(), "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2"}
    return [start_training(arguments, **place, RANK=str(rank), LOCAL_RANK=str(rank)) for rank in range(2)]


def wait_for_a_checkpoint(workspace: Workspace, processes: list[subprocess.Popen[str]]) -> None:
    newest = workspace.models / ".net.training" / "checkpoint.pt"
    while not newest.exists():
        assert all(process.poll() is None for process in processes), processes[0].communicate()
        time.sleep(0.05)


def weights(workspace: Workspace) -> dict[str, np.ndarray]:
    from safetensors.numpy import load

    return load(model_files(workspace)["model.safetensors"])


def test_two_processes_learn_what_one_learns_in_exact_epochs(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, **NO_CHANCE)
    alone, together = drawn_workspace(tmp_path / "alone"), drawn_workspace(tmp_path / "together")
    run_training(command(alone, recipe))
    said = run_training(under_torchrun(command(together, recipe)))
    assert said.count("epoch 2/2") == 1, "the first process alone speaks"
    one, two = (json.loads(model_files(workspace)["model.json"]) for workspace in (alone, together))
    assert [epoch["samples"] for epoch in two["settings"]["history"]] == [26, 26]
    for before, after in zip(one["settings"]["history"], two["settings"]["history"], strict=True):
        assert after["loss"] == pytest.approx(before["loss"], rel=1e-3)
        assert after["val"] == before["val"]
    for name, values in weights(alone).items():
        np.testing.assert_allclose(weights(together)[name], values, rtol=1e-2, atol=1e-3, err_msg=name)


def test_h76_one_of_two_killed_ends_the_other_with_a_message(tmp_path: Path) -> None:
    workspace, recipe = drawn_workspace(tmp_path / "one"), write_recipe(tmp_path, epochs=400)
    first, second = start_by_hand(command(workspace, recipe, "--checkpoint-minutes", "0"))
    wait_for_a_checkpoint(workspace, [first, second])
    second.kill()
    _, said = first.communicate(timeout=250)
    second.communicate()
    assert first.returncode == 1, said
    assert "wildwear: process 0 of 2 ends, since another one has ended or hangs" in said
    assert "Traceback" not in said


def test_h76_the_second_ends_too_when_the_first_is_killed_and_another_run_goes_on(tmp_path: Path) -> None:
    workspace, recipe = drawn_workspace(tmp_path / "one"), write_recipe(tmp_path, epochs=12)
    first, second = start_by_hand(command(workspace, recipe, "--checkpoint-minutes", "0"))
    wait_for_a_checkpoint(workspace, [first, second])
    first.kill()
    _, said = second.communicate(timeout=250)
    first.communicate()
    assert second.returncode == 1, said
    assert "wildwear: process 1 of 2 ends" in said
    said = run_training(command(workspace, recipe))
    assert "where it was stopped" in said
    assert "model.onnx" in model_files(workspace)


def test_h76_under_torchrun_the_whole_job_ends(tmp_path: Path) -> None:
    import psutil

    workspace, recipe = drawn_workspace(tmp_path / "one"), write_recipe(tmp_path, epochs=400)
    job = start_training(under_torchrun(command(workspace, recipe, "--checkpoint-minutes", "0")))
    wait_for_a_checkpoint(workspace, [job])
    workers = [child for child in psutil.Process(job.pid).children() if "train" in child.cmdline()]
    assert len(workers) == 2
    workers[1].kill()
    _, said = job.communicate(timeout=250)
    assert job.returncode != 0
    assert "wildwear: process" in said or "Signal 9 (SIGKILL)" in said
    assert not any(worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE for worker in workers)


def test_a_signal_to_one_process_stops_both_at_the_same_step(tmp_path: Path) -> None:
    workspace, recipe = drawn_workspace(tmp_path / "one"), write_recipe(tmp_path, epochs=400)
    first, second = start_by_hand(command(workspace, recipe, "--checkpoint-minutes", "0"))
    wait_for_a_checkpoint(workspace, [first, second])
    os.kill(second.pid, signal.SIGTERM)
    said = [process.communicate(timeout=250)[1] for process in (first, second)]
    assert (first.returncode, second.returncode) == (1, 1)
    assert said[0].count("wildwear: stopped at step ") == 1
    assert "wildwear:" not in said[1]


def test_more_processes_than_samples_a_batch_are_refused_before_they_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wildwear.training import train_network
    from wildwear.training.settings import TrainSettings

    workspace = drawn_workspace(tmp_path / "one")
    how = TrainSettings(on=("drawn",), recipe=str(write_recipe(tmp_path, batch_size=3)), init="scratch")
    monkeypatch.setattr(train_network, "process_count", lambda: 4)
    with pytest.raises(UserError, match="4 processes cannot share batches of 2 samples: raise --batch-size"):
        train_network.train_network(workspace, "net", how)


def test_only_broken_communication_is_a_lost_process(monkeypatch: pytest.MonkeyPatch) -> None:
    from wildwear.training.processes import noticing_lost_processes

    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ProcessLost, match="of 2 ends"), noticing_lost_processes():
        raise RuntimeError("[/gloo/transport/tcp/pair.cc:553] Connection closed by peer [127.0.0.1]:1234")
    with pytest.raises(RuntimeError, match="mat1 and mat2"), noticing_lost_processes():
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
