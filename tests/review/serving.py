"""A small catalogue or dataset to review, and the real server on a port of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import simplejpeg
from tests.pages import serving as pages
from tests.pages.serving import TOKEN, Answer

from wildwear.review.app import create_app
from wildwear.review.settings import ReviewSettings
from wildwear.tables import IMAGES, INSPECTIONS, LABELS, PRODUCTS, SAMPLES, TableSpec
from wildwear.workspace import Workspace

__all__ = ["TOKEN", "Answer", "Served", "fill", "serving"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served(pages.Served):
    """A server that runs."""

    def decide(self, *decisions: tuple[Any, ...], who: str = "anna", **more: Any) -> list[int]:
        """Posts (item, verdict) or (item, "relabel", category)."""
        listed = [dict(zip(("item", "verdict", "category"), one, strict=False)) for one in decisions]
        sequences: list[int] = self.post("/api/decisions", who=who, decisions=listed, **more)["sequences"]
        return sequences


@contextmanager
def serving(workspace: Workspace, settings: ReviewSettings | None = None) -> Iterator[Served]:
    """The real server, in a thread, until the block ends."""
    with pages.running(create_app(workspace, settings or ReviewSettings(who="tester"), TOKEN)) as port:
        yield Served(port=port)


def jpeg(number: int, width: int = 60, height: int = 40) -> bytes:
    """A picture of one colour, another for each number."""
    shade = np.full((height, width, 3), (number * 37 % 256, number * 91 % 256, number % 256), np.uint8)
    return bytes(simplejpeg.encode_jpeg(shade, quality=95))


def image_id(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def write(workspace: Workspace, spec: TableSpec, rows: Sequence[Mapping[str, Any]]) -> None:
    workspace.table(spec).replace(pa.Table.from_pylist([dict(row) for row in rows], schema=spec.schema))


def fill(workspace: Workspace, labels: Sequence[str | None], *, inspected: bool = True, first: int = 0) -> None:
    """A product with one picture for each label (None: no query claims it), the later ones more suspicious."""
    numbers = range(first, first + len(labels))
    pictures = [jpeg(number) for number in numbers]
    write(
        workspace,
        PRODUCTS,
        [
            {
                "product_id": f"p{number}",
                "group_id": f"p{number}",
                "title": f"A fine garment {number}",
                "description": "as worn",
                "source": "spring.csv" if number % 2 else "autumn.csv",
            }
            for number in numbers
        ],
    )
    label(workspace, {f"p{number}": name for number, name in zip(numbers, labels, strict=True) if name})
    write(
        workspace,
        IMAGES,
        [
            {"product_id": f"p{number}", "url": f"{number}.jpg", "position": 0, "image_id": image_id(data)}
            | {"bytes": data, "width": 60, "height": 40, "phash": number, "status": "ok"}
            for number, data in zip(numbers, pictures, strict=True)
        ],
    )
    if inspected:
        inspect(workspace, [image_id(data) for data in pictures], labels)


def label(workspace: Workspace, categories: Mapping[str, str]) -> None:
    """What `label` would have found."""
    words = [{"word": "garment", "field": "title", "offset": 7}]
    rows = [
        {"product_id": product, "category": name, "query": f"q {name}", "words": words, "wins": True}
        for product, name in categories.items()
    ]
    write(workspace, LABELS, rows)


def inspect(workspace: Workspace, crops: Sequence[str], labels: Sequence[str | None]) -> None:
    rows = [
        {"collection": "catalogue", "crop_id": crop, "category": name, "guess": "Coat"}
        | {"mode": ("product", "worn")[number % 2], "mode_confidence": 1.0, "suspicion": number / len(crops)}
        | {"look_alike": 7 if number in (1, 3) else None, "placeholder": False}
        for number, (crop, name) in enumerate(zip(crops, labels, strict=True))
    ]
    write(workspace, INSPECTIONS, rows)


def fill_dataset(workspace: Workspace, name: str, samples: Sequence[tuple[list[float] | None, list[str]]]) -> None:
    """A dataset of (box, labels), each on a picture of its own with a white square where the box is."""
    rows = []
    for number, (box, labels) in enumerate(samples):
        pixels = np.zeros((300, 400, 3), np.uint8)
        if box:
            x1, y1, x2, y2 = map(int, box)
            pixels[y1:y2, x1:x2] = 255
        pixels[:2, :2] = number
        data = bytes(simplejpeg.encode_jpeg(pixels, quality=95))
        rows.append(
            {"sample_id": f"s{number}", "image_id": image_id(data), "bytes": data, "width": 400, "height": 300}
            | {"box": box, "labels": labels, "region": "upper", "dataset": name, "split": "train"}
            | {"group": f"g{number}", "phash": number, "source": f"{number}.jpg"}
        )
    workspace.new_dataset(name).replace(pa.Table.from_pylist(rows, schema=SAMPLES.schema))
