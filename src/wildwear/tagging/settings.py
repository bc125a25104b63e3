"""What can be set about tagging."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wildwear.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggerSettings:
    """How a tagger looks at photographs and what it says about them."""

    top: int = 5
    """How many categories to give for each photograph or box."""
    min_score: float = 0.0
    """Leave out categories whose probability is below this, 0 to 1."""
    min_region: float = 0.15
    """Leave a region (upper, lower, full, accessory) out of the outfit when its share of the probability is below
    this, 0 to 1."""
    batch_size: int = 4
    """How many pictures the network looks at in one run; few stay in a core's cache, a GPU wants more."""

    def __post_init__(self) -> None:
        for name in ("top", "batch_size"):
            if getattr(self, name) < 1:
                raise UserError(f"{_flag(name)} must be 1 or more, and is {getattr(self, name)}")
        for name in ("min_score", "min_region"):
            if not 0 <= getattr(self, name) <= 1:
                raise UserError(f"{_flag(name)} must lie between 0 and 1, and is {getattr(self, name)}")


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSettings:
    """What to look at, and where the tags go."""

    to: tuple[str, ...] = ()
    """Write json (JSON Lines), csv, overlay (marked copies), html (a gallery, a timeline) or, of movies, vtt (WebVTT).
    Several: --to json,html. Without it, a table is printed."""
    out: Path | None = None
    """The file or folder to write. One json or csv goes to standard output without it, anything else to the folder
    'tags'."""
    boxes: Path | None = None
    """A CSV file with the columns photo, x1, y1, x2, y2 (pixels) and perhaps category: each box is tagged instead
    of the whole photograph."""
    resume: bool = False
    """Go on with a run that was stopped: photographs that the JSON output has already are not tagged again. (Movies
    go on by themselves.)"""
