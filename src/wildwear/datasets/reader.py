"""Reads samples as a network's input, decoded in threads ahead of the consumer, in order, with bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wildwear.datasets.ahead import map_ahead
from wildwear.errors import UnknownName, UserError
from wildwear.images.decode import DecodeLimits, Undecodable, decode_upright
from wildwear.images.preprocess import Preprocessing
from wildwear.records import Box, Split
from wildwear.table import Table
from wildwear.workspace import Workspace

STORED = DecodeLimits(min_side=1)  # what a table holds has been judged when it was stored


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelBatch:
    """Samples as a network takes them."""

    pixels: NDArray[np.float32]
    """N × 3 × size × size, normalised."""
    rows: pa.Table
    """Their N rows, without `bytes`."""
    failed: pa.Table
    """Rows of the same stretch whose bytes do not decode, without `bytes`, with `reason` and `detail`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetRef:
    """A dataset as `--on` names it: `NAME[:split][@samples][*weight]`."""

    name: str
    split: Split | None = None
    """One side, or None for what the verb takes by default."""
    samples: int | None = None
    """About how many of its samples (see `datasets.subsets`), or None for all."""
    weight: float = 1.0
    """How much one of its samples counts beside those of other datasets."""

    @property
    def where(self) -> str | None:
        """The SQL condition that reads this side alone."""
        return f"split = '{self.split}'" if self.split else None

    def open(self, workspace: Workspace) -> Table:
        """The dataset's table. Raises `UnknownName` for a dataset that is not there or a side that is empty, and
        `UserError` for a dataset without samples, which a run that failed may have left."""
        table = workspace.dataset(self.name)
        if not table.count():
            raise UserError(f"dataset {self.name} has no samples: make it again with 'split' or 'dataset import'")
        if self.split and not table.count(self.where):
            there_are = [side.value for side in Split if table.count(f"split = '{side}'")]
            raise UnknownName("split", self.split.value, there_are, f"dataset {self.name}")
        return table


def parse_on(text: str) -> DatasetRef:
    """Reads `NAME[:split][@samples][*weight]`; raises `UserError` for another form.

    >>> parse_on("wild:train@100*2")
    DatasetRef(name='wild', split=<Split.TRAIN: 'train'>, samples=100, weight=2.0)
    """
    rest, star, weight = text.partition("*")
    rest, at, samples = rest.partition("@")
    name, colon, side = rest.partition(":")
    if not name or (star and not _is_weight(weight)) or (at and not _is_count(samples)):
        raise UserError(
            f"{text!r} names no dataset: write NAME, NAME:split, NAME:split@samples or NAME:split*weight, "
            "as in wild:train*2"
        )
    if colon and side not in list(Split):
        raise UnknownName("split", side, Split, repr(text))
    return DatasetRef(
        name=name,
        split=Split(side) if colon else None,
        samples=int(samples) if at else None,
        weight=float(weight) if star else 1.0,
    )


def read_pixels(
    table: Table,
    preprocessing: Preprocessing,
    *,
    where: str | None = None,
    batch_size: int = 64,
    threads: int = 2,
    columns: Sequence[str] | None = None,
) -> Iterator[PixelBatch]:
    """Rows of a dataset (or of the images table) in stored order, as at most `batch_size` pictures a batch.

    `where` is an SQL condition; `columns` names what `rows` shall hold (default: everything but `bytes`).
    """
    fields = table.spec.schema.names
    kept = [name for name in fields if name != "bytes"] if columns is None else list(columns)
    needed = [name for name in fields if name in kept or name in ("bytes", "box")]
    batches = table.batches(needed, where, batch_rows=batch_size)
    yield from map_ahead(
        lambda batch: decode_batch(pa.Table.from_batches([batch]), preprocessing, kept), batches, threads=threads
    )


def label_matrix(labels: pa.ChunkedArray | pa.Array, classes: Sequence[str]) -> NDArray[np.bool_]:
    """Which of `classes` are right for each sample: N × C; categories that are no class are left out.

    >>> label_matrix(pa.array([["Jeans", "Chinos"], ["Tee"]]), ["Chinos", "Jeans", "Shorts"]).astype(int).tolist()
    [[1, 1, 0], [0, 0, 0]]
    """
    place = {name: column for column, name in enumerate(classes)}
    matrix = np.zeros((len(labels), len(classes)), bool)
    for row, names in enumerate(labels.to_pylist()):
        matrix[row, [place[name] for name in names or () if name in place]] = True
    return matrix


def decode_batch(batch: pa.Table, preprocessing: Preprocessing, kept: list[str]) -> PixelBatch:
    """The pictures of rows with `bytes` (and `box`), with the columns that `kept` names."""
    pixels: list[NDArray[np.float32]] = []
    failures: dict[int, tuple[str, str]] = {}
    boxes = batch["box"].to_pylist() if "box" in batch.schema.names else [None] * batch.num_rows
    for row, (data, corners) in enumerate(zip(batch["bytes"], boxes, strict=True)):
        try:
            pixels.append(_pixels(data.as_py() or b"", corners, preprocessing))
        except Undecodable as error:
            failures[row] = error.failure.reason, error.failure.detail
    rows = batch.select(kept)
    good = pa.array([row not in failures for row in range(batch.num_rows)], pa.bool_())
    failed = rows.take(pa.array(list(failures), pa.int64()))
    for position, name in enumerate(("reason", "detail")):
        texts = pa.array([failure[position] for failure in failures.values()], pa.string())
        failed = _with_column(failed, name, texts)
    shape = 0, 3, preprocessing.size, preprocessing.size
    return PixelBatch(
        pixels=np.stack(pixels) if pixels else np.empty(shape, np.float32), rows=rows.filter(good), failed=failed
    )


def _pixels(data: bytes, corners: list[float] | None, preprocessing: Preprocessing) -> NDArray[np.float32]:
    if corners is None:
        return preprocessing(preprocessing.decode(data, STORED).rgb)
    return preprocessing(decode_upright(data, STORED), box_of(corners))


def box_of(corners: Sequence[float] | None) -> Box | None:
    """A sample's `box` as a value; None where the whole picture is meant."""
    return None if corners is None else Box(x1=corners[0], y1=corners[1], x2=corners[2], y2=corners[3])


def _with_column(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, values)
    return table.append_column(name, values)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) < 2**31


def _is_weight(text: str) -> bool:
    try:
        return 0 < float(text) < float("inf")
    except ValueError:
        return False
