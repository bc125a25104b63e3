"""The fast decoder of stored pictures sees the same pixels as the careful one."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from tests.images.pictures import FORMATS, encoded, photograph

from wildwear.images.decode import Undecodable, decode_upright, store
from wildwear.images.stored import StoredDecoder


def decoded(data: bytes, scale: float = 1.0) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    decoder = StoredDecoder()
    width, height = decoder.open(data)
    pixels = decoder.pixels(scale)
    assert (pixels[..., 3] == 255).all()
    assert scale < 1 or pixels.shape[:2] == (height, width)
    return pixels[..., :3]


@pytest.mark.parametrize("size", [(400, 300), (77, 131), (16, 16)])
def test_a_stored_picture_has_the_pixels_that_the_careful_decoder_sees(size: tuple[int, int]) -> None:
    data = store(encoded(photograph(*size), "JPEG")).bytes
    assert (decoded(data) == decode_upright(data)).all()


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_is_taken(format_: str) -> None:
    data = encoded(photograph(60, 40), format_)
    assert (decoded(data) == decode_upright(data)).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_h29_a_turned_picture_is_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(photograph(60, 40), "JPEG", exif=exif)
    assert (decoded(data) == decode_upright(data)).all()


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_h26_grey_and_ink_become_rgb(mode: str) -> None:
    data = encoded(Image.fromarray(photograph(60, 40)).convert(mode), "JPEG")
    assert (decoded(data) == decode_upright(data)).all()


def test_progressive_and_large_pictures_are_taken() -> None:
    progressive = encoded(photograph(60, 40), "JPEG", progressive=True)
    large = encoded(np.zeros((1500, 3000, 3), np.uint8), "JPEG")
    assert (decoded(progressive) == decode_upright(progressive)).all()
    assert decoded(large).shape == (1500, 3000, 3)


@pytest.mark.parametrize(("scale", "height"), [(1.0, 200), (0.9, 200), (0.51, 200), (0.5, 100), (0.26, 75), (0.2, 50)])
def test_a_picture_is_decoded_at_half_its_size_or_less_where_that_is_enough(scale: float, height: int) -> None:
    seen = decoded(store(encoded(photograph(320, 200), "JPEG")).bytes, scale)
    assert seen.shape == (height, height * 320 // 200, 3)


@pytest.mark.parametrize("data", [b"", b"no picture", encoded(photograph(60, 40), "JPEG")[:500]])
def test_h24_what_is_no_whole_picture_is_refused(data: bytes) -> None:
    with pytest.raises(Undecodable):
        decoded(data)


def test_one_decoder_takes_pictures_of_all_kinds_in_turn() -> None:
    decoder = StoredDecoder()
    for picture in (photograph(60, 40), photograph(90, 80), photograph(20, 30)):
        for format_ in ("JPEG", "PNG"):
            data = encoded(picture, format_)
            decoder.open(data)
            assert (decoder.pixels()[..., :3] == decode_upright(data)).all()
        with pytest.raises(Undecodable):
            decoder.open(io.BytesIO(b"GIF89a").getvalue())
