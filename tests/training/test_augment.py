"""Random views show what their settings allow, in the light that Pillow would give them, and nothing else."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageEnhance
from tests.images.pictures import photograph

from wildwear.images.preprocess import Preprocessing, Resize
from wildwear.records import Box
from wildwear.training.augment import Colour, Painter, View, draw_view
from wildwear.training.views import Views

SEEDS = st.integers(0, 2**32 - 1)
RESIZES = st.sampled_from(["squash", "letterbox", "crop"])
FACTORS = st.floats(0.6, 1.4)
STILL: dict[str, Any] = {"flip": 0.0, "brightness": 0.0, "contrast": 0.0, "saturation": 0.0, "erase": 0.0}
PICTURE = (photograph(90, 60) // 2 + 64).astype(np.uint8)
"""No colour of it is clipped by a moderate change of light."""


def rgbx(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])


def painted(
    rgb: NDArray[np.uint8], view: View, size: int, *, fill: int = 128, shown: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    out = np.full((size, size, 3), 7, np.uint8)
    Painter()(rgbx(rgb if shown is None else shown), view, fill, out)
    return out


def view_of(
    rgb: NDArray[np.uint8], views: Views, preprocessing: Preprocessing, box: Box | None = None, seed: int = 0
) -> View:
    return draw_view(views, preprocessing, (rgb.shape[1], rgb.shape[0]), box, np.random.default_rng(seed))


def lit(rgb: NDArray[np.uint8], colour: Colour) -> NDArray[np.uint8]:
    """The whole picture, which must be square, in another light."""
    size = len(rgb)
    view = View(
        picture=(size, size),
        part=(0, 0, size, size),
        width=size,
        height=size,
        mirrored=False,
        colour=colour,
        patch=None,
    )
    return painted(rgb, view, size)


@given(
    st.tuples(st.integers(1, 500), st.integers(1, 500)),
    st.none() | st.tuples(st.floats(-50, 450), st.floats(-50, 450), st.floats(0.01, 500), st.floats(0.01, 500)),
    RESIZES,
    st.sampled_from(["window", "area"]),
    SEEDS,
)
def test_a_view_shows_a_part_of_the_picture(
    picture: tuple[int, int], corners: tuple[float, float, float, float] | None, resize: Resize, crop: Any, seed: int
) -> None:
    box = corners and Box(x1=corners[0], y1=corners[1], x2=corners[0] + corners[2], y2=corners[1] + corners[3])
    views = Views(size=32, short_side=40, crop=crop)
    view = draw_view(views, Preprocessing(resize=resize, margin=0.1), picture, box, np.random.default_rng(seed))
    x1, y1, x2, y2 = view.part
    assert -1e-6 <= x1 < x2 <= picture[0] + 1e-6 and -1e-6 <= y1 < y2 <= picture[1] + 1e-6
    assert 1 <= view.width <= 32 and 1 <= view.height <= 32 and (32 in (view.width, view.height))
    if crop == "window" or resize != "letterbox":
        assert view.width == view.height == 32
    if crop == "window":
        assert x2 - x1 == pytest.approx(y2 - y1, abs=1e-6)


@given(
    st.tuples(st.integers(1, 60), st.integers(1, 60)),
    RESIZES,
    st.sampled_from(["window", "area"]),
    SEEDS,
    st.sampled_from([1, 2, 4]),
)
def test_any_view_can_be_painted_also_from_a_picture_decoded_smaller(
    size: tuple[int, int], resize: Resize, crop: Any, seed: int, smaller: int
) -> None:
    rgb = np.full((size[1], size[0], 3), 100, np.uint8)
    shown = rgb[: -(-size[1] // smaller), : -(-size[0] // smaller)]
    views = Views(**(STILL | {"size": 16, "short_side": 20, "crop": crop}))
    out = painted(rgb, view_of(rgb, views, Preprocessing(resize=resize), seed=seed), 16, fill=100, shown=shown)
    assert (out == 100).all()


@pytest.mark.parametrize("resize", ["squash", "letterbox"])
@pytest.mark.parametrize("box", [None, Box(x1=11.5, y1=8, x2=50, y2=55)])
def test_without_any_variation_a_view_is_what_the_finished_network_sees(resize: Resize, box: Box | None) -> None:
    views = Views(**(STILL | {"size": 24, "area": (1.0, 1.0), "aspect": 0.0}))
    preprocessing = Preprocessing(size=24, resize=resize, margin=0.1, fill=90)
    seen = painted(PICTURE, view_of(PICTURE, views, preprocessing, box), 24, fill=90)
    expected = np.asarray(preprocessing.crop(Image.fromarray(PICTURE), box))
    assert np.abs(seen.astype(int) - expected).max() <= 1


@given(SEEDS)
def test_a_window_of_a_picture_that_needs_no_scaling_is_a_copy_of_its_pixels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, 256, (60, 83, 3)).astype(np.uint8)
    view = view_of(rgb, Views(**(STILL | {"size": 48, "short_side": 60, "crop": "window"})), Preprocessing(), seed=seed)
    left, top = int(view.part[0]), int(view.part[1])
    assert (painted(rgb, view, 48) == rgb[top : top + 48, left : left + 48]).all()


def test_windows_lie_everywhere_with_the_same_chance() -> None:
    views = Views(size=48, short_side=50, crop="window")
    drawn = [view_of(np.zeros((50, 50, 3), np.uint8), views, Preprocessing(), seed=seed).part for seed in range(900)]
    counts = {corner: sum(part[:2] == corner for part in drawn) for corner in {part[:2] for part in drawn}}
    assert len(counts) == 9 and min(counts.values()) > 60


def test_a_window_of_a_box_shows_nothing_outside_it() -> None:
    rgb = np.zeros((100, 200, 3), np.uint8)
    rgb[20:60, 50:130] = 255
    views = Views(**(STILL | {"size": 32, "short_side": 40, "crop": "window"}))
    for seed in range(20):
        view = view_of(rgb, views, Preprocessing(), Box(x1=50, y1=20, x2=130, y2=60), seed)
        assert painted(rgb, view, 32).min() == 255


@given(SEEDS, st.floats(0.1, 0.9), st.floats(0, 0.5))
def test_a_square_part_keeps_its_area_and_aspect_ratio_within_their_bounds(
    seed: int, least: float, aspect: float
) -> None:
    views = Views(area=(least, 0.9), aspect=aspect)
    x1, y1, x2, y2 = view_of(np.zeros((100, 100, 3), np.uint8), views, Preprocessing(resize="crop"), seed=seed).part
    assert abs(math.log((x2 - x1) / (y2 - y1))) <= aspect + 1e-6
    fits = (x2 - x1) > 99.9 or (y2 - y1) > 99.9  # then it is made smaller
    assert (fits or (x2 - x1) * (y2 - y1) >= 10_000 * least - 1e-3) and (x2 - x1) * (y2 - y1) <= 9000 + 1e-3


@given(SEEDS)
def test_an_area_in_a_box_is_as_large_as_told_and_lies_in_it(seed: int) -> None:
    views = Views(area=(0.5, 0.8), aspect=0.0)
    box = Box(x1=10, y1=20, x2=30, y2=60)
    x1, y1, x2, y2 = view_of(np.zeros((90, 60, 3), np.uint8), views, Preprocessing(), box, seed).part
    assert 0.5 - 1e-6 <= (x2 - x1) * (y2 - y1) / 800 <= 0.8 + 1e-6
    assert x1 >= 10 - 1e-6 and x2 <= 30 + 1e-6 and y1 >= 20 - 1e-6 and y2 <= 60 + 1e-6


def test_a_mirrored_view_is_the_mirror_image() -> None:
    settings = STILL | {"size": 60, "short_side": 60, "crop": "window"}
    square = PICTURE[:, :60]
    plain, mirrored = (view_of(square, Views(**(settings | {"flip": flip})), Preprocessing()) for flip in (0.0, 1.0))
    assert (painted(square, plain, 60)[:, ::-1] == painted(square, mirrored, 60)).all()


def test_about_as_many_views_are_mirrored_and_erased_as_told() -> None:
    drawn = [view_of(PICTURE, Views(flip=0.3, erase=0.6), Preprocessing(), seed=seed) for seed in range(500)]
    assert sum(view.mirrored for view in drawn) / 500 == pytest.approx(0.3, abs=0.07)
    assert sum(view.patch is not None for view in drawn) / 500 == pytest.approx(0.6, abs=0.07)


@given(SEEDS)
def test_an_erased_patch_has_one_colour_and_lies_in_the_view(seed: int) -> None:
    settings = STILL | {"size": 60, "short_side": 60, "crop": "window"}
    square = PICTURE[:, :60]
    view = view_of(square, Views(**(settings | {"erase": 1.0})), Preprocessing(), seed=seed)
    assert view.patch is not None
    left, top, side = view.patch
    assert 9 <= side <= 24 and 0 <= left <= 60 - side and 0 <= top <= 60 - side
    out = painted(square, view, 60)
    assert (out[top : top + side, left : left + side] == np.array(view.patch_colour).astype(np.uint8)).all()
    assert (out != square).any(axis=2).sum() <= side * side


@given(FACTORS, st.sampled_from(["brightness", "contrast", "saturation"]))
def test_light_changes_as_pillow_changes_it(factor: float, name: str) -> None:
    square = PICTURE[:, :60]
    enhancers = {
        "brightness": ImageEnhance.Brightness,
        "contrast": ImageEnhance.Contrast,
        "saturation": ImageEnhance.Color,
    }
    expected = np.asarray(enhancers[name](Image.fromarray(square)).enhance(factor), int)
    assert np.abs(lit(square, Colour(**{name: factor})) - expected).max() <= 2  # Pillow rounds the grey


@given(FACTORS, FACTORS, FACTORS, st.permutations(["brightness", "contrast", "saturation"]))
def test_in_which_order_light_is_changed_makes_no_difference(
    brightness: float, contrast: float, saturation: float, names: list[str]
) -> None:
    factors = {"brightness": brightness, "contrast": contrast, "saturation": saturation}
    pixels = PICTURE[:, :60].reshape(-1, 3).astype(np.float32)
    together = _mapped(pixels, Colour(**factors))
    for name in names:
        pixels = _mapped(pixels, Colour(**{name: factors[name]}))
    np.testing.assert_allclose(pixels, together, atol=0.05)


@given(st.floats(-0.5, 0.5))
def test_turning_the_hue_keeps_the_grey_and_turning_it_back_restores_the_colour(hue: float) -> None:
    pixels = PICTURE[:, :60].reshape(-1, 3).astype(np.float32)
    turned = _mapped(pixels, Colour(hue=hue))
    weights = np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(turned @ weights, pixels @ weights, atol=0.05)
    np.testing.assert_allclose(_mapped(turned, Colour(hue=-hue)), pixels, atol=0.2)


def test_no_change_of_light_changes_no_pixel_and_extremes_are_clipped() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    assert (lit(rgb, Colour()) == rgb).all()
    assert lit(rgb, Colour(brightness=2.0)).max() == 255
    assert (lit(rgb, Colour(brightness=0.0)) == 0).all()


def test_padding_has_the_same_grey_in_any_light() -> None:
    views = Views(**(STILL | {"size": 32, "brightness": 1.0, "area": (1.0, 1.0), "aspect": 0.0}))
    rgb = np.full((20, 40, 3), 200, np.uint8)
    out = painted(rgb, view_of(rgb, views, Preprocessing(resize="letterbox")), 32, fill=77)
    assert (out[:8] == 77).all() and (out[24:] == 77).all() and (out[8:24] != 77).all()


def test_one_painter_paints_views_of_all_sizes_in_turn() -> None:
    painter = Painter()
    for size in (64, 16, 128, 32):
        view = view_of(PICTURE, Views(size=size), Preprocessing(), seed=size)
        out = np.empty((size, size, 3), np.uint8)
        painter(rgbx(PICTURE), view, 128, out)
        assert (out == painted(PICTURE, view, size)).all()


def _mapped(pixels: NDArray[np.float32], colour: Colour) -> NDArray[np.float32]:
    """N × 3 through the matrix, neither clipped nor rounded."""
    matrix = colour.matrix(pixels.mean(axis=0))
    return np.asarray(pixels @ matrix[:3] + 255 * matrix[3], np.float32)
