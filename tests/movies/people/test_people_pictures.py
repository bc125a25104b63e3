"""Frames scaled to a detector's input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from wildwear.movies.people.pictures import letterbox, scaled

sides = st.integers(1, 90)


@given(sides, sides, sides, sides, st.integers(0, 255))
def test_a_picture_of_one_grey_stays_so_at_any_size(height: int, width: int, high: int, wide: int, grey: int) -> None:
    picture = scaled(np.full((height, width, 3), grey, np.uint8), (high, wide))
    assert picture.shape == (high, wide, 3)
    assert (picture == grey).all()


@given(sides, sides)
def test_a_letterboxed_picture_lies_at_the_upper_left_in_its_own_shape(height: int, width: int) -> None:
    result = letterbox(np.full((height, width, 3), 255, np.uint8), (64, 64), 114)
    seen = (result.pixels == 255).all(axis=2)
    assert seen[0, 0]
    assert seen.any(axis=1).sum() == pytest.approx(height * result.scale, abs=1)
    assert seen.any(axis=0).sum() == pytest.approx(width * result.scale, abs=1)
    assert (result.pixels[~seen] == 114).all()
    assert max(height, width) * result.scale == pytest.approx(64)


def test_fine_stripes_become_grey_and_not_other_stripes() -> None:
    stripes = np.zeros((720, 1280, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.abs(scaled(stripes, (234, 416)).astype(int) - 127).max() <= 2


def test_a_photograph_is_scaled_as_pillow_does_it() -> None:
    random = np.random.default_rng(0)
    coarse = Image.fromarray(random.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    picture = coarse.resize((1280, 960), Image.Resampling.BICUBIC)
    reference = np.asarray(picture.resize((416, 312), Image.Resampling.BILINEAR), int)
    assert np.abs(scaled(np.asarray(picture), (312, 416)) - reference).mean() < 2


def test_a_view_into_another_picture_is_scaled_too() -> None:
    picture = np.arange(64 * 64 * 3, dtype=np.uint8).reshape(64, 64, 3)
    assert (scaled(picture[::-2, ::2], (16, 16)) == scaled(picture[::-2, ::2].copy(), (16, 16))).all()
