"""The stage behind `dataset import`: entries of a table or folder, their pictures stored, split, in one commit.

Pictures are first stored in a draft table, because the split needs all of their hashes; a draft that a killed run
has left is overwritten by the next one. Other importers bring their entries and share the rest.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from wildwear.datasets.ahead import map_ahead
from wildwear.datasets.entries import Entries, Entry
from wildwear.datasets.pictures import Crop, Crops, Framing, request
from wildwear.datasets.plan import CANDIDATES, Plan, make_plan, write_dataset
from wildwear.datasets.samples import sample_id
from wildwear.datasets.settings import ImportSettings, SplitSettings
from wildwear.datasets.splitting import SIDES, SPLIT_NAMES, straddling
from wildwear.datasets.summary import plan_notes, summarise
from wildwear.datasets.translate import Sets, translate_all
from wildwear.errors import LeakError, UnknownName, UserError
from wildwear.images.decode import DecodeLimits
from wildwear.images.decoders import ChildPool
from wildwear.records import Failure, Region, Rejection, Report
from wildwear.table import Table, in_batches
from wildwear.tables import REJECTIONS, SAMPLES
from wildwear.taxonomy import load_mapping, load_taxonomy
from wildwear.workspace import Workspace

_DRAFT_ROWS = 256
_STORE = "wildwear.datasets.pictures:store_requested"
_SHOWN = 5  # failed rows that a report quotes

_REMEDY = "Take it all the same with --accept-leaks, or have an own split made with --given-split ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Entries whose pictures are to be stored."""

    source: Path
    entries: Sequence[Entry]
    sets: Sets
    """What their labels stand for."""
    framing: Framing = "surroundings"

    @property
    def by_file(self) -> Mapping[Path, list[Entry]]:
        files: dict[Path, list[Entry]] = {}
        for entry in self.entries:
            files.setdefault(entry.file, []).append(entry)
        return files


