"""A training that takes seconds: small coloured pictures, a tiny network, and a recipe in a file."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from tests.conftest import skip
from tests.training.coloured import samples, write_dataset

from wildwear.workspace import Workspace

RECIPE = """
version = 1
ema = {ema}

[network]
backbone = "{backbone}"
dropout = {dropout}

[preprocessing]
size = 32

[views]
size = 32
erase = 0.0

[sampling]
batch_size = {batch_size}

[bags]
rounds = {rounds}

[optimizer]
name = "{optimizer}"
learning_rate = {learning_rate}
head_learning_rate = 0.02

[schedule]
epochs = {epochs}

[loss]
mixup = {mixup}
cutmix = {mixup}
"""
USUAL = {"ema": 0.9, "backbone": "test_resnet", "dropout": 0.1, "batch_size": 8, "optimizer": "adamw"}
USUAL |= {"learning_rate": 0.01, "epochs": 3, "mixup": 0.2, "rounds": 0}


def needs_torch() -> None:
    if not all(map(find_spec, ("torch", "timm", "accelerate"))):
        skip("needs the extra [train]")


def write_recipe(folder: Path, **changes: object) -> Path:
    path = folder / "tiny.toml"
    path.write_text(RECIPE.format(**(USUAL | changes)))
    return path


def drawn_workspace(root: Path, train: int = 26, val: int = 10) -> Workspace:
    workspace = Workspace.create(root)
    write_dataset(workspace, "drawn", samples({"train": train, "val": val}))
    return workspace


def command(workspace: Workspace, recipe: Path, *flags: str) -> list[str]:
    verb = ["-m", "wildwear", "-w", str(workspace.root), "train", "net", "--recipe", str(recipe)]
    return [*verb, "--init", "scratch", "--on", "drawn", *flags]


def environment(**changes: str) -> dict[str, str]:
    """One thread for each process, so that sums are added up in the same order however busy the machine is."""
    return os.environ | {"OMP_NUM_THREADS": "1"} | changes


def start_training(arguments: list[str], **changes: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=environment(**changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_training(arguments: list[str]) -> str:
    """Runs it to its end; what it said on stderr."""
    done = subprocess.run([sys.executable, *arguments], env=environment(), capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    return done.stderr


def model_files(workspace: Workspace, name: str = "net") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((workspace.models / name).iterdir())}
