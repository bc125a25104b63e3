"""Pictures as they come: what is decoded, to which pixels, and what is refused."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from wildwear.images.decode import DecodeLimits, Undecodable, decode_upright, store


def photograph(width: int = 400, height: int = 300) -> NDArray[np.uint8]:
    """Smooth colour with some structure, different in every corner."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    waves = 0.5 + 0.5 * np.sin(9 * x + 4 * y * y)
    return np.rint(np.stack([255 * x, 255 * y, 255 * waves], axis=-1)).astype(np.uint8)


def encoded(picture: Image.Image, format_: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, format_, **options)
    return file.getvalue()


def reason(data: bytes, limits: DecodeLimits | None = None) -> str:
    with pytest.raises(Undecodable) as raised:
        decode_upright(data, limits)
    return raised.value.failure.reason


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF"])
def test_every_format_gives_the_same_picture(format_: str) -> None:
    rgb = photograph()
    decoded = decode_upright(encoded(Image.fromarray(rgb), format_))
    assert decoded.shape == rgb.shape and decoded.dtype == np.uint8
    assert np.abs(decoded.astype(int) - rgb).mean() < 10


def test_store_scales_to_a_short_side_of_256_and_keeps_the_original_size() -> None:
    stored = store(encoded(Image.fromarray(photograph(1200, 800)), "JPEG"))
    assert decode_upright(stored.bytes).shape == (256, 384, 3)
    assert (stored.width, stored.height) == (1200, 800)
