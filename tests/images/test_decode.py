"""Pictures as they come: whatever the format, colours and orientation, the same upright sRGB."""

from __future__ import annotations

import hashlib
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms
from tests.images.pictures import FORMATS, chunk, close, encoded, photograph, plain, png, segment

from wildwear.images.decode import DecodeLimits, decode, decode_upright, store
from wildwear.images.phash import hamming_distance, perceptual_hash


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_gives_the_same_picture(format_: str) -> None:
    rgb = photograph()
    decoded = decode_upright(encoded(rgb, format_))
    assert decoded.shape == rgb.shape and decoded.dtype == np.uint8
    assert np.abs(decoded.astype(int) - rgb).mean() < 10


@pytest.mark.parametrize("format_", FORMATS)
def test_store_scales_to_a_short_side_of_256_and_keeps_the_original_size(format_: str) -> None:
    stored = store(encoded(photograph(1200, 800), format_))
    assert decode_upright(stored.bytes).shape == (256, 384, 3)
    assert (stored.width, stored.height) == (1200, 800)


def test_small_pictures_are_not_enlarged() -> None:
    assert decode_upright(store(encoded(photograph(200, 90), "PNG")).bytes).shape == (90, 200, 3)


def test_the_id_is_of_the_stored_bytes_and_everything_is_the_same_again() -> None:
    data = encoded(photograph(900, 700), "JPEG")
    stored = store(data)
    assert stored == store(data)
    assert stored.image_id == hashlib.sha256(stored.bytes).hexdigest()[:32]


def test_the_hash_is_that_of_the_picture_at_any_size() -> None:
    coarse = np.random.default_rng(5).integers(0, 256, (8, 12, 3), dtype=np.uint8)
    rgb = np.asarray(Image.fromarray(coarse).resize((1200, 800)))
    stored = store(encoded(rgb, "JPEG"))
    assert hamming_distance(stored.phash, perceptual_hash(rgb)) <= 2
    assert hamming_distance(stored.phash, perceptual_hash(decode_upright(stored.bytes))) <= 2


def test_quality_is_a_setting() -> None:
    data = encoded(photograph(900, 700), "JPEG")
    assert len(store(data, DecodeLimits(quality=95)).bytes) > len(store(data, DecodeLimits(quality=60)).bytes)


@pytest.mark.parametrize("short_side", [100, 224, 600, 5000])
def test_a_large_jpeg_may_be_decoded_smaller_but_never_below_the_short_side(short_side: int) -> None:
    decoded = decode_upright(encoded(photograph(1600, 1200), "JPEG"), short_side=short_side)
    assert min(short_side, 1200) <= decoded.shape[0] <= 1200
    assert decoded.shape[1] / decoded.shape[0] == pytest.approx(4 / 3, abs=0.02)
    assert short_side > 600 or decoded.shape[0] < 1200


