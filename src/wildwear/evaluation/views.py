"""How a sample is looked at: its box or the whole stored picture, once or several times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wildwear.datasets.ahead import map_ahead
from wildwear.datasets.reader import STORED, box_of
from wildwear.images.decode import Undecodable, decode_upright
from wildwear.images.preprocess import Preprocessing
from wildwear.records import Box
from wildwear.table import Table

CROPS = {
    1: "as the model is used",
    2: "that and its mirror image",
    3: "the whole, and its centre at 7/8 and 3/4 of the sides",
    5: "the corners and the centre, each 7/8 of the sides",
    6: "three scales and their mirror images",
    10: "corners, centre and their mirror images",
}
"""What `--crops` looks at; the probabilities are averaged. Corners and centre of a model that sees the centre of a
scaled picture are those of the scaled picture (Krizhevsky et al. 2012)."""

_WINDOW = 7 / 8  # 224 of 256 pixels
_SCALES = (1.0, 7 / 8, 3 / 4)
_CORNERS = ((0.5, 0.5), (0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a run looks at samples."""

    boxes: bool = True
    """Whether boxes are looked at; otherwise the whole of what is stored."""
    crops: int = 1
    """Views of a sample, one of `CROPS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Samples as a network takes them."""

    pixels: NDArray[np.float32]
    """N × crops × 3 × size × size, normalised."""
    rows: pa.Table
    """Their N rows."""
    failed: tuple[str, ...]
    """Why further rows of the same stretch do not decode, one reason a row."""


def read_views(
    table: Table, preprocessing: Preprocessing, look: Look, *, where: str, batch_size: int, columns: Sequence[str]
) -> Iterator[Looked]:
    """Rows of a dataset in stored order; at most `batch_size` views a batch where a sample has fewer than that."""
    needed = [*columns, *(name for name in ("bytes", "box") if name not in columns)]
    batches = table.batches(needed, where, batch_rows=max(1, batch_size // look.crops))
    yield from map_ahead(lambda batch: _looked(batch, preprocessing, look, list(columns)), batches)


def views(rgb: NDArray[np.uint8], box: Box | None, preprocessing: Preprocessing, crops: int) -> NDArray[np.float32]:
    """The views of an upright picture (H × W × 3), or of a box in it: crops × 3 × size × size.

    >>> picture = np.arange(64 * 48 * 3, dtype=np.uint8).reshape(64, 48, 3)
    >>> one, mirrored = views(picture, None, Preprocessing(size=32), 2)
    >>> bool((one == mirrored[:, :, ::-1]).all())
    True
    """
    if crops in (1, 2):
        seen = [preprocessing(rgb, box)]
    else:
        windows = _windows(preprocessing, preprocessing.widened(box, rgb.shape[1], rgb.shape[0]), crops)
        plain = replace(
            preprocessing, margin=0.0, resize="squash" if preprocessing.resize == "crop" else preprocessing.resize
        )
        seen = [plain(rgb, window) for window in windows]
    if crops % 2 == 0:
        seen += [view[:, :, ::-1] for view in seen]
    return np.stack(seen)


def _windows(preprocessing: Preprocessing, part: tuple[float, float, float, float], crops: int) -> Iterator[Box]:
    """The rectangles that the views show, in a part (x1, y1, x2, y2) of the picture."""
    x1, y1, x2, y2 = part
    width, height = x2 - x1, y2 - y1
    if preprocessing.resize == "crop":
        across = down = min(width, height) * preprocessing.size / preprocessing.scaled_side
    else:
        across, down = (width, height) if crops in (3, 6) else (width * _WINDOW, height * _WINDOW)
    places = [(0.5, 0.5, scale) for scale in _SCALES] if crops in (3, 6) else [(*corner, 1.0) for corner in _CORNERS]
    for right, low, scale in places:
        left, top = x1 + right * (width - across * scale), y1 + low * (height - down * scale)
        yield Box(x1=left, y1=top, x2=left + across * scale, y2=top + down * scale)


def _looked(batch: pa.RecordBatch, preprocessing: Preprocessing, look: Look, columns: list[str]) -> Looked:
    seen: list[NDArray[np.float32]] = []
    good: list[int] = []
    failed: list[str] = []
    boxes = batch["box"].to_pylist() if look.boxes else [None] * batch.num_rows
    for row, (data, corners) in enumerate(zip(batch["bytes"], boxes, strict=True)):
        try:
            rgb = _decoded(data.as_py() or b"", preprocessing, whole=corners is None and look.crops <= 2)
        except Undecodable as error:
            failed.append(error.failure.reason)
            continue
        seen.append(views(rgb, box_of(corners), preprocessing, look.crops))
        good.append(row)
    shape = 0, look.crops, 3, preprocessing.size, preprocessing.size
    rows = pa.Table.from_batches([batch.select(columns)]).take(pa.array(good, pa.int64()))
    return Looked(pixels=np.stack(seen) if seen else np.empty(shape, np.float32), rows=rows, failed=tuple(failed))


def _decoded(data: bytes, preprocessing: Preprocessing, *, whole: bool) -> NDArray[np.uint8]:
    """A stored picture; one that is looked at as a whole is decoded as small as the network needs, as in tagging."""
    return preprocessing.decode(data, STORED).rgb if whole else decode_upright(data, STORED)
