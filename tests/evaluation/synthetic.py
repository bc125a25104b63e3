"""Made-up runs: samples in groups, of frequent and rare categories, and models that know them more or less well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wildwear.evaluation.comparisons import Resampling, change_by_category, compare
from wildwear.evaluation.judging import Evaluator, Judged, Question
from wildwear.evaluation.outcome import Evaluation
from wildwear.evaluation.places import Places
from wildwear.evaluation.scores import Entry, Scores, scores_of
from wildwear.evaluation.settings import EvaluateSettings
from wildwear.taxonomy import load_taxonomy

CLASSES = ("Tee", "Jacket", "Jeans", "Skirt", "Dress", "Romper")
TAXONOMY = load_taxonomy()
REGIONS = tuple(str(TAXONOMY.region(name)) for name in CLASSES)
TRAINED = {"Tee": 300, "Dress": 200, "Jeans": 100, "Jacket": 50, "Skirt": 20, "Romper": 3}
QUESTION = Question(taxonomy=TAXONOMY, dataset_classes=frozenset(CLASSES), rounds=200)
HOW = Resampling(rounds=200)


def places(
    right: NDArray[np.bool_] | Sequence[bool],
    *,
    run: str = "run",
    groups: Sequence[int] | NDArray[np.int64] | None = None,
    names: Sequence[str] | None = None,
) -> Places:
    """Samples that are right at the first guess, or only at the fifth."""
    count = len(right)
    at = np.where(np.asarray(right), 0, 4).astype(np.int64)
    labels = list(names) if names is not None else ["Tee"] * count
    return Places(
        run=run,
        sample_id=np.array([f"{number:05}" for number in range(count)]),
        group=np.array([f"d/{group}" for group in (groups if groups is not None else range(count))]),
        name=np.array(labels),
        region=np.array([str(TAXONOMY.region(name)) for name in labels]),
        places={"all": at, "dataset": at, "within-region": at},
    )


def samples(count: int) -> pa.Table:
    """Two samples a group; the categories in turn, but for Romper, of which there are three."""
    labels = [CLASSES[number % 5] if number >= 3 else "Romper" for number in range(count)]
    return pa.table(
        {
            "sample_id": [f"{number:05}" for number in range(count)],
            "labels": [[name] for name in labels],
            "region": [str(TAXONOMY.region(name)) for name in labels],
            "dataset": ["made-up"] * count,
            "group": [str(number // 2) for number in range(count)],
        }
    )


def judged(name: str, strength: float, seed: int = 0, count: int = 120) -> Judged:
    """A model that knows the right class the better, the larger `strength` is; half as sure as before calibration."""
    rows, random = samples(count), np.random.default_rng(seed)
    logits = random.normal(0, 1, (count, len(CLASSES)))
    right = [CLASSES.index(one[0]) for one in rows["labels"].to_pylist()]
    logits[np.arange(count), right] += strength
    evaluator = Evaluator(f"{name}@{seed:012}", CLASSES, REGIONS, QUESTION)
    evaluator.process(_softmax(logits), rows, _softmax(2 * logits))
    return evaluator.evaluate()


def scores(title: str, strength: float, seeds: Sequence[int] = (0,), **changes: str) -> Scores:
    runs = [judged(title, strength, seed) for seed in seeds]
    keys = tuple(run.places.run for run in runs)
    entry = Entry(keys=keys, title=title, boxes=changes.get("boxes", "none"), crops=1, temperatures=(2.0,) * len(runs))
    return scores_of(entry, runs, QUESTION)


def evaluation(*all_scores: Scores, compare_to: str | None = None, warnings: tuple[str, ...] = ()) -> Evaluation:
    """What `measure` would make of them; the last is the baseline, if `compare_to` names it."""
    pairs = [(one, all_scores[-1]) for one in all_scores[:-1] if compare_to]
    return Evaluation(
        dataset="made-up",
        split="val",
        version=1,
        split_hash="0" * 64,
        samples=all_scores[0].samples,
        groups=60,
        boxed=0,
        box_share=None,
        settings=EvaluateSettings(on="made-up:val", compare_to=compare_to),
        scores=all_scores,
        comparisons=tuple(
            replace(compare(one.places, other.places, HOW), ours=one.title, theirs=other.title) for one, other in pairs
        ),
        changes=tuple(
            replace(change_by_category(one.places, other.places, TRAINED, HOW), ours=one.title, theirs=other.title)
            for one, other in pairs
        ),
        box_gains=(),
        warnings=warnings,
        failed={},
    )


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)
