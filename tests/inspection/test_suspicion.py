"""Which labels are likely wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wildwear.datasets.entries import read_table
from wildwear.datasets.importing import import_samples
from wildwear.datasets.reader import label_matrix
from wildwear.datasets.settings import Columns, ImportSettings, SplitSettings
from wildwear.embedding import embedded
from wildwear.errors import UserError
from wildwear.inspection.suspicion import Suspicion, SuspicionSettings, reasons, suspicion
from wildwear.models.registry import load_model
from wildwear.workspace import Workspace

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Rows = NDArray[np.int64]
Problem = tuple[Floats, Bools, Rows]


def clouds(rows: int = 300, classes: int = 4, width: int = 12, seed: int = 0, noise: float = 0.2) -> Problem:
    """Vectors around a centre of each class, single labels, three rows a group."""
    random = np.random.default_rng(seed)
    label = np.arange(rows) // 3 % classes
    centres = random.normal(0, 1, (classes, width))
    vectors = (centres[label] + random.normal(0, noise, (rows, width))).astype(np.float32)
    return vectors, np.eye(classes, dtype=bool)[label], np.arange(rows) // 3


def flipped(labels: Bools, share: float, seed: int = 0) -> tuple[Bools, Bools]:
    """Labels of which `share` were moved to another class, and which."""
    random = np.random.default_rng(seed)
    rows = random.choice(len(labels), round(share * len(labels)), replace=False)
    moved = labels.copy()
    moved[rows] = [np.roll(labels[row], random.integers(1, labels.shape[1])) for row in rows]
    return moved, np.isin(np.arange(len(labels)), rows)


def shuffled_among(names: NDArray[np.str_], share: float, seed: int) -> tuple[NDArray[np.str_], Bools]:
    """Names of which `share` were changed to another that occurs, and which."""
    kinds, number = np.unique(names, return_inverse=True)
    moved, wrong = flipped(np.eye(len(kinds), dtype=bool)[number], share, seed)
    return kinds[moved.argmax(axis=1)], wrong


def recall(score: Floats, wrong: Bools, share: float) -> float:
    first = np.argsort(-score, kind="stable")[: int(share * len(score))]
    return float(wrong[first].sum() / wrong.sum())


def is_sane(found: Suspicion, labels: Bools) -> bool:
    held = labels[np.arange(len(labels)), found.guess] if labels.shape[1] else np.zeros(len(labels), bool)
    return bool(
        np.isfinite(found.score).all()
        and np.isfinite(found.probabilities).all()
        and ((found.score >= 0) & (found.score <= 1)).all()
        and (found.score[held & (found.guess >= 0)] <= 0.5).all()
        and found.probabilities.shape == labels.shape
    )


def test_labels_that_were_flipped_come_first() -> None:
    vectors, labels, groups = clouds()
    moved, wrong = flipped(labels, 0.1)
    found = suspicion(vectors, moved, groups)
    assert recall(found.score, wrong, 0.1) == 1
    assert (found.guess[wrong] == labels[wrong].argmax(axis=1)).all()
    assert (found.score[wrong] > 0.9).all()


def test_a_label_that_holds_the_guess_is_not_suspicious() -> None:
    """Half of the labels say "this or the next class": that is vague, and not wrong."""
    vectors, labels, groups = clouds()
    vague = labels.copy()
    vague[::2] |= np.roll(labels, 1, axis=1)[::2]
    found = suspicion(vectors, vague, groups)
    assert (found.score < 0.5).all()
    assert vague[np.arange(len(vague)), found.guess].all()


def test_classes_that_always_come_together_are_one() -> None:
    """Pants are ten categories at once: each would have a tenth of the mass, and lose against a single one."""
    vectors, labels, groups = clouds(noise=0.5)
    moved, _ = flipped(labels, 0.1)
    ten = np.concatenate([moved, np.repeat(moved[:, :1], 9, axis=1)], axis=1)
    alone, together = suspicion(vectors, moved, groups), suspicion(vectors, ten, groups)
    np.testing.assert_allclose(together.score, alone.score, atol=1e-5)
    np.testing.assert_allclose(together.probabilities.sum(axis=1), 1, atol=1e-5)
    assert set(together.guess) == set(alone.guess)


def test_a_group_does_not_vouch_for_itself() -> None:
    """Five pictures of one shirt that all say skirt: each would be sure by the other four."""
    vectors, labels, groups = clouds()
    one = np.flatnonzero(labels[:, 0])[:5]
    vectors[one] = vectors[one[0]] + np.random.default_rng(1).normal(0, 0.01, (5, vectors.shape[1]))
    labels[one] = np.eye(4, dtype=bool)[2]
    torn = suspicion(vectors, labels, np.arange(len(vectors)), SuspicionSettings(neighbours=4))
    groups[one] = groups[one[0]]
    whole = suspicion(vectors, labels, groups, SuspicionSettings(neighbours=4))
    assert (whole.score[one] > 0.9).all()
    assert (whole.agreeing[one] == 4).all()
    assert torn.score[one].max() < whole.score[one].min()


@st.composite
def any_problem(draw: st.DrawFn) -> Problem:
    rows, classes, width = draw(st.integers(0, 30)), draw(st.integers(0, 4)), draw(st.integers(0, 6))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    vectors = random.normal(0, 1, (rows, width)) * draw(st.sampled_from([0.0, 1e-30, 1.0, 1e30]))
    vectors[random.random(rows) < draw(st.sampled_from([0.0, 0.3, 1.0]))] = draw(st.sampled_from([np.nan, np.inf]))
    labels = random.random((rows, classes)) < draw(st.sampled_from([0.0, 0.3, 1.0]))
    return vectors.astype(np.float32), labels, random.integers(0, draw(st.integers(1, 30)), rows)


@settings(max_examples=100)
@given(any_problem())
def test_whatever_comes_in_every_score_is_between_0_and_1(problem: Problem) -> None:
    vectors, labels, groups = problem
    found = suspicion(vectors, labels, groups)
    assert is_sane(found, labels)
    labelled = labels.any(axis=1)
    assert (found.score[~labelled] == 0).all()
    assert (found.guess[labelled] >= 0).all()
    assert len(reasons(found, labels, [f"class {at}" for at in range(labels.shape[1])])) == len(labels)


@settings(max_examples=15)
@given(st.integers(0, 1000))
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    vectors, labels, groups = clouds(rows=90, noise=0.5)
    labels, _ = flipped(labels, 0.1, seed)
    order = np.random.default_rng(seed).permutation(len(vectors))
    as_given = suspicion(vectors, labels, groups)
    shuffled = suspicion(vectors[order], labels[order], groups[order])
    np.testing.assert_allclose(shuffled.probabilities, as_given.probabilities[order], atol=0.05)
    likely = np.sort(as_given.probabilities[order], axis=1)
    firm = likely[:, -1] - likely[:, -2] > 0.1  # on a draw between two classes the guess may go either way
    np.testing.assert_allclose(shuffled.score[firm], as_given.score[order][firm], atol=0.05)
    assert firm.mean() > 0.7


def test_the_same_seed_gives_the_same_bits_and_another_one_other_folds() -> None:
    vectors, labels, groups = clouds(noise=0.5)
    first, again, other = (suspicion(vectors, labels, groups, SuspicionSettings(seed=seed)) for seed in (0, 0, 1))
    assert first.score.tobytes() == again.score.tobytes()
    assert first.score.tobytes() != other.score.tobytes()


def test_a_class_that_one_group_alone_has_cannot_be_judged() -> None:
    vectors, labels, groups = clouds()
    rare = np.zeros((len(labels), 5), bool)
    rare[:, :4] = labels
    rare[:3] = np.eye(5, dtype=bool)[4]
    found = suspicion(vectors, rare, groups)
    assert (found.score[:3] == 0.5).all()
    assert (found.guess[:3] == 4).all()
    assert reasons(found, rare, list("abcde"), [0]) == ["cannot be judged: there is nothing to compare it with"]


def test_a_class_of_two_groups_is_judged_though_there_are_more_folds() -> None:
    vectors, labels, groups = clouds(noise=0.1)
    rare = np.zeros((len(labels), 5), bool)
    rare[:, :4] = labels
    rare[:6] = np.eye(5, dtype=bool)[4]
    vectors[:6] = np.random.default_rng(5).normal(0, 1, vectors.shape[1]) * 2
    assert (suspicion(vectors, rare, groups).score[:6] < 0.5).all()


def test_of_one_class_no_label_is_suspicious() -> None:
    vectors, _, groups = clouds()
    found = suspicion(vectors, np.ones((len(vectors), 1), bool), groups)
    assert (found.score < 0.01).all()
    assert (found.guess == 0).all()


def test_one_group_alone_cannot_be_judged() -> None:
    vectors, labels, _ = clouds(rows=30)
    found = suspicion(vectors, labels, np.zeros(30, np.int64))
    assert (found.score == 0.5).all()
    assert (found.guess == labels.argmax(axis=1)).all()
    assert not found.probabilities.any()


def test_a_row_without_a_label_has_no_say_and_is_told_what_it_looks_like() -> None:
    vectors, labels, groups = clouds()
    truth = labels.argmax(axis=1)
    without = labels.copy()
    without[:30] = False
    found = suspicion(vectors, without, groups)
    assert (found.score[:30] == 0).all()
    assert (found.guess[:30] == truth[:30]).all()
    alone = suspicion(vectors[30:], labels[30:], groups[30:])
    assert (alone.guess == found.guess[30:]).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_vector_that_is_not_finite_says_nothing_and_harms_no_other(value: float) -> None:
    vectors, labels, groups = clouds()
    moved, wrong = flipped(labels, 0.1)
    vectors[:6, 3] = value
    found = suspicion(vectors, moved, groups)
    assert (found.score[:6] == 0.5).all()
    assert (found.neighbours[:6] == 0).all()
    assert recall(found.score[6:], wrong[6:], 0.1) == 1


def test_nothing_gives_nothing() -> None:
    for shape in ((0, 3), (0, 0), (5, 0)):
        found = suspicion(np.zeros((shape[0], 8), np.float32), np.zeros(shape, bool), np.arange(shape[0]))
        assert found.score.tolist() == [0] * shape[0]
        assert found.guess.tolist() == [-1] * shape[0]


def test_beyond_what_is_compared_rows_are_drawn_and_rare_classes_kept() -> None:
    vectors, labels, groups = clouds(rows=1500)
    rare = np.zeros((len(labels), 5), bool)
    rare[:, :4] = labels
    rare[:30] = np.eye(5, dtype=bool)[4]
    vectors[:30] = np.random.default_rng(5).normal(0, 1, vectors.shape[1]) * 2
    moved, wrong = flipped(rare, 0.05)
    found = suspicion(vectors, moved, groups, SuspicionSettings(learned_from=200, compared=200))
    assert recall(found.score, wrong, 0.1) > 0.95
    assert (found.guess[:30] == 4).mean() > 0.9


def test_reasons_are_short_plain_sentences() -> None:
    vectors, labels, groups = clouds()
    labels[0] = np.roll(labels[0], 1)
    found = suspicion(vectors, labels, groups)
    wrong, right = reasons(found, labels, ["Tee", "Skirt", "Hat", "Shoes"], [0, 5])
    assert wrong == "looks like Tee (1.00); 20 of its 20 neighbours are"
    assert right == "looks as labelled (1.00); 20 of its 20 neighbours are"


def test_shapes_that_do_not_belong_together_are_refused() -> None:
    vectors, labels, groups = clouds()
    with pytest.raises(ValueError, match=r"N × D, N × C and N, and got \(300, 12\), \(299, 4\)"):
        suspicion(vectors, labels[1:], groups)


@pytest.mark.parametrize("wrong", [{"folds": 1}, {"neighbours": 0}, {"vote": -1}, {"l2": 0}, {"compared": 0}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UserError, match=next(iter(wrong))):
        SuspicionSettings(**wrong)  # type: ignore[arg-type]


@pytest.mark.data
def test_four_of_five_flipped_labels_are_among_the_first_tenth_of_real_photographs(
    data: Path, workspace: Workspace
) -> None:
    """The photographs of wild-garments that the packaged model has not learned from, 5 % of their labels flipped."""
    lines = (data / "wild-garments" / "labels.csv").read_text().splitlines()
    chosen = [line for line in lines[1:] if line.endswith(",validation")]
    table = workspace.root / "labels.csv"
    table.write_text("\n".join([lines[0], *chosen]))
    split = SplitSettings(val=0, test=0)
    found = read_table(table, Columns(images=data / "wild-garments" / "images"))
    import_samples(workspace, "wild", found, ImportSettings(labels="wild-garments"), split)
    seen = embedded(workspace, workspace.dataset("wild"), load_model("wildwear-base", workspace))
    names = np.array(["|".join(sorted(labels)) for labels in seen.rows["labels"].to_pylist()])
    kinds = sorted({name for label in names for name in label.split("|")})
    senders = np.unique(seen.rows["group"].to_pylist(), return_inverse=True)[1]
    recalls = []
    for seed in range(5):
        given, wrong = shuffled_among(names, 0.05, seed)
        labels = label_matrix(pa.array([label.split("|") for label in given]), kinds)
        recalls.append(recall(suspicion(seen.vectors, labels, senders).score, wrong, 0.1))
    assert len(names) > 300
    assert np.mean(recalls) >= 0.8, recalls