@pytest.mark.parametrize("size", [(1600, 1200), (1200, 1600)])
def test_a_large_jpeg_may_be_decoded_smaller_but_never_below_the_long_side(size: tuple[int, int]) -> None:
    jpeg = encoded(photograph(*size), "JPEG")
    decoded = decode(jpeg, long_side=200)
    assert decoded.rgb.shape[:2] == (size[1] // 8, size[0] // 8)
    assert (decoded.width, decoded.height) == size
    assert max(decode(jpeg, long_side=201).rgb.shape) == 400


def test_threads_decode_side_by_side() -> None:
    pictures = [encoded(photograph(300 + 10 * number, 300), "JPEG") for number in range(12)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(store, pictures)) == [store(picture) for picture in pictures]


@pytest.mark.parametrize("wrong", [{"max_pixels": 0}, {"min_side": -1}, {"quality": 0}, {"quality": 101}])
def test_limits_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be"):
        DecodeLimits(**wrong)


RED, INKS_OF_RED = (255, 0, 0), (0, 255, 255, 0)


def _without_adobe(jpeg: bytes) -> bytes:
    start = jpeg.index(b"\xff\xee")
    return jpeg[:start] + jpeg[start + 2 + struct.unpack_from(">H", jpeg, start + 2)[0] :]


def _ycck(red: int, green: int, blue: int) -> bytes:
    """Adobe's YCCK: the inks but black as YCbCr, all inverted. Pillow inverts once when it writes four channels."""
    inks = plain((255 - red, 255 - green, 255 - blue)).convert("YCbCr").split()
    planes = [Image.eval(plane, lambda value: 255 - value) for plane in inks]
    jpeg = encoded(Image.merge("CMYK", [*planes, plain(0, "L")]), "JPEG", subsampling=0, quality=95)
    transform = jpeg.index(b"Adobe") + 11
    return jpeg[:transform] + b"\x02" + jpeg[transform + 1 :]


def test_h26_cmyk_as_adobe_writes_it_is_inverted_back() -> None:
    assert close(decode_upright(encoded(plain(INKS_OF_RED, "CMYK"), "JPEG", quality=95)), RED)


def test_h26_cmyk_without_adobes_mark_is_taken_as_it_stands() -> None:
    inverted = plain(tuple(255 - ink for ink in INKS_OF_RED), "CMYK")
    assert close(decode_upright(_without_adobe(encoded(inverted, "JPEG", quality=95))), RED)


@pytest.mark.parametrize("colour", [(255, 0, 0), (20, 120, 220), (240, 240, 240)])
def test_h26_ycck_gives_the_colours_that_were_meant(colour: tuple[int, int, int]) -> None:
    assert close(decode_upright(_ycck(*colour)), colour, tolerance=8)


def test_h26_a_cmyk_picture_is_stored_as_srgb() -> None:
    stored = store(encoded(plain(INKS_OF_RED, "CMYK", (700, 600)), "JPEG", quality=95))
    assert close(decode_upright(stored.bytes), RED) and (stored.width, stored.height) == (700, 600)


def test_h27_sixteen_bit_grey_is_scaled_and_not_clipped() -> None:
    levels = np.linspace(0, 65535, 64 * 32).astype(">u2").reshape(32, 64)
    rows = b"".join(b"\0" + row.tobytes() for row in levels)
    expected = np.rint(levels.astype(float) / 257)[..., None].repeat(3, axis=2)
    assert close(decode_upright(png(64, 32, 16, 0, rows)), expected, tolerance=1)


def test_h27_sixteen_bit_colour_is_scaled_and_not_clipped() -> None:
    row = np.tile(np.array([0x1234, 0x8000, 0xFEDC], ">u2"), 40)
    rows = (b"\0" + row.tobytes()) * 30
    assert close(decode_upright(png(40, 30, 16, 2, rows)), (0x12, 0x80, 0xFE), tolerance=1)


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG", "AVIF"])
def test_h28_the_first_frame_of_an_animation(format_: str) -> None:
    frames = {"save_all": True, "append_images": [plain((0, 0, 255))], "duration": 100}
    assert close(decode_upright(encoded(plain(RED), format_, **frames)), RED, tolerance=12)


LAID_DOWN = {
    1: lambda upright: upright,
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.transpose(1, 0, 2),
    6: lambda upright: np.rot90(upright, 1),
    7: lambda upright: upright[::-1, ::-1].transpose(1, 0, 2),
    8: lambda upright: np.rot90(upright, -1),
}


def _laid_down(upright: NDArray[np.uint8], orientation: int, format_: str, **options: Any) -> bytes:
    """A picture as a camera held that way writes it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(np.ascontiguousarray(LAID_DOWN[orientation](upright)), format_, exif=exif, **options)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_h29_every_orientation_is_upright_in_training_and_in_tagging(format_: str, orientation: int) -> None:
    upright = photograph(300, 270)
    data = _laid_down(upright, orientation, format_, quality=95)
    stored = store(data)
    small = np.asarray(Image.fromarray(upright).resize((284, 256), Image.Resampling.BICUBIC))
    assert np.abs(decode_upright(data).astype(int) - upright).mean() < 3
    assert np.abs(decode_upright(stored.bytes).astype(int) - small).mean() < 4
    assert (stored.width, stored.height) == (300, 270)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_h29_a_large_photograph_that_is_decoded_smaller_is_upright_too(orientation: int) -> None:
    stored = store(_laid_down(photograph(1200, 900), orientation, "JPEG"))
    tagged = decode(_laid_down(photograph(1200, 900), orientation, "JPEG"), short_side=256)
    assert decode_upright(stored.bytes).shape == (256, 341, 3)
    assert (stored.width, stored.height) == (tagged.width, tagged.height) == (1200, 900)
    assert tagged.rgb.shape[1] > tagged.rgb.shape[0]


def test_h29_a_broken_exif_block_in_a_png_leaves_the_picture_as_it_lies() -> None:
    rows = (b"\0" + b"\x80" * 60) * 30
    for exif in (b"II*\0", b"MM\0*\xff\xff\xff\xff", b"nonsense"):
        assert decode_upright(png(20, 30, 8, 2, rows, chunk(b"eXIf", exif))).shape == (30, 20, 3)


@pytest.mark.parametrize("format_", FORMATS)
def test_pixels_may_be_written_to(format_: str) -> None:
    decode_upright(encoded(photograph(), format_))[:] = 0


@pytest.mark.parametrize(
    "exif",
    [b"II*\0", b"MM\0*\xff\xff\xff\xff", b"", b"II*\0\x08\0\0\0\xff\xff", b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03"],
)
def test_h29_a_broken_exif_block_leaves_the_picture_as_it_lies(exif: bytes) -> None:
    jpeg = encoded(photograph(), "JPEG")
    with_exif = jpeg[:2] + segment(0xE1, b"Exif\0\0" + exif) + jpeg[2:]
    assert (decode_upright(with_exif) == decode_upright(jpeg)).all()


def test_h30_alpha_lies_over_white() -> None:
    half = decode_upright(encoded(plain((255, 0, 0, 128), "RGBA"), "PNG"))
    assert close(half, (255, 127, 127), tolerance=2)
    assert close(decode_upright(encoded(plain((0, 0), "LA"), "PNG")), (255, 255, 255), tolerance=0)
    assert close(decode_upright(encoded(plain((9, 9, 9, 0), "RGBA"), "WEBP", lossless=True)), (255, 255, 255))


def test_h30_a_transparent_colour_of_a_palette_lies_over_white() -> None:
    palette = Image.new("P", (64, 48), 1)
    palette.putpalette([10, 20, 30, 200, 100, 50])
    assert close(decode_upright(encoded(palette, "PNG")), (200, 100, 50), tolerance=0)
    assert close(decode_upright(encoded(palette, "PNG", transparency=1)), (255, 255, 255), tolerance=0)
    assert close(decode_upright(encoded(palette, "GIF", transparency=1)), (255, 255, 255), tolerance=0)


def test_h30_a_colour_or_grey_level_that_stands_for_nothing_lies_over_white() -> None:
    assert close(decode_upright(encoded(plain((1, 2, 3)), "PNG", transparency=(1, 2, 3))), (255, 255, 255))
    assert close(decode_upright(encoded(plain(7, "L"), "PNG", transparency=7)), (255, 255, 255))
    assert close(decode_upright(encoded(plain(7, "I;16"), "PNG", transparency=7)), (255, 255, 255))


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_grey_and_black_and_white_become_three_channels(format_: str) -> None:
    assert close(decode_upright(encoded(plain(90, "L"), format_)), (90, 90, 90), tolerance=4)
    if format_ != "WEBP":
        assert close(decode_upright(encoded(plain(1, "1"), format_)), (255, 255, 255), tolerance=1)


DISPLAY_P3 = ((0.5151, 0.2412, -0.0011), (0.2919, 0.6922, 0.0419), (0.1572, 0.0666, 0.7841))
SRGB_D50 = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7139))
"""What red, green and blue are in XYZ under D50."""


def _profile(primaries: tuple[tuple[float, float, float], ...]) -> bytes:
    """sRGB's profile with other primaries."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for name, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True):
        offset = struct.unpack_from(">I", profile, profile.index(name) + 4)[0]
        struct.pack_into(">3i", profile, offset + 8, *(round(value * 65536) for value in xyz))
    return bytes(profile)


def _p3_to_srgb(colour: tuple[int, int, int]) -> NDArray[np.float64]:
    """By the matrices and the curve of IEC 61966-2-1."""
    stored = np.array(colour) / 255
    linear = np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.linalg.solve(np.array(SRGB_D50).T, np.array(DISPLAY_P3).T @ linear), 0, 1)
    return np.rint(255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055))


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("colour", [(180, 90, 90), (90, 160, 100), (128, 128, 128)])
def test_wide_gamut_colours_become_srgb(format_: str, colour: tuple[int, int, int]) -> None:
    data = encoded(plain(colour), format_, icc_profile=_profile(DISPLAY_P3), quality=95)
    assert close(decode_upright(data), _p3_to_srgb(colour), tolerance=5)


