"""WebDataset: tar shards that are read from end to end, `train-000000.tar` and so on.

Each sample is three members with one key: `.jpg`, `.json` (everything about it) and `.cls` (the number of its class).
Samples come in the order of hashes, so that a shard is a fair mixture; equal datasets give equal bytes.
"""

from __future__ import annotations

import json
import tarfile
from collections import Counter
from contextlib import ExitStack
from typing import IO, Any

from wildwear.datasets.exports.base import ExportPicture, ExportSample, Job
from wildwear.datasets.exports.card import write_card
from wildwear.datasets.exports.names import safe_name

_BLOCK = 512
_END = bytes(2 * _BLOCK)


class WebDatasetWriter:
    """Goes on to the next shard before one would grow beyond the limit."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._shards: Counter[str] = Counter()
        self._samples: Counter[str] = Counter()
        self._split = ""
        self._bytes = 0
        self._file: IO[bytes] | None = None
        self._open = job.open_files.enter_context(ExitStack())

    def write(self, picture: ExportPicture) -> None:
        for sample in picture.samples:
            key = safe_name(sample.sample_id).replace(".", "%2E")  # a key ends at its first dot
            facts = json.dumps(self._facts(picture, sample)).encode()
            parts = (".jpg", picture.bytes), (".json", facts), (".cls", str(sample.label).encode())
            members = b"".join(_member(key + suffix, data) for suffix, data in parts)
            self._shard(picture.split, len(members)).write(members)
            self._samples[picture.split] += 1

    def close(self) -> None:
        self._close_shard()
        write_card(self._job, self._samples, {split: f"{safe_name(split)}-*.tar" for split in self._samples})

    def _shard(self, split: str, size: int) -> IO[bytes]:
        """The shard that takes the next `size` bytes of this side."""
        full = self._bytes + size + len(_END) > self._job.shard_bytes
        if self._file is None or split != self._split or full:
            self._close_shard()
            path = self._job.folder / f"{safe_name(split)}-{self._shards[split]:06d}.tar"
            self._file = self._open.enter_context(path.open("wb"))
            self._shards[split] += 1
            self._split, self._bytes = split, 0
        self._bytes += size
        return self._file

    def _close_shard(self) -> None:
        if self._file:
            self._file.write(_END)
        self._open.close()

    def _facts(self, picture: ExportPicture, sample: ExportSample) -> dict[str, Any]:
        return {
            "label": self._job.class_of(sample).name,
            "box": sample.box and sample.box.as_tuple(),
            "crop": sample.crop and sample.crop.as_tuple(),
            "width": picture.width,
            "height": picture.height,
            "split": picture.split,
            "image_id": picture.image_id,
            **sample.facts(),
        }


def _member(name: str, data: bytes) -> bytes:
    """A file in a tar, owned by nobody, at time 0; `TarFile` would remember each until the end."""
    header = tarfile.TarInfo(name)
    header.size = len(data)
    return header.tobuf(tarfile.PAX_FORMAT) + data + bytes(-len(data) % _BLOCK)
