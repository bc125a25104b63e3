"""What a picture says of itself, read from its first bytes by us, before any decoder sees it or allocates for it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

DECODED = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")
"""The formats that are decoded; everything else is refused, whatever its name or content type says."""

_REFUSED = (
    (b"8BPS", "PSD"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"%!PS", "EPS"),
    (b"\xc5\xd0\xd3\xc6", "EPS"),
    (b"%PDF", "PDF"),
    (b"\0\0\1\0", "ICO"),
    (b"\0\0\0\x0cjP  ", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
)
_SOI, _EOI, _SOS, _APP1, _APP2, _APP14 = 0xD8, 0xD9, 0xDA, 0xE1, 0xE2, 0xEE
_SEQUENTIAL = (0xC0, 0xC1)
_ORIENTATION = 0x0112


def sniff(data: bytes) -> str:
    """The format by its magic bytes: one of `DECODED`, the name of a known format that is refused, or `""`.

    >>> sniff(b"<html>"), sniff(b"<svg xmlns='http://www.w3.org/2000/svg'>"), sniff(bytes.fromhex("ffd8ffe0"))
    ('', 'SVG', 'JPEG')
    """
    if data[:3] == b"\xff\xd8\xff":
        return "JPEG"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        return "BMP"
    if data[4:8] == b"ftyp":
        return "AVIF" if data[8:12] in (b"avif", b"avis") else "HEIF"
    return next((name for magic, name in _REFUSED if data.startswith(magic)), _markup(data))


def _markup(data: bytes) -> str:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "SVG" if head.startswith((b"<svg", b"<?xml", b"<!doctype svg")) and b"<svg" in head else ""


def size(data: bytes, format_: str) -> tuple[int, int] | None:
    """Width and height in pixels as the header states them; None where the header is cut short or only the
    format's own parser can tell (JPEG, AVIF, neither of which allocates pixels to answer)."""
    reader = _SIZES.get(format_)
    if reader is None:
        return None
    try:
        return reader(data)
    except (struct.error, IndexError):
        return None


def _png_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _bmp_size(data: bytes) -> tuple[int, int]:
    if struct.unpack_from("<I", data, 14)[0] == 12:
        width, height = struct.unpack_from("<HH", data, 18)
    else:
        width, height = struct.unpack_from("<ii", data, 18)
    return abs(width), abs(height)


def _webp_size(data: bytes) -> tuple[int, int]:
    """The canvas, by the RIFF container's first chunk (WebP container specification; RFC 6386 for VP8)."""
    if data[12:16] == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if data[12:16] == b"VP8L":
        bits = struct.unpack_from("<I", data, 21)[0]
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _gif_size(data: bytes) -> tuple[int, int]:
    """The logical screen or the first frame's far corner, whichever is further (GIF89a): decoders grow the canvas."""
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + _colour_table(flags)
    while data[at] == 0x21:
        at += 2
        while data[at]:
            at += 1 + data[at]
        at += 1
    left, top, frame_width, frame_height = struct.unpack_from("<4H", data, at + 1)
    return max(width, left + frame_width), max(height, top + frame_height)


def _colour_table(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


_SIZES: dict[str, Callable[[bytes], tuple[int, int]]] = {
    "PNG": _png_size,
    "WEBP": _webp_size,
    "GIF": _gif_size,
    "BMP": _bmp_size,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegHeader:
    """What the segments before a JPEG's first scan say, beside what the codec reads by itself."""

    orientation: int = 1
    """EXIF orientation, 1 to 8."""
    icc: bytes = b""
    """The embedded colour profile."""
    adobe: bool = False
    """Whether an Adobe APP14 segment is there: four-component pictures are then stored inverted."""
    scans: int = 1
    """How many scans a decoder would read; a sane progressive picture has about ten."""


def jpeg_header(data: bytes) -> JpegHeader:
    """Walks a JPEG's segments up to its pixels (ITU-T T.81, annex B). Never raises: what is broken is left out."""
    orientation, adobe, start, end, profile = 1, False, 2, 2, dict[int, bytes]()
    components = 0  # of a frame that may stand in one scan; libjpeg then reads no second one
    for marker, start, end in _segments(data):
        if marker == _APP1 and data[start : start + 6] == b"Exif\0\0":
            orientation = exif_orientation(data[start + 6 : end])
        elif marker == _APP2 and data[start : start + 12] == b"ICC_PROFILE\0" and end > start + 14:
            profile[data[start + 12]] = data[start + 14 : end]
        elif marker == _APP14 and data[start : start + 5] == b"Adobe":
            adobe = True
        elif marker in _SEQUENTIAL:
            components = data[start + 5] if end > start + 5 else 0
    one_scan = components and data[start : start + 1] == bytes([components])
    icc = b"".join(profile[number] for number in sorted(profile))
    return JpegHeader(
        orientation=orientation, icc=icc, adobe=adobe, scans=1 if one_scan else 1 + data.count(b"\xff\xda", end)
    )


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of the payload of every segment before and including the first scan's header."""
    at = 2
    while at + 4 <= len(data):
        at = data.find(b"\xff", at)
        while at >= 0 and data[at + 1 : at + 2] == b"\xff":
            at += 1
        if at < 0 or at + 4 > len(data):
            return
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _EOI:
            return
        if marker in (0, 1, _SOI) or 0xD0 <= marker < _SOI:
            at += 2
            continue
        yield marker, at + 4, at + 2 + length
        if marker == _SOS:
            return
        at += 2 + max(2, length)


def exif_orientation(tiff: bytes) -> int:
    """The orientation, 1 to 8, in the first directory of an EXIF block (TIFF 6.0); 1 where there is none."""
    order = "<" if tiff[:2] == b"II" else ">"
    try:
        (first,) = struct.unpack_from(order + "I", tiff, 4)
        (entries,) = struct.unpack_from(order + "H", tiff, first)
        for at in range(first + 2, first + 2 + 12 * entries, 12):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, at)
            if tag == _ORIENTATION:
                return value if kind == 3 and 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1
