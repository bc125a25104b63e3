"""The stage behind `dataset localise`: a box for each label of a whole photograph of a person, chosen by a model.

Multiple-instance selection (Andrews et al. 2002): a label of the photograph holds somewhere in it, and of the boxes
where a standing person wears such a thing the one is taken that a model finds likeliest to show it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from wildwear.datasets.ahead import map_ahead
from wildwear.datasets.reader import STORED, label_matrix
from wildwear.datasets.samples import sample_id
from wildwear.datasets.settings import LocaliseSettings
from wildwear.errors import UserError
from wildwear.images.decode import Undecodable, decode_upright
from wildwear.progress import Progress, silent
from wildwear.records import Box, Region, Report
from wildwear.tables import SAMPLES
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    from wildwear.models.package import Model

Corners = tuple[float, float, float, float]

_WIDTHS = ((0.31, 0.61), (0.26, 0.67))
WORN_AT: Mapping[Region, tuple[Corners, ...]] = {
    Region.UPPER: tuple((x1, 0.18, x2, y2) for x1, x2 in _WIDTHS for y2 in (0.38, 0.46, 0.55)),
    Region.LOWER: tuple(
        (0.31, y1, 0.60, y2)
        for y1, y2 in ((0.38, 0.62), (0.42, 0.72), (0.50, 0.68), (0.42, 0.86), (0.48, 0.86), (0.58, 0.86))
    ),
    Region.FULL: tuple((x1, y1, x2, y2) for x1, x2 in _WIDTHS for y1, y2 in ((0.18, 0.62), (0.20, 0.72), (0.24, 0.88))),
}
"""Where things are worn on a photograph of one person from head to foot: x1, y1, x2, y2 as fractions of it."""

_ROWS = 16  # photographs looked at together


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The likeliest boxes of each sample in a batch, a row each."""

    rows: list[dict[str, Any]]
    scores: list[float]
    skipped: Counter[str]
    """Samples without one, by reason."""


def localise(
    workspace: Workspace, name: str, target: str, settings: LocaliseSettings, progress: Progress = silent
) -> Report:
    """Makes dataset `target` of those samples of `name` that have no box and are worn where `WORN_AT` knows.

    A sample is left out where its labels are no classes of the model, or where the best box shows them with a summed
    probability below `settings.min_score`. Sides and groups stay. Raises `UserError` where nothing is left.
    """
    from wildwear.models.registry import load_model

    source, new = workspace.dataset(name), workspace.new_dataset(target)
    if target == name:
        raise UserError(f"the dataset with boxes needs another name than {name}, which stays as it is")
    model = load_model(settings.model, workspace)
    skipped: Counter[str] = Counter()
    kept: dict[str, dict[str, Any]] = {}
    with progress(f"looking with {model.name}", source.count()) as advance:
        for found in map_ahead(
            lambda batch: _look(batch, model, settings.boxes), source.batches(batch_rows=_ROWS), threads=1
        ):
            skipped += found.skipped
            for row, score in zip(found.rows, found.scores, strict=True):
                if score < settings.min_score:
                    skipped["shown nowhere with enough certainty"] += 1
                else:
                    kept.setdefault(row["sample_id"], row | {"dataset": target})
            advance(_ROWS)
    if not kept:
        raise UserError(f"{name}: nothing to localise is left: {', '.join(f'{n} {why}' for why, n in skipped.items())}")
    new.replace(pa.Table.from_pylist([kept[one] for one in sorted(kept)], schema=SAMPLES.schema))
    return Report(
        verb="dataset localise",
        done={"samples": len(kept)},
        skipped=dict(skipped),
        notes=(f"boxes chosen by {model.key}", f"next: wildwear dataset show {target} --contact-sheet {target}.png"),
        details={"dataset": target, "model": model.key},
    )


def _look(batch: pa.RecordBatch, model: Model, most: int) -> _Found:
    rows: list[dict[str, Any]] = []
    scores: list[float] = []
    skipped: Counter[str] = Counter()
    for row, members in zip(batch.to_pylist(), label_matrix(batch["labels"], model.classes), strict=True):
        boxes = WORN_AT.get(Region(row["region"]), ())
        if reason := _why_not(row, boxes, known=bool(members.any())):
            skipped[reason] += 1
            continue
        try:
            rgb = decode_upright(row["bytes"], STORED)
        except Undecodable:
            skipped["pictures that do not decode"] += 1
            continue
        height, width = rgb.shape[:2]
        corners = [(x1 * width, y1 * height, x2 * width, y2 * height) for x1, y1, x2, y2 in boxes]
        inputs = [model.preprocessing(rgb, Box(x1=x1, y1=y1, x2=x2, y2=y2)) for x1, y1, x2, y2 in corners]
        shown = model.probabilities(model.run(np.stack(inputs)).logits)[:, members].sum(axis=1)
        for one in np.argsort(-shown, kind="stable")[:most]:
            if shown[one] >= shown.max() / 2:
                box = list(corners[one])
                rows.append(row | {"box": box, "sample_id": sample_id(row["image_id"], box, row["region"])})
                scores.append(float(shown[one]))
    return _Found(rows=rows, scores=scores, skipped=skipped)


def _why_not(row: Mapping[str, Any], boxes: Sequence[Corners], *, known: bool) -> str:
    if row["box"] is not None:
        return "have a box already"
    if not boxes:
        return "not worn on the upper body, the lower body or both"
    return "" if known else "their labels are no classes of the model"
