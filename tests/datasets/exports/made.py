"""Datasets for the tests of exports, and what the formats' own libraries read of an export."""

from __future__ import annotations

import csv
import gc
import hashlib
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from PIL import Image
from tests.datasets.drawn import jpeg

from wildwear.datasets.exporting import export_dataset
from wildwear.datasets.samples import sample_id
from wildwear.datasets.settings import ExportSettings
from wildwear.images.decode import store
from wildwear.records import Report
from wildwear.tables import SAMPLES
from wildwear.workspace import Workspace

KNITWEAR = ("Cardigan", "Sweater", "Turtleneck")
SIDES = ("train", "train", "val", "test")
SHOWN: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("Jeans", ("Jeans",), "lower"),
    ("Tee", ("Tee",), "upper"),
    ("Knitwear", KNITWEAR, "upper"),
    ("Blouse or Top", ("Blouse", "Top"), "upper"),
)
"""The class, the set and the region of what pictures show in turn; the first is an umbrella's, the second is not."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a format says of a sample."""

    split: str
    name: str
    labels: tuple[str, ...]
    region: str
    group: str
    size: tuple[int, int] = (60, 80)
    box: tuple[float, ...] | None = None


def row(number: int, labels: Sequence[str], region: str, **more: object) -> dict[str, object]:
    """A sample of the picture with that number."""
    stored = store(jpeg(number))
    made = {
        "sample_id": sample_id(stored.image_id, more.get("box"), region),  # type: ignore[arg-type]
        "image_id": stored.image_id,
        "bytes": stored.bytes,
        "width": stored.width,
        "height": stored.height,
        "labels": list(labels),
        "region": region,
        "dataset": "made",
        "split": SIDES[number % len(SIDES)],
        "group": f"g{number}",
        "source": f"made.csv:{number}",
    }
    return {field.name: (made | more).get(field.name) for field in SAMPLES.schema}


def make_dataset(workspace: Workspace, rows: Sequence[dict[str, object]], name: str = "made") -> None:
    workspace.new_dataset(name).replace(pa.Table.from_pylist(list(rows), SAMPLES.schema))


