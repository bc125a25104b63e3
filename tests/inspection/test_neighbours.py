"""Near vectors and near hashes are found among many, and the number of pairs stays bounded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wildwear.inspection import neighbours
from wildwear.inspection.candidates import candidates
from wildwear.inspection.neighbours import nearest


def families(count: int, members: int, dimensions: int, seed: int = 0) -> NDArray[np.float32]:
    """Vectors in families of `members`, each near the others of its family; mixed."""
    random = np.random.default_rng(seed)
    middle = random.standard_normal((count, dimensions)).repeat(members, axis=0)
    vectors = middle + 0.3 * random.standard_normal((count * members, dimensions))
    return vectors.astype(np.float32)[np.argsort(np.tile(np.arange(members), count), kind="stable")]


@given(st.integers(2, 40), st.integers(1, 6), st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_among_few_vectors_the_nearest_are_the_nearest(count: int, wanted: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).standard_normal((count, 8)).astype(np.float32)
    near = vectors @ vectors.T / np.outer(*[np.linalg.norm(vectors, axis=1)] * 2)
    np.fill_diagonal(near, -np.inf)
    expected = np.argsort(-near, axis=1)[:, : min(wanted, count - 1)]
    assert nearest(vectors, np.arange(count), wanted).tolist() == expected.tolist()


def test_only_the_rows_that_are_asked_for_are_neighbours() -> None:
    vectors = families(10, 2, 16)
    rows = np.array([3, 0, 10])
    assert nearest(vectors, rows, 1).ravel().tolist()[1:] == [2, 1]


def test_long_vectors_keep_their_neighbours_when_they_are_projected() -> None:
    vectors = families(200, 2, 2560)
    assert (nearest(vectors, np.arange(400), 1).ravel() == (np.arange(400) + 200) % 400).mean() > 0.99


def test_among_many_vectors_cells_find_nearly_all_that_comparing_everything_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vectors = families(2000, 3, 64)
    exact = nearest(vectors, np.arange(6000), 2)
    monkeypatch.setattr(neighbours, "_EXACT", 100)
    found = nearest(vectors, np.arange(6000), 2)
    assert (np.sort(found) == np.sort(exact)).mean() > 0.97


def test_a_cell_that_is_asked_for_more_than_it_holds_leaves_places_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "_EXACT", 0)
    monkeypatch.setattr(neighbours, "_PROBES", 1)
    found = nearest(families(10, 2, 8), np.arange(20), 15)
    assert found.shape == (20, 15)
    assert (found == -1).any()
    assert all(row not in found[row] for row in range(20))


def test_vectors_that_are_no_numbers_have_no_say() -> None:
    vectors = families(5, 2, 8)
    vectors[0] = np.nan
    assert nearest(vectors, np.arange(10), 1).ravel().tolist()[6:] == [1, 2, 3, 4]


def test_vectors_must_be_a_matrix() -> None:
    with pytest.raises(ValueError, match="N × D"):
        nearest(np.zeros(3, np.float32), np.arange(3), 1)


def pairs_of(
    hashes: list[list[int]], there: list[bool] | None = None, near: list[list[int]] | None = None
) -> list[tuple[int, int]]:
    count = len(hashes[0])
    left, right = candidates(
        [np.array(one, np.uint64) for one in hashes],
        np.array(near if near else [[]] * count, np.int64).reshape(count, -1),
        np.array(there or [True] * count),
    )
    return list(zip(left.tolist(), right.tolist(), strict=True))


def test_hashes_that_are_near_make_a_pair_once_whichever_they_are() -> None:
    assert pairs_of([[0xFF00FF00FF, 0xFF00FF00FE, 0xABCDEF0123456789]]) == [(0, 1)]
    assert pairs_of([[0xFF00FF00FF, 0xABCDEF0123456789], [0x1234567812345678, 0xFF00FF00FF]]) == [(0, 1)]


def test_neighbours_are_pairs_and_nobody_pairs_with_themselves() -> None:
    assert pairs_of([[0, 0, 0]], near=[[1], [0], [-1]]) == [(0, 1)]
    assert pairs_of([[0, 0, 0]], near=[[0], [1], [1]]) == [(1, 2)]


def test_what_is_not_there_and_what_has_no_structure_is_in_no_pair() -> None:
    assert pairs_of([[5, 5, 0, 0]], there=[True, False, True, True]) == []


def test_ten_thousand_pictures_of_one_hash_make_few_pairs() -> None:
    assert len(pairs_of([[99] * 10_000])) < 6 * 10_000
