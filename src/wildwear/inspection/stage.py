"""The stage behind `inspect`: every picture looked at once by the machine, in one commit, and a page about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wildwear.crops import box_in, crop_ids
from wildwear.datasets.splitting import connected
from wildwear.embedding import Embedded, embedded
from wildwear.errors import StorageError, UserError
from wildwear.files import write_durably
from wildwear.inspection.collection import Collection, open_collection
from wildwear.inspection.cutting import cut
from wildwear.inspection.look_alikes import look_alikes
from wildwear.inspection.modes import ModeHead, grounds, load_mode_head, modes
from wildwear.inspection.page import render
from wildwear.inspection.placeholders import placeholders
from wildwear.inspection.settings import InspectSettings
from wildwear.inspection.summary import Findings, notes, summarise
from wildwear.inspection.suspicion import suspicion
from wildwear.models.package import Model
from wildwear.models.registry import load_model
from wildwear.models.settings import RuntimeOptions
from wildwear.progress import Progress, silent
from wildwear.records import Report
from wildwear.table import Table
from wildwear.tables import INSPECTIONS
from wildwear.taxonomy import Taxonomy, load_taxonomy
from wildwear.workspace import Workspace

_NUMBERS_HELD = 1 << 27
"""Vectors of more numbers than this are projected; a Gaussian projection keeps their angles."""
_PROJECTED = 256
_WRITTEN_ROWS = 65_536

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Models:
    """Who looks."""

    chosen: Model
    """Whose vectors are compared."""
    packaged: Model
    """Whose vectors the head for photo modes reads."""
    head: ModeHead


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Pictures with what the networks say of them."""

    collection: Collection
    vectors: Floats
    somebody_and_place: Floats
    failed: Counter[str]


def inspect(
    workspace: Workspace,
    settings: InspectSettings,
    options: RuntimeOptions | None = None,
    progress: Progress = silent,
) -> Report:
    """Inspects the catalogue or a dataset: replaces its rows of `inspections` and writes the page.

    Raises `UserError` for whatever is wrong with names and paths before the first picture is read.
    """
    collection = open_collection(workspace, settings.on)
    head, packaged = load_mode_head(options)
    models = _Models(chosen=load_model(settings.model, workspace, options), packaged=packaged, head=head)
    page = settings.report or workspace.root / "reports" / f"inspect-{collection.name}.html"
    taxonomy = load_taxonomy(workspace.taxonomy_name)
    seen = _see(workspace, collection, models, settings.batch_size, progress)
    collection = seen.collection
    found = _judge(seen, head, taxonomy, settings, progress)
    _commit(workspace, collection, found)
    summary = summarise(collection, found, taxonomy, settings)
    _write(page, render(collection, found, summary, taxonomy, settings))
    return Report(
        verb="inspect",
        done={
            "pictures inspected": summary.pictures,
            f"suspect, above {settings.suspect:g}": summary.suspect,
            "with look-alikes": summary.look_alikes,
            "groups of look-alikes": summary.groups,
            "of them across products" if summary.is_catalogue else "of them across groups": summary.groups_across,
            "placeholders": summary.placeholders,
        },
        skipped={"suspicion: pictures without a label": summary.unlabelled},
        failed=dict(+seen.failed),
        notes=(*notes(summary, settings), f"report: {page.resolve()}"),
        details=summary.to_json() | {"report": str(page.resolve()), "model": models.chosen.key},
    )


def _see(workspace: Workspace, collection: Collection, models: _Models, batch_size: int, progress: Progress) -> _Seen:
    """Embeds what is not embedded; leaves out, counted, what cannot be. A mode is one of the stored picture: what
    surrounds a box tells more of it than the box."""

    def look(table: Table, model: Model, through: Callable[[Floats], Floats]) -> Embedded:
        return embedded(
            workspace, table, model, collection.where, through=through, batch_size=batch_size, progress=progress
        )

    looked = look(collection.table, models.chosen, _projection(len(collection)))
    moded = look(collection.whole, models.packaged, models.head.of_vectors)
    at, moded_at = _rows_of(collection.crops, looked), _rows_of(collection.images, moded)
    kept = np.flatnonzero((at >= 0) & (moded_at >= 0))
    if not len(kept):
        raise UserError(f"none of the {len(collection):,} pictures of {collection.name} can be looked at")
    failed = looked.failed | moded.failed
    failed["changed_meanwhile"] = max(0, len(collection) - len(kept) - failed.total())
    return _Seen(
        collection=collection.rows(kept),
        vectors=looked.vectors[at[kept]],
        somebody_and_place=moded.vectors[moded_at[kept]],
        failed=failed,
    )


