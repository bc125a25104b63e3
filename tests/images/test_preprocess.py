"""The one path from pixels to a network's input."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.conftest import skip
from tests.images.pictures import encoded, photograph

from wildwear.images.decode import DecodeLimits, decode_upright
from wildwear.images.preprocess import Preprocessing
from wildwear.records import Box

CORNERS = st.tuples(st.floats(-50, 450), st.floats(-50, 350), st.floats(0.01, 500), st.floats(0.01, 400))
RESIZES = ("squash", "letterbox", "crop")
PLAIN = Preprocessing(size=32, mean=(0, 0, 0), std=(1, 1, 1))


def test_the_input_is_channels_first_normalised_and_contiguous() -> None:
    rgb = np.full((40, 60, 3), (0, 128, 255), np.uint8)
    pixels = Preprocessing(size=16, mean=(0.5, 0.5, 0.5), std=(0.5, 0.25, 0.5))(rgb)
    assert pixels.shape == (3, 16, 16) and pixels.dtype == np.float32 and pixels.flags.c_contiguous
    assert pixels.reshape(3, -1).T[0] == pytest.approx([-1, (128 / 255 - 0.5) / 0.25, 1], abs=1e-6)
    assert pixels.reshape(3, -1).std(axis=1) == pytest.approx([0, 0, 0], abs=1e-6)


@given(CORNERS, st.sampled_from(RESIZES), st.floats(0, 1))
def test_any_box_gives_an_input_of_the_right_size(
    corners: tuple[float, float, float, float], resize: str, margin: float
) -> None:
    x, y, width, height = corners
    preprocessing = Preprocessing(size=24, resize=resize, margin=margin)  # type: ignore[arg-type]
    pixels = preprocessing(photograph(), Box(x1=x, y1=y, x2=x + width, y2=y + height))
    assert pixels.shape == (3, 24, 24) and np.isfinite(pixels).all() and np.abs(pixels).max() <= 1


@pytest.mark.parametrize("resize", RESIZES)
def test_a_picture_is_decoded_as_small_as_the_network_looks_and_not_smaller(resize: str) -> None:
    preprocessing = Preprocessing(size=100, resize=resize)  # type: ignore[arg-type]
    jpeg = encoded(photograph(800, 400), "JPEG")
    decoded = preprocessing.decode(jpeg, DecodeLimits()).rgb
    assert decoded.shape == ((50, 100, 3) if resize == "letterbox" else (100, 200, 3))
    assert np.abs(preprocessing(decoded) - preprocessing(decode_upright(jpeg))).mean() < 0.05


def test_the_padding_of_a_letterbox_is_the_fill_normalised() -> None:
    seen = Preprocessing(size=40, resize="letterbox", fill=51, mean=(0.1, 0.2, 0.3), std=(0.5, 0.5, 0.5))(
        np.full((20, 40, 3), 255, np.uint8)
    )
    assert seen[:, 0, 0] == pytest.approx([0.2, 0, -0.2], abs=1e-6) and (seen[:, :10] == seen[:, 30:]).all()
    assert seen[:, 20, 20] == pytest.approx([1.8, 1.6, 1.4], abs=1e-6)


def test_a_box_shows_what_is_inside_it_up_to_the_smoothing_at_its_edge() -> None:
    rgb = np.zeros((100, 200, 3), np.uint8)
    rgb[20:60, 50:130] = 255
    assert PLAIN(rgb, Box(x1=50, y1=20, x2=130, y2=60))[:, 2:-2, 2:-2].min() == 1
    assert PLAIN(rgb, Box(x1=131, y1=61, x2=200, y2=100))[:, 2:-2, 2:-2].max() == 0


def test_a_box_over_the_whole_picture_is_no_box() -> None:
    rgb = photograph(200, 100)
    assert (PLAIN(rgb) == PLAIN(rgb, Box(x1=0, y1=0, x2=200, y2=100))).all()


def test_a_margin_shows_what_is_around_the_box_by_its_longer_side() -> None:
    rgb = np.zeros((400, 400, 3), np.uint8)
    rgb[150:250, 100:300] = 255
    seen = Preprocessing(size=100, margin=0.25, mean=(0, 0, 0), std=(1, 1, 1))(rgb, Box(x1=100, y1=150, x2=300, y2=250))
    shown = seen[0] > 0.5
    assert shown.any(axis=0).sum() == pytest.approx(100 * 200 / 300, abs=2)
    assert shown.any(axis=1).sum() == pytest.approx(100 * 100 / 200, abs=2)


def test_a_margin_stops_at_the_edge_of_the_picture() -> None:
    rgb = np.full((50, 50, 3), 200, np.uint8)
    wide = Preprocessing(size=20, margin=3.0, mean=(0, 0, 0), std=(1, 1, 1))
    assert wide(rgb, Box(x1=10, y1=10, x2=20, y2=20)).min() == pytest.approx(200 / 255)


def test_a_letterbox_keeps_the_aspect_ratio_and_pads_on_both_sides() -> None:
    preprocessing = Preprocessing(size=64, resize="letterbox", fill=77)
    seen = np.asarray(preprocessing.crop(Image.new("RGB", (200, 100), (255, 0, 0))))
    assert (seen[:16] == 77).all() and (seen[48:] == 77).all()
    assert (seen[16:48] == (255, 0, 0)).all()


def test_squashing_fills_the_square() -> None:
    seen = np.asarray(Preprocessing(size=64).crop(Image.new("RGB", (200, 100), (255, 0, 0))))
    assert (seen == (255, 0, 0)).all()


@pytest.mark.parametrize(("width", "height"), [(300, 200), (200, 333), (250, 250), (97, 61)])
def test_cropping_sees_what_torchvision_sees(width: int, height: int) -> None:
    if not find_spec("torchvision"):
        skip("needs the extra [train]")
    from torchvision import transforms

    picture = Image.fromarray(photograph(width, height))
    theirs = transforms.Compose([transforms.Resize(64), transforms.CenterCrop(56)])(picture)
    ours = Preprocessing(size=56, resize="crop", short_side=64).crop(picture)
    difference = np.abs(np.asarray(theirs, np.int16) - np.asarray(ours, np.int16))
    assert difference.mean() < 4  # the long side is rounded there, and not here


@pytest.mark.parametrize(("width", "height"), [(90, 64), (64, 91), (64, 64)])
def test_cropping_a_picture_of_the_right_short_side_changes_no_pixel(width: int, height: int) -> None:
    rgb = photograph(width, height)
    seen = np.asarray(Preprocessing(size=48, resize="crop", short_side=64).crop(Image.fromarray(rgb)))
    top, left = round((height - 48) / 2), round((width - 48) / 2)
    assert (seen == rgb[top : top + 48, left : left + 48]).all()


def test_cropping_a_box_sees_its_centre() -> None:
    rgb = np.zeros((100, 200, 3), np.uint8)
    rgb[20:60, 50:130] = 255
    rgb[20:60, 85:95] = (255, 0, 0)
    seen = Preprocessing(size=32, resize="crop", short_side=40, mean=(0, 0, 0), std=(1, 1, 1))(
        rgb, Box(x1=50, y1=20, x2=130, y2=60)
    )
    assert seen[0].min() == 1  # nothing outside the box
    assert (seen[1] < 0.5).any(axis=0).nonzero()[0].tolist() == list(range(11, 21))


def test_a_short_side_that_the_view_does_not_fit_into_is_refused() -> None:
    with pytest.raises(ValueError, match="at least the size of 64"):
        Preprocessing(size=64, resize="crop", short_side=63)


def test_an_unknown_way_to_resize_is_refused() -> None:
    with pytest.raises(ValueError, match="squash, letterbox, crop, and is 'stretch'"):
        Preprocessing.from_json({"resize": "stretch"})


@given(st.integers(1, 400), st.integers(1, 400), st.sampled_from(RESIZES))
def test_pictures_of_any_shape_are_taken(width: int, height: int, resize: str) -> None:
    preprocessing = Preprocessing(size=8, resize=resize)  # type: ignore[arg-type]
    assert preprocessing(np.zeros((height, width, 3), np.uint8)).shape == (3, 8, 8)


def test_settings_travel_through_json_unchanged() -> None:
    preprocessing = Preprocessing(size=160, resize="letterbox", margin=0.1, mean=(0.1, 0.2, 0.3))
    assert Preprocessing.from_json(preprocessing.to_json()) == preprocessing
    assert Preprocessing.from_json({"size": 96, "mean": [0.1, 0.2, 0.3]}).mean == (0.1, 0.2, 0.3)


def test_a_setting_that_is_not_known_is_an_error() -> None:
    with pytest.raises(TypeError, match="sharpen"):
        Preprocessing.from_json({"sharpen": True})
