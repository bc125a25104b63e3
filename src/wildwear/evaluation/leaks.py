"""What stands on both sides of a measurement: a result on pictures that were learned from says nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from wildwear.datasets.reader import DatasetRef
from wildwear.models.package import Model
from wildwear.table import Table
from wildwear.workspace import Workspace

NEEDED = ("image_id", "group", "dataset")
"""The columns of samples that are looked at."""


def shared(learned: pa.Table, measured: pa.Table) -> Mapping[str, int]:
    """How many of the measured samples share a picture, or a group of the same dataset, with what was learned from."""
    pictures = set(learned["image_id"].to_pylist())
    groups = set(_groups(learned))
    counts = {
        "picture": sum(image in pictures for image in measured["image_id"].to_pylist()),
        "group": sum(group in groups for group in _groups(measured)),
    }
    return {what: count for what, count in counts.items() if count}


def in_words(found: Mapping[str, int], samples: int, where: str, learned: str) -> str:
    """A sentence about what `shared` found.

    >>> in_words({"group": 12}, 40, "street:val", "street:train")
    'street:val leaks: 12 of its 40 samples share a group with street:train'
    """
    parts = " and ".join(f"{count:,} of its {samples:,} samples share a {what}" for what, count in found.items())
    return f"{where} leaks: {parts} with {learned}"


def too_good(
    workspace: Workspace, table: Table, ref: DatasetRef, models: Sequence[Model], measured: pa.Table
) -> tuple[str, ...]:
    """Everything known that makes figures on `measured`, the rows that `ref` names, too good, in sentences."""
    return tuple(dict.fromkeys(_warnings(workspace, table, ref, models, measured)))


def _warnings(
    workspace: Workspace, table: Table, ref: DatasetRef, models: Sequence[Model], measured: pa.Table
) -> Iterator[str]:
    """Leaks of the split, and of what the models learned from."""
    where = f"{ref.name}:{ref.split}"
    others = table.read(list(NEEDED), f"split != '{ref.split}'")
    if found := shared(others, measured):
        yield in_words(found, measured.num_rows, where, "other sides of the split")
    for model in models:
        for data in model.metadata.data:
            same = data.dataset == ref.name and data.split != ref.split
            if same or data.dataset not in workspace.dataset_names():
                continue
            learned = workspace.dataset(data.dataset).read(list(NEEDED), f"split = '{data.split}'")
            if found := shared(learned, measured):
                title = f"{data.dataset}:{data.split}, which {model.name} has learned from"
                yield in_words(found, measured.num_rows, where, title)


def _groups(rows: pa.Table) -> list[tuple[str, str]]:
    return list(zip(rows["dataset"].to_pylist(), rows["group"].to_pylist(), strict=True))
