"""COCO instances: `annotations/instances_SPLIT.json` and the pictures in `images/SPLIT/`.

One entry a picture, an annotation for each of its samples, categories with their region as `supercategory`. The format
has no sets: `category_id` is the class, and the further key `labels` keeps the set. A sample that means the whole
picture gets its edges as box, and `whole_picture: true`.
"""

from __future__ import annotations

import json
from typing import Any

from wildwear.datasets.exports.base import ExportPicture, ExportSample, Job, JsonArray
from wildwear.datasets.exports.names import safe_name


class CocoWriter:
    """Ids are counted over all sides, so that the files of several can be joined."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._images = self._annotations = 0
        self._side: _Side | None = None

    def write(self, picture: ExportPicture) -> None:
        if self._side is None or picture.split != self._side.split:
            self.close()
            self._side = _Side(picture.split, self._job)
        self._images += 1
        annotations = []
        for sample in picture.samples:
            self._annotations += 1
            ids = {"id": self._annotations, "image_id": self._images, "category_id": sample.label + 1}
            annotations.append(ids | _annotation(picture, sample))
        self._side.add(self._images, picture, annotations)

    def close(self) -> None:
        if self._side:
            self._side.close()


class _Side:
    """The file and pictures of one side. Annotations wait in a file of their own until all images are written."""

    def __init__(self, split: str, job: Job) -> None:
        self.split = split
        self._pictures = job.folder / "images" / safe_name(split)
        self._pictures.mkdir(parents=True)
        path = job.folder / "annotations" / f"instances_{safe_name(split)}.json"
        path.parent.mkdir(exist_ok=True)
        self._waiting_path = path.with_suffix(".waiting")
        self._waiting = job.open_files.enter_context(self._waiting_path.open("w+", encoding="ascii"))
        self._file = job.open_files.enter_context(path.open("w", encoding="ascii"))
        self._array = JsonArray(self._file, _head(split, job), "images")

    def add(self, number: int, picture: ExportPicture, annotations: list[dict[str, Any]]) -> None:
        name = f"{safe_name(picture.image_id)}.jpg"
        (self._pictures / name).write_bytes(picture.bytes)
        size = {"width": picture.width, "height": picture.height}
        self._array.add(json.dumps({"id": number, "file_name": name, **size}))
        self._waiting.writelines(json.dumps(one) + "\n" for one in annotations)

    def close(self) -> None:
        self._array.end(last=False)
        self._array.begin("annotations")
        self._waiting.seek(0)
        for line in self._waiting:
            self._array.add(line.rstrip("\n"))
        self._array.end()
        self._file.close()
        self._waiting.close()
        self._waiting_path.unlink()


def _head(split: str, job: Job) -> dict[str, Any]:
    categories = [
        {"id": number, "name": one.name, "supercategory": one.region, "labels": one.members}
        for number, one in enumerate(job.classes.listed, 1)
    ]
    info = {"description": f"{job.name}, {split}: garments, exported by wildwear"}
    return {"info": info, "licenses": [], "categories": categories}


def _annotation(picture: ExportPicture, sample: ExportSample) -> dict[str, Any]:
    x1, y1, x2, y2 = sample.box.as_tuple() if sample.box else (0, 0, picture.width, picture.height)
    return {
        "bbox": [x1, y1, x2 - x1, y2 - y1],
        "area": (x2 - x1) * (y2 - y1),
        "iscrowd": 0,
        "segmentation": [],
        "whole_picture": sample.box is None,
        **sample.facts(),
    }
