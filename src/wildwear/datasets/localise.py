"""The stage behind `dataset localise`: a box for each label of a whole photograph of a person, chosen by a model.

Multiple-instance selection (Andrews et al. 2002): a label of the photograph holds somewhere in it, and of the boxes
where a standing person wears such a thing the one is taken that a model finds likeliest to show it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

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


Row = dict[str, Any]


def localise(
    workspace: Workspace, name: str, target: str, settings: LocaliseSettings, progress: Progress = silent
) -> Report:
    """Makes dataset `target` of those samples of `name` that have no box and are worn where `WORN_AT` knows.

    Several boxes of a sample are one bag. A sample is left out where its labels are no classes of the model, or where
    the best box shows them with a summed probability below `settings.min_score`; with all boxes no model is asked.
    Sides and groups stay. Raises `UserError` where nothing is left.
    """
    from wildwear.models.registry import load_model

    source, new = workspace.dataset(name), workspace.new_dataset(target)
    if target == name:
        raise UserError(f"the dataset with boxes needs another name than {name}, which stays as it is")
    model = None if settings.boxes == "all" else load_model(settings.model, workspace)
    skipped: Counter[str] = Counter()
    kept: dict[str, Row] = {}

    def find(batch: pa.RecordBatch) -> list[tuple[Row, list[Box] | str]]:
        return _find(batch, model, settings)

    with progress(f"looking with {model.name}" if model else "finding boxes", source.count()) as advance:
        for batch in map_ahead(find, source.batches(batch_rows=_ROWS), threads=1):
            for row, found in batch:
                if isinstance(found, str):
                    skipped[found] += 1
                else:
                    kept |= {one["sample_id"]: one for one in _with_boxes(row, found, target)}
            advance(len(batch))
    if not kept:
        raise UserError(f"{name}: nothing to localise is left: {', '.join(f'{n} {why}' for why, n in skipped.items())}")
    new.replace(pa.Table.from_pylist([kept[one] for one in sorted(kept)], schema=SAMPLES.schema))
    by = f"boxes chosen by {model.key}" if model else "all boxes are kept: train by a recipe with [bags] rounds"
    return Report(
        verb="dataset localise",
        done={"samples": len(kept), "labels": len({row["bag"] for row in kept.values()})},
        skipped=dict(skipped),
        notes=(by, f"next: wildwear dataset show {target} --contact-sheet {target}.png"),
        details={"dataset": target, "model": model.key if model else None},
    )


def _with_boxes(row: Row, boxes: Sequence[Box], target: str) -> Iterator[Row]:
    for box in boxes:
        corners = list(box.as_tuple())
        one = sample_id(row["image_id"], corners, row["region"])
        yield row | {"box": corners, "sample_id": one, "bag": row["sample_id"], "dataset": target}


def _find(batch: pa.RecordBatch, model: Model | None, settings: LocaliseSettings) -> list[tuple[Row, list[Box] | str]]:
    """Each sample with its boxes, or the reason why it has none."""
    rows = batch.to_pylist()
    if model is None:
        return [(row, _why_not(row) or _worn_at(row, row["width"], row["height"])) for row in rows]
    known = label_matrix(batch["labels"], model.classes)
    return [
        (row, _why_not(row) or _likeliest(row, members, model, settings))
        for row, members in zip(rows, known, strict=True)
    ]


def _likeliest(row: Row, members: NDArray[np.bool_], model: Model, settings: LocaliseSettings) -> list[Box] | str:
    if not members.any():
        return "their labels are no classes of the model"
    try:
        rgb = decode_upright(row["bytes"], STORED)
    except Undecodable:
        return "pictures that do not decode"
    boxes = _worn_at(row, rgb.shape[1], rgb.shape[0])
    inputs = np.stack([model.preprocessing(rgb, box) for box in boxes])
    shown = model.probabilities(model.run(inputs).logits)[:, members].sum(axis=1)
    if shown.max() < settings.min_score:
        return "shown nowhere with enough certainty"
    best = np.argsort(-shown, kind="stable")[: int(settings.boxes)]
    return [boxes[one] for one in best if shown[one] >= shown.max() / 2]


def _worn_at(row: Row, width: int, height: int) -> list[Box]:
    return [
        Box(x1=x1 * width, y1=y1 * height, x2=x2 * width, y2=y2 * height)
        for x1, y1, x2, y2 in WORN_AT[Region(row["region"])]
    ]


def _why_not(row: Row) -> str:
    if row["box"] is not None:
        return "have a box already"
    return "" if Region(row["region"]) in WORN_AT else "not worn on the upper body, the lower body or both"
