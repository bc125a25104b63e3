"""Copies find each other, strangers do not, and the "no image available" picture is known by its many products."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from wildwear.images.decode import store
from wildwear.images.duplicates import near_duplicate_groups, placeholders
from wildwear.images.phash import FLAT


def by_brute_force(
    phash: NDArray[np.uint64], max_distance: int, vectors: NDArray[np.float32] | None = None, min_cosine: float = 0.9
) -> list[int]:
    """Every pair, and labels passed on until nothing changes."""
    near = np.bitwise_count(phash[:, None] ^ phash[None, :]) <= max_distance
    near &= (phash != FLAT)[:, None] & (phash != FLAT)[None, :]
    if vectors is not None:
        lengths = np.linalg.norm(vectors, axis=1)
        near &= vectors @ vectors.T >= min_cosine * np.outer(lengths, lengths)
    near |= np.eye(len(phash), dtype=bool)
    labels = np.arange(len(phash))
    while True:
        lowest = np.where(near, labels[None, :], len(phash)).min(axis=1, initial=len(phash))
        if (lowest == labels).all():
            return [int(label) for label in labels]
        labels = lowest


@st.composite
def families(draw: st.DrawFn) -> NDArray[np.uint64]:
    """Hashes of which many are some flipped bits away from another."""
    founders = draw(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=4))
    members = st.tuples(st.sampled_from(founders), st.lists(st.integers(0, 63), max_size=12))
    chosen = draw(st.lists(members, max_size=40))
    return np.array([founder ^ sum({1 << bit for bit in flips}) for founder, flips in chosen], dtype=np.uint64)


@given(families(), st.integers(0, 12))
@settings(max_examples=200, deadline=None)
def test_groups_are_those_of_all_pairs_labelled_by_their_first_row(phash: NDArray[np.uint64], distance: int) -> None:
    assert near_duplicate_groups(phash, distance).tolist() == by_brute_force(phash, distance)


@given(families(), st.integers(0, 12), st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_with_vectors_a_pair_must_pass_both(phash: NDArray[np.uint64], distance: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).integers(-2, 3, (len(phash), 2)).astype(np.float32) + np.float32(0.01)
    groups = near_duplicate_groups(phash, distance, vectors, 0.85)
    assert groups.tolist() == by_brute_force(phash, distance, vectors, 0.85)


def test_many_hashes_give_the_groups_of_all_pairs() -> None:
    random = np.random.default_rng(3)
    founders = random.integers(1, 2**64, 1500, dtype=np.uint64)
    phash = np.concatenate([founders, founders[::3] ^ np.uint64(0b10110), founders[::5] ^ np.uint64(1 << 63)])
    assert near_duplicate_groups(phash).tolist() == by_brute_force(phash, 6)


def test_flat_pictures_are_not_alike_and_identical_ones_with_structure_are() -> None:
    assert near_duplicate_groups(np.array([FLAT, 99, FLAT, 99, 1], np.uint64), 0).tolist() == [0, 1, 2, 1, 4]


def test_a_hundred_thousand_copies_are_one_group_in_no_time() -> None:
    copies = np.full(100_000, 0xF0F0_1234_ABCD_0F0F, np.uint64)
    assert not near_duplicate_groups(copies).any()


def test_pictures_without_a_direction_are_not_alike() -> None:
    vectors = np.array([[0, 0], [0, 0], [1, 0], [2, 0]], np.float32)
    assert near_duplicate_groups(np.full(4, 77, np.uint64), 0, vectors).tolist() == [0, 1, 2, 2]


def test_nothing_has_no_groups() -> None:
    assert near_duplicate_groups(np.array([], np.uint64)).tolist() == []


@pytest.mark.parametrize(
    "wrong", [{"max_distance": -1}, {"max_distance": 17}, {"min_cosine": 1.5}, {"vectors": np.ones((2, 4), np.float32)}]
)
def test_senseless_thresholds_and_shapes_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="needs"):
        near_duplicate_groups(np.array([1, 2, 3], np.uint64), **wrong)


def test_h34_one_picture_on_very_many_products_is_a_placeholder() -> None:
    products = [f"p{number}" for number in range(50)]
    image_ids = ["no-image-available"] * 50 + [f"own-{product}" for product in products] + ["two-pack", "two-pack"]
    assert placeholders(image_ids, [*products, *products, "p1", "p2"], min_products=3) == {"no-image-available"}


def test_h34_a_product_that_repeats_its_own_picture_has_no_placeholder() -> None:
    assert placeholders(["a"] * 9, ["same"] * 9, min_products=2) == set()


def test_a_placeholder_needs_at_least_two_products() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        placeholders(["a"], ["p"], min_products=1)


@pytest.mark.data
def test_rescaled_and_recompressed_photographs_find_their_originals_and_nothing_else(data: Path) -> None:
    with (data / "street" / "boxes.csv").open() as file:
        names = sorted({row["photo"] for row in csv.DictReader(file)})[:60]
    originals = [next((data / "street").rglob(name)).read_bytes() for name in names]
    phash = [store(picture).phash for picture in originals + [edited(picture) for picture in originals]]
    groups = near_duplicate_groups(np.array(phash, np.uint64))
    assert groups.tolist() == [*range(len(names)), *range(len(names))]


def edited(picture: bytes) -> bytes:
    """Two thirds of the size, and poor quality."""
    image, file = Image.open(io.BytesIO(picture)), io.BytesIO()
    image.resize((image.width * 2 // 3, image.height * 2 // 3)).save(file, "JPEG", quality=40)
    return file.getvalue()
