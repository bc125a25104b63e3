"""Pictures that show no product are known by their many products, in whatever sizes, or by showing nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.inspection.copied import grouped, jpeg, photograph

from wildwear.images.decode import store
from wildwear.inspection.placeholders import placeholders
from wildwear.rendered.product import placeholder

ALONE = np.array([-1, -1, -1])
STRUCTURED = np.array([5, 6, 7], np.uint64)


def test_h34_a_card_that_is_compressed_anew_in_every_size_is_one_placeholder() -> None:
    sides, qualities = (150, 256, 400, 800), (50, 90)
    cards = [jpeg(placeholder(512).resize((side, side)), quality) for side in sides for quality in qualities]
    pictures = [store(picture) for picture in [*cards, jpeg(photograph(1)), jpeg(photograph(2))]]
    phash = [picture.phash for picture in pictures]
    groups = np.array(grouped([picture.bytes for picture in pictures], phash))
    each_its_own = np.stack([np.arange(len(pictures))] * 2, axis=1)
    found = placeholders(np.array(phash, np.uint64), groups, each_its_own, least=8)
    assert found.tolist() == [True] * len(cards) + [False, False]


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0), (120, 30, 200)])
@pytest.mark.parametrize("quality", [30, 95])
def test_h34_a_picture_of_one_colour_is_a_placeholder(colour: tuple[int, int, int], quality: int) -> None:
    phash = store(jpeg(Image.new("RGB", (300, 200), colour), quality)).phash
    assert placeholders(np.array([phash], np.uint64), np.array([-1]), np.array([[0, 1]])).tolist() == [True]


def test_one_picture_on_many_products_is_a_placeholder_and_one_product_with_many_pictures_is_none() -> None:
    shown = np.array([[0, product] for product in range(20)] + [[1, 7], [2, 7]] * 20)
    assert placeholders(STRUCTURED, ALONE, shown).tolist() == [True, False, False]


def test_products_that_show_several_look_alikes_count_once() -> None:
    shown = np.array([[row, product] for row in (0, 1) for product in range(3)])
    assert placeholders(STRUCTURED, np.array([0, 0, -1]), shown, least=4).tolist() == [False, False, False]
    assert placeholders(STRUCTURED, np.array([0, 0, -1]), shown, least=3).tolist() == [True, True, False]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), max_size=30),
    st.lists(st.integers(-1, 1), min_size=6, max_size=6),
)
def test_look_alikes_are_placeholders_together(shown: list[tuple[int, int]], groups: list[int]) -> None:
    uses = np.array(shown, np.int64).reshape(-1, 2)
    found = placeholders(np.arange(1, 7, dtype=np.uint64), np.array(groups), uses, least=3)
    for group in {0, 1} & set(groups):
        rows = [row for row, other in enumerate(groups) if other == group]
        products = {product for row, product in shown if row in rows}
        assert {bool(found[row]) for row in rows} == {len(products) >= 3}


def test_a_placeholder_needs_at_least_two_products() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        placeholders(STRUCTURED, ALONE, np.zeros((0, 2), np.int64), least=1)
