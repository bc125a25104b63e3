"""Does what is exported say what was trained, and are its probabilities honest?

    python benchmarks/exported.py -w WORKSPACE --model NAME --on DATASET[:split] [--on …] [--pictures 1000]

The trained network is the model's `model.safetensors`, loaded by timm into PyTorch through the folder that
`models export --to timm` writes. Beside it stand, on the same real pictures, the model's own `model.onnx` and the files
of `--to onnx` and `--to onnx-half`, in ONNX Runtime. Each is asked for calibrated probabilities; the largest
difference over all pictures and classes is printed.

Calibration: the expected calibration error (15 bins) on each val side without the temperature, with the model's own
(which training fitted on the same val sides), and with one that is fitted on half of the groups and measured on the
other half, both ways.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import pyarrow as pa
import timm
import torch
from numpy.typing import NDArray

from wildwear.datasets.reader import PixelBatch, label_matrix, parse_on, read_pixels
from wildwear.evaluation.calibration import expected_calibration_error, reliability
from wildwear.losses import fit_temperature
from wildwear.models.card import read_card
from wildwear.models.formats.exporting import export
from wildwear.models.formats.settings import ExportSettings
from wildwear.models.formats.sides import open_side
from wildwear.models.package import Model
from wildwear.models.registry import find_model, load_model
from wildwear.models.settings import RuntimeOptions
from wildwear.records import Split
from wildwear.workspace import Workspace

Scores = NDArray[np.float32]


def pictures(workspace: Workspace, model: Model, on: Iterable[str], count: int) -> Iterator[PixelBatch]:
    for name in on:
        side = open_side(workspace, name, Split.VAL)
        for batch in read_pixels(side.table, model.preprocessing, where=side.where, batch_size=8, columns=["labels"]):
            if count > 0 and len(batch.pixels):
                count -= len(batch.pixels)
                yield batch


def session(data: bytes, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(data, options)


def differences(
    workspace: Workspace, name: str, on: list[str], count: int, threads: int
) -> tuple[int, dict[str, float]]:
    """How many pictures were looked at, and the largest difference of a probability from PyTorch's, by file."""
    model = load_model(name, workspace, RuntimeOptions(threads=threads))
    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as place:
        export(name, Path(place) / "timm", workspace, ExportSettings(to="timm"))
        export(name, Path(place) / "onnx.onnx", workspace, ExportSettings(to="onnx"))
        export(name, Path(place) / "half.onnx", workspace, ExportSettings(to="onnx-half"))
        network = timm.create_model(f"local-dir:{place}/timm", pretrained=True).eval()
        sessions = [session((Path(place) / f"{kind}.onnx").read_bytes(), threads) for kind in ("onnx", "half")]
    largest, seen = {"model.onnx": 0.0, "--to onnx": 0.0, "--to onnx-half": 0.0}, 0
    for batch in pictures(workspace, model, on, count):
        with torch.inference_mode():
            logits = network(torch.from_numpy(batch.pixels))
            trained = (logits / model.metadata.temperature).softmax(dim=1).numpy()
        said = [
            model.probabilities(model.run(batch.pixels).logits),
            *(one.run(["probabilities"], {"pixels": batch.pixels})[0] for one in sessions),
        ]
        for which, probabilities in zip(largest, said, strict=True):
            largest[which] = max(largest[which], float(np.abs(probabilities - trained).max()))
        seen += len(trained)
    return seen, largest


def error(logits: Scores, members: NDArray[np.bool_], temperature: float) -> float:
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    first = probabilities.argmax(axis=1)
    return expected_calibration_error(reliability(probabilities.max(axis=1), members[np.arange(len(first)), first]))


def held_out(logits: Scores, members: NDArray[np.bool_], groups: NDArray[np.str_]) -> float:
    """The mean of both ways: fitted on the samples of half of the groups, measured on the others."""
    names = np.random.default_rng(0).permutation(np.unique(groups))
    half = np.isin(groups, names[: len(names) // 2])
    known = members.any(axis=1)
    return float(
        np.mean(
            [
                error(logits[~side], members[~side], fit_temperature(logits[side & known], members[side & known]))
                for side in (half, ~half)
            ]
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-w", "--workspace", type=Path, default=Path())
    parser.add_argument("--model", required=True)
    parser.add_argument("--on", action="append", required=True)
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    workspace = Workspace.open(arguments.workspace)
    model = load_model(arguments.model, workspace, RuntimeOptions(threads=arguments.threads))
    if "model.safetensors" in read_card(find_model(arguments.model, workspace)).files:
        seen, largest = differences(workspace, arguments.model, arguments.on, arguments.pictures, arguments.threads)
        print(f"{model.key}: largest difference of a probability from PyTorch's on {seen:,} pictures", flush=True)
        for which, difference in largest.items():
            print(f"  {which:15} {difference:.1e}")
    print(f"expected calibration error, temperature {model.metadata.temperature:.3f}")
    for name in sorted({parse_on(on).name for on in arguments.on}):
        side = open_side(workspace, f"{name}:val", Split.VAL)
        said, found = [], []
        for batch in read_pixels(
            side.table, model.preprocessing, where=side.where, columns=["labels", "group"], batch_size=8
        ):
            if len(batch.pixels):
                said.append(model.run(batch.pixels).logits)
                found.append(batch.rows)
        logits, rows = np.concatenate(said), pa.concat_tables(found)
        members = label_matrix(rows["labels"], model.classes)
        figures = [error(logits, members, at) for at in (1.0, model.metadata.temperature)]
        groups = np.array(rows["group"].to_pylist())
        print(
            f"  {name}:val, {len(logits)} samples: {figures[0]:.3f} without, {figures[1]:.3f} with, "
            f"{held_out(logits, members, groups):.3f} with one from other groups"
        )


if __name__ == "__main__":
    main()
