"""The batch reader beside torchvision's ImageFolder and a DataLoader, with the paper's augmentations.

    python benchmarks/training_reader.py [DATA] [--rounds 3] [--workers 2] [--json FILE]
    python benchmarks/training_reader.py --places 10000000     # the order of an epoch alone: time and memory

Both make batches of 64 normalised float32 views of 224 × 224: short side 256, random window, left-right flip, colour
jitter of 0.4 (Resize, RandomCrop, RandomHorizontalFlip, ColorJitter, ToTensor, Normalize there), with as many workers
(processes there, threads here). They take turns, each in a process of its own, on the product photographs of
DATA/luma (default: WILDWEAR_DATA): torchvision on the original files, and on the same pictures already scaled to a
short side of 256; the reader on the dataset that `import`, `label`, `fetch` and `split` make of them. Whole epochs are
timed, from the start of the workers to their end. Beside the rate stands the processor time of a picture, which other
work on the machine changes less. Claims: at least 15 times the rate on originals, and 5 times that on scaled pictures.
The reader's rate in bytes is what a network on a GPU is fed with, since normalising is done there.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from wildwear.images.preprocess import Preprocessing
from wildwear.taxonomy import load_taxonomy
from wildwear.training.data import open_parts
from wildwear.training.order import Order
from wildwear.training.reader import read_batches
from wildwear.training.recipe import SamplingSettings
from wildwear.training.sources import Source, open_source
from wildwear.training.views import Views
from wildwear.workspace import Workspace

DATA = Path(os.environ.get("WILDWEAR_DATA", Path(__file__).parents[2] / "shared" / "data"))
BATCH = 64
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
DATASET = "luma"

CONTENDERS = {
    "torchvision, original files": ("torchvision", "originals", 1),
    "torchvision, scaled to 256": ("torchvision", "scaled", 3),
    "wildwear": ("wildwear", "shop", 40),
    "wildwear, bytes": ("wildwear-bytes", "shop", 40),
}
"""What is measured, on which folder, over how many epochs."""

AIMS = {"torchvision, original files": 15.0, "torchvision, scaled to 256": 5.0}


def prepare(data: Path, folder: Path) -> None:
    """Two folders of pictures as ImageFolder wants them, and a workspace with a dataset of the same."""
    originals = folder / "originals" / "all"
    originals.mkdir(parents=True)
    for file in sorted((data / "luma" / "images").rglob("*.jpg")):
        (originals / file.name).symlink_to(file.resolve())
    shop = folder / "shop"
    for verb in (
        "init",
        f"import {data / 'luma' / 'products.csv'} --images {data / 'luma' / 'images'}",
        "label",
        "fetch",
        f"split {DATASET} --val 0 --test 0",
    ):
        command = [sys.executable, "-m", "wildwear", "-w", str(shop), *verb.split()]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    scaled = folder / "scaled" / "all"
    scaled.mkdir(parents=True)
    stored = Workspace.open(shop).dataset(DATASET).read(["sample_id", "bytes"])
    for number, data_ in enumerate(stored["bytes"].to_pylist()):
        (scaled / f"{number:05}.jpg").write_bytes(data_)


def torchvision_batches(folder: Path, workers: int, epochs: int) -> Iterator[Any]:
    from torch.utils.data import DataLoader
    from torchvision import datasets, transforms

    changes = [
        transforms.Resize(256),
        transforms.RandomCrop(224),
        transforms.RandomHorizontalFlip(),
        transforms.ColorJitter(0.4, 0.4, 0.4),
        transforms.ToTensor(),
        transforms.Normalize(MEAN, STD),
    ]
    pictures = datasets.ImageFolder(str(folder), transforms.Compose(changes))
    loader = DataLoader(pictures, batch_size=BATCH, shuffle=True, num_workers=workers, persistent_workers=True)
    for _ in range(epochs):
        for pixels, _ in loader:
            yield pixels


def wildwear_batches(folder: Path, workers: int, epochs: int, normalised: bool) -> Iterator[Any]:
    import torch

    workspace = Workspace.open(folder)
    parts = open_parts(workspace, (DATASET,))
    classes = parts.classes("auto", load_taxonomy(workspace.taxonomy_name))
    sources = [open_source(part, classes) for part in parts.learned]
    views = Views(size=224, crop="window", short_side=256, brightness=0.4, contrast=0.4, saturation=0.4, erase=0.0)
    preprocessing = Preprocessing(size=224, resize="crop", short_side=256, mean=MEAN, std=STD)
    order = Order(sources, SamplingSettings(batch_size=BATCH, balance=0.0), seed=0)
    scale = torch.tensor([1 / (255 * std) for std in STD]).repeat(224)
    shift = torch.tensor([-mean / std for mean, std in zip(MEAN, STD, strict=True)]).repeat(224)
    steps = range(epochs * order.steps_per_epoch)
    memory = torch.empty(BATCH, 224, 224, 3)
    for batch in read_batches(
        sources, order, views, preprocessing, steps=steps, seed=0, total_epochs=epochs, threads=workers
    ):
        pixels = torch.from_numpy(batch.pixels)
        if normalised:
            rows = memory[: len(pixels)].copy_(pixels).view(-1, 224 * 3)
            pixels = rows.mul_(scale).add_(shift).view(-1, 224, 224, 3).permute(0, 3, 1, 2)
        yield pixels


def measure(kind: str, folder: Path, workers: int, epochs: int) -> dict[str, float]:
    """Pictures a second, milliseconds of processor time a picture, and the most memory of this process, MB."""
    import torch

    torch.set_num_threads(1)  # beside the workers
    before, began = _processor_seconds(), time.perf_counter()
    if kind == "torchvision":
        batches = torchvision_batches(folder, workers, epochs)
    else:
        batches = wildwear_batches(folder, workers, epochs, normalised=kind == "wildwear")
    pictures = sum(len(pixels) for pixels in batches)
    rate = pictures / (time.perf_counter() - began)
    del batches  # ends the workers, whose time is counted then
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rate": rate, "cost": 1000 * (_processor_seconds() - before) / pictures, "memory": memory}


def _processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def compare(data: Path, rounds: int, workers: int) -> dict[str, dict[str, list[float]]]:
    figures: dict[str, dict[str, list[float]]] = {name: {} for name in CONTENDERS}
    with tempfile.TemporaryDirectory() as text:
        prepare(data, Path(text))
        for _ in range(rounds):
            for name, (kind, folder, epochs) in CONTENDERS.items():
                command = [sys.executable, __file__, "--measure", kind, "--folder", str(Path(text, folder))]
                command += ["--workers", str(workers), "--epochs", str(epochs)]
                output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                for key, value in json.loads(output.splitlines()[-1]).items():
                    figures[name].setdefault(key, []).append(value)
    return figures


def show(figures: dict[str, dict[str, list[float]]]) -> bool:
    """Prints medians, and the ratios round by round; returns whether they are what we aim at."""
    for name, of in figures.items():
        rate, cost, memory = (statistics.median(of[key]) for key in ("rate", "cost", "memory"))
        print(f"{rate:8.0f} pictures/s  {cost:6.2f} ms of processor time each  {memory:6.0f} MB  {name}")
    held = True
    for name, aim in AIMS.items():
        turns = [ours / theirs for ours, theirs in zip(figures["wildwear"]["rate"], figures[name]["rate"], strict=True)]
        costs = [t / o for o, t in zip(figures["wildwear"]["cost"], figures[name]["cost"], strict=True)]
        ratio = statistics.median(turns)
        held &= ratio >= aim
        print(
            f"{ratio:8.1f} times {name} (aim: {aim:.0f}); round by round {min(turns):.1f} to {max(turns):.1f}; "
            f"by processor time {statistics.median(costs):.1f}"
        )
    return held


def shuffle(places: int) -> None:
    """How long the order of an epoch takes, and what it holds in memory."""
    members = np.ones((places, 1), bool)
    nothing: Any = None  # an order never looks into the table
    source = Source(name="many", snapshot=nothing, rows=np.arange(places), members=members)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    order = Order([source], SamplingSettings(batch_size=256, balance=0.5, per_source=True), seed=0)
    made = time.perf_counter()
    order.batch(0)
    ended = time.perf_counter()
    order.batch(1)
    again = time.perf_counter() - ended
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{places:,} samples: {made - began:.1f} s once, {ended - made:.1f} s an epoch, {1e6 * again:.0f} µs a batch")
    print(f"at most {memory:.0f} MB more, {memory * 2**20 / places:.0f} bytes a sample")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", default=DATA)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--places", type=int)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.places:
        shuffle(given.places)
    elif given.measure:
        print(json.dumps(measure(given.measure, given.folder, given.workers, given.epochs)))
    elif not (given.data / "luma" / "products.csv").is_file():
        sys.exit(f"no luma/products.csv in {given.data}: name the folder of real data, or set WILDWEAR_DATA")
    else:
        figures = compare(given.data, given.rounds, given.workers)
        held = show(figures)
        if given.json:
            given.json.write_text(json.dumps(figures, indent=1) + "\n")
        sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
