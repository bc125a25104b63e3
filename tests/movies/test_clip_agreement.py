"""How far two people agree, against scikit-learn, and what is taken as true."""

from __future__ import annotations

import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from tests.movies.test_clip_log import said

from wildwear.movies.agreement import Basis, agreement, cohen_kappa, disputed, final_labels
from wildwear.movies.clip_log import standing

ANSWERS = st.sampled_from(["Tee", "Jeans", "Jeans|Tee", "face_only"])


@given(st.lists(st.tuples(ANSWERS, ANSWERS), min_size=1, max_size=40))
def test_kappa_is_what_scikit_learn_computes(pairs: list[tuple[str, str]]) -> None:
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it divides by zero where chance agrees throughout
        reference = cohen_kappa_score(first, second)
    assert cohen_kappa(first, second) == pytest.approx(reference, nan_ok=True)


def test_kappa_of_nothing_and_of_one_answer_throughout_is_no_number() -> None:
    assert math.isnan(cohen_kappa([], []))
    assert math.isnan(cohen_kappa(["Tee", "Tee"], ["Tee", "Tee"]))


def test_kappa_is_one_where_all_agree_and_below_zero_where_chance_does_better() -> None:
    assert cohen_kappa(["Tee", "Jeans"], ["Tee", "Jeans"]) == 1
    assert cohen_kappa(["Tee", "Jeans"], ["Jeans", "Tee"]) == -1


WORDS = standing(
    [
        said("a", "Tee", "Jeans"),
        said("a", "Jeans", "Tee", who="ben"),
        said("b", "Dress"),
        said("b", discard="too_few_pixels", who="ben"),
        said("c", "Coat"),
        said("d", "Coat"),
        said("d", "Jacket", who="ben"),
        said("d", "Parka", who="cleo", by=True),
        said("e", discard="face_only"),
        said("e", discard="face_only", who="ben"),
    ]
)


def test_two_people_are_compared_on_the_clips_that_both_have_judged() -> None:
    found = agreement(WORDS, "anna", "ben")
    assert (found.clips, found.agreed, found.disputed) == (4, 2, ("b", "d"))
    assert found.confusion[("Dress", "too_few_pixels")] == 1
    assert sum(found.confusion.values()) == 4
    assert agreement(WORDS, "anna", "nobody").clips == 0


def test_a_final_label_is_adjudicated_agreed_or_one_persons_word() -> None:
    final = final_labels(WORDS)
    assert {clip: (one.annotation.answer, one.basis) for clip, one in final.items()} == {
        "a": ("Jeans|Tee", Basis.AGREED),
        "c": ("Coat", Basis.SINGLE),
        "d": ("Parka", Basis.ADJUDICATED),
        "e": ("face_only", Basis.AGREED),
    }
    assert "c" not in final_labels(WORDS, annotators=2)


def test_disputed_are_those_that_nobody_has_settled() -> None:
    assert disputed(WORDS) == ["b"]
