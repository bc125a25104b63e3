"""A miniature of DeepFashion's Category and Attribute Prediction Benchmark, format-true, drawn by the tests."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from wildwear.taxonomy import load_taxonomy

NAMES = load_taxonomy("deepfashion").names
TYPES = {"upper": 1, "lower": 2, "full": 3}
SIDES = ("train", "val", "test", "train")
CLOTHS = ("Sheer_Pleated-Front", "Striped", "80's_&_Rock", "Woven")
PRODUCTS = {f"img/{cloth}_{name}": name for cloth in CLOTHS for name in ("Blouse", "Tee", "Jeans", "Shorts", "Dress")}
"""Product folders and what they show: four pictures each, on all sides of the official split."""
RARE = {"img/Knotted_Halter": "Halter", "img/Riding_Jodhpurs": "Jodhpurs"}
"""Of one picture each, for training."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A row of the lists."""

    name: str
    category: str
    side: str
    box: tuple[int, int, int, int]
    seed: int


def shown(products: Mapping[str, str] = PRODUCTS, rare: Mapping[str, str] = RARE) -> Iterator[Shown]:
    """The rows of the miniature, in the benchmark's order: folder by folder."""
    chance = np.random.default_rng(0)
    for folder, name in {**products, **rare}.items():
        for number, side in enumerate(SIDES if folder in products else SIDES[:1], 1):
            left, top = chance.integers(1, 60, 2).tolist()
            box = left, top, left + int(chance.integers(40, 130)), top + int(chance.integers(90, 230))
            seed = int(chance.integers(1 << 31))
            yield Shown(name=f"{folder}/img_{number:08}.jpg", category=name, side=side, box=box, seed=seed)


def write_benchmark(
    folder: Path,
    rows: Sequence[Shown] | None = None,
    *,
    anno: str = "Anno_coarse",
    images: str = "Img",
    end: str = "\n",
) -> Path:
    """The lists and pictures of `rows` below `folder`, as the benchmark is unpacked."""
    rows = list(shown() if rows is None else rows)
    categories = [(name, TYPES[load_taxonomy().region(name)]) for name in NAMES]
    write_list(folder / anno / "list_category_cloth.txt", ("category_name", "category_type"), categories, end=end)
    labels = [(row.name, NAMES.index(row.category) + 1) for row in rows]
    write_list(folder / anno / "list_category_img.txt", ("image_name", "category_label"), labels, end=end)
    boxes = [(row.name, *(f"{corner:03}" for corner in row.box)) for row in rows]
    write_list(folder / anno / "list_bbox.txt", ("image_name", "x_1", "y_1", "x_2", "y_2"), boxes, end=end)
    sides = [(row.name, row.side) for row in rows]
    write_list(folder / "Eval" / "list_eval_partition.txt", ("image_name", "evaluation_status"), sides, end=end)
    for row in rows:
        file = folder / images / row.name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(photograph(row.seed))
    return folder


def write_list(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]], *, end: str = "\n") -> None:
    """A list as the benchmark has it: the count, the names of its columns, names padded to one width."""
    path.parent.mkdir(parents=True, exist_ok=True)
    width = max(len(str(row[0])) for row in [*rows, header]) + 2
    lines = [f"{row[0]!s:<{width}}{' '.join(map(str, row[1:]))}   " for row in (header, *rows)]
    path.write_bytes("".join(line + end for line in (str(len(rows)), *lines)).encode())


@cache
def photograph(seed: int, long_side: int = 300) -> bytes:
    """Smooth noise in upright format, a longer side of 300 pixels."""
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 6, 3), dtype=np.uint8)
    out = io.BytesIO()
    size = long_side * 2 // 3, long_side
    Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC).save(out, "JPEG", quality=80)
    return out.getvalue()
