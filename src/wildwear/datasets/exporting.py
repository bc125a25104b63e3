"""The stage behind `dataset export`: a dataset as a folder in a format that others read, whole or not at all."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wildwear.datasets.exports import format_named
from wildwear.datasets.exports.base import ExportPicture, Format, Job
from wildwear.datasets.exports.names import safe_cell
from wildwear.datasets.exports.pictures import Failed, Outcome, Selection, read_pictures, select
from wildwear.datasets.exports.place import MARKER, check_place, whole_folder
from wildwear.datasets.reader import DatasetRef
from wildwear.datasets.samples import split_hash
from wildwear.datasets.settings import ExportSettings
from wildwear.errors import UserError
from wildwear.records import Report
from wildwear.taxonomy import load_taxonomy
from wildwear.workspace import Workspace

FAILURES = "failures.csv"
_QUOTED = 5


def export_dataset(
    workspace: Workspace,
    name: str,
    out: Path,
    settings: ExportSettings,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Writes dataset `name` to the folder `out`. `progress` is told of samples.

    Raises `UserError` for a place that is taken, a setting that the format cannot honour, or where nothing is left to
    export, and `StorageError` where the disk is full; then there is no `out`.
    """
    samples = DatasetRef(name=name, split=settings.split).open(workspace)
    form = format_named(settings.to)
    crop = _crops(settings, form)
    check_place(out, force=settings.force)
    selection = select(samples, settings.split, settings.sets, load_taxonomy(workspace.taxonomy_name))
    if not selection.rows.num_rows:
        raise UserError(
            f"dataset {name}: every sample has several possible categories, and --sets skip leaves them out"
        )
    with whole_folder(out, force=settings.force) as folder, ExitStack() as open_files:
        job = Job(
            name=name,
            folder=folder,
            open_files=open_files,
            classes=selection.classes,
            shard_bytes=settings.shard_mb * 1_000_000,
        )
        tally = _write(job, form, read_pictures(samples, selection, crop=crop), progress or (lambda _: None))
        facts = _facts(job, tally, settings, crop=crop) | {"split_hash": split_hash(samples)}
        (folder / MARKER).write_text(json.dumps(facts, indent=2) + "\n", encoding="ascii")
    return _report(out, form, selection, tally, settings, facts)


def _write(job: Job, form: Format, outcomes: Iterable[Outcome], progress: Callable[[int], None]) -> _Tally:
    tally, writer = _Tally(job), form.make(job)
    for outcome in outcomes:
        if isinstance(outcome, Failed):
            tally.fail(outcome)
            progress(1)
        else:
            writer.write(outcome)
            tally.add(outcome)
            progress(len(outcome.samples))
    if not tally.pictures:
        raise UserError(f"dataset {job.name}: none of its pictures can be exported, as {tally.quoted[0]}")
    writer.close()
    return tally


class _Tally:
    """What has been written, and what could not be: counted, and named in a file once there is any."""

    def __init__(self, job: Job) -> None:
        self.sides: Counter[str] = Counter()
        self.pictures = 0
        self.failed: Counter[str] = Counter()
        self.quoted: list[str] = []
        self._job = job
        self._file: Any = None

    def add(self, picture: ExportPicture) -> None:
        self.pictures += 1
        self.sides[picture.split] += len(picture.samples)

    def fail(self, one: Failed) -> None:
        if self._file is None:
            file = (self._job.folder / FAILURES).open("w", encoding="utf-8", errors="backslashreplace", newline="")
            self._file = csv.writer(self._job.open_files.enter_context(file))
            self._file.writerow(list(asdict(one)))
        self._file.writerow([safe_cell(cell) for cell in asdict(one).values()])
        self.failed[one.reason] += 1
        if len(self.quoted) < _QUOTED:
            where = one.source or one.sample_id
            where = where if where.isprintable() else ascii(where)
            self.quoted.append(f"{where}: {one.reason}{one.detail and f' ({one.detail})'}")


def _crops(settings: ExportSettings, form: Format) -> bool:
    if form.crops is None:
        if settings.crop:
            raise UserError(f"--crop: {settings.to} keeps boxes with their pictures; --to folder cuts them out")
        return False
    return form.crops if settings.crop is None else settings.crop


def _facts(job: Job, tally: _Tally, settings: ExportSettings, *, crop: bool) -> dict[str, Any]:
    return {
        "dataset": job.name,
        "format": settings.to,
        "sets": settings.sets,
        "crop": crop,
        "samples": dict(tally.sides),
        "classes": [asdict(one) for one in job.classes.listed],
    }


def _report(
    out: Path, form: Format, selection: Selection, tally: _Tally, settings: ExportSettings, facts: Mapping[str, Any]
) -> Report:
    notes = ["sides: " + ", ".join(f"{side} {count:,}" for side, count in tally.sides.items())]
    if selection.sets:
        how = {"join": "are in a class for the whole set", "first": "count as the first by name"}[settings.sets]
        notes.append(f"{selection.sets:,} samples have several possible categories and {how} (--sets)")
    notes += tally.quoted
    if sum(tally.failed.values()) > len(tally.quoted):
        notes.append(f"... and more, all of them in {out / FAILURES}")
    notes.append(f"read it with {form.read_with.format(out=out)}")
    return Report(
        verb="dataset export",
        done={
            "samples": tally.sides.total(),
            "pictures": tally.pictures,
            "classes": len(selection.classes.listed),
        },
        skipped=selection.left_out,
        failed=tally.failed,
        notes=tuple(notes),
        details={"out": str(out), **facts},
    )
