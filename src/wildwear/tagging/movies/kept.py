"""What the log of a movie keeps of a shot: its tracks as JSON, with what joining needs, and thumbnails."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildwear.tagging.movies.appearances import Worn
from wildwear.tagging.movies.json_form import track_from_json, track_to_json
from wildwear.tagging.movies.tags import TrackTags
from wildwear.tagging.movies.wearing import Dressed


def track_to_log(dressed: Dressed) -> dict[str, Any]:
    """One track; numbers are kept as precisely as the answers are worth."""
    record: dict[str, Any] = {"tags": track_to_json(dressed.tags)}
    if dressed.worn is not None:
        record["worn"] = _worn_to_json(dressed.worn)
    if dressed.thumbnail is not None:
        record["thumbnail"] = base64.b64encode(jpeg(dressed.thumbnail)).decode()
    return record


def tags_in(record: Mapping[str, Any]) -> TrackTags:
    return track_from_json(record["tags"])


def thumbnail_in(record: Mapping[str, Any]) -> bytes | None:
    """The JPEG of a track, where it has one."""
    return base64.b64decode(record["thumbnail"]) if "thumbnail" in record else None


def worn_in(record: Mapping[str, Any]) -> Worn | None:
    """What joining needs; None for a track that is left out."""
    data = record.get("worn")
    if data is None:
        return None
    tags = tags_in(record)
    return Worn(
        number=tags.number,
        start=tags.start,
        end=tags.end,
        probabilities=np.array(data["probabilities"]),
        embedding=_unpacked(data["embedding"]),
        colours=_unpacked(data["colours"]),
        weight=data["weight"],
        best=Fraction(data["best"]),
        best_weight=data["best_weight"],
    )


def jpeg(rgb: NDArray[np.uint8]) -> bytes:
    held = io.BytesIO()
    Image.fromarray(rgb).save(held, "JPEG", quality=85)
    return held.getvalue()


def _worn_to_json(worn: Worn) -> dict[str, Any]:
    return {
        "probabilities": [round(float(one), 6) for one in worn.probabilities],
        "embedding": _packed(worn.embedding),
        "colours": _packed(worn.colours),
        "weight": round(worn.weight, 6),
        "best": str(worn.best),
        "best_weight": round(worn.best_weight, 6),
    }


def _packed(vector: NDArray[np.float64]) -> str:
    return base64.b64encode(vector.astype("<f2").tobytes()).decode()


def _unpacked(text: str) -> NDArray[np.float64]:
    return np.frombuffer(base64.b64decode(text), "<f2").astype(np.float64)
