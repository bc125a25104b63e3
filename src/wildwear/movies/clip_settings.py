"""The settings of the stages that make and hand on clips; light to import: they are the flags of `clips`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wildwear.errors import UserError
from wildwear.models.settings import DEFAULT_MODEL


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSettings:
    """Which seconds of which people become clips."""

    ava: Path | None = None
    """Boxes of people from AVA's CSV (video_id,timestamp,x1,y1,x2,y2,action_id,person_id); a film's file is named for
    its video_id. A box that stands there once for each action is one clip."""
    excluded: Path | None = None
    """Timestamps to leave out, as AVA's CSV of them has it (video_id,second)."""
    tracks: Path | None = None
    """Or people from our own tracks: what 'wildwear tag FILMS --people DETECTOR --to json' wrote."""
    annotated: Path | None = None
    """Or the clips of a file that 'wildwear clips save' wrote, with what people said of them."""
    every: float = 0.0
    """With --tracks: a clip each so many seconds of a track; 0 takes one a track, at its best moment."""
    sample: int | None = None
    """Draw this many boxes, from each film in proportion to how many it has. A larger sample holds a smaller one."""
    seed: int = 0
    """Another seed draws another sample."""
    seconds: float = 1.0
    """Seconds of a clip, half of them before the timestamp."""
    frames: int = 8
    """Frames of a clip that are kept to be looked at."""
    model: str = DEFAULT_MODEL
    """The model whose five likeliest categories are offered to annotators (a name or folder), or none."""
    retry_failed: bool = False
    """Try boxes again that could not be cut before, as when a film was incomplete."""
    silence: float = 60.0
    """Seconds without a sign of life after which a film's decoder is ended, and the film's clips fail."""

    def __post_init__(self) -> None:
        _check(self.sample is None or self.sample > 0, "sample", self.sample, "above 0")
        _check(0.1 <= self.seconds <= 60, "seconds", self.seconds, "0.1 to 60")
        _check(1 <= self.frames <= 32, "frames", self.frames, "1 to 32")
        _check(self.every >= 0, "every", self.every, "0 or more")
        _check(self.silence >= 1, "silence", self.silence, "at least 1")

    def check_source(self) -> None:
        """Raises `UserError` unless people come from one source, and what else is said goes with it."""
        if sum(source is not None for source in (self.ava, self.tracks, self.annotated)) != 1:
            raise UserError("people come from one of --ava FILE.csv, --tracks TAGS.jsonl and --annotated FILE.csv")
        if self.excluded and not self.ava:
            raise UserError("--excluded goes with --ava")
        if self.every and not self.tracks:
            raise UserError("--every goes with --tracks")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipExportSettings:
    """How annotated clips become samples."""

    garments: Literal["first", "all"] = "first"
    """first: a sample a clip, of the category that its annotators named first. all: a sample for each region of the
    body that they named something for."""
    boxes: Literal["person", "worn"] = "person"
    """The sample's box: the whole person, or the part of the person's box where that garment is worn."""
    annotators: int = 1
    """Take clips that at least so many people agree on; what was adjudicated counts as agreed."""
    val: float = 0.1
    """Share of the samples for validation, 0 to 1; a film stands on one side whole."""
    test: float = 0.1
    """Share of the samples for the test, 0 to 1."""
    val_films: tuple[str, ...] = ()
    """Or name the films for validation, by the stems of their files; those named for no side are for training."""
    test_films: tuple[str, ...] = ()
    """And those for the test."""
    draw_by: Literal["film", "person"] = "film"
    """What DATASET@N takes whole when it trains on N samples; sides are of whole films either way."""
    seed: int = 0
    """Another seed gives another split."""

    def __post_init__(self) -> None:
        _check(self.annotators >= 1, "annotators", self.annotators, "at least 1")
        if both := set(self.val_films) & set(self.test_films):
            raise UserError(f"film {min(both)} is named for two sides")

    @property
    def named(self) -> bool:
        """Whether films are put on sides by name."""
        return bool(self.val_films or self.test_films)


def _check(ok: bool, name: str, value: object, wanted: str) -> None:
    if not ok:
        raise UserError(f"--{name} must be {wanted}, and is {value}")
