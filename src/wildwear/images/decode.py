"""Untrusted bytes to upright sRGB pixels, or a typed refusal; and to the small JPEG that the tables keep.

JPEG goes through libjpeg-turbo with scaled decoding, everything else through one fixed Pillow plug-in. Both release
the interpreter's lock, so threads decode in parallel.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import AvifImagePlugin, BmpImagePlugin, GifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from wildwear.images import headers
from wildwear.images.colour import flatten, to_srgb
from wildwear.images.phash import hash_of_picture
from wildwear.records import Failure

STORED_SIDE = 256
"""The short side of stored pictures, in pixels; smaller ones keep their size."""

_PLUGINS: dict[str, Callable[[io.BytesIO], Image.Image]] = {
    "PNG": PngImagePlugin.PngImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "AVIF": AvifImagePlugin.AvifImageFile,
}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_MAX_SCANS = 100
_PACKED = struct.Struct("<32sIIQ")  # image_id, width, height, perceptual hash; the JPEG follows
_HARMLESS = re.compile(r"Corrupt JPEG data: \d{1,2} extraneous bytes before marker 0xd9|Invalid SOS parameters")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeLimits:
    """What is refused before anything is allocated for it, and how pictures are stored."""

    max_pixels: int = 64_000_000
    """The largest picture that is decoded, width × height."""
    max_bytes: int = 50_000_000
    """The largest file that is decoded, bytes."""
    max_side: int = 30_000
    """The longest side that is decoded, pixels."""
    min_side: int = 16
    """The shortest side that is worth keeping, pixels."""
    quality: int = 90
    """JPEG quality of stored pictures, 1 to 100; colour is kept at half resolution (4:2:0)."""

    def __post_init__(self) -> None:
        if min(self.max_pixels, self.max_bytes, self.max_side, self.min_side) < 1:
            raise ValueError(f"decode limits must be at least 1, and are {self}")
        if not 1 <= self.quality <= 100:
            raise ValueError(f"JPEG quality must be 1 to 100, and is {self.quality}")


Packed = bytes
"""A result on its way between processes."""


class Undecodable(Exception):
    """A picture that is refused or broken; `failure` says why, ready to be a row."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(f"{failure.reason}: {failure.detail}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A picture's pixels."""

    rgb: NDArray[np.uint8]
    """H × W × 3, upright sRGB."""
    width: int
    """The upright original's width, pixels; `rgb` may be smaller."""
    height: int
    """The upright original's height, pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPicture:
    """A picture as the tables keep it."""

    bytes: bytes
    """JPEG, sRGB, upright, short side `STORED_SIDE` or the original's where that is smaller."""
    image_id: str
    """The first 32 hex digits of the SHA-256 of `bytes`."""
    width: int
    """The original's width after orientation, pixels."""
    height: int
    """The original's height after orientation, pixels."""
    phash: int
    """`phash.perceptual_hash` of the stored pixels before compression."""

    def pack(self) -> Packed:
        return _PACKED.pack(self.image_id.encode(), self.width, self.height, self.phash) + self.bytes

    @classmethod
    def unpack(cls, packed: Packed) -> Self:
        image_id, width, height, phash = _PACKED.unpack_from(packed)
        jpeg = packed[_PACKED.size :]
        return cls(bytes=jpeg, image_id=image_id.decode(), width=width, height=height, phash=phash)


_Opened = tuple[NDArray[np.uint8], int, tuple[int, int]]
"""The picture in sRGB as it lies in the file, its EXIF orientation, and its original width and height."""
_Sides = tuple[int, int]
"""The short and the long side that a reduced picture must still have; 0, 0: it is not reduced."""


def decode_upright(
    data: bytes, limits: DecodeLimits | None = None, *, short_side: int = 0, long_side: int = 0
) -> NDArray[np.uint8]:
    """The picture as H × W × 3 upright sRGB, alpha over white, the first frame of an animation.

    With `short_side` or `long_side`, pixels, a large JPEG is decoded smaller, by a factor of the codec's, so that
    this side is still at least as long.
    Raises `Undecodable` for anything that is not a whole picture of a supported format within `limits`.
    """
    return decode(data, limits, short_side=short_side, long_side=long_side).rgb


def decode(data: bytes, limits: DecodeLimits | None = None, *, short_side: int = 0, long_side: int = 0) -> Decoded:
    """As `decode_upright`, with the size that the picture has in its file."""
    rgb, orientation, (width, height) = _open(data, limits or DecodeLimits(), (short_side, long_side))
    if orientation in _TURNS:
        rgb = np.array(_turned(Image.fromarray(rgb), orientation))
    if orientation >= 5:
        width, height = height, width
    return Decoded(rgb=rgb, width=width, height=height)


def store(data: bytes, limits: DecodeLimits | None = None) -> StoredPicture:
    """The picture as the tables keep it: the same upright pixels as `decode_upright`, scaled down and compressed.

    Deterministic. Raises `Undecodable` as `decode_upright` does.
    """
    limits = limits or DecodeLimits()
    rgb, orientation, (width, height) = _open(data, limits, (STORED_SIDE, 0))
    small = _turned(_shrunk(Image.fromarray(rgb), STORED_SIDE), orientation)
    jpeg = simplejpeg.encode_jpeg(np.asarray(small), quality=limits.quality, colorspace="RGB", colorsubsampling="420")
    if orientation >= 5:
        width, height = height, width
    return StoredPicture(
        bytes=jpeg,
        image_id=hashlib.sha256(jpeg).hexdigest()[:32],
        width=width,
        height=height,
        phash=hash_of_picture(small),
    )


