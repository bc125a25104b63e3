"""The loss for label sets."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wildwear.losses import balancing_weights, fit_temperature, set_loss, set_loss_and_gradient

Problem = tuple[NDArray[np.float64], NDArray[np.bool_]]


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    rows, classes = draw(st.integers(1, 8)), draw(st.integers(1, 7))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    members = random.random((rows, classes)) < 0.4
    members[np.arange(rows), random.integers(0, classes, rows)] = True
    return random.normal(0, draw(st.sampled_from([0.1, 3.0, 50.0])), (rows, classes)), members


@settings(deadline=None)
@given(problems())
def test_the_loss_is_minus_the_log_of_the_summed_probability(problem: Problem) -> None:
    logits, members = problem
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    mass = np.where(members, shifted, 0).sum(axis=1) / shifted.sum(axis=1)
    np.testing.assert_allclose(np.exp(-set_loss(logits, members)), mass, atol=1e-12)


@settings(deadline=None)
@given(problems())
def test_the_gradient_agrees_with_finite_differences(problem: Problem) -> None:
    logits, members = problem
    step, numeric = 1e-5, np.zeros_like(logits)
    for column in range(logits.shape[1]):
        nudge = np.zeros(logits.shape[1])
        nudge[column] = step
        numeric[:, column] = (set_loss(logits + nudge, members) - set_loss(logits - nudge, members)) / (2 * step)
    np.testing.assert_allclose(set_loss_and_gradient(logits, members)[1], numeric, atol=1e-5)


@settings(deadline=None)
@given(problems())
def test_a_larger_set_never_costs_more(problem: Problem) -> None:
    logits, members = problem
    larger = members.copy()
    larger[:, 0] = True
    assert (set_loss(logits, larger) <= set_loss(logits, members) + 1e-12).all()


def test_a_set_of_every_class_costs_nothing() -> None:
    assert set_loss(np.array([[3.0, -700.0, 900.0]]), np.ones((1, 3), dtype=bool)) == 0


def test_balanced_weights_give_every_class_the_same_total() -> None:
    members = np.eye(3, dtype=bool)[[0] * 90 + [1] * 9 + [2]]
    weights = balancing_weights(members, np.ones(100), "balanced")
    np.testing.assert_allclose(weights @ members, [100 / 3] * 3)
    halfway = balancing_weights(members, np.ones(100), "sqrt") @ members
    np.testing.assert_allclose(halfway / halfway[2], np.sqrt([90, 9, 1]))
    assert balancing_weights(members, np.ones(100), "none").tolist() == [1.0] * 100


@settings(deadline=None)
@given(problems(), st.sampled_from(["none", "sqrt", "balanced"]))
def test_balancing_keeps_the_total_weight(problem: Problem, balance: str) -> None:
    _, members = problem
    weights = np.linspace(0.5, 2, len(members))
    np.testing.assert_allclose(balancing_weights(members, weights, balance).sum(), weights.sum())  # type: ignore[arg-type]


def test_the_temperature_undoes_a_known_overconfidence() -> None:
    random = np.random.default_rng(0)
    honest = random.normal(0, 2, (4000, 5))
    uniform = random.random((4000, 1))
    cumulated = np.cumsum(np.exp(honest) / np.exp(honest).sum(axis=1, keepdims=True), axis=1)
    members = np.eye(5, dtype=bool)[(uniform > cumulated[:, :-1]).sum(axis=1)]
    assert abs(fit_temperature(honest * 3, members) - 3) < 0.15
