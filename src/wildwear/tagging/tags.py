"""What a tagger says about a photograph, and its form in JSON.

One object a photograph::

    {"photo": "street/0001.jpg", "status": "ok", "model": "wildwear-base@0123456789ab",
     "width": 550, "height": 832,
     "top": [{"category": "Blouse", "region": "upper", "score": 0.61}, ...],
     "regions": {"upper": 0.7, "lower": 0.25, "full": 0.03, "accessory": 0.02},
     "outfit": {"upper": {"category": "Blouse", "region": "upper", "score": 0.87}, "lower": {...}},
     "boxes": [{"box": [167, 150, 387, 352], "given": "Blouse", "top": [...]}]}
    {"photo": "street/broken.jpg", "status": "failed", "reason": "truncated", "detail": "..."}

`boxes` is there only where boxes were given, and `given` only where the box came with a category.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from wildwear.records import Box, Region


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A category and how likely it is, 0 to 1."""

    category: str
    region: Region
    score: float

    def to_json(self) -> dict[str, Any]:
        return {"category": self.category, "region": self.region.value, "score": round(self.score, 4)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(category=data["category"], region=Region(data["region"]), score=data["score"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Outfit:
    """What is worn, at most one garment a region; each score is the garment's share within its region."""

    upper: Score | None = None
    lower: Score | None = None
    full: Score | None = None
    accessory: Score | None = None

    @property
    def garments(self) -> tuple[Score, ...]:
        """The garments there are, full body first, then from top to bottom."""
        return tuple(one for one in (self.full, self.upper, self.lower, self.accessory) if one is not None)

    def __str__(self) -> str:
        return " + ".join(one.category for one in self.garments) or "nothing certain"

    def to_json(self) -> dict[str, Any]:
        return {one.region.value: one.to_json() for one in self.garments}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{region: Score.from_json(score) for region, score in data.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxTags:
    """What one box of a photograph shows."""

    box: Box
    top: tuple[Score, ...]
    """The most likely categories, best first."""
    given: str = ""
    """The category that the box came with."""

    def to_json(self) -> dict[str, Any]:
        given = {"given": self.given} if self.given else {}
        return {"box": list(self.box.as_tuple()), **given, "top": [score.to_json() for score in self.top]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        x1, y1, x2, y2 = data["box"]
        top = tuple(map(Score.from_json, data["top"]))
        return cls(box=Box(x1=x1, y1=y1, x2=x2, y2=y2), top=top, given=data.get("given", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What one photograph shows."""

    path: str
    """The photograph's path as it was given; empty for a picture in memory."""
    model: str
    """The model's name and the first 12 digits of its checksum."""
    width: int
    """Pixels, after orientation."""
    height: int
    """Pixels, after orientation."""
    top: tuple[Score, ...]
    """The most likely categories, best first; with boxes, each by the box that shows it best."""
    regions: Mapping[Region, float]
    """Each region's share of the probability; with boxes, the mean over them."""
    outfit: Outfit
    boxes: tuple[BoxTags, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        boxes = {"boxes": [box.to_json() for box in self.boxes]} if self.boxes else {}
        return {
            "photo": self.path,
            "status": "ok",
            "model": self.model,
            "width": self.width,
            "height": self.height,
            "top": [score.to_json() for score in self.top],
            "regions": {region.value: round(mass, 4) for region, mass in self.regions.items()},
            "outfit": self.outfit.to_json(),
            **boxes,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            path=data["photo"],
            model=data["model"],
            width=data["width"],
            height=data["height"],
            top=tuple(map(Score.from_json, data["top"])),
            regions={Region(name): mass for name, mass in data["regions"].items()},
            outfit=Outfit.from_json(data["outfit"]),
            boxes=tuple(map(BoxTags.from_json, data.get("boxes", ()))),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedPhoto:
    """A photograph that could not be tagged, and why."""

    path: str
    reason: str
    """A short, countable name, such as `truncated`."""
    detail: str = ""

    def to_json(self) -> dict[str, Any]:
        return {"photo": self.path, "status": "failed", "reason": self.reason, "detail": self.detail}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(path=data["photo"], reason=data["reason"], detail=data["detail"])


def outcome_from_json(data: Mapping[str, Any]) -> Tags | FailedPhoto:
    """The inverse of `to_json`; raises `KeyError`, `TypeError` or `ValueError` for anything else."""
    return Tags.from_json(data) if data["status"] == "ok" else FailedPhoto.from_json(data)
