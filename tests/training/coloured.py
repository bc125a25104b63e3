"""A dataset that a tiny network can learn: each category has a colour of its own."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from PIL import Image
from tests.models.tiny_model import CLASSES

from wildwear.images.decode import store
from wildwear.table import Table
from wildwear.tables import SAMPLES
from wildwear.taxonomy import load_taxonomy
from wildwear.workspace import Workspace

COLOURS = {"Jacket": (200, 40, 40), "Tee": (40, 200, 40), "Jeans": (40, 40, 200), "Skirt": (210, 210, 40)}
COLOURS |= {"Dress": (200, 40, 200), "Chinos": (150, 120, 70), "Leggings": (30, 30, 30), "Cape": (230, 230, 230)}


def coloured_jpeg(colour: tuple[int, int, int], seed: int, noise: float = 25) -> bytes:
    random = np.random.default_rng(seed)
    pixels = np.clip(np.array(colour) + random.normal(0, noise, 3) + random.normal(0, 10, (48, 40, 3)), 0, 255)
    out = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(out, "JPEG", quality=92)
    return out.getvalue()


def sample(number: int, labels: Sequence[str], split: str, **changes: object) -> dict[str, object]:
    """A sample in the colour of its first label; groups hold two samples."""
    stored = store(coloured_jpeg(COLOURS[labels[0]], seed=number))
    row: dict[str, object] = {
        "sample_id": f"{number:05}",
        "image_id": stored.image_id,
        "bytes": stored.bytes,
        "width": stored.width,
        "height": stored.height,
        "labels": sorted(labels),
        "region": load_taxonomy().region(labels[0]).value,
        "dataset": "drawn",
        "split": split,
        "group": f"{split}-{number // 2}",
        "phash": stored.phash,
        "source": f"row {number}",
    }
    return row | changes


def samples(
    per_side: Mapping[str, int], categories: Sequence[str] = CLASSES, start: int = 0
) -> list[dict[str, object]]:
    """That many samples a side, the categories in turn."""
    sides = [side for side, count in per_side.items() for _ in range(count)]
    return [sample(start + n, [categories[n % len(categories)]], side) for n, side in enumerate(sides)]


def write_dataset(workspace: Workspace, name: str, rows: Sequence[Mapping[str, object]]) -> Table:
    table = workspace.new_dataset(name)
    whole = [{field.name: ({"dataset": name} | dict(row)).get(field.name) for field in SAMPLES.schema} for row in rows]
    for row in whole:
        row["dataset"] = name
    table.replace(pa.Table.from_pylist(whole, SAMPLES.schema))
    return table