def import_samples(
    workspace: Workspace,
    name: str,
    found: Entries,
    settings: ImportSettings,
    split: SplitSettings,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Makes dataset `name` of `found`; raises `UserError` for labels that nothing explains, before it opens a picture.

    Raises `LeakError` if a given split is to be used, leaks, and `accept_leaks` is not set.
    """
    target = workspace.new_dataset(name)
    taxonomy, mapping = load_taxonomy(workspace.taxonomy_name), load_mapping(settings.labels)
    sets = translate_all({entry.label for entry in found.entries}, mapping, taxonomy, str(found.source))
    wanted = [entry for entry in found.entries if sets[entry.label]]
    failed = list(found.rejections)
    if settings.given_split == "use":
        wanted = _with_given_split(found.source, wanted, failed, accept_leaks=settings.accept_leaks)
    if not wanted:
        raise UserError(f"{found.source}: none of its {len(found.entries)} rows has a label that is not ignored")
    storing = Wanted(source=found.source, entries=wanted, sets=sets)
    with drafted(workspace, name, storing, failed, progress or (lambda _: None)) as draft:
        plan = make_plan(candidates(draft), split, given=settings.given_split == "use")
        if not settings.accept_leaks:
            plan.refuse_leaks(str(found.source), _REMEDY)
        write_dataset(name, plan, draft, target, lambda _: None)
    failed += [_contradiction(found.source, source) for source in plan.contradictions]
    failed = keep_rejections(workspace, str(found.source), failed)
    summary = summarise(name, target, taxonomy)
    skipped = {
        "rows with an ignored label": sum(not sets[entry.label] for entry in found.entries),
        "listings of a sample that was there": plan.duplicates,
    }
    return Report(
        verb="dataset import",
        done={"samples": summary.samples, "groups": summary.groups, "categories": len(summary.categories)},
        skipped=skipped,
        failed=Counter(rejection.reason for rejection in failed),
        notes=(*_notes(found, plan, failed), *plan_notes(plan, summary), f"next: wildwear dataset show {name}"),
        details=summary.to_json() | {"on_two_sides": plan.on_two_sides, "columns": found.columns},
    )


def _with_given_split(
    source: Path, entries: Sequence[Entry], failed: list[Rejection], *, accept_leaks: bool
) -> list[Entry]:
    """Entries with a given split; raises for a name that is no split, and for groups on two sides."""
    for entry in entries:
        if entry.split and entry.split.casefold() not in SPLIT_NAMES:
            raise UnknownName("split", entry.split, SPLIT_NAMES, f"{source}, row {entry.row}")
    kept = [entry for entry in entries if entry.split]
    if not kept:
        raise UserError(f"{source} gives no split: leave out --given-split use, or name its column with --split COLUMN")
    failed += [
        Rejection(source=str(source), row=entry.row, reason="no_split", detail=entry.file.name)
        for entry in entries
        if not entry.split
    ]
    sides = np.array([SIDES.index(SPLIT_NAMES[entry.split.casefold()]) for entry in kept], np.int8)
    groups = np.unique([entry.group for entry in kept], return_inverse=True)[1]
    leaking, rows = straddling(groups, sides)
    if leaking and not accept_leaks:
        raise LeakError(f"{source}: {leaking:,} groups ({rows:,} samples) on two sides of the given split. {_REMEDY}")
    return kept


@contextmanager
def drafted(
    workspace: Workspace, name: str, wanted: Wanted, failed: list[Rejection], progress: Callable[[int], None]
) -> Iterator[Table]:
    """A table of samples that stand on no side yet, removed in the end; what cannot be stored goes to `failed`.

    Raises `UserError` where nothing can be.
    """
    table = Table(path=workspace.root / "drafts" / f"{name}.lance", spec=SAMPLES)
    try:
        table.replace(_stored(wanted, failed, progress))
        if not table.count():
            keep_rejections(workspace, str(wanted.source), failed)
            raise UserError(f"{wanted.source}: none of its pictures could be stored, as {_quoted(failed[-1])}")
        yield table
    finally:
        shutil.rmtree(table.path, ignore_errors=True)


def _stored(wanted: Wanted, failed: list[Rejection], progress: Callable[[int], None]) -> Iterator[pa.RecordBatch]:
    """Draft rows in batches; what cannot be stored goes to `failed`. A picture with several rows is read once."""
    by_file = wanted.by_file

    def rows() -> Iterator[dict[str, object]]:
        for listed, crops in zip(by_file.values(), _crops(by_file, wanted.framing), strict=True):
            for entry, crop in zip(listed, crops, strict=True):
                if isinstance(crop, Crop):
                    yield from _rows(wanted.source, entry, crop, wanted.sets[entry.label])
                else:
                    detail = f"{entry.listing or entry.file.name}: {crop.detail}"
                    source = str(wanted.source)
                    failed.append(Rejection(source=source, row=entry.row, reason=crop.reason, detail=detail))
            progress(len(listed))

    for table in in_batches(rows(), _DRAFT_ROWS, lambda held: pa.Table.from_pylist(held, SAMPLES.schema)):
        yield from table.to_batches()


def _crops(by_file: Mapping[Path, list[Entry]], framing: Framing) -> Iterator[list[Crop | Failure]]:
    """For each file what its rows show; a picture that takes its decoder down fails in its own rows alone."""
    with ChildPool(min(os.cpu_count() or 1, len(by_file)), _STORE, Crops, DecodeLimits()) as pool:

        def store(item: tuple[Path, list[Entry]]) -> list[Crop | Failure]:
            stored = pool.submit(request(item[0], [entry.box for entry in item[1]], framing)).result()
            return [stored] * len(item[1]) if isinstance(stored, Failure) else stored.of_boxes

        yield from map_ahead(store, by_file.items(), threads=pool.capacity)


def _rows(
    source: Path, entry: Entry, crop: Crop, regions: Mapping[Region, frozenset[str]]
) -> Iterator[dict[str, object]]:
    box = [float(np.float32(corner)) for corner in crop.box.as_tuple()] if crop.box else None
    for region, labels in regions.items():
        yield {
            "sample_id": sample_id(crop.image_id, box, region, entry.listing),
            "image_id": crop.image_id,
            "bytes": crop.bytes,
            "box": box,
            "labels": sorted(labels),
            "region": str(region),
            "given_split": entry.split or None,
            "group": entry.group,
            "phash": crop.phash,
            "source": f"{source.name}:{entry.row}",
        }


def candidates(draft: Table) -> pa.Table:
    """The samples of a draft as `make_plan` takes them."""
    rows = draft.read([name for name in CANDIDATES.names if name != "index"])
    return rows.append_column("index", pa.array(range(rows.num_rows), pa.int64()))


def _contradiction(path: Path, source: str) -> Rejection:
    detail = "the same content is listed again with labels that exclude these"
    return Rejection(source=str(path), row=int(source.rsplit(":", 1)[1]), reason="contradictory_labels", detail=detail)


def keep_rejections(workspace: Workspace, source: str, failed: Sequence[Rejection]) -> list[Rejection]:
    """Puts the failed rows of this source, one a row and in order, in place of those that an earlier import left."""
    rows = [once for _, once in sorted({one.row: one for one in reversed(failed)}.items())]
    table = workspace.table(REJECTIONS)
    quoted = source.replace("'", "''")
    if table.count(f"source = '{quoted}'"):
        table.delete(f"source = '{quoted}'")
    if rows:
        table.upsert(pa.Table.from_pylist([asdict(row) for row in rows], REJECTIONS.schema))
    return rows


def _notes(found: Entries, plan: Plan, failed: Sequence[Rejection]) -> Iterator[str]:
    if found.columns:
        yield "columns: " + ", ".join(f"{what} from {column!r}" for what, column in found.columns.items())
    if plan.leaks:
        yield f"the given split leaks, and is used all the same: {plan.leaks_in_words} on two sides"
    yield from quoted_rejections(failed)


def quoted_rejections(failed: Sequence[Rejection]) -> Iterator[str]:
    """The first failed rows as sentences, and where the others stand."""
    for rejection in failed[:_SHOWN]:
        yield _quoted(rejection)
    if len(failed) > _SHOWN:
        yield f"... and {len(failed) - _SHOWN:,} more, all of them in the table 'rejections'"


def _quoted(rejection: Rejection) -> str:
    return f"{rejection.source}, row {rejection.row}: {rejection.reason} ({rejection.detail})"
