"""Copies of one photograph are together, whatever was done to them; other photographs are not."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageEnhance
from tests.inspection.copied import benchmark, grouped, jpeg, mirrored, photograph, stored

from wildwear.inspection.look_alikes import LookAlikeSettings, look_alikes

BENCHMARK = benchmark()
COPIES = BENCHMARK.COPIES
FAMILY = [photograph(0), photograph(1), photograph(2)]
MORE = [FAMILY[0].resize((200, 266)), mirrored(FAMILY[1]), FAMILY[0].crop((15, 20, 290, 380)), photograph(3)]
PICTURES = [one.bytes for one in stored([*FAMILY, *MORE])]
TOGETHER = [0, 1, -1, 0, 1, 0, -1]


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_is_together_with_its_original_and_with_nothing_else(kind: str) -> None:
    originals = [photograph(seed) for seed in range(10, 15)]
    pictures = [
        one.bytes for one in stored([*originals, *(Image.open(io.BytesIO(COPIES[kind](one))) for one in originals)])
    ]
    assert grouped(pictures) == [0, 1, 2, 3, 4] * 2


@pytest.mark.parametrize(
    "edit",
    [
        lambda picture: mirrored(picture).crop((10, 20, 290, 390)).resize((140, 185)),
        lambda picture: ImageEnhance.Contrast(picture).enhance(0.7),
        lambda picture: ImageEnhance.Brightness(picture).enhance(0.6),
        lambda picture: picture.crop((0, 0, 280, 375)),
    ],
    ids=["all at once", "contrast", "darker", "a corner off"],
)
def test_copies_that_nobody_asked_for_are_found_too(edit: Callable[[Image.Image], Image.Image]) -> None:
    pictures = [one.bytes for one in stored([FAMILY[0], edit(FAMILY[0]), FAMILY[1]])]
    assert grouped(pictures) == [0, 0, -1]


def test_groups_are_numbered_by_their_first_pictures_and_who_is_alone_has_none() -> None:
    assert grouped(PICTURES) == TOGETHER


def test_the_same_shot_in_another_colour_is_another_picture_unless_colours_do_not_count() -> None:
    shots = [photograph(7, garment) for garment in ((180, 60, 60), (70, 90, 190))]
    pictures = [one.bytes for one in stored(shots)]
    assert grouped(pictures) == [-1, -1]
    assert grouped(pictures, settings=LookAlikeSettings(difference=255)) == [0, 0]


def test_pictures_with_the_same_bytes_are_together_without_any_comparison() -> None:
    nobody = LookAlikeSettings(neighbours=0)
    assert grouped([PICTURES[0], PICTURES[2], PICTURES[0]], settings=nobody) == [0, -1, 0]


def test_near_hashes_are_compared_where_vectors_say_nothing() -> None:
    originals = stored([FAMILY[0], FAMILY[0].resize((200, 266)), FAMILY[1], mirrored(FAMILY[1])])
    pictures, phash = [one.bytes for one in originals], [one.phash for one in originals]
    assert grouped(pictures, phash, LookAlikeSettings(neighbours=0)) == [0, 0, 1, 1]


def test_what_shows_nothing_or_cannot_be_decoded_is_alone() -> None:
    white = jpeg(Image.new("RGB", (256, 256), (250, 250, 250)))
    torn = PICTURES[0][: len(PICTURES[0]) // 2]
    assert grouped([white, white, torn, torn, PICTURES[0], PICTURES[3]]) == [-1, -1, -1, -1, 0, 0]


def test_nothing_has_no_groups() -> None:
    assert grouped([]) == []


def partition(groups: list[int]) -> set[frozenset[int]]:
    return {frozenset(row for row, other in enumerate(groups) if other == group) for group in groups if group >= 0}


@given(st.permutations(range(len(PICTURES))))
@settings(max_examples=8, deadline=None)
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    groups = grouped([PICTURES[row] for row in order])
    assert {frozenset(order[row] for row in rows) for rows in partition(groups)} == partition(TOGETHER)


@given(st.sets(st.integers(0, len(PICTURES) - 1)))
@settings(max_examples=8, deadline=None)
def test_mirroring_any_of_them_changes_no_group(which: set[int]) -> None:
    turned = [mirrored(picture) if row in which else picture for row, picture in enumerate([*FAMILY, *MORE])]
    assert grouped([one.bytes for one in stored(turned)]) == TOGETHER


@given(st.integers(100, 10_000))
@settings(max_examples=8, deadline=None)
def test_a_picture_that_is_like_none_changes_nothing(seed: int) -> None:
    assert grouped([*PICTURES, stored([photograph(seed)])[0].bytes]) == [*TOGETHER, -1]


def test_vectors_and_pictures_are_read_in_parts() -> None:
    asked: list[int] = []

    def fetched(rows: NDArray[np.int64]) -> list[bytes]:
        asked.append(len(rows))
        return [PICTURES[row % len(PICTURES)] for row in rows]

    look_alikes(np.zeros(3000, np.uint64), np.ones((3000, 2), np.float32), fetched)
    assert max(asked) <= 1024
    assert sum(asked) >= 3000


def test_one_vector_a_picture_is_needed() -> None:
    with pytest.raises(ValueError, match="one vector a hash, and got 2 for 3"):
        look_alikes(np.zeros(3, np.uint64), np.ones((2, 4), np.float32), lambda rows: [])


@pytest.mark.parametrize("wrong", [{"agreement": 0.0}, {"agreement": 1.5}, {"difference": -1.0}, {"neighbours": -1}])
def test_senseless_settings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="needs agreement"):
        LookAlikeSettings(**wrong)


@pytest.mark.data
def test_copies_of_real_photographs_find_their_originals_and_hardly_any_others(data: Path) -> None:
    chosen = [photo for source in ("luma", "wild-garments") for photo in BENCHMARK.photographs(source, 30, 12, data)]
    shown = [one for photo in chosen for one in BENCHMARK.copies(photo)]
    found = BENCHMARK.figures(shown, BENCHMARK.ours(shown, BENCHMARK.vectors_of(shown)))
    assert found["recall"] >= 0.97
    assert found["precision"] >= 0.99


def test_every_kind_of_copy_is_another_file() -> None:
    made = [copy(FAMILY[0]) for copy in COPIES.values()]
    assert all(a != b for a, b in combinations(made, 2))
