"""Parquet as Hugging Face `datasets` loads it: `data/train-00000-of-00003.parquet` and a card.

The schema carries the features under the key `huggingface`: pictures decode by themselves, classes have names. One row
a sample; `objects` holds its box as COCO writes one, and is empty where the whole picture is meant.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack
from typing import Any

import pyarrow as pa

from wildwear.datasets.exports.base import ExportPicture, ExportSample, Job
from wildwear.datasets.exports.card import hub_split, write_card
from wildwear.datasets.exports.names import safe_name
from wildwear.records import Box

_ROWS_IN_GROUP = 100  # what the hub's viewer reads at once
_TEXTS = ("group", "source", "given_split", "sample_id", "image_id")


class ParquetWriter:
    """Gathers rows to row groups, and row groups to shards; their number is known, and written, at the end."""

    def __init__(self, job: Job) -> None:
        (job.folder / "data").mkdir()
        self._job = job
        self._schema = _schema(job.classes.names)
        self._shards: Counter[str] = Counter()
        self._samples: Counter[str] = Counter()
        self._rows: list[dict[str, Any]] = []
        self._split = ""
        self._bytes = 0
        self._file: Any = None
        self._open = job.open_files.enter_context(ExitStack())

    def write(self, picture: ExportPicture) -> None:
        if picture.split != self._split:
            self._close_shard()
            self._split = picture.split
        for sample in picture.samples:
            if self._bytes and self._bytes + len(picture.bytes) > self._job.shard_bytes:
                self._close_shard()
            self._rows.append(_row(picture, sample))
            self._bytes += len(picture.bytes)
            self._samples[self._split] += 1
            if len(self._rows) == _ROWS_IN_GROUP:
                self._write_rows()

    def close(self) -> None:
        self._close_shard()
        for split, shards in self._shards.items():
            for number in range(shards):
                path = self._job.folder / self._path(split, number)
                path.rename(path.with_name(f"{path.stem}-of-{shards:05d}.parquet"))
        write_card(self._job, self._samples, {split: f"data/{_stem(split)}-*" for split in self._shards})

    def _write_rows(self) -> None:
        from pyarrow import parquet

        if self._file is None:
            path = self._job.folder / self._path(self._split, self._shards[self._split])
            writer = parquet.ParquetWriter(path, self._schema, use_dictionary=False, compression="zstd")
            self._file = self._open.enter_context(writer)
            self._shards[self._split] += 1
        self._file.write_table(pa.Table.from_pylist(self._rows, self._schema))
        self._rows = []

    def _close_shard(self) -> None:
        if self._rows:
            self._write_rows()
        self._open.close()
        self._file, self._bytes = None, 0

    def _path(self, split: str, number: int) -> str:
        return f"data/{_stem(split)}-{number:05d}.parquet"


def _stem(split: str) -> str:
    return safe_name(hub_split(split))


def _row(picture: ExportPicture, sample: ExportSample) -> dict[str, Any]:
    boxes = [sample.box] if sample.box else []
    return {
        "image": {"bytes": picture.bytes, "path": f"{sample.sample_id}.jpg"},
        "label": sample.label,
        "objects": {"bbox": [_coco(box) for box in boxes], "category": [sample.label for _ in boxes]},
        "image_id": picture.image_id,
        **sample.facts(),
    }


def _coco(box: Box) -> tuple[float, float, float, float]:
    return box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1


def _schema(classes: list[str]) -> pa.Schema:
    """Arrow's types, and the features that `datasets` makes of them."""
    bbox = pa.list_(pa.list_(pa.float32(), 4))
    fields = {
        "image": pa.struct({"bytes": pa.binary(), "path": pa.string()}),
        "label": pa.int64(),
        "labels": pa.list_(pa.string()),
        "region": pa.string(),
        "objects": pa.struct({"bbox": bbox, "category": pa.list_(pa.int64())}),
    }
    text, label = {"dtype": "string", "_type": "Value"}, {"names": classes, "_type": "ClassLabel"}
    corners = {"feature": {"dtype": "float32", "_type": "Value"}, "length": 4, "_type": "Sequence"}
    features: dict[str, Any] = {
        "image": {"_type": "Image"},
        "label": label,
        "labels": _list(text),
        "region": text,
        "objects": {"bbox": _list(corners), "category": _list(label)},
    }
    fields |= dict.fromkeys(_TEXTS, pa.string())
    features |= dict.fromkeys(_TEXTS, text)
    return pa.schema(fields, metadata={"huggingface": json.dumps({"info": {"features": features}})})


def _list(feature: dict[str, Any]) -> dict[str, Any]:
    return {"feature": feature, "_type": "Sequence"}
