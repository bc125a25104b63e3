"""What people decided, applied to samples: rejected ones are left out, relabelled ones bear their new label."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wildwear.crops import box_in, crop_ids
from wildwear.datasets.samples import sample_id
from wildwear.decisions import Verdict, standing
from wildwear.errors import UserError
from wildwear.records import Report
from wildwear.table import Table
from wildwear.taxonomy import Taxonomy, load_taxonomy
from wildwear.workspace import Workspace

_COPIED_ROWS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Applied:
    """What becomes of the rows of a dataset."""

    kept: NDArray[np.bool_]
    """Which of them stay."""
    relabelled: Mapping[int, tuple[str, str, str]]
    """The new label, region and sample_id of a row."""
    rejected: int
    replaced: int
    """Samples that say something else of the same content and region as a relabelled one."""


def apply_decisions(
    workspace: Workspace, name: str, target: str, progress: Callable[[int], None] | None = None
) -> Report:
    """Makes dataset `target` of dataset `name`, every sample on the side where it stands, as people decided.

    Raises `UserError` where nothing was decided, or nothing would be left.
    """
    source, new = workspace.dataset(name), workspace.new_dataset(target)
    if target == name:
        raise UserError(f"the reviewed dataset needs another name than {name}, which stays as it is")
    applied = _apply(source, standing(workspace, name), load_taxonomy(workspace.taxonomy_name))
    if not applied.rejected and not applied.relabelled:
        raise UserError(f"nobody rejected or relabelled anything of {name}: see 'wildwear review --on {name}'")
    if not applied.kept.any():
        raise UserError(f"every sample of {name} is rejected")
    new.replace(_copied(source, target, applied, progress or (lambda _: None)))
    return Report(
        verb="review apply",
        done={"samples": int(applied.kept.sum()), "relabelled by a person": len(applied.relabelled)},
        skipped={
            "rejected by a person": applied.rejected,
            "replaced by a relabelled sample of the same content": applied.replaced,
        },
        notes=(f"next: wildwear train NAME --on {target}",),
        details={"dataset": target},
    )


def _apply(source: Table, decided: pa.Table, taxonomy: Taxonomy) -> _Applied:
    rows = source.read(["sample_id", "image_id", "box"])
    ids = rows["sample_id"].to_pylist()
    verdicts = dict(
        zip(decided["crop_id"].to_pylist(), decided.select(["verdict", "becomes"]).to_pylist(), strict=True)
    )
    kept = np.ones(len(ids), bool)
    relabelled: dict[int, tuple[str, str, str]] = {}
    new_ids: set[str] = set()
    rejected = 0
    for row, crop in enumerate(crop_ids(rows)):
        said = verdicts.get(crop)
        if said is None or said["verdict"] == Verdict.KEEP:
            continue
        if said["verdict"] == Verdict.REJECT:
            kept[row], rejected = False, rejected + 1
            continue
        label = taxonomy.category(said["becomes"], "decisions")
        new_id = sample_id(crop.partition("@")[0], box_in(crop), label.region)
        if new_id in new_ids:
            kept[row] = False
        else:
            relabelled[row] = label.name, label.region.value, new_id
            new_ids.add(new_id)
    for row, one in enumerate(ids):
        if one in new_ids and row not in relabelled:
            kept[row] = False
    return _Applied(kept=kept, relabelled=relabelled, rejected=rejected, replaced=int((~kept).sum()) - rejected)


def _copied(source: Table, target: str, applied: _Applied, progress: Callable[[int], None]) -> Iterator[pa.RecordBatch]:
    start = 0
    for batch in source.batches(batch_rows=_COPIED_ROWS):
        rows = batch.to_pylist()
        for offset, row in enumerate(rows):
            row["dataset"] = target
            if change := applied.relabelled.get(start + offset):
                label, row["region"], row["sample_id"] = change
                row["labels"] = [label]
        kept = [row for offset, row in enumerate(rows) if applied.kept[start + offset]]
        start += batch.num_rows
        progress(batch.num_rows)
        if kept:
            yield pa.RecordBatch.from_pylist(kept, schema=source.spec.schema)
