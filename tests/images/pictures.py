"""Pictures that the tests make themselves, whole and hostile."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from wildwear.images.decode import DecodeLimits, Undecodable, decode_upright, store

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


def photograph(width: int = 400, height: int = 300) -> NDArray[np.uint8]:
    """Smooth colour with some structure, different in every corner."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    waves = 0.5 + 0.5 * np.sin(9 * x + 4 * y * y)
    return np.rint(np.stack([255 * x, 255 * y, 255 * waves], axis=-1)).astype(np.uint8)


def plain(colour: Any, mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> Image.Image:
    return Image.new(mode, size, colour)


def encoded(picture: Image.Image | NDArray[np.uint8], format_: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    picture.save(file, format_, **options)
    return file.getvalue()


def chunk(kind: bytes, payload: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *extra: bytes) -> bytes:
    """A PNG by hand: `rows` as they are stored, each after its filter byte; `extra` chunks before the pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return PNG_MAGIC + header + b"".join(extra) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def segment(marker: int, payload: bytes) -> bytes:
    """A JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def close(decoded: NDArray[np.uint8], expected: Any, tolerance: int = 6) -> bool:
    """Whether every pixel is the colour, or the picture, to within `tolerance` levels."""
    return int(np.abs(decoded.astype(int) - np.asarray(expected, dtype=int)).max()) <= tolerance


def reason(data: bytes, limits: DecodeLimits | None = None) -> str:
    """Why it is refused; training and tagging must refuse the same."""
    with pytest.raises(Undecodable) as tagging:
        decode_upright(data, limits)
    with pytest.raises(Undecodable) as training:
        store(data, limits)
    assert tagging.value.failure.reason == training.value.failure.reason
    return tagging.value.failure.reason
