"""Pictures of our own tables, decoded fast: into memory that is used again, and no larger than is needed.

The same pixels as `images.decode`, up to the codec's own scaling. What is not the plain JPEG that tables hold goes
through `images.decode`, which judges it.
"""

from __future__ import annotations

import math

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from wildwear.images import headers
from wildwear.images.decode import DecodeLimits, decode_upright

_LIMITS = DecodeLimits(min_side=1)  # what a table holds has been judged when it was stored
_PLAIN_PIXELS = 1 << 22


class StoredDecoder:
    """Decodes one picture after another; a thread needs one of its own.

    A fresh array for every picture would cost as much as decoding into it, since the system hands out its pages one
    by one.
    """

    def __init__(self) -> None:
        self._memory = np.empty(0, np.uint8)
        self._data = b""
        self._size = 0, 0
        self._plain = False

    def open(self, data: bytes) -> tuple[int, int]:
        """The picture's width and height, pixels; raises `Undecodable`."""
        self._data, self._plain = data, True
        try:
            height, width, space, _ = simplejpeg.decode_jpeg_header(data)
        except ValueError:
            return self._open_other()
        header = headers.jpeg_header(data)
        if space not in ("YCbCr", "Gray") or header.icc or header.orientation != 1 or header.scans > 1:
            return self._open_other()
        self._size = width, height
        return self._open_other() if width * height > _PLAIN_PIXELS else self._size

    def pixels(self, scale: float = 1.0) -> NDArray[np.uint8]:
        """The opened picture, H × W × 4: RGB and 255. It is there until the next one is decoded.

        Where a half of its sides or fewer eighths are at least `scale` of them, a JPEG is decoded as small as that.
        """
        width, height = self._size
        if self._plain:
            try:
                return simplejpeg.decode_jpeg(  # type: ignore[no-any-return]
                    self._data,
                    "RGBA",
                    min_height=math.ceil(height * scale),
                    min_width=math.ceil(width * scale),
                    min_factor=2,  # the factors between have no fast code: they cost more than the whole picture
                    buffer=self._room(width, height),
                )
            except ValueError:
                width, height = self._open_other()
        return self._room(width, height).reshape(height, width, 4)

    def _open_other(self) -> tuple[int, int]:
        rgb = decode_upright(self._data, _LIMITS)
        height, width, _ = rgb.shape
        pixels = self._room(width, height).reshape(height, width, 4)
        pixels[..., :3] = rgb
        pixels[..., 3] = 255
        self._size, self._plain = (width, height), False
        return self._size

    def _room(self, width: int, height: int) -> NDArray[np.uint8]:
        if len(self._memory) < 4 * width * height:
            self._memory = np.empty(4 * width * height, np.uint8)
        return self._memory[: 4 * width * height]
