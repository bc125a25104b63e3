"""Draws random views of samples from several datasets, where they lie, in threads ahead of the training loop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wildwear.datasets.ahead import map_ahead
from wildwear.datasets.reader import STORED, box_of, label_matrix
from wildwear.errors import UserError
from wildwear.images.decode import decode_upright
from wildwear.images.preprocess import Preprocessing
from wildwear.table import Table
from wildwear.training.augment import Augmentation
from wildwear.training.data import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The samples of one dataset that training draws from."""

    table: Table
    rows: NDArray[np.int64]
    """N; the samples' positions in the table."""
    members: NDArray[np.bool_]
    """N × C; which classes are right."""
    odds: NDArray[np.float64]
    """N; how likely a draw is, not normalised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """How samples become batches."""

    preprocessing: Preprocessing
    augmentation: Augmentation
    batch_size: int = 32
    threads: int = 2
    """Threads that decode and augment."""
    seed: int = 0


def open_source(part: Part, classes: Sequence[str], balance: float) -> Source:
    """The samples of `part` whose set holds at least one of the classes; raises `UserError` where there is none.

    A sample's odds are the part's weight × (how many samples share its set) ** -balance, rescaled so that the part's
    whole share stays: its weight × its samples.
    """
    columns = part.table.read(["labels", "split"])
    members = label_matrix(columns["labels"], classes)
    kept = members.any(axis=1) & (np.array(columns["split"].to_pylist()) == part.side.value)
    if not kept.any():
        raise UserError(f"{part.title}: no sample shows any of the {len(classes)} classes")
    members = members[kept]
    _, which, counts = np.unique(members, axis=0, return_inverse=True, return_counts=True)
    odds = np.asarray(counts[which.ravel()] ** -balance, np.float64)
    odds *= part.weight * len(odds) / odds.sum()
    return Source(table=part.table, rows=np.flatnonzero(kept), members=members, odds=odds)


def random_batches(
    sources: Sequence[Source], views: Views, steps: range
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.bool_]]]:
    """For each step a batch of views (B × 3 × size × size) and their sets (B × C).

    Step i draws the same batch whenever it is drawn, so that training goes on where it was stopped.
    """
    odds = np.concatenate([source.odds for source in sources])
    cumulative = np.cumsum(odds / odds.sum())
    starts = np.cumsum([0, *(len(source.rows) for source in sources)])

    def draw(step: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        rng = np.random.default_rng([views.seed, step])
        drawn = np.minimum(np.searchsorted(cumulative, rng.random(views.batch_size)), len(cumulative) - 1)
        pixels: list[NDArray[np.float32]] = []
        members: list[NDArray[np.bool_]] = []
        for source, start, end in zip(sources, starts, starts[1:], strict=False):
            here = drawn[(drawn >= start) & (drawn < end)] - start
            pixels.extend(_views(source, here, views, rng))
            members.append(source.members[here])
        return np.stack(pixels), np.concatenate(members)

    yield from map_ahead(draw, steps, threads=views.threads)


def _views(
    source: Source, drawn: NDArray[np.int64], views: Views, rng: np.random.Generator
) -> Iterator[NDArray[np.float32]]:
    if not len(drawn):
        return
    for row in source.table.take(source.rows[drawn].tolist(), ["bytes", "box"]).to_pylist():
        rgb = decode_upright(row["bytes"], STORED)
        yield views.augmentation(rgb, box_of(row["box"]), views.preprocessing, rng)
