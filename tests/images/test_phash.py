"""The hash holds still under what shops do to pictures, and moves under what makes another picture."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import simplejpeg
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from wildwear.images.phash import FLAT, hamming_distance, perceptual_hash


def picture(seed: int, width: int = 320, height: int = 400) -> NDArray[np.uint8]:
    """A picture of large blotches, as photographs are."""
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def scaled(rgb: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(rgb).resize((width, height), Image.Resampling.LANCZOS))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("width", "height"), [(160, 200), (900, 1125), (256, 320), (100, 125)])
def test_scaling_changes_few_bits(seed: int, width: int, height: int) -> None:
    rgb = picture(seed)
    assert hamming_distance(perceptual_hash(rgb), perceptual_hash(scaled(rgb, width, height))) <= 4


@pytest.mark.parametrize("quality", [90, 60, 30])
def test_recompressing_changes_few_bits(quality: int) -> None:
    rgb = picture(1)
    again = simplejpeg.decode_jpeg(simplejpeg.encode_jpeg(rgb, quality=quality, colorsubsampling="420"))
    assert hamming_distance(perceptual_hash(rgb), perceptual_hash(again)) <= 4


def test_brightness_and_contrast_change_few_bits() -> None:
    rgb = picture(2)
    assert hamming_distance(perceptual_hash(rgb), perceptual_hash((rgb * 0.7 + 30).astype(np.uint8))) <= 4


def test_other_pictures_are_far() -> None:
    hashes = [perceptual_hash(picture(seed)) for seed in range(20)]
    assert min(hamming_distance(a, b) for a, b in combinations(hashes, 2)) >= 12


def test_the_mirror_image_is_another_picture() -> None:
    rgb = picture(3)
    assert hamming_distance(perceptual_hash(rgb), perceptual_hash(np.ascontiguousarray(rgb[:, ::-1]))) >= 16


@given(st.tuples(*[st.integers(0, 255)] * 3), st.integers(0, 100))
def test_pictures_without_structure_have_the_hash_that_says_nothing(colour: tuple[int, int, int], seed: int) -> None:
    noise = np.random.default_rng(seed).integers(-1, 2, (64, 64, 3))
    flat = np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)
    assert perceptual_hash(flat) == FLAT


def test_the_hash_is_the_same_on_every_machine() -> None:
    x, y = np.meshgrid(np.arange(64), np.arange(96))
    rgb = np.stack([x * 3, y * 2, (x * y) % 251], axis=-1).astype(np.uint8)
    assert perceptual_hash(rgb) == 0x70F1F7F3C7C78


def test_32_of_the_64_bits_are_set_in_any_picture_with_structure() -> None:
    assert {perceptual_hash(picture(seed)).bit_count() for seed in range(20)} == {32}
