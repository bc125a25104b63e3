"""Makes a workspace with many pictures to review, quickly.

    python benchmarks/review_collection.py FOLDER [--pictures 100000] [--drawn 300] [--category Dress]

A few hundred products of the rendered catalogue are drawn; every product of the collection gets one of them that shows
its category, with a JPEG comment of its own, so that each has its own `image_id`. The first pass is made up: suspicion
by chance, one product in ten beside a look-alike. With `--category` all of them bear that one label.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wildwear.images.decode import store
from wildwear.rendered.catalogue import jpeg, picture
from wildwear.rendered.texts import product_rows
from wildwear.rendered.truth import looks
from wildwear.rendered.wardrobe import KINDS
from wildwear.tables import IMAGES, INSPECTIONS, LABELS, PRODUCTS, TableSpec
from wildwear.workspace import Workspace

_CHUNK = 10_000
_SIDE = 400


def make_collection(
    folder: Path, pictures: int = 100_000, *, drawn: int = 300, category: str | None = None, seed: int = 0
) -> Workspace:
    """A workspace with `pictures` products of one picture each, labelled and inspected."""
    workspace = Workspace.create(folder)
    chunks = [np.arange(start, min(start + _CHUNK, pictures)) for start in range(0, pictures, _CHUNK)]
    pool = _drawn(drawn, seed)
    ids: list[str] = []

    def images() -> Iterator[pa.RecordBatch]:
        for index in chunks:
            batch = _images(index, pool, seed)
            ids.extend(batch["image_id"].to_pylist())
            yield batch

    workspace.table(PRODUCTS).replace(product_rows(index, seed) for index in chunks)
    workspace.table(LABELS).replace(_labels(index, seed, category) for index in chunks)
    workspace.table(IMAGES).replace(images())
    workspace.table(INSPECTIONS).replace(_inspections(index, ids, seed, category) for index in chunks)
    return workspace


def _drawn(count: int, seed: int) -> dict[int, list[bytes]]:
    """Stored pictures by the kind that they show, at least one of each that is drawn."""
    kinds = looks(np.arange(count), seed).kind
    with ProcessPoolExecutor(2) as processes:
        stored = list(processes.map(partial(_draw, seed=seed), range(count), chunksize=8))
    pool: dict[int, list[bytes]] = {}
    for kind, data in zip(kinds.tolist(), stored, strict=True):
        pool.setdefault(kind, []).append(data)
    return pool


def _draw(index: int, seed: int) -> bytes:
    return store(jpeg(picture(index, index % 2, seed, _SIDE))).bytes


def _images(index: NDArray[np.int64], pool: dict[int, list[bytes]], seed: int) -> pa.RecordBatch:
    kinds = looks(index, seed).kind.tolist()
    every = [data for pictures in pool.values() for data in pictures]
    rng = np.random.default_rng([seed, int(index[0])])
    data = []
    for number, kind, chance in zip(
        index.tolist(), kinds, rng.integers(1 << 30, size=len(index)).tolist(), strict=True
    ):
        fitting = pool.get(kind, every)
        data.append(_commented(fitting[chance % len(fitting)], str(number)))
    batch = product_rows(index, seed)
    return _batch(
        IMAGES,
        len(index),
        product_id=batch["product_id"],
        url=[f"{number}.jpg" for number in index.tolist()],
        position=[0] * len(index),
        image_id=[hashlib.sha256(one).hexdigest()[:32] for one in data],
        bytes=data,
        phash=rng.integers(1 << 63, size=len(index)),
        status=["ok"] * len(index),
    )


def _commented(data: bytes, text: str) -> bytes:
    """The same JPEG with a comment behind its first marker."""
    comment = text.encode()
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[2:]


def _labels(index: NDArray[np.int64], seed: int, category: str | None) -> pa.RecordBatch:
    rows = product_rows(index, seed)
    words = [
        [{"word": title.split()[-1], "field": "title", "offset": len(title) - len(title.split()[-1])}]
        for title in rows["title"].to_pylist()
    ]
    names = _categories(index, seed, category)
    return _batch(
        LABELS,
        len(index),
        product_id=rows["product_id"],
        category=names,
        query=names,
        words=words,
        wins=[True] * len(index),
    )


def _inspections(index: NDArray[np.int64], ids: list[str], seed: int, category: str | None) -> pa.RecordBatch:
    rng = np.random.default_rng([seed, int(index[0]), 1])
    alone = index % 20 >= 2
    return _batch(
        INSPECTIONS,
        len(index),
        collection=["catalogue"] * len(index),
        crop_id=[ids[number] for number in index.tolist()],
        category=_categories(index, seed, category),
        mode=np.where(index % 2 == 0, "product", "worn").tolist(),
        mode_confidence=np.ones(len(index), np.float32),
        suspicion=rng.beta(0.5, 4, len(index)).astype(np.float32),
        guess=[KINDS[kind].category for kind in looks(index, seed).kind.tolist()],
        look_alike=pa.array(index // 20, mask=alone),
        placeholder=[False] * len(index),
    )


def _categories(index: NDArray[np.int64], seed: int, category: str | None) -> list[str]:
    return [category or KINDS[kind].category for kind in looks(index, seed).claimed.tolist()]


def _batch(spec: TableSpec, rows: int, **columns: object) -> pa.RecordBatch:
    """A batch of a table; columns that are not given are null."""
    arrays = [
        pa.nulls(rows, field.type) if field.name not in columns else _array(columns[field.name], field.type)
        for field in spec.schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=spec.schema)


def _array(values: object, kind: pa.DataType) -> pa.Array:
    return values.cast(kind) if isinstance(values, pa.Array) else pa.array(values, kind)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--drawn", type=int, default=300)
    parser.add_argument("--category")
    arguments = parser.parse_args()
    make_collection(arguments.folder, arguments.pictures, drawn=arguments.drawn, category=arguments.category)


if __name__ == "__main__":
    main()
