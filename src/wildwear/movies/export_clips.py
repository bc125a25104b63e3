"""The stage behind `clips export`: what people agree that clips show becomes a dataset, split by film."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from wildwear.datasets.plan import CANDIDATES, Plan, make_plan, write_dataset
from wildwear.datasets.samples import by_region, sample_id
from wildwear.datasets.settings import SplitSettings
from wildwear.datasets.summary import plan_notes, summarise
from wildwear.errors import UnknownName, UserError
from wildwear.movies.agreement import Final, disputed, final_labels
from wildwear.movies.bodies import part_of
from wildwear.movies.clip_log import Annotation, words_of
from wildwear.movies.clip_settings import ClipExportSettings
from wildwear.progress import Progress, silent
from wildwear.records import Box, Region, Report, Split
from wildwear.tables import CLIPS
from wildwear.taxonomy import Taxonomy, load_taxonomy
from wildwear.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labelled:
    """Clips with what is true of them."""

    rows: Sequence[Mapping[str, Any]]
    """Of the table `clips`, without pictures, each with its position as `index`."""
    finals: Mapping[str, Final]
    skipped: Mapping[str, int]


def export_clips(workspace: Workspace, name: str, settings: ClipExportSettings, progress: Progress = silent) -> Report:
    """Makes dataset `name` of the annotated clips: the person in the middle frame, with a film on one side whole.

    Raises `UserError` where no clip has a label yet, `UnknownName` for a film without one that is put on a side, and
    `LeakError` where films that are put on two sides show the same picture.
    """
    target, taxonomy = workspace.new_dataset(name), load_taxonomy(workspace.taxonomy_name)
    labelled = _labelled(workspace, settings)
    plan = _planned(labelled, settings, taxonomy)
    plan.refuse_leaks(f"dataset {name}", "Are two of the films one and the same?")
    with progress("copying clips", plan.rows.num_rows) as advance:
        damaged = write_dataset(name, plan, workspace.table(CLIPS), target, advance, column="picture")
    summary = summarise(name, target, taxonomy)
    films = {row["movie"] for row in labelled.rows}
    bases = Counter(labelled.finals[row["clip_id"]].basis.value for row in labelled.rows)
    return Report(
        verb="clips export",
        done={"samples": summary.samples, "clips": len(labelled.rows), "films": len(films)},
        skipped={
            **labelled.skipped,
            "samples of content that was there": plan.duplicates,
            "samples whose labels exclude each other": len(plan.contradictions),
        },
        failed={"damaged_picture": len(damaged)},
        notes=(
            "labels: " + ", ".join(f"{count:,} {basis}" for basis, count in sorted(bases.items())),
            *plan_notes(plan, summary),
            f"next: wildwear train MODEL --on {name}",
        ),
        details=summary.to_json() | {"films": sorted(films), "labels": dict(bases), "damaged": damaged},
    )


def _labelled(workspace: Workspace, settings: ClipExportSettings) -> _Labelled:
    words = words_of(workspace)
    finals = final_labels(words, settings.annotators)
    columns = ["clip_id", "movie", "timestamp", "person", "image_id", "box", "phash", "status"]
    stored = workspace.table(CLIPS).read(columns).to_pylist()
    clips = [row | {"index": index} for index, row in enumerate(stored) if row["status"] == "ok"]
    known = [row for row in clips if row["clip_id"] in finals]
    discarded = Counter(
        f"clips discarded: {one.annotation.discard.value}"
        for one in (finals[row["clip_id"]] for row in known)
        if one.annotation.discard
    )
    kept = [row for row in known if not finals[row["clip_id"]].annotation.discard]
    open_ones = set(disputed(words))
    unsettled = sum(row["clip_id"] in open_ones for row in clips)
    skipped = {
        **dict(sorted(discarded.items())),
        "clips that annotators dispute": unsettled,
        "clips that too few have judged": len(clips) - len(known) - unsettled,
    }
    if not kept:
        said = ", ".join(f"{count:,} {what}" for what, count in skipped.items() if count)
        raise UserError(f"no clip has a label to export ({said or 'there are none'}): see 'wildwear clips annotate'")
    return _Labelled(rows=kept, finals=finals, skipped=skipped)


def _planned(labelled: _Labelled, settings: ClipExportSettings, taxonomy: Taxonomy) -> Plan:
    """The split, and then the groups that a part of a side is drawn by."""
    sides = _sides({row["movie"] for row in labelled.rows}, settings)
    rows = [
        sample
        for row in labelled.rows
        for sample in _samples(row, labelled.finals[row["clip_id"]].annotation, settings, taxonomy)
    ]
    for sample in rows:
        sample["given_split"] = sides.get(sample["group"])
    split = SplitSettings(val=settings.val, test=settings.test, seed=settings.seed, near_duplicates=-1)
    plan = make_plan(pa.Table.from_pylist(rows, schema=CANDIDATES), split, given=settings.named)
    if settings.draw_by == "film":
        return plan
    of_clip = {row["index"]: f"{row['movie']} {row['person']}" for row in labelled.rows}
    groups = pa.array([of_clip[index] for index in plan.rows["index"].to_pylist()], pa.string())
    place = plan.rows.schema.get_field_index("group")
    return replace(plan, rows=plan.rows.set_column(place, "group", groups))


def _sides(films: set[str], settings: ClipExportSettings) -> dict[str, str]:
    """The side of each film that is put on one by name; none where shares are asked for."""
    if not settings.named:
        return {}
    named = dict.fromkeys(settings.val_films, Split.VAL) | dict.fromkeys(settings.test_films, Split.TEST)
    for film in named:
        if film not in films:
            raise UnknownName("film with annotated clips", film, films)
    return {film: named.get(film, Split.TRAIN).value for film in films}


def _samples(
    row: Mapping[str, Any], annotation: Annotation, settings: ClipExportSettings, taxonomy: Taxonomy
) -> Iterator[dict[str, Any]]:
    """What becomes of one clip."""
    names = annotation.categories[:1] if settings.garments == "first" else annotation.categories
    sets = by_region([frozenset({taxonomy.category(name, "annotations").name}) for name in names], taxonomy)
    for region, labels in sets.items():
        box = _box(row["box"], region, settings)
        yield {
            "sample_id": sample_id(row["image_id"], box, region),
            "image_id": row["image_id"],
            "box": box,
            "labels": sorted(labels),
            "region": region.value,
            "group": row["movie"],
            "phash": row["phash"],
            "source": f"{row['movie']}:{row['timestamp']}:{row['person']}",
            "index": row["index"],
        }


def _box(person: Sequence[float], region: Region, settings: ClipExportSettings) -> list[float]:
    """Corners as the table keeps them, with the precision of 32 bits."""
    x1, y1, x2, y2 = person
    box = Box(x1=x1, y1=y1, x2=x2, y2=y2)
    if settings.boxes == "worn":
        box = part_of(box, region)
    return [float(np.float32(corner)) for corner in box.as_tuple()]