def varied_rows(pictures: int = 24) -> list[dict[str, object]]:
    """Whole pictures and boxes, single categories and sets, and on some pictures a second sample."""
    rows = []
    for number in range(pictures):
        _, labels, region = SHOWN[number // 4 % len(SHOWN)]
        box = [5.0, 10.0, 45.5, 70.25] if number % 3 == 0 else None
        rows.append(row(number, labels, region, box=box))
        if number % 5 == 0:
            rows.append(row(number, ["Shoes"], "accessory"))
    return rows


def truth(rows: Sequence[dict[str, Any]]) -> dict[str, Seen]:
    names = {labels: name for name, labels, _ in SHOWN} | {("Shoes",): "Shoes"}
    return {
        one["sample_id"]: Seen(
            split=one["split"],
            name=names[tuple(one["labels"])],
            labels=tuple(one["labels"]),
            region=one["region"],
            group=one["group"],
            box=one["box"] and tuple(one["box"]),
        )
        for one in rows
    }


def export(workspace: Workspace, out: Path, to: str, *, name: str = "made", **settings: object) -> Report:
    return export_dataset(workspace, name, out, ExportSettings(to=to, **settings))  # type: ignore[arg-type]


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder, with a hash of what it holds."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# What libraries read


def read_folder(out: Path) -> dict[str, Seen]:
    """As torchvision's ImageFolder walks: sorted folders are classes, and every file in them is a picture."""
    with (out / "manifest.csv").open(newline="", encoding="utf-8") as file:
        told = {line["file"]: line for line in csv.DictReader(file)}
    seen = {}
    for side in (folder for folder in out.iterdir() if folder.is_dir()):
        for name in sorted(folder.name for folder in side.iterdir()):
            for path in (side / name).iterdir():
                line = told.pop(str(path.relative_to(out)))
                with Image.open(path) as picture:
                    picture.load()
                    size = picture.size
                corners = [line[corner] for corner in ("x1", "y1", "x2", "y2")]
                seen[path.stem] = Seen(
                    split=side.name,
                    name=name,
                    labels=tuple(line["labels"].split("|")),
                    region=line["region"],
                    group=line["group"],
                    size=size,
                    box=tuple(map(float, corners)) if all(corners) else None,
                )
    assert told == {}
    return seen


def read_webdataset(out: Path) -> dict[str, Seen]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the library closes no shard
        seen = _read_shards(out)
        gc.collect()
    return seen


def _read_shards(out: Path) -> dict[str, Seen]:
    import webdataset

    shards = sorted(map(str, out.glob("*.tar")))
    classes = json.loads((out / "wildwear-export.json").read_text())["classes"]
    seen = {}
    for one in webdataset.WebDataset(shards, shardshuffle=False).decode("pil"):
        facts = one["json"]
        assert classes[one["cls"]]["name"] == facts["label"]
        assert Path(one["__url__"]).name.startswith(facts["split"] + "-")
        seen[one["__key__"]] = Seen(
            split=facts["split"],
            name=facts["label"],
            labels=tuple(facts["labels"]),
            region=facts["region"],
            group=facts["group"],
            size=one["jpg"].size,
            box=facts["box"] and tuple(facts["box"]),
        )
    return seen


def read_parquet(out: Path) -> dict[str, Seen]:
    """As `datasets.load_dataset` reads it, without a network and with a cache of its own."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HOME"] = str(out.parent / "hf")
    import datasets

    datasets.disable_progress_bars()
    sides = datasets.load_dataset(str(out), cache_dir=str(out.parent / "hf-cache"))
    ours = {"validation": "val"}
    return {
        one["sample_id"]: Seen(
            split=ours.get(side, side),
            name=rows.features["label"].int2str(one["label"]),
            labels=tuple(one["labels"]),
            region=one["region"],
            group=one["group"],
            size=one["image"].size,
            box=_corners(one["objects"]["bbox"][0]) if one["objects"]["bbox"] else None,
        )
        for side, rows in sides.items()
        for one in rows
    }


def read_coco(out: Path) -> dict[str, Seen]:
    from pycocotools.coco import COCO

    seen = {}
    for path in sorted((out / "annotations").iterdir()):
        side = path.stem.removeprefix("instances_")
        coco = COCO(str(path))
        for one in coco.loadAnns(coco.getAnnIds()):
            (image,) = coco.loadImgs(one["image_id"])
            (category,) = coco.loadCats(one["category_id"])
            with Image.open(out / "images" / side / image["file_name"]) as picture:
                assert picture.size == (image["width"], image["height"])
            seen[one["sample_id"]] = Seen(
                split=side,
                name=category["name"],
                labels=tuple(one["labels"]),
                region=category["supercategory"],
                group=one["group"],
                size=picture.size,
                box=None if one["whole_picture"] else _corners(one["bbox"]),
            )
    return seen


def read_fiftyone(out: Path) -> dict[str, Seen]:
    """By the form that FiftyOne documents; `test_fiftyone.py` has its own importer read it."""
    classes = json.loads((out / "metadata.json").read_text())["default_classes"]
    seen = {}
    for one in json.loads((out / "samples.json").read_text())["samples"]:
        with Image.open(out / one["filepath"]) as picture:
            width, height = picture.size
        assert (one["metadata"]["width"], one["metadata"]["height"]) == (width, height)
        for found in one["ground_truth"]["detections"]:
            assert found["label"] in classes
            x, y, w, h = found["bounding_box"]
            seen[found["sample_id"]] = Seen(
                split=one["tags"][0],
                name=found["label"],
                labels=tuple(found["labels"]),
                region=found["region"],
                group=found["group"],
                size=(width, height),
                box=None if found["whole_picture"] else _corners((x * width, y * height, w * width, h * height)),
            )
    return seen


READERS: dict[str, Callable[[Path], dict[str, Seen]]] = {
    "folder": read_folder,
    "webdataset": read_webdataset,
    "parquet": read_parquet,
    "coco": read_coco,
    "fiftyone": read_fiftyone,
}


def _corners(bbox: Sequence[float]) -> tuple[float, ...]:
    x, y, width, height = bbox
    return tuple(round(value, 3) for value in (x, y, x + width, y + height))


# A process of its own


_CHILD = """
import resource, signal, sys
from pathlib import Path
from wildwear.cli import main
"""
LIMITED = """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
"""
"""Files may not grow beyond 5 kB: what a full disk does, without one."""
DYING = """
import os
from wildwear.datasets import exporting
left, written = int(sys.argv.pop(1)), 0
read = exporting.read_pictures
def dying(*words, **named):
    for number, outcome in enumerate(read(*words, **named)):
        if number == left:
            os.kill(os.getpid(), signal.SIGKILL)
        yield outcome
exporting.read_pictures = dying
from wildwear.datasets.exports import place
put = place._put
def put_and_die(draft, out):
    if left < 0:
        out.exists() and out.rename(out.with_name(f".{out.name}.export-replaced"))
        os.kill(os.getpid(), signal.SIGKILL)
    put(draft, out)
place._put = put_and_die
"""
"""Kills itself before a numbered picture or, with -1, between the two renames that replace an export."""


def run(setup: str, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", "-c", _CHILD + setup + "main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def hidden(folder: Path) -> Iterator[str]:
    return (path.name for path in folder.iterdir() if path.name.startswith("."))
