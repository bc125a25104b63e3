"""Detectors of the YOLOX family (Ge et al. 2021, arXiv:2107.08430): one output, a row an anchor.

A row is four numbers of the box, the objectness and a score for each class, of which the first is person. In Megvii's
own exports the box is relative to the anchor's cell; others have it decoded to pixels in the network.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wildwear.errors import UnsafeModel
from wildwear.movies.people.boxes import as_detections, corners, suppress
from wildwear.movies.people.networks import DetectorNetwork, NetworkDetector, Signature
from wildwear.movies.people.pictures import letterbox
from wildwear.movies.records import Detection, Frame

_SCORE = 0.35
"""Below this, a person is not reported."""
_OVERLAP = 0.45
"""Of two boxes whose intersection over union is above this, the less sure one goes."""
_STRIDES = (8, 16, 32)
_FILL = 114


class Yolox(NetworkDetector):
    """A network of the YOLOX family; it sees BGR in 0 to 255, letterboxed to the left upper corner."""

    def __init__(self, network: DetectorNetwork) -> None:
        super().__init__(network)
        self._grid = _grid(*network.size)
        self._decoded = self._is_decoded()

    @staticmethod
    def outputs(signature: Signature) -> tuple[str, ...]:
        shapes = list(signature.outputs.values())
        alone = len(signature.inputs) == len(shapes) == 1 and len(shapes[0]) == 3
        return tuple(signature.outputs) if alone and shapes[0][2] > 5 else ()

    def look(self, frames: Sequence[Frame]) -> list[list[Detection]]:
        pictures = [letterbox(frame.pixels, self._network.size, _FILL) for frame in frames]
        (rows,) = self._network.run(np.stack([picture.pixels[..., ::-1] for picture in pictures]))
        return [
            self._people(output, picture.scale, *frame.pixels.shape[1::-1])
            for frame, picture, output in zip(frames, pictures, rows, strict=True)
        ]

    def _people(self, rows: NDArray[np.float32], scale: float, width: int, height: int) -> list[Detection]:
        scores = rows[:, 4] * rows[:, 5]
        sure = scores >= _SCORE
        boxes = corners(self._in_pixels(rows[sure, :4], self._grid[sure])) / np.float32(scale)
        kept = suppress(boxes, scores[sure], _OVERLAP)
        return as_detections(boxes[kept], scores[sure][kept], width, height)

    def _in_pixels(self, rows: NDArray[np.float32], grid: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._decoded:
            return rows
        cells, strides = grid[:, :2], grid[:, 2:]
        return np.concatenate([rows[:, :2] + cells, np.exp(rows[:, 2:])], axis=1) * strides

    def _is_decoded(self) -> bool:
        """Whether boxes come in pixels: their centres then follow the grid, even where there is nobody."""
        (rows,) = self._network.run(np.full((1, *self._network.size, 3), _FILL))
        if rows.ndim != 3 or rows.shape[1] != len(self._grid):
            height, width = self._network.size
            raise UnsafeModel(
                f"{self._network.where}: refused: {len(self._grid):,} rows are due of a YOLOX that takes {width} × "
                f"{height}, and it gives {' × '.join(map(str, rows.shape[1:]))}"
            )
        centres = rows[0, :, :2].astype(np.float64)
        cells = self._grid[:, :2] * self._grid[:, 2:]
        return bool(np.abs(centres - cells).mean() < np.abs(centres).mean())


def _grid(height: int, width: int) -> NDArray[np.float32]:
    """The cell (x, y) and the stride of each anchor, A × 3: strides ascending, row by row."""
    return np.concatenate([_cells(height // stride, width // stride, stride) for stride in _STRIDES])


def _cells(rows: int, columns: int, stride: int) -> NDArray[np.float32]:
    y, x = np.mgrid[:rows, :columns]
    return np.stack([x.ravel(), y.ravel(), np.full(x.size, stride)], axis=1).astype(np.float32)
