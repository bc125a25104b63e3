"""Thumbnails, 64 to a JPEG: decoded at the scale they are needed, whole, on the page's dark ground."""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wildwear.crops import box_in
from wildwear.errors import StorageError
from wildwear.pages.committer import Busy

if TYPE_CHECKING:
    from wildwear.review.collection import Collection

TILE, COLUMNS, ROWS = 128, 8, 8
PER_SPRITE = COLUMNS * ROWS
GROUND = 0x1B
"""The page's ground (#1b1b1b), so that what a picture leaves free of its tile is not seen."""

_MARGIN = 0.15
_QUALITY = 82
_WAITING = 256

Pixels = NDArray[np.uint8]


class Sprites:
    """Draws sprites in threads, each once, and keeps those drawn lately within a budget of bytes."""

    def __init__(self, collection: Collection, megabytes: int, threads: int = 2) -> None:
        self._collection = collection
        self._budget = megabytes << 20
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="sprite")
        self._drawn: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self.held = 0
        """Bytes of the sprites that are kept."""
        self._drawing: dict[tuple[str, int], Future[bytes]] = {}
        self._lock = Lock()

    def get(self, sheet: str, number: int, items: NDArray[np.int64]) -> Future[bytes]:
        """The JPEG of those items. Raises `Busy` when too many are waited for."""
        key = (sheet, number)
        with self._lock:
            if key in self._drawn:
                self._drawn.move_to_end(key)
                done: Future[bytes] = Future()
                done.set_result(self._drawn[key])
                return done
            if key not in self._drawing:
                if len(self._drawing) >= _WAITING:
                    raise Busy("too many thumbnails are waited for: ask again in a second")
                self._drawing[key] = self._pool.submit(self._draw, key, items)
            return self._drawing[key]

    def close(self) -> None:
        """Drops what is waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _draw(self, key: tuple[str, int], items: NDArray[np.int64]) -> bytes:
        try:
            sprite = draw(self._collection, items)
            self._keep(key, sprite)
            return sprite
        finally:
            with self._lock:
                del self._drawing[key]

    def _keep(self, key: tuple[str, int], sprite: bytes) -> None:
        with self._lock:
            self._drawn[key] = sprite
            self.held += len(sprite)
            while self.held > self._budget:
                self.held -= len(self._drawn.popitem(last=False)[1])


def draw(collection: Collection, items: NDArray[np.int64]) -> bytes:
    """The sprite of up to 64 items as a JPEG; a picture that cannot be had is a plain tile."""
    import simplejpeg

    sprite = np.full((ROWS * TILE, COLUMNS * TILE, 3), GROUND, np.uint8)
    try:
        pictures = collection.pictures.read(items)
    except StorageError:
        pictures = []
    for place, (item, data) in enumerate(zip(items.tolist(), pictures, strict=False)):
        y, x = TILE * (place // COLUMNS), TILE * (place % COLUMNS)
        _draw_tile(sprite[y : y + TILE, x : x + TILE], data or b"", box_in(str(collection.crop.of(item))))
    return bytes(simplejpeg.encode_jpeg(sprite, quality=_QUALITY, colorsubsampling="420", fastdct=True))


def _draw_tile(tile: Pixels, data: bytes, box: tuple[float, ...] | None) -> None:
    """Puts a picture, or the surroundings of a box in it, whole into the middle of a tile."""
    from PIL import Image

    try:
        pixels = _scaled(data, box)
    except ValueError:  # what libjpeg says of bytes that it cannot read
        return
    height, width = pixels.shape[:2]
    scale = TILE / max(height, width)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))
    y, x = (TILE - size[1]) // 2, (TILE - size[0]) // 2
    tile[y : y + size[1], x : x + size[0]] = small


def _scaled(data: bytes, box: tuple[float, ...] | None) -> Pixels:
    """Decoded no larger than a tile needs, with libjpeg's scaling."""
    import simplejpeg

    height, width, _, _ = simplejpeg.decode_jpeg_header(data)
    x1, y1, x2, y2 = box or (0.0, 0.0, float(width), float(height))
    if box is not None:
        margin = _MARGIN * max(x2 - x1, y2 - y1)
        x1, y1, x2, y2 = max(x1 - margin, 0), max(y1 - margin, 0), min(x2 + margin, width), min(y2 + margin, height)
    scale = min(TILE / max(x2 - x1, y2 - y1, 1.0), 1.0)
    pixels: Pixels = simplejpeg.decode_jpeg(
        data, min_height=round(height * scale), min_width=round(width * scale), fastdct=True, fastupsample=True
    )
    ratio = pixels.shape[0] / height
    left, top = int(x1 * ratio), int(y1 * ratio)
    return np.ascontiguousarray(pixels[top : max(round(y2 * ratio), top + 1), left : max(round(x2 * ratio), left + 1)])
