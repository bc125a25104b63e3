"""FiftyOne: a folder that `fiftyone.Dataset.from_dir(..., dataset_type=fiftyone.types.FiftyOneDataset)` reads.

It is the form without a version, which every FiftyOne reads and none has to migrate: `samples.json` names each
picture, tagged with its side, and in the field `ground_truth` a detection for each sample. A sample that means the
whole picture is a detection as large as the picture, with `whole_picture: true`.
"""

from __future__ import annotations

import json
from typing import Any

from wildwear.datasets.exports.base import ExportPicture, ExportSample, Job, JsonArray
from wildwear.datasets.exports.names import safe_name


class FiftyOneWriter:
    """One FiftyOne sample a picture."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._folders: set[str] = set()
        self._file = job.open_files.enter_context((job.folder / "samples.json").open("w", encoding="ascii"))
        self._array = JsonArray(self._file, {}, "samples")

    def write(self, picture: ExportPicture) -> None:
        folder = f"data/{safe_name(picture.split)}"
        path = f"{folder}/{safe_name(picture.image_id)}.jpg"
        if folder not in self._folders:
            (self._job.folder / folder).mkdir(parents=True)
            self._folders.add(folder)
        (self._job.folder / path).write_bytes(picture.bytes)
        detections = [self._detection(picture, sample) for sample in picture.samples]
        ground_truth = {"_cls": "Detections", "detections": detections}
        size = {"_cls": "ImageMetadata", "width": picture.width, "height": picture.height, "num_channels": 3}
        metadata = {**size, "size_bytes": len(picture.bytes), "mime_type": "image/jpeg"}
        sample = {"filepath": path, "tags": [picture.split], "metadata": metadata, "ground_truth": ground_truth}
        self._array.add(json.dumps(sample))

    def close(self) -> None:
        self._array.end()
        self._file.close()
        names = self._job.classes.names
        described = {"name": self._job.name, "media_type": "image", "info": {"classes": names}}
        text = json.dumps(described | {"default_classes": names}, indent=2)
        (self._job.folder / "metadata.json").write_text(text + "\n", encoding="ascii")

    def _detection(self, picture: ExportPicture, sample: ExportSample) -> dict[str, Any]:
        x1, y1, x2, y2 = sample.box.as_tuple() if sample.box else (0, 0, picture.width, picture.height)
        across, down = picture.width, picture.height
        return {
            "_cls": "Detection",
            "label": self._job.class_of(sample).name,
            "bounding_box": [x1 / across, y1 / down, (x2 - x1) / across, (y2 - y1) / down],
            "whole_picture": sample.box is None,
            **sample.facts(),
        }
