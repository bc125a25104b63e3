"""How many labels that were flipped at random come first when the most suspicious are looked at first.

    python benchmarks/suspicion.py [-w WORKSPACE] [--on wild] [--model wildwear-base]... [--seeds 5] [--share 0.05]
                                   [--cleanlab PYTHON] [--json FILE]

Flips a share of the labels of a dataset, each to another of the labels that the dataset has, and ranks. The claim: of
wild-garments with 5 % flipped, the first 10 % hold at least 80 % of the flips. Beside it stand the rankings of cleanlab
(PYTHON is an interpreter that has it) by the same out-of-fold probabilities. It takes one class a row, so each label of
the dataset is a class to it, as likely as its categories together. What was labelled wrongly before is not known, and
counts against every ranking.

Without WORKSPACE, wild-garments below WILDWEAR_DATA is imported into one that is thrown away. The packaged model has
learned from some of these pictures with their true labels, which helps it: `experiments/base/backbone.py` makes a model
that has seen ImageNet alone, to be named with --model.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wildwear.datasets.entries import read_table
from wildwear.datasets.importing import import_samples
from wildwear.datasets.reader import label_matrix
from wildwear.datasets.settings import Columns, ImportSettings, SplitSettings
from wildwear.embedding import embedded
from wildwear.inspection.suspicion import SuspicionSettings, suspicion
from wildwear.models.registry import load_model
from wildwear.workspace import Workspace

DATA = Path(os.environ.get("WILDWEAR_DATA", Path(__file__).parents[2] / "shared" / "data"))
SHARES = (0.05, 0.1, 0.2)
FIGURES = ("at 5 %", "at 10 %", "at 20 %", "average precision")

Scores = NDArray[np.floating]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A dataset as suspicion takes it; its labels by number."""

    vectors: NDArray[np.float32]
    given: NDArray[np.int64]
    """N: the number of each row's label."""
    members: NDArray[np.bool_]
    """L × C: the categories of each label."""
    groups: NDArray[np.int64]


def read(workspace: Workspace, on: str, model: str) -> Labelled:
    found = embedded(workspace, workspace.dataset(on), load_model(model, workspace))
    names = ["|".join(sorted(labels)) for labels in found.rows["labels"].to_pylist()]
    labels, given = np.unique(names, return_inverse=True)
    classes = sorted({name for label in labels for name in label.split("|")})
    return Labelled(
        vectors=found.vectors,
        given=given,
        members=label_matrix(pa.array([label.split("|") for label in labels]), classes),
        groups=np.unique(found.rows["group"].to_pylist(), return_inverse=True)[1],
    )


def flip(given: NDArray[np.int64], labels: int, share: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """A share of the labels moved to another one, each as likely as any; and which rows those are."""
    random = np.random.default_rng(seed)
    rows = random.choice(len(given), round(share * len(given)), replace=False)
    moved = given.copy()
    moved[rows] = (given[rows] + random.integers(1, labels, len(rows))) % labels
    return moved, np.isin(np.arange(len(given)), rows)


def figures(score: Scores, flipped: NDArray[np.bool_]) -> list[float]:
    """The share of the flips among the first 5, 10 and 20 %, and the average precision."""
    hits = flipped[np.argsort(-score, kind="stable")]
    found = np.cumsum(hits)
    recalls = [found[int(share * len(score)) - 1] / hits.sum() for share in SHARES]
    return [*map(float, recalls), float((found / np.arange(1, len(hits) + 1))[hits].mean())]


def of_cleanlab(python: str, given: NDArray[np.int64], likely: NDArray[np.float32]) -> dict[str, Scores]:
    """Scores by its rankings; `likely` is N × L."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.npz", Path(folder) / "out.npz"
        np.savez(source, given=given, probabilities=likely / likely.sum(axis=1, keepdims=True))
        script = Path(__file__).with_name("cleanlab_rankings.py")
        subprocess.run([python, str(script), str(source), str(target)], check=True)
        with np.load(target) as held:
            return {f"cleanlab {name}": held[name] for name in held}


def measure(data: Labelled, share: float, seed: int, python: str | None) -> dict[str, list[float]]:
    """The figures of each ranking for one draw of flips."""
    given, flipped = flip(data.given, len(data.members), share, seed)
    labels = data.members[given]
    began = time.process_time()
    found = suspicion(data.vectors, labels, data.groups, SuspicionSettings(seed=seed))
    spent = time.process_time() - began
    alone = suspicion(data.vectors, labels, data.groups, SuspicionSettings(seed=seed, vote=0))
    scores: dict[str, Scores] = {"suspicion": found.score, "without the neighbours": alone.score}
    if python:
        scores |= of_cleanlab(python, given, found.probabilities @ data.members.T.astype(np.float32))
    print(f"  seed {seed}: {int(flipped.sum())} flips, {spent:.1f} s of processor time", file=sys.stderr)
    return {name: figures(score, flipped) for name, score in scores.items()}


def show(rounds: list[dict[str, list[float]]]) -> dict[str, list[float]]:
    """Prints and returns the means over the seeds, and ours as a ratio of each."""
    means = {name: np.mean([found[name] for found in rounds], axis=0) for name in rounds[0]}
    print(f"{'share of the flips found':36}" + "".join(f"{name:>19}" for name in FIGURES) + "   ours, at 10 %")
    for name, mean in means.items():
        ratio = means["suspicion"][1] / mean[1]
        print(f"{name:36}" + "".join(f"{value:19.3f}" for value in mean) + f"   {ratio:5.2f} times")
    worst = min(found["suspicion"][1] for found in rounds)
    print(f"{'suspicion, the worst seed at 10 %':36}{worst:38.3f}")
    return {name: mean.tolist() for name, mean in means.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-w", "--workspace", type=Path)
    parser.add_argument("--on", default="wild")
    parser.add_argument("--model", action="append")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--cleanlab", metavar="PYTHON")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.open(given.workspace) if given.workspace else imported(Path(folder), given.on)
        results = {}
        for model in given.model or ["wildwear-base"]:
            data = read(workspace, given.on, model)
            labels, senders = len(data.members), len(np.unique(data.groups))
            print(f"{model}: {len(data.given):,} pictures in {senders} groups, {labels} labels, {given.seeds} seeds")
            rounds = [measure(data, given.share, seed, given.cleanlab) for seed in range(given.seeds)]
            results[model] = show(rounds)
    if given.json:
        given.json.write_text(json.dumps(results, indent=1) + "\n")


def imported(folder: Path, name: str) -> Workspace:
    table = DATA / "wild-garments" / "labels.csv"
    if not table.is_file():
        sys.exit(f"no {table}: set WILDWEAR_DATA, or name a workspace with -w")
    workspace = Workspace.create(folder)
    import_samples(
        workspace, name, read_table(table, Columns()), ImportSettings(labels="wild-garments"), SplitSettings()
    )
    return workspace


if __name__ == "__main__":
    main()
