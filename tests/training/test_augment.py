"""Random views stay inputs of the same shape, are drawn by their generator alone, and keep near the box."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wildwear.images.preprocess import Preprocessing
from wildwear.records import Box
from wildwear.training.augment import Augmentation

PICTURE = np.random.default_rng(0).integers(0, 256, (90, 60, 3)).astype(np.uint8)


@given(seed=st.integers(0, 2**32 - 1), resize=st.sampled_from(["squash", "letterbox"]), boxed=st.booleans())
def test_a_view_is_a_finite_input_of_the_right_size(seed: int, resize: str, boxed: bool) -> None:
    preprocessing = Preprocessing(size=32, resize=resize, margin=0.1)  # type: ignore[arg-type]
    box = Box(x1=5, y1=60, x2=59, y2=89.5) if boxed else None
    view = Augmentation()(PICTURE, box, preprocessing, np.random.default_rng(seed))
    assert view.shape == (3, 32, 32)
    assert view.dtype == np.float32
    assert np.isfinite(view).all()


def test_the_same_generator_draws_the_same_view() -> None:
    first, second = (Augmentation()(PICTURE, None, Preprocessing(size=24), np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_views_differ_from_draw_to_draw() -> None:
    rng = np.random.default_rng(7)
    first, second = (Augmentation()(PICTURE, None, Preprocessing(size=24), rng) for _ in range(2))
    assert not np.array_equal(first, second)


@given(seed=st.integers(0, 2**32 - 1))
def test_a_jittered_box_keeps_its_area_within_the_bounds(seed: int) -> None:
    box = Box(x1=10, y1=20, x2=30, y2=60)
    moved = Augmentation(area=(0.5, 0.9)).jittered(box, 0.0, np.random.default_rng(seed))
    area = (moved.x2 - moved.x1) * (moved.y2 - moved.y1) / 800
    assert 0.5 - 1e-6 <= area <= 0.9 + 1e-6


def test_without_jitter_a_view_is_the_plain_input_or_its_mirror_image() -> None:
    still = Augmentation(area=(1.0, 1.0), aspect=0.0, colour=0.0, erase=0.0)
    preprocessing = Preprocessing(size=24)
    plain = preprocessing(PICTURE)
    view = still(PICTURE, None, preprocessing, np.random.default_rng(0))
    assert np.allclose(view, plain) or np.allclose(view, plain[:, :, ::-1])


@pytest.mark.parametrize("settings", [{"area": (0.9, 0.5)}, {"area": (0.0, 1.0)}, {"colour": 1.0}, {"erase": 2.0}])
def test_impossible_settings_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must be"):
        Augmentation(**settings)  # type: ignore[arg-type]
