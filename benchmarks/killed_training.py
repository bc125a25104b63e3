"""kill -9 at random moments of ten trainings: is the model that comes out in the end the undisturbed run's?

Each round begins a training anew, kills it at a random moment, starts it again until it ends, and compares all files of
the model byte for byte with those of a run that nobody disturbed. Pictures are drawn; no network is needed.

    python benchmarks/killed_training.py [--kills 10] [--seed 0] [--backbone test_resnet]
"""

from __future__ import annotations

import argparse
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image

from wildwear.images.decode import store
from wildwear.tables import SAMPLES
from wildwear.workspace import Workspace

COLOURS = {"Jacket": (200, 40, 40), "Tee": (40, 200, 40), "Jeans": (40, 40, 200), "Dress": (200, 40, 200)}
RECIPE = """
version = 1
ema = 0.9
[network]
backbone = "{backbone}"
dropout = 0.1
[preprocessing]
size = 64
[views]
size = 64
first_size = 32
[sampling]
batch_size = 16
[optimizer]
learning_rate = 0.01
head_learning_rate = 0.02
[schedule]
epochs = 12
[loss]
mixup = 0.2
cutmix = 0.5
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--backbone", default="test_resnet")
    arguments = parser.parse_args()
    moments = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as place:
        recipe = Path(place) / "tiny.toml"
        recipe.write_text(RECIPE.format(backbone=arguments.backbone))
        workspace = drawn(Path(place) / "shop")
        began = time.monotonic()
        run(workspace, recipe)
        seconds = time.monotonic() - began
        whole = files(workspace)
        same = number = 0
        while number < arguments.kills:
            after = moments.uniform(0.1, 0.95) * seconds
            began = time.monotonic()
            went_on = killed_once(workspace, recipe, after)
            if went_on is None:  # the machine is less busy now
                seconds = min(seconds, time.monotonic() - began)
                continue
            number += 1
            equal = files(workspace) == whole
            same += equal
            outcome = "the same files" if equal else "OTHER FILES"
            print(f"{number:>2}: killed after {after:5.1f} of about {seconds:.0f} s, {went_on}, {outcome}", flush=True)
    print(f"{same} of {arguments.kills} trainings gave the undisturbed run's files, byte for byte")
    sys.exit(same != arguments.kills)


def drawn(root: Path, count: int = 160) -> Workspace:
    """A workspace with a dataset in which the colour tells the category."""
    workspace = Workspace.create(root)
    rows = []
    for number in range(count):
        name = list(COLOURS)[number % len(COLOURS)]
        noise = np.random.default_rng(number).normal(0, 30, (72, 60, 3))
        buffer = io.BytesIO()
        Image.fromarray(np.clip(np.array(COLOURS[name]) + noise, 0, 255).astype(np.uint8)).save(buffer, "JPEG")
        stored = store(buffer.getvalue())
        row = {"sample_id": f"{number:04}", "image_id": stored.image_id, "bytes": stored.bytes, "labels": [name]}
        row |= {"width": 60, "height": 72, "region": "upper", "dataset": "drawn", "group": f"g{number}"}
        rows.append(row | {"split": "val" if number % 5 == 0 else "train"})
    workspace.new_dataset("drawn").replace(pa.Table.from_pylist(rows, schema=SAMPLES.schema))
    return workspace


def start(workspace: Workspace, recipe: Path) -> subprocess.Popen[str]:
    verb = [sys.executable, "-m", "wildwear", "-w", str(workspace.root), "train", "net", "--recipe", str(recipe)]
    flags = ["--init", "scratch", "--on", "drawn", "--checkpoint-minutes", "0.01"]
    # One thread: sums are added up in the same order, however busy the machine is.
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.Popen([*verb, *flags], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(workspace: Workspace, recipe: Path) -> str:
    process = start(workspace, recipe)
    _, said = process.communicate()
    if process.returncode:
        raise SystemExit(said)
    return said


def killed_once(workspace: Workspace, recipe: Path, after: float) -> str | None:
    """A training anew, killed after so many seconds and run again: where it went on; None where it had ended."""
    shutil.rmtree(workspace.models)
    process = start(workspace, recipe)
    try:
        process.communicate(timeout=after)
        return None
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    said = run(workspace, recipe)
    lines = [line for line in said.splitlines() if line.startswith("goes on")]
    return lines[0].partition(",")[0] if lines else "began anew"


def files(workspace: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (workspace.models / "net").iterdir()}


if __name__ == "__main__":
    main()
