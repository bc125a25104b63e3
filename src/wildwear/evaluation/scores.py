"""From what was said of single samples to figures with intervals, overall, by category and by region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wildwear.evaluation.bootstrap import Bootstrap, Estimate, wilson
from wildwear.evaluation.calibration import Calibration, Said, calibration
from wildwear.evaluation.comparisons import FEW, Resampling, accuracies
from wildwear.evaluation.confusion import ConfusionMatrix, confusion_matrix
from wildwear.evaluation.judging import Judged, Question
from wildwear.evaluation.metrics import NEVER, RANKINGS, TOP, Confusion, confusions, headline
from wildwear.evaluation.places import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The samples of one category, or of one region."""

    name: str
    samples: int
    groups: int
    top1: Estimate
    top3: Estimate
    top5: Estimate

    @property
    def few(self) -> bool:
        return self.samples < FEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A wrong prediction that the model was sure of."""

    sample_id: str
    truth: str
    predicted: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How one model, or the seeds of one recipe, does on one side of a dataset, looking in one way."""

    model: str
    """The model's key; those of seeds are joined by `+`."""
    title: str
    """What it is called in tables and figures."""
    boxes: str
    """`given`, `ignored`, or `none` where the samples have none."""
    crops: int
    samples: int
    expressible: int
    """Samples of which some class of the model is right; the others are wrong whatever it says."""
    rankings: Mapping[str, Mapping[str, Estimate]]
    """`RANKINGS` to top1, top3, top5 and macro."""
    seeds: Mapping[str, Mapping[str, float]]
    """By model key: the plain figures of each seed."""
    temperatures: tuple[float, ...]
    before: Calibration
    """With the temperature 1."""
    after: Calibration
    """With the model's own temperature."""
    categories: tuple[Part, ...]
    """By the label's own name, the most frequent first."""
    regions: tuple[Part, ...]
    confusions: tuple[Confusion, ...]
    confusion_matrix: ConfusionMatrix
    mistakes: tuple[Mistake, ...]
    """Of the first seed."""
    judged: tuple[Judged, ...] = field(repr=False)
    """One a seed: what was said of each sample."""

    @property
    def places(self) -> tuple[Places, ...]:
        """One a seed: what comparisons take."""
        return tuple(one.places for one in self.judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is measured as one: a model or the seeds of a recipe, and how it looks."""

    keys: tuple[str, ...]
    title: str
    boxes: str
    crops: int
    temperatures: tuple[float, ...]


def scores_of(entry: Entry, judged: Sequence[Judged], question: Question) -> Scores:
    """The figures about what the models of `entry` said of the same samples; one `Judged` a model."""
    runs = [one.places for one in judged]
    places, names = runs[0], runs[0].name
    how = {one: Resampling(ranking=one, rounds=question.rounds, seed=question.seed) for one in RANKINGS}
    right = {k: np.stack([run.right(k, question.ranking) for run in runs]) for k in TOP}
    bootstrap = Bootstrap(places.group, rounds=question.rounds, seed=question.seed)
    predicted = np.concatenate([one.predicted for one in judged])
    pooled = np.tile(names, len(judged))
    return Scores(
        model="+".join(entry.keys),
        title=entry.title,
        boxes=entry.boxes,
        crops=entry.crops,
        samples=len(places),
        expressible=int((places.places["all"] < NEVER).sum()),
        rankings={ranking: accuracies(runs, how[ranking]) for ranking in RANKINGS},
        seeds={
            key: headline(run.places[question.ranking], [[name] for name in names.tolist()])
            for key, run in zip(entry.keys, runs, strict=True)
        },
        temperatures=entry.temperatures,
        before=calibration(_pooled([one.before for one in judged]), question.seed),
        after=calibration(_pooled([one.after for one in judged]), question.seed),
        categories=_parts(bootstrap, right, places, names),
        regions=_parts(bootstrap, right, places, places.region),
        confusions=confusions(predicted, right[1].reshape(-1), pooled),
        confusion_matrix=confusion_matrix(judged, right[1]),
        mistakes=_mistakes(judged[0], right[1][0], question.mistakes),
        judged=tuple(judged),
    )


def _pooled(said: Sequence[Said]) -> Said:
    return Said(
        confidence=np.concatenate([one.confidence for one in said]),
        right=np.concatenate([one.right for one in said]),
        mass=np.concatenate([one.mass for one in said]),
    )


def _parts(
    bootstrap: Bootstrap, right: Mapping[int, NDArray[np.bool_]], places: Places, part: NDArray[np.str_]
) -> tuple[Part, ...]:
    distinct, label, counts = np.unique(part, return_inverse=True, return_counts=True)
    groups = [len(set(places.group[label == one].tolist())) for one in range(len(distinct))]
    estimates = {k: bootstrap.draws(right[k], label).estimates() for k in TOP}
    return tuple(
        Part(
            name=str(distinct[one]),
            samples=int(counts[one]),
            groups=groups[one],
            top1=_honest(estimates[1][one], groups[one]),
            top3=_honest(estimates[3][one], groups[one]),
            top5=_honest(estimates[5][one], groups[one]),
        )
        for one in np.argsort(-counts, kind="stable")
    )


def _honest(estimate: Estimate, groups: int) -> Estimate:
    """Where every sample of a part is right, or wrong, draws know no spread: there, Wilson's interval over groups."""
    return wilson(round(estimate.value, 9), groups) if estimate.high - estimate.low < 1e-9 else estimate


def _mistakes(judged: Judged, right: NDArray[np.bool_], most: int) -> tuple[Mistake, ...]:
    confidence, predicted = judged.probabilities[:, 0], judged.predicted
    wrong = np.flatnonzero(~right)
    surest = wrong[np.argsort(-confidence[wrong], kind="stable")][:most]
    return tuple(
        Mistake(
            sample_id=str(judged.places.sample_id[at]),
            truth=str(judged.places.name[at]),
            predicted=str(predicted[at]),
            confidence=float(confidence[at]),
        )
        for at in surest
    )
