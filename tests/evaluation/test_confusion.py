"""The confusion matrix: counted right, ordered by region, readable when it is large."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest
from tests.evaluation.synthetic import CLASSES, QUESTION, REGIONS, TAXONOMY, judged

from wildwear.evaluation.confusion import ConfusionMatrix, confusion_matrix
from wildwear.evaluation.judging import Evaluator, Judged
from wildwear.evaluation.matrix import confusion_figure


def says(predictions: list[str], labels: list[list[str]]) -> Judged:
    """A model that predicts these classes with full confidence."""
    rows = pa.table(
        {
            "sample_id": [str(number) for number in range(len(labels))],
            "labels": labels,
            "region": [str(TAXONOMY.region(one[0])) for one in labels],
            "dataset": ["d"] * len(labels),
            "group": [str(number) for number in range(len(labels))],
        }
    )
    evaluator = Evaluator("m", CLASSES, REGIONS, QUESTION)
    evaluator.process(np.eye(len(CLASSES), dtype=np.float32)[[CLASSES.index(one) for one in predictions]], rows)
    return evaluator.evaluate()


def matrix_of(*runs: Judged) -> ConfusionMatrix:
    return confusion_matrix(runs, np.stack([run.places.right(1) for run in runs]))


def cell(matrix: ConfusionMatrix, label: str, taken_for: str) -> int:
    return matrix.counts[matrix.labels.index(label)][matrix.classes.index(taken_for)]


def test_each_sample_is_counted_once_where_it_belongs() -> None:
    matrix = matrix_of(says(["Tee", "Jeans", "Jeans", "Dress"], [["Tee"], ["Tee"], ["Jeans"], ["Dress"]]))
    assert cell(matrix, "Tee", "Tee") == cell(matrix, "Tee", "Jeans") == cell(matrix, "Jeans", "Jeans") == 1
    assert sum(map(sum, matrix.counts)) == 4


def test_labels_stand_by_region_and_the_most_frequent_of_a_region_first() -> None:
    labels = [["Dress"], ["Jeans"], ["Skirt"], ["Skirt"], ["Tee"], ["Jacket"], ["Jacket"]]
    matrix = matrix_of(says(["Tee"] * 7, labels))
    assert matrix.labels == ("Jacket", "Tee", "Skirt", "Jeans", "Dress")
    assert matrix.label_regions == ("upper", "upper", "lower", "lower", "full")
    assert matrix.classes == matrix.labels, "what is right lies on the diagonal"


def test_a_class_that_is_no_label_gets_a_column_among_its_region() -> None:
    matrix = matrix_of(says(["Skirt", "Tee"], [["Jeans"], ["Dress"]]))
    assert matrix.labels == ("Jeans", "Dress")
    assert matrix.classes == ("Tee", "Jeans", "Skirt", "Dress")
    assert matrix.class_regions == ("upper", "lower", "lower", "full")


def test_of_a_set_several_cells_are_right() -> None:
    both = ["Jeans", "Skirt"]
    matrix = matrix_of(says(["Jeans", "Skirt", "Tee"], [both, both, both]))
    (row,), (good,) = matrix.counts, matrix.right
    assert matrix.labels == ("Jeans or Skirt",)
    assert dict(zip(matrix.classes, zip(row, good, strict=True), strict=True)) == {
        "Tee": (1, False),
        "Jeans": (1, True),
        "Skirt": (1, True),
    }


def test_seeds_are_counted_together_and_say_so() -> None:
    labels = [["Tee"], ["Jeans"]]
    matrix = matrix_of(says(["Tee", "Jeans"], labels), says(["Jeans", "Jeans"], labels))
    assert matrix.seeds == 2
    assert cell(matrix, "Tee", "Tee") == cell(matrix, "Tee", "Jeans") == 1
    assert "Tee · 1" in confusion_figure(matrix, "seeds")


@pytest.mark.parametrize("seed", range(3))
def test_the_matrix_agrees_with_accuracy(seed: int) -> None:
    run = judged("m", 1.0, seed)
    matrix = matrix_of(run)
    counts, good = np.array(matrix.counts), np.array(matrix.right)
    assert counts.sum() == len(run.places)
    assert counts[good].sum() / counts.sum() == pytest.approx(run.places.right(1).mean())


def large(classes: int) -> ConfusionMatrix:
    names = TAXONOMY.selection("deepfashion-46")[:classes]
    regions = tuple(str(TAXONOMY.region(name)) for name in names)
    counts = np.random.default_rng(0).poisson(0.3, (classes, classes)) + 20 * np.eye(classes, dtype=int)
    return ConfusionMatrix(
        labels=names,
        label_regions=regions,
        classes=names,
        class_regions=regions,
        counts=tuple(map(tuple, counts.tolist())),
        right=tuple(map(tuple, np.eye(classes, dtype=bool).tolist())),
        seeds=1,
    )


def test_with_46_classes_the_figure_names_all_and_numbers_only_what_matters() -> None:
    matrix = large(46)
    drawn = confusion_figure(matrix, "large")
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
    assert set(matrix.classes) <= set(texts)
    numbers = [text for text in texts if text.isdigit()]
    assert 46 <= len(numbers) < 60, "the diagonal, and hardly a cell besides"
    assert {"upper", "lower", "full"} <= set(texts)
    assert 'role="img"' in drawn and "<desc" in drawn and len(drawn) < 500_000


def test_a_matrix_of_one_cell_is_drawn_too() -> None:
    assert "100" in confusion_figure(matrix_of(says(["Tee"], [["Tee"]])), "one")
