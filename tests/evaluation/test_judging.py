"""What is kept of each prediction."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evaluation.synthetic import CLASSES, QUESTION, REGIONS, judged, samples

from wildwear.evaluation.judging import Evaluator, Judged, Question
from wildwear.evaluation.metrics import NEVER


def evaluated(probabilities: list[list[float]], rows: pa.Table, ranking: str = "all") -> Judged:
    question = Question(
        taxonomy=QUESTION.taxonomy, dataset_classes=frozenset({"Tee", "Jeans"}), ranking=ranking, rounds=100
    )
    evaluator = Evaluator("m", CLASSES, REGIONS, question)
    evaluator.process(np.array(probabilities, dtype=np.float32), rows)
    return evaluator.evaluate()


@pytest.fixture
def jeans() -> pa.Table:
    return pa.table(
        {"sample_id": ["a"], "labels": [["Jeans"]], "region": ["lower"], "dataset": ["d"], "group": ["g"]},
    )


# In the order of CLASSES: Tee, Jacket, Jeans, Skirt, Dress, Romper.
_UNSURE = [[0.2, 0.3, 0.1, 0.25, 0.1, 0.05]]


def test_a_place_is_counted_among_what_may_be_predicted(jeans: pa.Table) -> None:
    places = evaluated(_UNSURE, jeans).places
    assert {ranking: at.tolist() for ranking, at in places.places.items()} == {
        "all": [3],  # behind Jacket, Skirt and Tee; equal to Dress, and before it
        "dataset": [1],  # behind Tee
        "within-region": [1],  # behind Skirt
    }
    assert places.group.tolist() == ["d/g"]


def test_among_the_datasets_classes_probabilities_are_shared_out_anew(jeans: pa.Table) -> None:
    told = evaluated(_UNSURE, jeans, ranking="dataset")
    assert told.predicted.tolist() == ["Tee"]
    assert told.after.confidence[0] == pytest.approx(0.2 / 0.3)
    assert told.after.mass[0] == pytest.approx(0.1 / 0.3)


def test_what_cannot_be_right_has_no_place_and_no_mass(jeans: pa.Table) -> None:
    cape = jeans.set_column(1, "labels", [[["Cape"]]])
    told = evaluated(_UNSURE, cape)
    assert all(at.tolist() == [NEVER] for at in told.places.places.values())
    assert np.isnan(told.after.mass).all() and not told.after.right.any()


def test_the_likeliest_classes_come_in_order_with_their_probabilities() -> None:
    told = judged("m", 1.0)
    assert told.top.shape == told.probabilities.shape == (120, 5)
    assert (np.diff(told.probabilities, axis=1) <= 0).all()
    assert (told.places.right(1) == (told.predicted == told.places.name)).all()


def test_the_temperature_changes_confidence_and_not_what_is_right() -> None:
    told = judged("m", 1.0)
    assert (told.before.right == told.after.right).all()
    assert told.before.confidence.mean() > told.after.confidence.mean() + 0.1


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_batches_of_any_size_give_the_same(sizes: list[int]) -> None:
    count = sum(sizes)
    rows, random = samples(count), np.random.default_rng(count)
    probabilities = random.dirichlet(np.ones(len(CLASSES)), count).astype(np.float32)
    evaluator = Evaluator("m", CLASSES, REGIONS, QUESTION)
    evaluator.process(probabilities, rows)
    at_once = evaluator.evaluate()
    evaluator.reset()
    start = 0
    for size in sizes:
        evaluator.process(probabilities[start : start + size], rows.slice(start, size))
        start += size
    in_pieces = evaluator.evaluate()
    assert (at_once.top == in_pieces.top).all()
    assert at_once.places.to_table().equals(in_pieces.places.to_table())
