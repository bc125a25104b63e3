"""Writes what a shop would hand over: a table of products and their variants, and a folder of street photographs."""

from __future__ import annotations

import csv
import html
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import numpy as np

from wildwear.rendered.catalogue import jpeg, picture_bytes, products
from wildwear.rendered.chance import choice
from wildwear.rendered.street import Scene, street_scene
from wildwear.rendered.texts import sentences
from wildwear.rendered.truth import looks, truth
from wildwear.rendered.wardrobe import BY_CATEGORY

EXPORT_COLUMNS = ("sku", "parent_sku", "name", "description", "brand", "category", "color", "size", "images")
STREET_COLUMNS = ("photo", "category", "x1", "y1", "x2", "y2", "split")
_UNFINISHED_EVERY = 150

Progress = Callable[[int], None]
Item = TypeVar("Item")
Result = TypeVar("Result")


def write_export(folder: Path, count: int, seed: int = 0, base_url: str = "") -> Path:
    """Writes `products.csv`: a row a product, one a variant, descriptions in HTML, and now and then a row that
    nobody has finished. Gives its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "products.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(EXPORT_COLUMNS)
        for row in export_rows(count, seed, base_url):
            writer.writerow(row)
    return path


def export_rows(count: int, seed: int = 0, base_url: str = "") -> Iterator[tuple[str, ...]]:
    """The rows of an export, in the order of `EXPORT_COLUMNS`."""
    for entry in products(count, seed, base_url):
        one, index = entry.product, entry.truth.index
        markup = _as_html(index, seed)
        images = "|".join(one.image_urls)
        path = one.category_path[0]
        yield one.product_id, "", one.title, markup, one.brand, path, entry.truth.colour, "", images
        sizes = BY_CATEGORY[entry.truth.category].sizes
        for size in sizes[: int(choice(seed, "sizes", np.array([index]), len(sizes))[0]) + 1]:
            sku = f"{one.product_id}-{size.replace(' ', '')}"
            yield sku, one.product_id, f"{one.title} {size}", "", one.brand, path, entry.truth.colour, size, ""
        if index % _UNFINISHED_EVERY == _UNFINISHED_EVERY - 1:
            yield f"DRAFT-{index}", "", "", "<p>to be written</p>", one.brand, path, "", "", ""


def _as_html(index: int, seed: int) -> str:
    first, cloth, *others = (html.escape(part[0].as_py()) for part in sentences(looks(np.array([index]), seed), seed))
    points = "".join(f"<li>{one}</li>" for one in others[:-1])
    return f"<p><strong>{first}</strong><br/>{cloth}</p>\n<ul>{points}</ul><p>{others[-1]}</p>"


def write_pictures(
    folder: Path, count: int, seed: int = 0, *, side: int = 512, processes: int = 2, progress: Progress | None = None
) -> int:
    """Draws the first `count` products' pictures into `folder`, as `INDEX-POSITION.jpg`, for `PictureServer`; gives
    how many."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(index, at) for index in range(count) for at in range(truth(index, seed).pictures)]
    return sum(_in_processes(partial(_write_picture, folder, seed, side), wanted, processes, progress))


def _write_picture(folder: Path, seed: int, side: int, what: tuple[int, int]) -> int:
    index, position = what
    (folder / f"{index}-{position}.jpg").write_bytes(picture_bytes(index, position, seed, side))
    return 1


def write_street(
    folder: Path,
    numbers: Sequence[int],
    seed: int = 0,
    *,
    processes: int = 2,
    progress: Progress | None = None,
) -> Path:
    """Draws the street scenes of these numbers into `folder/photos` and writes `folder/boxes.csv`, one row a garment,
    where seven of ten photographs are for training. Gives the table's path."""
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    path = folder / "boxes.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(STREET_COLUMNS)
        for rows in _in_processes(partial(_write_scene, folder / "photos", seed), numbers, processes, progress):
            writer.writerows(rows)
    return path


def _write_scene(folder: Path, seed: int, number: int) -> list[tuple[object, ...]]:
    scene = street_scene(number, seed)
    name = f"street-{number:04d}.jpg"
    (folder / name).write_bytes(jpeg(scene.picture, quality=88))
    return scene_rows(scene, name, "train" if number % 10 < 7 else "val")


def scene_rows(scene: Scene, name: str, split: str) -> list[tuple[object, ...]]:
    """A scene's garments, in the order of `STREET_COLUMNS`."""
    return [(name, one.category, *map(int, one.box.as_tuple()), split) for one in scene.garments]


def _in_processes(
    function: Callable[[Item], Result], items: Sequence[Item], processes: int, progress: Progress | None
) -> Iterator[Result]:
    """`map` in several processes, in order."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for result in pool.map(function, items, chunksize=4):
            if progress:
                progress(1)
            yield result
