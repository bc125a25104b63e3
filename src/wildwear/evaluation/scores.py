"""From a model's probabilities to figures with intervals, overall, by category and by region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wildwear.datasets.reader import label_matrix
from wildwear.evaluation.bootstrap import Bootstrap, Estimate
from wildwear.evaluation.metrics import (
    TOP,
    Confusion,
    ReliabilityBin,
    confusions,
    expected_calibration_error,
    ranks,
    reliability,
    set_log_loss,
)
from wildwear.taxonomy import Taxonomy

RANKINGS = ("all", "dataset", "within-region")
"""Among which classes a prediction is ranked: all of the model; those in the dataset's labels; those of the region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The samples of one category, or of one region."""

    name: str
    samples: int
    top1: Estimate
    top3: float
    top5: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A wrong prediction that the model was sure of."""

    sample_id: str
    truth: str
    predicted: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How one model does on one side of a dataset."""

    model: str
    samples: int
    expressible: int
    """Samples of which some class of the model is right; the others are wrong whatever it says."""
    rankings: Mapping[str, Mapping[str, Estimate]]
    """`RANKINGS` to top1, top3, top5 and macro."""
    log_loss: float
    calibration_error: float
    reliability: tuple[ReliabilityBin, ...]
    categories: tuple[Part, ...]
    """By the label's own name, the most frequent first."""
    regions: tuple[Part, ...]
    confusions: tuple[Confusion, ...]
    mistakes: tuple[Mistake, ...]
    places: Mapping[str, NDArray[np.intp]] = field(repr=False)
    """By ranking: the place of the best right class of each sample, 0 for the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of every model."""

    taxonomy: Taxonomy
    dataset_classes: frozenset[str]
    """Categories in the labels of the dataset, on any side."""
    ranking: str = "all"
    """The ranking that parts, calibration and mistakes are about."""
    rounds: int = 1000
    seed: int = 0
    mistakes: int = 24
    """How many mistakes are shown."""


class Evaluator:
    """Takes predictions batch by batch (`process`) and gives the scores (`evaluate`); `reset` starts anew."""

    def __init__(self, model: str, classes: Sequence[str], regions: Sequence[str], question: Question) -> None:
        self._model, self._classes, self._regions, self._question = (
            model,
            np.array(classes),
            np.array(regions),
            question,
        )
        self.reset()

    def reset(self) -> None:
        self._probabilities: list[NDArray[np.float32]] = []
        self._rows: list[pa.Table] = []

    def process(self, probabilities: NDArray[np.float32], rows: pa.Table) -> None:
        """Takes N × C probabilities and the N rows with `sample_id`, `labels`, `region`, `dataset` and `group`."""
        if probabilities.shape != (rows.num_rows, len(self._classes)):
            raise ValueError(f"{probabilities.shape} probabilities for {rows.num_rows} × {len(self._classes)}")
        self._probabilities.append(probabilities)
        self._rows.append(rows.select(["sample_id", "labels", "region", "dataset", "group"]))

    def evaluate(self) -> Scores:
        """The scores of what was processed, which is at least one sample."""
        rows, probabilities = pa.concat_tables(self._rows), np.concatenate(self._probabilities)
        members = label_matrix(rows["labels"], self._classes.tolist())
        names = names_of_sets(rows["labels"], self._question.taxonomy)
        allowed = self._allowed(rows)
        places = {ranking: ranks(probabilities, members, allowed[ranking]) for ranking in RANKINGS}
        bootstrap = bootstrap_over(rows, self._question)
        chosen = allowed[self._question.ranking]
        held = np.where(chosen, probabilities, 0)
        held = held / np.maximum(held.sum(axis=1, keepdims=True), 1e-12)
        headline = places[self._question.ranking]
        bins = reliability(held, members & chosen)
        predicted = self._classes[held.argmax(axis=1)]
        return Scores(
            model=self._model,
            samples=rows.num_rows,
            expressible=int(members.any(axis=1).sum()),
            rankings={ranking: overall(bootstrap, places[ranking], names) for ranking in RANKINGS},
            log_loss=set_log_loss(held, members & chosen),
            calibration_error=expected_calibration_error(bins),
            reliability=bins,
            categories=_parts(bootstrap, headline, names),
            regions=_parts(bootstrap, headline, np.array(rows["region"].to_pylist(), dtype=np.str_)),
            confusions=confusions(predicted, headline < 1, names),
            mistakes=_mistakes(rows, held, predicted, headline, names, self._question.mistakes),
            places=places,
        )

    def _allowed(self, rows: pa.Table) -> dict[str, NDArray[np.bool_]]:
        """By ranking, which classes may be predicted, N × C."""
        shape = (rows.num_rows, len(self._classes))
        known = np.isin(self._classes, sorted(self._question.dataset_classes))
        region = np.array(rows["region"].to_pylist(), dtype=np.str_)
        return {
            "all": np.ones(shape, dtype=bool),
            "dataset": np.broadcast_to(known, shape),
            "within-region": region[:, None] == self._regions[None, :],
        }


