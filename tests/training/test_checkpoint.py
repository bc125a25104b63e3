"""Checkpoints: there whole or not at all, the one before kept, and refused where they are another training's."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from tests.training.tiny_training import environment, needs_torch

from wildwear.errors import StorageError, UserError
from wildwear.training.checkpoint import NEWEST, PREVIOUS, Checkpoint, Checkpoints, differences

KILLED_WHILE_SAVING = """
import os, signal, sys
from pathlib import Path
import torch
from wildwear.training import checkpoint as module
from wildwear.training.checkpoint import Checkpoint, Checkpoints

def at(step):
    return Checkpoint(run={"seed": 0}, step=step, states={"network": {"weight": torch.full((500,), float(step))}})

def dying(function, left=[0]):
    def wrapped(*args, **kwargs):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **kwargs)
    return wrapped

def save_and_die(folder, moment):
    kept = Checkpoints(folder)
    kept.save(at(1)), kept.save(at(2))
    left = [moment]
    os.fsync, module.fsync = dying(os.fsync, left), dying(module.fsync, left)
    Path.replace, Path.open = dying(Path.replace, left), dying(Path.open, left)
    kept.save(at(3))
    os._exit(0)

for moment in range(1, 7):
    child = os.fork()
    if not child:
        save_and_die(Path(sys.argv[1]) / str(moment), moment)
    os.waitpid(child, 0)
"""
"""Saves a third checkpoint and kills itself before the first, second, … thing that touches the disk."""


@pytest.fixture
def kept(tmp_path: Path) -> Checkpoints:
    needs_torch()
    return Checkpoints(tmp_path / ".net.training")


def at(step: int) -> Checkpoint:
    import torch

    states = {"network": {"weight": torch.full((500,), float(step))}, "optimizer": {"state": {0: {"step": step}}}}
    return Checkpoint(run={"seed": 0}, step=step, states=states, history=({"loss": 0.5},), tally=(1.5, 2.0))


def test_what_is_saved_is_loaded_bit_for_bit(kept: Checkpoints) -> None:
    import torch

    assert kept.load() is None
    kept.save(at(7))
    found = kept.load()
    assert found is not None
    assert (found.step, found.run, found.history, found.tally) == (7, {"seed": 0}, ({"loss": 0.5},), (1.5, 2.0))
    assert torch.equal(found.states["network"]["weight"], torch.full((500,), 7.0))
    assert found.states["optimizer"] == {"state": {0: {"step": 7}}}


@pytest.mark.parametrize("damage", ["cut off", "flipped", "empty", "missing"])
def test_h75_a_damaged_checkpoint_gives_way_to_the_one_before(kept: Checkpoints, damage: str) -> None:
    kept.save(at(1))
    kept.save(at(2))
    newest = kept.folder / NEWEST
    data = newest.read_bytes()
    flipped = data[:999] + bytes([data[999] ^ 1]) + data[1000:]
    newest.write_bytes({"cut off": data[:-10], "flipped": flipped, "empty": b"", "missing": b""}[damage])
    if damage == "missing":
        newest.unlink()
    found = kept.load()
    assert found is not None
    assert found.step == 1


def test_h75_killed_while_it_writes_a_checkpoint_the_one_before_loads(tmp_path: Path) -> None:
    needs_torch()
    script = [sys.executable, "-c", KILLED_WHILE_SAVING, str(tmp_path)]
    subprocess.run(script, env=environment(), check=True, timeout=250)
    steps = []
    for moment in range(1, 7):
        found = Checkpoints(tmp_path / str(moment)).load()
        assert found is not None
        steps.append(found.step)
        Checkpoints(tmp_path / str(moment)).save(at(4))
    assert steps == sorted(steps)
    assert set(steps) == {2, 3}


def test_a_full_disk_is_one_plain_line_and_leaves_the_last_checkpoint(kept: Checkpoints) -> None:
    kept.save(at(1))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(StorageError, match=r"cannot write the checkpoint .*: File too large"):
            kept.save(at(2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    found = kept.load()
    assert found is not None
    assert found.step == 1
    assert not list(kept.folder.glob("*.draft"))


def test_a_pickle_in_place_of_a_checkpoint_is_not_run(kept: Checkpoints) -> None:
    kept.folder.mkdir()
    (kept.folder / NEWEST).write_bytes(b"cos\nsystem\n(S'touch owned'\ntR." + b"x" * 64)
    assert kept.load() is None


def test_one_training_at_a_time(kept: Checkpoints) -> None:
    script = "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, 2); print('held', flush=True); input()"
    kept.folder.parent.mkdir(exist_ok=True)
    lock = kept.folder.with_name(f"{kept.folder.name}.lock")
    other = [sys.executable, "-c", script, str(lock)]
    with subprocess.Popen(other, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(UserError, match="another process trains this model"), kept.locked():
            pass
        process.communicate("\n")
    with kept.locked():
        pass
    assert not lock.exists()


def test_remove_leaves_nothing(kept: Checkpoints) -> None:
    kept.save(at(1))
    kept.save(at(2))
    assert (kept.folder / PREVIOUS).exists()
    kept.remove()
    assert not kept.folder.exists()


def test_differences_name_what_came_and_went() -> None:
    assert differences({"a": 1, "gone": {"x": 2}}, {"a": 1, "new": [3]}) == [
        "new was not there and is [3]",
        "gone.x was 2 and is not there",
    ]
