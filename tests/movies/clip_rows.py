"""Clips made without a film, for tests of what comes after them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa

from wildwear.datasets.pictures import Crop, cut_out
from wildwear.images.phash import perceptual_hash
from wildwear.movies.clip_windows import KeyBox
from wildwear.records import Box
from wildwear.tables import CLIPS
from wildwear.workspace import Workspace

CORNERS = (0.25, 0.1, 0.5, 0.9)


def key(movie: str, second: int, person: str = "1") -> KeyBox:
    return KeyBox(movie=movie, person=person, timestamp=f"{second:04}", corners=CORNERS)


def clip_row(one: KeyBox) -> dict[str, Any]:
    """A clip of noise, other noise for each clip."""
    rng = np.random.default_rng(int(one.clip_id[:8], 16))
    frame = np.kron(rng.integers(0, 256, (6, 8, 3), np.uint8), np.ones((20, 20, 1), np.uint8))
    height, width = frame.shape[:2]
    x1, y1, x2, y2 = one.corners
    crop = cut_out(frame, Box(x1=x1 * width, y1=y1 * height, x2=x2 * width, y2=y2 * height), perceptual_hash(frame))
    assert isinstance(crop, Crop)
    assert crop.box
    return {
        "clip_id": one.clip_id,
        "movie": one.movie,
        "person": one.person,
        "timestamp": one.timestamp,
        "start": float(one.time - Fraction(1, 2)),
        "end": float(one.time + Fraction(1, 2)),
        "track": [{"time": float(one.time), "box": list(one.corners)}],
        "width": width,
        "height": height,
        "image_id": crop.image_id,
        "picture": crop.bytes,
        "box": list(crop.box.as_tuple()),
        "phash": crop.phash,
        "status": "ok",
    }


def store(workspace: Workspace, keys: Iterable[KeyBox]) -> None:
    rows = [clip_row(one) for one in keys]
    workspace.table(CLIPS).upsert(pa.Table.from_pylist(rows, schema=CLIPS.schema))