def _open(data: bytes, limits: DecodeLimits, least: _Sides) -> _Opened:
    if not data:
        raise _refusal("empty", "no bytes")
    if len(data) > limits.max_bytes:
        raise _refusal("too_many_bytes", f"{len(data)} bytes, the limit is {limits.max_bytes}")
    format_ = headers.sniff(data)
    if not format_:
        raise _refusal("not_an_image", f"begins with {data[:16]!r}")
    if format_ not in headers.DECODED or (format_ == "AVIF" and not AvifImagePlugin.SUPPORTED):
        raise _refusal("unsupported_format", f"{format_}; {', '.join(headers.DECODED)} are read")
    try:
        if format_ == "JPEG":
            return _open_jpeg(data, limits, least)
        return _open_other(data, format_, limits)
    except Undecodable:
        raise
    except Exception as error:  # Pillow's plug-ins raise nearly any type on hostile bytes
        raise _broken(format_, error) from None


def _open_jpeg(data: bytes, limits: DecodeLimits, least: _Sides) -> _Opened:
    height, width, space, _ = simplejpeg.decode_jpeg_header(data, strict=False)
    _check_size(width, height, limits)
    header = headers.jpeg_header(data)
    if header.scans > _MAX_SCANS:
        raise _refusal("too_many_scans", f"{header.scans} scans")
    if space in ("CMYK", "YCCK"):
        rgb = np.array(to_srgb(_ink_jpeg(data, header), header.icc))
    else:
        short, long = least
        rgb = _jpeg_pixels(data, *((short, long) if height < width else (long, short)))
        if header.icc:
            picture = Image.fromarray(rgb)
            rgb = np.array(to_srgb(picture.getchannel(0) if space.upper() == "GRAY" else picture, header.icc))
    return rgb, header.orientation, (width, height)


def _jpeg_pixels(data: bytes, min_height: int, min_width: int) -> NDArray[np.uint8]:
    """Every warning of libjpeg is an error, for it fills what is missing with grey; but for stray bytes that
    cameras are known to leave behind a whole picture."""
    try:
        pixels = simplejpeg.decode_jpeg(data, "RGB", min_height=min_height, min_width=min_width)
    except ValueError as error:
        if not _HARMLESS.search(str(error)):
            raise
        pixels = simplejpeg.decode_jpeg(data, "RGB", min_height=min_height, min_width=min_width, strict=False)
    return pixels  # type: ignore[no-any-return]


def _ink_jpeg(data: bytes, header: headers.JpegHeader) -> Image.Image:
    """A CMYK or YCCK picture as CMYK, 255 = full ink. Pillow takes all for inverted, as Adobe's are; others are not."""
    picture: Image.Image = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
    picture.load()
    return picture if header.adobe else Image.eval(picture, lambda ink: 255 - ink)


def _open_other(data: bytes, format_: str, limits: DecodeLimits) -> _Opened:
    """By the plug-in itself rather than `Image.open`, so that Pillow's own pixel limit, a global one that warns before
    it raises, has no say. Two plug-ins apply it by themselves, and are held below it."""
    if format_ in ("GIF", "WEBP") and Image.MAX_IMAGE_PIXELS:
        limits = replace(limits, max_pixels=min(limits.max_pixels, Image.MAX_IMAGE_PIXELS))
    stated = headers.size(data, format_)
    if stated:
        _check_size(*stated, limits)
    picture: Image.Image = _PLUGINS[format_](io.BytesIO(data))
    _check_size(*picture.size, limits)
    picture.load()
    rgb = np.array(to_srgb(flatten(picture), picture.info.get("icc_profile")))
    return rgb, _orientation(picture), picture.size


def _orientation(picture: Image.Image) -> int:
    """1 to 8; a broken EXIF block is no reason to refuse a picture."""
    try:
        orientation = picture.getexif().get(0x0112, 1)
    except Exception:  # as many types as there are ways to break it
        return 1
    return orientation if orientation in _TURNS else 1


def _check_size(width: int, height: int, limits: DecodeLimits) -> None:
    stated = f"{width} × {height} pixels"
    if width * height > limits.max_pixels:
        raise _refusal("too_many_pixels", f"{stated}, the limit is {limits.max_pixels}")
    if max(width, height) > limits.max_side:
        raise _refusal("side_too_long", f"{stated}, the limit is {limits.max_side} a side")
    if min(width, height) < limits.min_side:
        raise _refusal("side_too_short", f"{stated}, the limit is {limits.min_side} a side")


def _shrunk(picture: Image.Image, short_side: int) -> Image.Image:
    """Scaled so that the short side is `short_side`; never enlarged."""
    scale = short_side / min(picture.size)
    if scale >= 1:
        return picture
    target = round(picture.width * scale), round(picture.height * scale)
    return picture.resize(target, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _turned(picture: Image.Image, orientation: int) -> Image.Image:
    return picture.transpose(_TURNS[orientation]) if orientation in _TURNS else picture


def _refusal(reason: str, detail: str) -> Undecodable:
    return Undecodable(Failure(reason=reason, detail=detail))


def _broken(format_: str, error: Exception) -> Undecodable:
    said = f"{format_}: {error}"[:200]
    told = said.lower()
    if isinstance(error, MemoryError) or "insufficient memory" in told:
        return _refusal("decoder_memory", said)
    if "text chunk" in told or "max_text" in told:
        return _refusal("metadata_bomb", said)
    if "premature end" in told or "truncated" in told:
        return _refusal("truncated_image", said)
    return _refusal("corrupt_image", said)
