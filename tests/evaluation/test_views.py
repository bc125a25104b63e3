"""What a network is shown of a sample: its box or all that is stored, once or in several views."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from wildwear.evaluation.views import CROPS, views
from wildwear.images.preprocess import Preprocessing
from wildwear.records import Box

PLAIN = Preprocessing(size=56)
WAYS = {
    "squash": PLAIN,
    "letterbox": replace(PLAIN, resize="letterbox"),
    "crop": replace(PLAIN, resize="crop", short_side=64),
}


def ramp(height: int = 64, width: int = 64) -> NDArray[np.uint8]:
    """Red says how far to the right, green how far down."""
    down, right = np.mgrid[0:height, 0:width]
    planes = [255 * right / (width - 1), 255 * down / (height - 1), np.zeros((height, width))]
    return np.stack(planes, axis=2).astype(np.uint8)


def centre_of(view: NDArray[np.float32]) -> tuple[float, float]:
    """Where the middle of a view lies in the ramp, 0 to 1 each."""
    x, y, _ = (view.mean(axis=(1, 2)) + 1) / 2
    return float(x), float(y)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("crops", CROPS)
def test_there_are_as_many_views_as_asked_for_and_the_second_half_is_mirrored(way: str, crops: int) -> None:
    for box in (None, Box(x1=8, y1=8, x2=40, y2=60)):
        seen = views(ramp(96, 64), box, WAYS[way], crops)
        assert seen.shape == (crops, 3, 56, 56) and seen.dtype == np.float32
        assert np.isfinite(seen).all()
        if crops % 2 == 0:
            assert np.array_equal(seen[crops // 2 :], seen[: crops // 2, :, :, ::-1])


@pytest.mark.parametrize("way", WAYS)
def test_one_view_is_what_the_model_sees_when_it_is_used(way: str) -> None:
    box = Box(x1=4, y1=10, x2=50, y2=60)
    assert np.array_equal(views(ramp(), box, WAYS[way], 1)[0], WAYS[way](ramp(), box))


def test_five_views_are_the_centre_and_the_corners() -> None:
    centre, *corners = (centre_of(view) for view in views(ramp(), None, WAYS["squash"], 5))
    assert centre == pytest.approx((0.5, 0.5), abs=0.01)
    near, far = 0.5 - 1 / 16, 0.5 + 1 / 16
    expected = [(near, near), (far, near), (near, far), (far, far)]
    for found, place in zip(corners, expected, strict=True):
        assert found == pytest.approx(place, abs=0.01)


def test_the_centre_of_five_is_what_a_model_that_crops_sees_anyway() -> None:
    rgb = ramp(96, 64)
    assert views(rgb, None, WAYS["crop"], 5)[0] == pytest.approx(WAYS["crop"](rgb), abs=0.02)
    corner = views(rgb, None, WAYS["crop"], 5)[1]
    assert corner == pytest.approx(replace(PLAIN)(rgb[:56, :56]), abs=0.02)


def test_scales_close_in_on_the_centre() -> None:
    spread = [float(view[0].std()) for view in views(ramp(), None, WAYS["squash"], 3)]
    assert spread[1] / spread[0] == pytest.approx(7 / 8, abs=0.02)
    assert spread[2] / spread[0] == pytest.approx(3 / 4, abs=0.02)


def test_views_of_a_box_stay_in_it_and_its_margin() -> None:
    rgb = np.zeros((64, 64, 3), np.uint8)
    rgb[16:48, 16:48] = 255
    inside = Box(x1=16, y1=16, x2=48, y2=48)
    assert views(rgb, inside, WAYS["squash"], 5)[..., 2:-2, 2:-2].min() > 0.95
    with_margin = views(rgb, inside, replace(PLAIN, margin=0.5), 5)
    assert with_margin[1].min() == -1.0


def test_a_box_of_one_pixel_still_has_corners() -> None:
    seen = views(ramp(), Box(x1=63, y1=63, x2=64, y2=64), WAYS["letterbox"], 10)
    assert np.isfinite(seen).all()