def bootstrap_over(rows: pa.Table, question: Question) -> Bootstrap:
    """The bootstrap that draws groups of a dataset's samples."""
    pairs = zip(rows["dataset"].to_pylist(), rows["group"].to_pylist(), strict=True)
    groups = [f"{dataset}/{group}" for dataset, group in pairs]
    return Bootstrap(np.array(groups, dtype=np.str_), rounds=question.rounds, seed=question.seed)


def overall(bootstrap: Bootstrap, places: NDArray[np.intp], names: NDArray[np.str_]) -> dict[str, Estimate]:
    """Top-k accuracies, and macro accuracy over labels."""
    _, label = np.unique(names, return_inverse=True)
    accuracies = {f"top{k}": bootstrap.mean(places < k) for k in TOP}
    return accuracies | {"macro": bootstrap.macro(places < 1, label)}


def differences(
    bootstrap: Bootstrap, places: NDArray[np.intp], baseline: NDArray[np.intp], names: NDArray[np.str_]
) -> dict[str, Estimate]:
    """By how much `places` does better than `baseline` on the same samples, with paired intervals."""
    _, label = np.unique(names, return_inverse=True)
    gains = {k: (places < k).astype(float) - (baseline < k) for k in TOP}
    return {f"top{k}": bootstrap.mean(gain) for k, gain in gains.items()} | {"macro": bootstrap.macro(gains[1], label)}


def names_of_sets(labels: pa.ChunkedArray, taxonomy: Taxonomy) -> NDArray[np.str_]:
    """A name for each label set: the category, the umbrella over exactly these, or what the set holds.

    >>> from wildwear.taxonomy import load_taxonomy
    >>> sets = [["Jeans"], ["Cardigan", "Sweater", "Turtleneck"], ["Cape", "Poncho"]]
    >>> trousers = ["Capris", "Chinos", "Culottes", "Gauchos", "Joggers", "Sweatpants"]
    >>> names_of_sets(pa.chunked_array([[*sets, trousers]]), load_taxonomy()).tolist()
    ['Jeans', 'Knitwear', 'Cape or Poncho', 'Pants (6 of 10)']
    """
    return np.array([taxonomy.name_of_set(frozenset(members)) for members in labels.to_pylist()], dtype=np.str_)


def _parts(bootstrap: Bootstrap, places: NDArray[np.intp], names: NDArray[np.str_]) -> tuple[Part, ...]:
    distinct, label, counts = np.unique(names, return_inverse=True, return_counts=True)
    estimates = bootstrap.per_label(places < 1, label)
    parts = [
        Part(
            name=str(distinct[one]),
            samples=int(counts[one]),
            top1=estimates[one],
            top3=float((places[label == one] < 3).mean()),
            top5=float((places[label == one] < 5).mean()),
        )
        for one in np.argsort(-counts, kind="stable")
    ]
    return tuple(parts)


def _mistakes(
    rows: pa.Table,
    probabilities: NDArray[np.float32],
    predicted: NDArray[np.str_],
    places: NDArray[np.intp],
    names: NDArray[np.str_],
    most: int,
) -> tuple[Mistake, ...]:
    confidence = probabilities.max(axis=1)
    wrong = np.flatnonzero(places > 0)
    surest = wrong[np.argsort(-confidence[wrong], kind="stable")][:most]
    ids = rows["sample_id"].to_pylist()
    return tuple(
        Mistake(sample_id=ids[at], truth=str(names[at]), predicted=str(predicted[at]), confidence=float(confidence[at]))
        for at in surest
    )
