"""The photographs that photo modes are learned from, and those that they are judged on."""

from __future__ import annotations

import csv
import zlib
from dataclasses import dataclass
from pathlib import Path

_HELD_ASIDE = 4
"""One group in so many is judged on: a product, a sender, a photograph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photograph on the disk. Nothing that is learned sees which collection it is from."""

    path: Path
    collection: str
    held_aside: bool


def pictures_in(data: Path) -> list[Picture]:
    """All photographs of the collections in `data`, sides by product, sender or the collection's own split."""
    with (data / "wild-garments" / "labels.csv").open(newline="") as handle:
        senders = {row["file"]: row["sender_id"] for row in csv.DictReader(handle)}
    with (data / "street" / "boxes.csv").open(newline="") as handle:
        sides = {row["photo"]: row["split"] for row in csv.DictReader(handle)}
    found = []
    for collection in ("luma", "wild-garments", "street", "street-tagged"):
        for path in sorted((data / collection).rglob("*.jpg")):
            aside = {
                "luma": _chosen(path.name.split("-")[0]),
                "wild-garments": _chosen(senders.get(path.name, path.name)),
                "street": sides.get(path.name) != "train",
                "street-tagged": False,
            }
            found.append(Picture(path=path, collection=collection, held_aside=aside[collection]))
    return found


def _chosen(group: str) -> bool:
    return zlib.crc32(group.encode()) % _HELD_ASIDE == 0
