"""Finds people with YOLOX, a COCO detector whose class 0 is person (Ge et al. 2021)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

SIDE, STRIDES, FILL = 416, (8, 16, 32), 114
_LEAST_SCORE = 0.02


class PersonDetector:
    """A YOLOX network as ONNX, 416 × 416, BGR in 0 to 255, letterboxed to the upper left."""

    def __init__(self, path: Path) -> None:
        self._session = onnxruntime.InferenceSession(str(path))
        cells = [np.indices((SIDE // stride,) * 2)[::-1].reshape(2, -1).T for stride in STRIDES]
        self._cells = np.concatenate(cells)
        self._strides = np.repeat(STRIDES, [len(part) for part in cells])[:, None]

    def __call__(self, rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
        """N × 5: score and corners as fractions of the picture, every candidate from a score of 0.02 on."""
        height, width = rgb.shape[:2]
        scale = SIDE / max(height, width)
        small = Image.fromarray(rgb).resize((max(1, round(width * scale)), max(1, round(height * scale))))
        square = np.full((SIDE, SIDE, 3), FILL, np.uint8)
        square[: small.height, : small.width] = np.asarray(small)
        planes = square[..., ::-1].transpose(2, 0, 1)[None].astype(np.float32)
        out = self._session.run(None, {"images": planes})[0][0]
        centre, size = (out[:, :2] + self._cells) * self._strides, np.exp(out[:, 2:4]) * self._strides
        corners = np.concatenate([centre - size / 2, centre + size / 2], axis=1)
        corners = np.clip(corners / ([small.width, small.height] * 2), 0, 1)
        scores = out[:, 4] * out[:, 5]
        kept = scores >= _LEAST_SCORE
        return np.column_stack([scores, corners])[kept]
