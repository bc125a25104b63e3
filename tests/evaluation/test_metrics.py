"""Metrics on label sets, against the definition spelled out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wildwear.evaluation.metrics import confusions, macro_accuracy, ranks, top_k_accuracy

Case = tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Scores with many ties, label sets that may be empty, and classes that may be predicted."""
    rows, classes = draw(st.integers(1, 12)), draw(st.integers(1, 6))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scores = random.integers(0, 4, (rows, classes)) / 4
    return scores, random.random((rows, classes)) < 0.3, random.random(classes) < 0.7


@settings(deadline=None)
@given(cases(), st.integers(1, 6))
def test_top_k_agrees_with_looking_at_the_first_k_one_by_one(case: Case, k: int) -> None:
    scores, members, allowed = case
    right = 0
    for row, held in zip(scores, members, strict=True):
        candidates = sorted(np.flatnonzero(allowed), key=lambda column: (-row[column], column))
        right += any(held[column] for column in candidates[:k])
    assert top_k_accuracy(ranks(scores, members, allowed), k) == pytest.approx(right / len(scores))


@settings(deadline=None)
@given(cases())
def test_more_guesses_never_do_worse(case: Case) -> None:
    places = ranks(*case)
    accuracies = [top_k_accuracy(places, k) for k in range(1, 7)]
    assert accuracies == sorted(accuracies)


def test_a_predictor_without_an_opinion_is_not_right_by_ties() -> None:
    flat, members = np.zeros((4, 4)), np.eye(4, dtype=bool)
    assert top_k_accuracy(ranks(flat, members), 1) == 0.25


@settings(deadline=None)
@given(st.integers(0, 1000))
def test_macro_accuracy_is_the_balanced_accuracy_of_scikit_learn(seed: int) -> None:
    from sklearn.metrics import balanced_accuracy_score

    random = np.random.default_rng(seed)
    scores, label = random.random((40, 4)), random.integers(0, 4, 40)
    label[:4] = range(4)
    places = ranks(scores, np.eye(4, dtype=bool)[label])
    expected = balanced_accuracy_score(label, scores.argmax(axis=1))
    assert macro_accuracy(places, label.astype(str)) == pytest.approx(expected)


def test_confusions_count_wrong_pairs_and_their_share() -> None:
    names = np.array(["Tee", "Tee", "Tee", "Top", "Jeans"])
    predicted = np.array(["Top", "Top", "Tee", "Tee", "Jeans"])
    found = confusions(predicted, predicted == names, names)
    assert [(pair.truth, pair.predicted, pair.samples) for pair in found] == [("Tee", "Top", 2), ("Top", "Tee", 1)]
    assert found[0].share == pytest.approx(2 / 3)
    assert confusions(names, names == names, names) == ()
