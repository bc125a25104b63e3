"""The linear classifier on frozen features."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wildwear.linear import Examples, choose_l2, fit_head
from wildwear.losses import set_loss


def examples(rows: int = 200, width: int = 6, classes: int = 4, seed: int = 0, noise: float = 1.0) -> Examples:
    """Classes around centres of their own, one group a row."""
    random = np.random.default_rng(seed)
    label = random.integers(0, classes, rows)
    centres = random.normal(0, 2, (classes, width))
    return Examples(
        features=centres[label] + random.normal(0, noise, (rows, width)) + 5,
        members=np.eye(classes, dtype=bool)[label],
        weights=np.ones(rows),
        groups=np.arange(rows).astype(str),
    )


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.01, 0.1, 1.0]))
def test_with_single_labels_it_is_the_logistic_regression_of_scikit_learn(seed: int, l2: float) -> None:
    from sklearn.linear_model import LogisticRegression

    given_examples = examples(seed=seed)
    features = given_examples.features
    scaled = (features - features.mean(axis=0)) / features.std(axis=0)
    theirs = LogisticRegression(C=1 / (l2 * len(scaled)), tol=1e-10, max_iter=5000)
    theirs.fit(scaled, given_examples.members.argmax(axis=1))
    ours = fit_head(given_examples, l2)(features)
    centred = ours - ours.mean(axis=1, keepdims=True)
    expected = theirs.decision_function(scaled)
    np.testing.assert_allclose(centred, expected - expected.mean(axis=1, keepdims=True), atol=2e-4)


def test_labels_that_are_sets_are_told_apart_by_those_that_are_not() -> None:
    """Half of the labels say only "0 or 1": the other half is enough to tell the two."""
    precise = examples(rows=400, noise=0.5)
    vague = precise.members.copy()
    vague[::2, :2] |= vague[::2, :2].any(axis=1, keepdims=True)
    head = fit_head(
        Examples(features=precise.features, members=vague, weights=precise.weights, groups=precise.groups), 0.01
    )
    right = head(precise.features).argmax(axis=1) == precise.members.argmax(axis=1)
    assert right.mean() > 0.97


def test_what_weighs_more_is_fitted_better() -> None:
    even = examples(rows=60, noise=6)
    heavy = np.where(np.arange(60) < 10, 20.0, 1.0)
    weighted = Examples(features=even.features, members=even.members, weights=heavy, groups=even.groups)
    losses = [set_loss(fit_head(given, 0.1)(even.features), even.members)[:10].mean() for given in (even, weighted)]
    assert losses[1] < losses[0] / 2


def test_features_that_never_vary_do_no_harm() -> None:
    given_examples = examples()
    given_examples.features[:, 2] = 7
    assert np.isfinite(fit_head(given_examples, 0.1)(given_examples.features)).all()


def test_noise_asks_for_more_regularisation_than_signal() -> None:
    clear, _ = choose_l2(examples(rows=400, noise=0.3))
    noisy, losses = choose_l2(examples(rows=60, width=50, noise=8))
    assert noisy > clear
    assert losses[noisy] == min(losses.values())


def test_groups_are_never_torn_when_l2_is_chosen() -> None:
    """Copies within a group would make weak regularisation look best, if they stood on both sides."""
    few = examples(rows=40, width=60, noise=8)
    tenfold = np.repeat(np.arange(40), 10)
    copied = Examples(
        features=few.features[tenfold],
        members=few.members[tenfold],
        weights=few.weights[tenfold],
        groups=few.groups[tenfold],
    )
    torn = Examples(
        features=copied.features,
        members=copied.members,
        weights=copied.weights,
        groups=np.arange(400).astype(str),
    )
    assert choose_l2(copied)[0] > choose_l2(torn)[0]


@pytest.mark.parametrize("rows", [1, 5])
def test_one_group_alone_gets_the_usual_regularisation(rows: int) -> None:
    one = examples(rows=rows)
    alone = Examples(features=one.features, members=one.members, weights=one.weights, groups=np.array(["g"] * rows))
    assert choose_l2(alone) == (0.03, {})
