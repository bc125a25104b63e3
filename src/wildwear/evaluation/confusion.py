"""Which labels are taken for which classes, as a matrix ordered by region."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wildwear.evaluation.judging import Judged
from wildwear.records import Region


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusionMatrix:
    """How often each label (a row) was taken for each class (a column); over all seeds where there are several."""

    labels: tuple[str, ...]
    """By region, the most frequent first."""
    label_regions: tuple[str, ...]
    classes: tuple[str, ...]
    """In the order of the labels where they have the same name, then by region."""
    class_regions: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    right: tuple[tuple[bool, ...], ...]
    """Which cells are right: with sets of labels a row may have several."""
    seeds: int
    """Runs that are counted together."""


def confusion_matrix(judged: Sequence[Judged], right: NDArray[np.bool_]) -> ConfusionMatrix:
    """The matrix of one `Judged` a seed; `right` says which first predictions are right, S × N."""
    names, regions = judged[0].places.name, judged[0].places.region
    totals = Counter(names.tolist())
    worn = dict(zip(names.tolist(), regions.tolist(), strict=True))
    labels = sorted(totals, key=lambda name: (_place(worn[name]), -totals[name], name))
    by_class = {name: region for one in judged for name, region in zip(one.classes, one.regions, strict=True)}
    seen = {str(name) for one in judged for name in one.predicted}
    rows = {name: row for row, name in enumerate(labels)}
    first = [name for name in labels if name in by_class]
    others = sorted(seen - set(first), key=lambda name: (_place(by_class[name]), name))
    classes = sorted([*first, *others], key=lambda name: (_place(by_class[name]), rows.get(name, len(rows)), name))
    columns = {name: column for column, name in enumerate(classes)}
    counts = np.zeros((len(labels), len(classes)), dtype=np.int64)
    good = np.zeros(counts.shape, dtype=bool)
    for one, correct in zip(judged, right, strict=True):
        at = np.array([rows[name] for name in names.tolist()]), np.array([columns[str(c)] for c in one.predicted])
        np.add.at(counts, at, 1)
        np.logical_or.at(good, at, correct)
    for name in first:
        good[rows[name], columns[name]] = True
    return ConfusionMatrix(
        labels=tuple(labels),
        label_regions=tuple(worn[name] for name in labels),
        classes=tuple(classes),
        class_regions=tuple(by_class[name] for name in classes),
        counts=tuple(map(tuple, counts.tolist())),
        right=tuple(map(tuple, good.tolist())),
        seeds=len(judged),
    )


def _place(region: str) -> int:
    order = [*map(str, Region)]
    return order.index(region) if region in order else len(order)
