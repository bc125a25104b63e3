"""WebDataset: tar shards that are read from end to end, `train-000000.tar` and so on.

Each sample is three members with one key: `.jpg`, `.json` (everything about it) and `.cls` (the number of its class).
Samples come in the order of hashes, so that a shard is a fair mixture; equal datasets give equal bytes.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections import Counter

from wildwear.datasets.exports.base import ExportPicture, ExportSample, Job
from wildwear.datasets.exports.card import write_card
from wildwear.datasets.exports.names import safe_name

_BLOCK = 512


class WebDatasetWriter:
    """Goes on to the next shard before one would grow beyond the limit."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._shards: Counter[str] = Counter()
        self._samples: Counter[str] = Counter()
        self._split = ""
        self._bytes = 0
        self._tar: tarfile.TarFile | None = None

    def write(self, picture: ExportPicture) -> None:
        for sample in picture.samples:
            key = safe_name(sample.sample_id).replace(".", "%2E")  # a key ends at its first dot
            members = {
                f"{key}.jpg": picture.bytes,
                f"{key}.json": json.dumps(self._facts(picture, sample)).encode(),
                f"{key}.cls": str(sample.label).encode(),
            }
            self._samples[picture.split] += 1
            tar = self._shard(picture.split, sum(_size_in_tar(data) for data in members.values()))
            for name, data in members.items():
                member = tarfile.TarInfo(name)  # owned by nobody, at time 0
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))

    def close(self) -> None:
        if self._tar:
            self._tar.close()
        write_card(self._job, self._samples, {split: f"{safe_name(split)}-*.tar" for split in self._samples})

    def _shard(self, split: str, size: int) -> tarfile.TarFile:
        """The shard that takes the next `size` bytes of this side."""
        if self._tar is None or split != self._split or self._bytes + size > self._job.shard_bytes:
            if self._tar:
                self._tar.close()
            path = self._job.folder / f"{safe_name(split)}-{self._shards[split]:06d}.tar"
            self._tar = self._job.open_files.enter_context(tarfile.TarFile(path, "w", format=tarfile.PAX_FORMAT))
            self._shards[split] += 1
            self._split, self._bytes = split, tarfile.RECORDSIZE  # what the end of an archive takes
        self._bytes += size
        return self._tar

    def _facts(self, picture: ExportPicture, sample: ExportSample) -> dict[str, object]:
        return {
            "label": self._job.class_of(sample).name,
            "labels": sample.labels,
            "region": sample.region,
            "box": sample.box and sample.box.as_tuple(),
            "crop": sample.crop and sample.crop.as_tuple(),
            "width": picture.width,
            "height": picture.height,
            "split": picture.split,
            "group": sample.group,
            "source": sample.source,
            "given_split": sample.given_split,
            "sample_id": sample.sample_id,
            "image_id": picture.image_id,
        }


def _size_in_tar(data: bytes) -> int:
    return _BLOCK + -(-len(data) // _BLOCK) * _BLOCK
