"""Pictures and tables that the tests of datasets draw for themselves."""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image

from wildwear.images.decode import store
from wildwear.tables import IMAGES, LABELS, PRODUCTS
from wildwear.workspace import Workspace


def picture(seed: int, width: int = 60, height: int = 80) -> Image.Image:
    """Smooth noise: every seed looks different, and survives compression."""
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 6, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def jpeg(seed: int, width: int = 60, height: int = 80, quality: int = 92) -> bytes:
    out = io.BytesIO()
    picture(seed, width, height).save(out, "JPEG", quality=quality)
    return out.getvalue()


def write_table(path: Path, rows: Sequence[Mapping[str, object]], *, draw: bool = True) -> Path:
    """A CSV with `rows`, and beside it a picture for each different `file`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    for name in {str(row["file"]) for row in rows} if draw else ():
        (path.parent / name).write_bytes(jpeg(_seed(name)))
    return path


def fill_catalog(workspace: Workspace, products: int = 30, pictures: int = 2) -> None:
    """Products in groups of two, with labels and stored pictures, as `import`, `label` and `fetch` leave them."""
    ids = [f"p{number:03}" for number in range(products)]
    workspace.table(PRODUCTS).replace(
        _table(PRODUCTS.schema, [{"product_id": one, "group_id": f"g{i // 2:03}"} for i, one in enumerate(ids)])
    )
    categories = ("Jeans", "Tee", "Pants")
    workspace.table(LABELS).replace(
        _table(
            LABELS.schema,
            [{"product_id": one, "category": categories[i // 2 % 3], "wins": True} for i, one in enumerate(ids)],
        )
    )
    shown = [(one, position) for one in ids for position in range(pictures)]
    workspace.table(IMAGES).replace(_table(IMAGES.schema, [image_row(one, place) for one, place in shown]))


def image_row(product_id: str, position: int = 0, data: bytes | None = None) -> dict[str, object]:
    stored = store(data or jpeg(_seed(f"{product_id} {position}")))
    return {
        "product_id": product_id,
        "url": f"{product_id}/{position}.jpg",
        "position": position,
        "image_id": stored.image_id,
        "bytes": stored.bytes,
        "width": stored.width,
        "height": stored.height,
        "phash": stored.phash,
        "status": "ok",
    }


_CHILD = """
import sys
from pathlib import Path
from wildwear.datasets.entries import read_table
from wildwear.datasets.from_catalog import split_catalog
from wildwear.datasets.importing import import_samples
from wildwear.datasets.settings import Columns, ImportSettings, SplitSettings
from wildwear.images import duplicates
from wildwear.workspace import Workspace
import lance, polars, scipy.sparse.csgraph
workspace, split = Workspace.open(Path(sys.argv[1])), SplitSettings()
print("ready", flush=True)
"""


def run_and_kill(workspace: Workspace, statement: str, delay: float) -> None:
    """Runs a statement with `workspace` and `split` in a process of its own, which is killed after `delay` seconds."""
    command = [sys.executable, "-c", _CHILD + statement, str(workspace.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(delay)
        child.kill()


def _table(schema: pa.Schema, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    return pa.Table.from_pylist([{field.name: row.get(field.name) for field in schema} for row in rows], schema)


def _seed(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
