"""From a model's probabilities to what it said of each sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wildwear.datasets.reader import label_matrix
from wildwear.evaluation.calibration import Said
from wildwear.evaluation.metrics import RANKINGS, ranks
from wildwear.evaluation.places import Places
from wildwear.taxonomy import Taxonomy

LISTED = 5
"""How many of the likeliest classes are kept of each sample."""
KEPT = ("sample_id", "labels", "region", "dataset", "group")
"""The columns of samples that are judged by."""


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """What one model said of N samples, and how right it was."""

    classes: tuple[str, ...]
    regions: tuple[str, ...]
    rows: pa.Table
    """The N samples: `KEPT`."""
    places: Places
    top: NDArray[np.intp]
    """The likeliest classes, as columns of `classes`, the first first, N × `LISTED` or fewer."""
    probabilities: NDArray[np.float32]
    """Theirs, calibrated, N × as many."""
    before: Said
    """With the temperature 1."""
    after: Said
    """With the model's temperature."""

    @property
    def predicted(self) -> NDArray[np.str_]:
        """The likeliest class of each sample, N."""
        return np.asarray(np.array(self.classes)[self.top[:, 0]])


class Evaluator:
    """Takes predictions batch by batch (`process`) and gives what was said (`evaluate`); `reset` starts anew."""

    def __init__(self, run: str, classes: Sequence[str], regions: Sequence[str], question: Question) -> None:
        self._run, self._classes, self._regions, self._question = run, tuple(classes), tuple(regions), question
        self.reset()

    def reset(self) -> None:
        self._before: list[NDArray[np.float32]] = []
        self._after: list[NDArray[np.float32]] = []
        self._rows: list[pa.Table] = []

    def process(
        self, probabilities: NDArray[np.float32], rows: pa.Table, before: NDArray[np.float32] | None = None
    ) -> None:
        """Takes N × C probabilities and the N rows with `KEPT`; `before` are those of the temperature 1."""
        if probabilities.shape != (rows.num_rows, len(self._classes)):
            raise ValueError(f"{probabilities.shape} probabilities for {rows.num_rows} × {len(self._classes)}")
        self._after.append(probabilities)
        self._before.append(probabilities if before is None else before)
        self._rows.append(rows.select(list(KEPT)))

    def evaluate(self) -> Judged:
        """What was said of the samples that were processed, at least one."""
        rows, probabilities = pa.concat_tables(self._rows), np.concatenate(self._after)
        members = label_matrix(rows["labels"], self._classes)
        allowed = dict(self._allowed(rows))
        chosen = allowed[self._question.ranking]
        held = _renormalised(probabilities, chosen)
        top = np.argsort(-np.where(chosen, held, -1), axis=1, kind="stable")[:, :LISTED]
        return Judged(
            classes=self._classes,
            regions=self._regions,
            rows=rows,
            places=Places(
                run=self._run,
                sample_id=_texts(rows["sample_id"]),
                group=np.char.add(np.char.add(_texts(rows["dataset"]), "/"), _texts(rows["group"])),
                name=names_of_sets(rows["labels"], self._question.taxonomy),
                region=_texts(rows["region"]),
                places={ranking: ranks(probabilities, members, allowed[ranking]) for ranking in RANKINGS},
            ),
            top=top,
            probabilities=np.take_along_axis(held, top, axis=1),
            before=_said(_renormalised(np.concatenate(self._before), chosen), members & chosen),
            after=_said(held, members & chosen),
        )

    def _allowed(self, rows: pa.Table) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        """By ranking, which classes may be predicted, N × C."""
        shape = (rows.num_rows, len(self._classes))
        known = np.isin(self._classes, sorted(self._question.dataset_classes))
        yield "all", np.ones(shape, dtype=bool)
        yield "dataset", np.broadcast_to(known, shape)
        yield "within-region", _texts(rows["region"])[:, None] == np.array(self._regions)[None, :]


def names_of_sets(labels: pa.ChunkedArray, taxonomy: Taxonomy) -> NDArray[np.str_]:
    """A name for each label set: the category, the umbrella over exactly these, or what the set holds.

    >>> from wildwear.taxonomy import load_taxonomy
    >>> sets = [["Jeans"], ["Cardigan", "Sweater", "Turtleneck"], ["Cape", "Poncho"]]
    >>> trousers = ["Capris", "Chinos", "Culottes", "Gauchos", "Joggers", "Sweatpants"]
    >>> names_of_sets(pa.chunked_array([[*sets, trousers]]), load_taxonomy()).tolist()
    ['Jeans', 'Knitwear', 'Cape or Poncho', 'Pants (6 of 10)']
    """
    return np.array([taxonomy.name_of_set(frozenset(members)) for members in labels.to_pylist()], dtype=np.str_)


def _renormalised(probabilities: NDArray[np.float32], allowed: NDArray[np.bool_]) -> NDArray[np.float32]:
    held = np.where(allowed, probabilities, 0)
    return np.asarray(held / np.maximum(held.sum(axis=1, keepdims=True), 1e-12))


def _said(probabilities: NDArray[np.float32], members: NDArray[np.bool_]) -> Said:
    mass = np.where(members, probabilities, 0).sum(axis=1, dtype=np.float64)
    return Said(
        confidence=probabilities.max(axis=1).astype(np.float64),
        right=members[np.arange(len(members)), probabilities.argmax(axis=1)],
        mass=np.where(members.any(axis=1), mass, np.nan),
    )


def _texts(column: pa.ChunkedArray) -> NDArray[np.str_]:
    return np.array(column.to_pylist(), dtype=np.str_)