def test_a_profile_is_obeyed_in_stored_pictures_and_under_transparency() -> None:
    swapped = _profile((DISPLAY_P3[2], DISPLAY_P3[1], DISPLAY_P3[0]))
    stored = store(encoded(plain((255, 0, 0), size=(600, 500)), "JPEG", icc_profile=swapped, quality=95))
    assert close(decode_upright(stored.bytes), (0, 0, 255), tolerance=25)
    layered = decode_upright(encoded(plain((255, 0, 0, 255), "RGBA"), "PNG", icc_profile=swapped))
    assert close(layered, (0, 0, 255), tolerance=25)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("profile", [b"not a profile", _profile(DISPLAY_P3)[:200], b"\0" * 5000])
def test_a_broken_profile_or_one_of_another_kind_is_left_out(mode: str, profile: bytes) -> None:
    picture = Image.fromarray(photograph()).convert(mode)
    expected = decode_upright(encoded(picture, "JPEG"))
    assert (decode_upright(encoded(picture, "JPEG", icc_profile=profile)) == expected).all()


def test_srgbs_own_profile_changes_nothing() -> None:
    rgb = photograph()
    assert (decode_upright(encoded(rgb, "PNG", icc_profile=_profile(SRGB_D50))) == rgb).all()


@pytest.mark.data
@pytest.mark.parametrize("folder", ["luma", "wild-garments", "street"])
def test_real_photographs_decode(data: Path, folder: str) -> None:
    photographs = sorted((data / folder).rglob("*.jpg"))[::20]
    assert photographs
    for picture in (path.read_bytes() for path in photographs):
        stored = store(picture)
        assert decode_upright(picture).shape == (stored.height, stored.width, 3)
        assert min(decode_upright(stored.bytes).shape[:2]) == min(256, stored.height, stored.width)