def _rows_of(names: pa.Array, looked: Embedded) -> NDArray[np.int64]:
    """The row of the vector that is filed under each name, -1 where there is none."""
    there = pa.array(crop_ids(looked.rows), pa.string())
    found = pc.index_in(names, value_set=there).fill_null(-1)
    return np.asarray(found.to_numpy(), np.int64)


def _judge(seen: _Seen, head: ModeHead, taxonomy: Taxonomy, settings: InspectSettings, progress: Progress) -> Findings:
    of, vectors = seen.collection, seen.vectors
    shown = cut(of.read, [box_in(crop) for crop in of.crops.to_pylist()])
    groups = look_alikes(of.phash, vectors, shown, progress=progress)
    placeholder = placeholders(of.phash, groups, of.shown, settings.placeholder_products)
    score, guess = _suspicion(of, vectors, groups, placeholder, taxonomy)
    ground = grounds(of.read, np.argsort(of.place), progress)
    mode, confidence = modes(head.logits(seen.somebody_and_place, np.nan_to_num(ground)))
    gone = np.isnan(ground).any(axis=1)
    seen.failed["undecodable"] += int(gone.sum())
    return Findings(
        mode=np.where(gone, "", mode),
        mode_confidence=np.where(gone, np.float32(np.nan), confidence),
        suspicion=score,
        guess=guess,
        look_alike=groups,
        placeholder=placeholder,
    )


def _suspicion(
    of: Collection, vectors: Floats, groups: NDArray[np.int64], placeholder: NDArray[np.bool_], taxonomy: Taxonomy
) -> tuple[Floats, NDArray[np.str_]]:
    """Suspicion and guess; look-alikes and pictures of one group never vouch for each other. A placeholder is
    suspect whatever its label."""
    classes, labels = of.label_sets(taxonomy)
    score = np.where(placeholder, np.float32(1), np.float32(np.nan))
    guess = np.full(len(of), "", dtype=object)
    rows = np.flatnonzero(labels.any(axis=1) & ~placeholder)
    if len(classes) < 2 or not len(rows):
        return score, guess.astype(np.str_)
    alone = np.arange(len(of)) + groups.max(initial=-1) + 1
    component = connected(of.group, np.where(groups >= 0, groups, alone))
    found = suspicion(vectors[rows], labels[rows], component[rows])
    score[rows] = found.score
    guess[rows] = np.array([*classes, ""], dtype=object)[found.guess]
    return score, guess.astype(np.str_)


def _projection(count: int) -> Callable[[Floats], Floats]:
    """Vectors as they are, or projected where there are too many to hold."""

    def through(vectors: Floats) -> Floats:
        width = vectors.shape[1]
        if count * width <= _NUMBERS_HELD or width <= _PROJECTED:
            return vectors
        return np.asarray(vectors @ _gaussian(width), np.float32)

    return through


@cache
def _gaussian(width: int) -> Floats:
    drawn = np.random.default_rng(0).standard_normal((width, _PROJECTED), np.float32)
    return np.asarray(drawn / np.sqrt(np.float32(_PROJECTED)), np.float32)


def _commit(workspace: Workspace, collection: Collection, found: Findings) -> None:
    """Puts the collection's rows in place of those there were, in order of collection and crop, in one commit."""
    table = workspace.table(INSPECTIONS)
    name = collection.name.replace("'", "''")

    def batches() -> Iterator[pa.RecordBatch]:
        yield from table.batches(where=f"collection < '{name}'")
        yield from _rows(collection, found).to_batches(_WRITTEN_ROWS)
        yield from table.batches(where=f"collection > '{name}'")

    with table.locked():  # so that nobody else's rows, committed in between, are lost
        table.replace(batches())


def _rows(collection: Collection, found: Findings) -> pa.Table:
    def text(values: NDArray[np.str_]) -> pa.Array:
        return pa.array(values.tolist(), pa.string())

    columns = {
        "collection": pa.array([collection.name] * len(collection), pa.string()),
        "crop_id": collection.crops,
        "category": pc.binary_join(collection.labels, "|"),
        "mode": pa.array(found.mode.tolist(), pa.string(), mask=found.mode == ""),
        "mode_confidence": pa.array(found.mode_confidence, from_pandas=True),
        "suspicion": pa.array(found.suspicion, from_pandas=True),
        "guess": pa.array(found.guess.tolist(), pa.string(), mask=found.guess == ""),
        "look_alike": pa.array(found.look_alike, mask=found.look_alike < 0),
        "placeholder": pa.array(found.placeholder),
    }
    return pa.table({field.name: columns[field.name] for field in INSPECTIONS.schema})


def _write(page: Path, html: str) -> None:
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        write_durably(page, html.encode())
    except OSError as error:
        raise StorageError(f"cannot write the report {page}: {error.strerror or error}") from error
