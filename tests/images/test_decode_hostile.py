"""Pictures made to harm: every one ends in a typed refusal, before anything is allocated for it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import numpy as np
import psutil
import pytest
from PIL import Image
from tests.images.pictures import FORMATS, chunk, encoded, photograph, plain, png, reason, segment

from wildwear.images.decode import DecodeLimits, Undecodable, decode_upright, store

HUGE = 50_000


def _png_that_claims(width: int, height: int) -> bytes:
    return png(width, height, 8, 2, b"\0" * 100)


def _jpeg_that_claims(width: int, height: int) -> bytes:
    jpeg = bytearray(encoded(plain(0, size=(64, 64)), "JPEG"))
    struct.pack_into(">HH", jpeg, jpeg.index(b"\xff\xc0") + 5, height, width)
    return bytes(jpeg)


def _webp_that_claims(width: int, height: int) -> bytes:
    canvas = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _gif_that_claims(width: int, height: int) -> bytes:
    """A small screen, and a first frame far beyond it, after a comment."""
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x08\x01\x00\x00\x3b"
    return b"GIF89a" + struct.pack("<HHBBB", 20, 20, 0x80, 0, 0) + b"\0" * 6 + b"!\xfe\x02hi\x00" + frame


def _bmp_that_claims(width: int, height: int) -> bytes:
    return b"BM" + struct.pack("<IIIIiiHHIIIIII", 200, 0, 54, 40, width, -height, 1, 24, 0, 0, 0, 0, 0, 0)


Claim = Callable[[int, int], bytes]
CLAIMS: list[Claim] = [_png_that_claims, _jpeg_that_claims, _webp_that_claims, _gif_that_claims, _bmp_that_claims]


@pytest.mark.parametrize("claim", CLAIMS)
def test_h22_a_header_of_50000_by_50000_is_refused_before_allocation(claim: Claim) -> None:
    before = psutil.Process().memory_info().rss
    assert reason(claim(HUGE, HUGE)) == "too_many_pixels"
    assert psutil.Process().memory_info().rss - before < 50_000_000


def test_h22_a_size_of_zero_or_beyond_all_numbers_is_refused() -> None:
    assert reason(_png_that_claims(0, 0)) == "side_too_short"
    assert reason(_png_that_claims(2**31 - 1, 2**31 - 1)) == "too_many_pixels"
    assert reason(_bmp_that_claims(-(2**31), 2**31 - 1)) == "too_many_pixels"


def test_h23_the_pixel_cap_is_our_own_setting() -> None:
    picture = encoded(photograph(400, 300), "JPEG")
    assert decode_upright(picture, DecodeLimits(max_pixels=120_000)).shape == (300, 400, 3)
    assert reason(picture, DecodeLimits(max_pixels=119_999)) == "too_many_pixels"


@pytest.mark.parametrize("claim", CLAIMS)
def test_h23_one_hundred_megapixels_are_refused_unless_asked_for(claim: Claim) -> None:
    assert reason(claim(10_000, 10_000)) == "too_many_pixels"


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("side", [10_000, 15_000])
def test_h23_a_cap_above_pillows_own_leads_to_no_warning_or_error_of_pillow(claim: Claim, side: int) -> None:
    """Warnings are errors in these tests, so one would be caught and named."""
    with pytest.raises(Undecodable) as refused:
        decode_upright(claim(side, side), DecodeLimits(max_pixels=300_000_000))
    capped = claim in (_webp_that_claims, _gif_that_claims)
    assert refused.value.failure.reason in (["too_many_pixels"] if capped else ["truncated_image", "corrupt_image"])
    assert "bomb" not in refused.value.failure.detail and "exceeds" not in refused.value.failure.detail


def test_h23_other_limits_are_settings_too() -> None:
    picture = encoded(photograph(400, 300), "PNG")
    assert reason(picture, DecodeLimits(max_bytes=100)) == "too_many_bytes"
    assert reason(picture, DecodeLimits(max_side=399)) == "side_too_long"


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_h24_a_truncated_picture_fails(format_: str, kept: float) -> None:
    whole = encoded(np.random.default_rng(1).integers(0, 255, (300, 300, 3), dtype=np.uint8), format_)
    assert reason(whole[: int(len(whole) * kept)]) in ("truncated_image", "corrupt_image")


@pytest.mark.parametrize("missing", [2, 3, 10, 1000])
@pytest.mark.parametrize("progressive", [False, True])
def test_h24_a_jpeg_without_its_end_is_truncated(missing: int, progressive: bool) -> None:
    whole = encoded(photograph(1200, 900), "JPEG", progressive=progressive)
    assert reason(whole[:-missing]) == "truncated_image"


def test_h24_stray_bytes_after_a_whole_picture_do_no_harm() -> None:
    whole = encoded(photograph(), "JPEG")
    for trailing in (b"\0" * 50, b"\r\n", whole):
        assert (decode_upright(whole + trailing) == decode_upright(whole)).all()
    with_stray_byte = whole[:-2] + b"\x00\x00" + whole[-2:]
    assert (decode_upright(with_stray_byte) == decode_upright(whole)).all()


def _mutated(whole: bytes, random: np.random.Generator) -> bytes:
    """Some bytes overwritten, or a piece dropped or doubled."""
    broken = bytearray(whole)
    for at in random.integers(4, len(broken), random.integers(1, 12)):
        broken[at] = random.integers(0, 256)
    start, length = int(random.integers(4, len(broken))), int(random.integers(0, 60))
    piece = broken[start : start + length]
    broken[start : start + length] = piece * int(random.integers(0, 3))
    return bytes(broken)


@pytest.mark.parametrize("format_", FORMATS)
def test_h25_mutated_pictures_are_decoded_or_refused_and_nothing_else(format_: str) -> None:
    random = np.random.default_rng(FORMATS.index(format_))
    whole = encoded(photograph(120, 90), format_)
    outcomes = set()
    for _ in range(100):
        try:
            assert store(_mutated(whole, random)).phash >= 0
            outcomes.add("stored")
        except Undecodable as refused:
            outcomes.add(refused.failure.reason)
    assert outcomes - {"stored"}


def test_h25_a_corrupt_scan_is_not_filled_with_grey_in_silence() -> None:
    whole = encoded(photograph(800, 600), "JPEG", restart_marker_rows=1)
    start = len(whole) // 2
    assert reason(whole[:start] + whole[start + 500 :]) in ("corrupt_image", "truncated_image")


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a --><svg onload='x()'/>", "SVG"),
        (encoded(plain(0), "EPS"), "EPS"),
        (b"8BPS\0\1" + b"\0" * 100, "PSD"),
        (encoded(plain(0), "TIFF"), "TIFF"),
        (b"MM\0*" + b"\0" * 100, "TIFF"),
        (encoded(plain(0), "PDF"), "PDF"),
        (encoded(plain(0), "ICO"), "ICO"),
        (encoded(plain(0), "JPEG2000"), "JPEG2000"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 100, "HEIF"),
        (b"\xff\x0a" + b"\0" * 100, "JPEG XL"),
    ],
)
def test_h31_formats_that_are_not_decoded_are_refused_by_name(data: bytes, format_: str) -> None:
    assert reason(data) == "unsupported_format"
    with pytest.raises(Undecodable, match=format_):
        decode_upright(data)


@pytest.mark.parametrize(
    "data", [b"<!doctype html><html>", b"{}", b"\0" * 500, b"\xff\xd8", b"PK\3\4", b"RIFF    WAVE"]
)
def test_h31_what_is_no_picture_is_said_to_be_none(data: bytes) -> None:
    assert reason(data) == "not_an_image"


@pytest.mark.parametrize("size", [(1, 60_000), (60_000, 1), (1, 1), (15, 400)])
@pytest.mark.parametrize("format_", ["PNG", "JPEG"])
def test_h32_slivers_and_specks_are_refused(size: tuple[int, int], format_: str) -> None:
    assert reason(encoded(plain(0, size=size), format_)) in ("side_too_long", "side_too_short")


def test_h32_the_shortest_side_is_a_setting() -> None:
    assert decode_upright(encoded(plain(0, size=(1, 1)), "PNG"), DecodeLimits(min_side=1)).shape == (1, 1, 3)


def test_h32_nothing_at_all_is_refused() -> None:
    assert reason(b"") == "empty"


BOMB = zlib.compress(b"\0" * 30_000_000, 9)


@pytest.mark.parametrize(
    "bomb",
    [
        chunk(b"zTXt", b"Comment\0\0" + BOMB),
        chunk(b"iTXt", b"Comment\0\1\0\0\0" + BOMB),
        chunk(b"iCCP", b"profile\0\0" + BOMB),
    ],
    ids=["zTXt", "iTXt", "iCCP"],
)
def test_h33_a_compressed_bomb_in_a_png_is_refused(bomb: bytes) -> None:
    rows = (b"\0" + b"\x80" * 60) * 20
    assert decode_upright(png(20, 20, 8, 2, rows)).shape == (20, 20, 3)
    assert reason(png(20, 20, 8, 2, rows, bomb)) == "metadata_bomb"


def test_h33_pixels_that_expand_beyond_the_picture_are_not_expanded() -> None:
    rows = (b"\0" + b"\x80" * 60) * 20
    bomb = png(20, 20, 8, 2, rows + b"\0" * 200_000_000)
    before = psutil.Process().memory_info().rss
    assert decode_upright(bomb).shape == (20, 20, 3)
    assert psutil.Process().memory_info().rss - before < 150_000_000


def test_h33_an_endless_colour_profile_is_left_out() -> None:
    jpeg = encoded(photograph(), "JPEG")
    parts = [segment(0xE2, b"ICC_PROFILE\0" + bytes([n, 100]) + b"\x41" * 65_000) for n in range(1, 101)]
    assert (decode_upright(jpeg[:2] + b"".join(parts) + jpeg[2:]) == decode_upright(jpeg)).all()


def test_h33_a_jpeg_of_very_many_scans_is_refused() -> None:
    whole = encoded(photograph(), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    assert reason(whole[:last] + whole[last:-2] * 200 + b"\xff\xd9") == "too_many_scans"


def test_segments_that_lie_about_their_length_do_not_confuse_us() -> None:
    jpeg = encoded(photograph(), "JPEG")
    for lie in (b"\xff\xe1\xff\xff", b"\xff\xe1\x00\x00", b"\xff\xff\xff\xe1\x00\x01"):
        with pytest.raises(Undecodable):
            decode_upright(jpeg[:2] + lie)


def test_a_decoder_without_memory_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> Image.Image:
        raise MemoryError

    monkeypatch.setattr("wildwear.images.decode.flatten", exhausted)
    assert reason(encoded(plain(0), "PNG")) == "decoder_memory"
