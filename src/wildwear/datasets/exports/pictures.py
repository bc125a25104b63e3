"""From the rows of a dataset to pictures with their samples: ordered, checked, boxes cut out where they shall be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import simplejpeg

from wildwear.datasets.exports.base import ExportPicture, ExportSample
from wildwear.datasets.exports.classes import Classes, SetRule, find_classes
from wildwear.datasets.plan import is_whole, jpeg_size
from wildwear.datasets.reader import STORED, box_of
from wildwear.errors import StorageError
from wildwear.images.decode import Undecodable, decode_upright
from wildwear.records import Box, Split
from wildwear.table import Table
from wildwear.taxonomy import Taxonomy

_TAKEN_ROWS = 128
_CROP_QUALITY = 95
_COLUMNS = [
    *("sample_id", "image_id", "bytes", "box", "labels", "region"),
    *("split", "given_split", "group", "source"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A sample that cannot be exported."""

    sample_id: str
    source: str
    reason: str
    detail: str = ""


Outcome: TypeAlias = ExportPicture | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which samples are exported, in which order, under which classes; no pictures yet."""

    rows: pa.Table
    """`index` (the row of the dataset's table) and `sample_id`, by side and picture."""
    classes: Classes
    sets: int
    """How many of them have a set of several categories."""
    left_out: dict[str, int]


def select(samples: Table, split: Split | None, rule: SetRule, taxonomy: Taxonomy) -> Selection:
    """Chooses and orders; reads small columns alone."""
    import polars as pl

    rows = samples.read(["sample_id", "image_id", "split", "labels", "region"])
    rows = rows.append_column("index", pa.array(np.arange(rows.num_rows)))
    if split:
        rows = rows.filter(pc.field("split") == split.value)
    distinct = pl.DataFrame(rows.select(["labels", "region"])).unique()
    label_sets = {(tuple(labels or ()), region) for labels, region in distinct.iter_rows()}
    members = pc.fill_null(pc.list_value_length(rows["labels"]), 0)
    kept = pc.equal(members, 1) if rule == "skip" else pc.greater(members, 0)
    several = pc.sum(pc.greater(members, 1)).as_py()
    skipped = several if rule == "skip" else 0
    side = pc.index_in(rows["split"], pa.array([side.value for side in Split]))
    rows = rows.select(["index", "image_id", "sample_id"]).append_column("side", side).filter(kept)
    order = pc.sort_indices(rows, [(column, "ascending") for column in ("side", "image_id", "sample_id")])
    return Selection(
        rows=rows.select(["index", "sample_id"]).take(order),
        classes=find_classes(label_sets, rule, taxonomy),
        sets=several - skipped,
        left_out={
            "samples with several possible categories": skipped,
            "samples without a category": pc.sum(pc.equal(members, 0)).as_py(),
        },
    )


def read_pictures(samples: Table, selection: Selection, *, crop: bool) -> Iterator[Outcome]:
    """Each picture with its samples, and each sample that fails; with `crop` each sample as a picture of its own.

    Raises `StorageError` where the dataset is replaced while it is read.
    """
    for _, group in groupby(_rows(samples, selection), lambda row: (row["split"], row["image_id"])):
        rows = list(group)
        picture = _picture(rows, selection.classes)
        if picture:
            yield from _cut_apart(picture) if crop else (picture,)
        else:
            for row in rows:
                yield Failed(sample_id=row["sample_id"], source=row["source"] or "", reason="damaged_picture")


def _rows(samples: Table, selection: Selection) -> Iterator[dict[str, Any]]:
    for start in range(0, selection.rows.num_rows, _TAKEN_ROWS):
        chunk = selection.rows.slice(start, _TAKEN_ROWS)
        taken = samples.take(chunk["index"].to_pylist(), columns=_COLUMNS)
        if not taken["sample_id"].equals(chunk["sample_id"]):
            raise StorageError(f"{samples.path} was changed while it was exported: run this again")
        yield from taken.to_pylist()


def _picture(rows: list[dict[str, Any]], classes: Classes) -> ExportPicture | None:
    """The picture that these rows share; None where its bytes are no longer those that its id names."""
    image_id, data = rows[0]["image_id"], rows[0]["bytes"] or b""
    try:
        width, height = jpeg_size(data)
    except ValueError:
        return None
    if not is_whole(image_id, data):
        return None
    return ExportPicture(
        image_id=image_id,
        split=rows[0]["split"],
        bytes=data,
        width=width,
        height=height,
        samples=tuple(_sample(row, classes) for row in rows),
    )


def _sample(row: dict[str, Any], classes: Classes) -> ExportSample:
    labels = tuple(row["labels"])
    return ExportSample(
        sample_id=row["sample_id"],
        label=classes.of_set[labels],
        labels=labels,
        region=row["region"] or "",
        box=box_of(row["box"]),
        crop=None,
        group=row["group"] or "",
        given_split=row["given_split"] or "",
        source=row["source"] or "",
    )


def _cut_apart(picture: ExportPicture) -> Iterator[Outcome]:
    for sample in picture.samples:
        if sample.box is None:
            yield replace(picture, samples=(sample,))
            continue
        try:
            yield _cut(picture, sample, sample.box)
        except Undecodable as error:
            failure = error.failure
            yield Failed(sample_id=sample.sample_id, source=sample.source, reason=failure.reason, detail=failure.detail)


def _cut(picture: ExportPicture, sample: ExportSample, box: Box) -> ExportPicture:
    """The whole pixels that a box touches, as a picture of its own."""
    pixels = decode_upright(picture.bytes, STORED)
    x1, y1 = max(0, math.floor(box.x1)), max(0, math.floor(box.y1))
    part = pixels[y1 : math.ceil(box.y2), x1 : math.ceil(box.x2)]
    height, width = part.shape[:2]
    data = simplejpeg.encode_jpeg(part.copy(), quality=_CROP_QUALITY, colorspace="RGB", colorsubsampling="420")
    cut_out = replace(sample, box=None, crop=Box(x1=x1, y1=y1, x2=x1 + width, y2=y1 + height))
    return replace(picture, bytes=data, width=width, height=height, samples=(cut_out,))
