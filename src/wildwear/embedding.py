"""Feature vectors of pictures and of boxes in them, computed once a model and kept in the `embeddings` table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wildwear.crops import crop_ids
from wildwear.models.registry import load_model
from wildwear.models.settings import EmbedSettings, RuntimeOptions
from wildwear.progress import Advance, Progress, silent
from wildwear.records import Report
from wildwear.table import Table
from wildwear.tables import EMBEDDINGS, IMAGES
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    from wildwear.models.package import Model

STORED = "status = 'ok'"
"""The rows of the images table that hold a picture."""

_COMMITTED_ROWS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """Feature vectors with the rows they belong to."""

    vectors: NDArray[np.float32]
    """N × D."""
    rows: pa.Table
    """The N rows, in stored order, without `bytes`."""
    failed: Counter[str] = field(default_factory=Counter)
    """Rows without a vector, by reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pending:
    """What a table still lacks for a model: crops, by the picture they are cut from."""

    crops: dict[str, set[str]]
    known: int

    @property
    def count(self) -> int:
        return sum(map(len, self.crops.values()))


def embed(
    workspace: Workspace,
    settings: EmbedSettings,
    options: RuntimeOptions | None = None,
    progress: Progress = silent,
) -> Report:
    """Computes the vectors that are missing; what was committed before a kill is not computed again."""
    table, where = workspace.table(IMAGES), STORED
    if settings.dataset is not None:
        table, where = workspace.dataset(settings.dataset), "true"
    model = load_model(settings.model, workspace, options)
    pending = _pending(workspace, table, model, where)
    failed = _compute(workspace, table, model, pending, settings.batch_size, progress)
    return Report(
        verb="embed",
        done={"embedded": pending.count - failed.total()},
        skipped={"embedded before": pending.known},
        failed=failed,
        notes=(f"model {model.key}",) if pending.count or pending.known else ("there are no pictures to embed yet",),
        details={"model": model.key},
    )


def embedded(
    workspace: Workspace,
    table: Table,
    model: Model,
    where: str | None = None,
    *,
    normalise: bool = False,
    through: Callable[[NDArray[np.float32]], NDArray[np.float32]] | None = None,
    batch_size: int = 32,
    progress: Progress = silent,
) -> Embedded:
    """The vectors of the rows of `table` (a dataset, or the images) for which `where` holds.

    Those that are missing are computed and kept first. With `normalise` each vector has length 1. `through` maps
    M × D stored vectors to the M × K that are wanted, where N × D would be too much to hold.
    """
    where = where or "true"
    failed = _compute(workspace, table, model, _pending(workspace, table, model, where), batch_size, progress)
    columns = [name for name in table.spec.schema.names if name != "bytes"]
    rows = table.read(columns, where)
    crops = crop_ids(rows)
    vectors, there = _stored_vectors(workspace, model, crops, through or (lambda stored: stored))
    if normalise:
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return Embedded(vectors=vectors, rows=rows.filter(pa.array(there)), failed=failed)


def _pending(workspace: Workspace, table: Table, model: Model, where: str) -> _Pending:
    columns = [name for name in ("image_id", "box") if name in table.spec.schema.names]
    rows = table.read(columns, where)
    wanted = dict(zip(crop_ids(rows), rows["image_id"].to_pylist(), strict=True))
    known = set(workspace.table(EMBEDDINGS).read(["crop_id"], _of(model))["crop_id"].to_pylist())
    crops: dict[str, set[str]] = {}
    for crop, image in wanted.items():
        if crop not in known:
            crops.setdefault(image, set()).add(crop)
    return _Pending(crops=crops, known=len(known.intersection(wanted)))


def _compute(
    workspace: Workspace, table: Table, model: Model, pending: _Pending, batch_size: int, progress: Progress
) -> Counter[str]:
    """Fills the embeddings table, a commit at a time; returns the rows that failed, by reason."""
    failed: Counter[str] = Counter()
    target = workspace.table(EMBEDDINGS)
    images = list(pending.crops)
    if not images:
        return failed
    with progress(f"embedding with {model.name}", pending.count) as advance:
        for start in range(0, len(images), _COMMITTED_ROWS):
            chunk = {image: pending.crops[image] for image in images[start : start + _COMMITTED_ROWS]}
            batches = list(_vectors(table, model, chunk, batch_size, failed, advance))
            if batches:
                target.upsert(pa.concat_tables(batches))
    target.compact()
    return +failed


def _vectors(
    table: Table,
    model: Model,
    crops: dict[str, set[str]],
    batch_size: int,
    failed: Counter[str],
    advance: Advance,
) -> Iterator[pa.Table]:
    """Rows of the embeddings table for the crops of some pictures, each crop once."""
    from wildwear.datasets.reader import read_pixels

    missing = set().union(*crops.values())
    for batch in read_pixels(table, model.preprocessing, where=_among("image_id", crops), batch_size=batch_size):
        for crop, reason in zip(crop_ids(batch.failed), batch.failed["reason"].to_pylist(), strict=True):
            failed[reason] += crop in missing
            missing.discard(crop)
            advance(1)
        chosen: dict[str, int] = {}
        for row, crop in enumerate(crop_ids(batch.rows)):
            if crop in missing:
                chosen.setdefault(crop, row)
        missing.difference_update(chosen)
        advance(len(chosen))
        if not chosen:
            continue
        vectors = model.run(batch.pixels[list(chosen.values())]).embedding
        finite = np.flatnonzero(np.isfinite(vectors).all(axis=1))
        failed["vector_not_finite"] += len(vectors) - len(finite)
        names = list(chosen)
        yield _as_rows([names[row] for row in finite], vectors[finite], model)


def _as_rows(crops: list[str], vectors: NDArray[np.float32], model: Model) -> pa.Table:
    offsets = pa.array(np.arange(len(crops) + 1, dtype=np.int32) * vectors.shape[1])
    lists = pa.ListArray.from_arrays(offsets, pa.array(vectors.ravel(), pa.float32()))
    return pa.table({"crop_id": pa.array(crops, pa.string()), "model": [model.key] * len(crops), "vector": lists})


def _stored_vectors(
    workspace: Workspace,
    model: Model,
    crops: list[str],
    through: Callable[[NDArray[np.float32]], NDArray[np.float32]],
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The vectors of those crops that have one, in order, and which of them do."""
    places: dict[str, list[int]] = {}
    for place, crop in enumerate(crops):
        places.setdefault(crop, []).append(place)
    there = np.zeros(len(crops), dtype=bool)
    matrix = np.empty((0, 0), np.float32)
    for batch in workspace.table(EMBEDDINGS).batches(["crop_id", "vector"], _of(model)):
        found = [
            (row, place) for row, crop in enumerate(batch["crop_id"].to_pylist()) for place in places.get(crop, ())
        ]
        if not found:
            continue
        vectors = through(batch["vector"].flatten().to_numpy().reshape(batch.num_rows, -1))
        if not len(matrix):
            matrix = np.empty((len(crops), vectors.shape[1]), np.float32)
        source, target = np.array(found).T
        matrix[target] = vectors[source]
        there[target] = True
    return matrix[there] if len(matrix) else matrix, there


def _of(model: Model) -> str:
    return f"model = '{model.key}'"


def _among(column: str, values: Iterable[str]) -> str:
    quoted = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"{column} IN ({quoted})"
