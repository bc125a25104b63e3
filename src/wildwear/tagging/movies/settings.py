"""What can be set about tagging movies; light to import."""

from __future__ import annotations

from dataclasses import dataclass

from wildwear.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieSettings:
    """How people in movies are found, looked at and followed."""

    people: str = "none"
    """What finds people in movies: a detector's ONNX file, a detector's name (see 'wildwear models list'),
    'ava:FILE.csv' or 'coco:FILE.json' for boxes that are there already, or 'none': whole frames are tagged."""
    detect_every: float = 0.2
    """Seconds between two frames that are searched for people; 1 is five times cheaper and misses quick people."""
    frames_per_track: int = 8
    """How many frames of a person in a shot the network looks at: the best ones."""
    min_person: int = 48
    """Leave people out who are less high or, sitting, less wide than half of this; pixels of the original frame."""
    min_seconds: float = 0.3
    """Leave people out who are in a shot for less than this."""
    join_gap: float = 10.0
    """Join outfits that look the same across shots where no more than these seconds lie between them."""
    join_likeness: float = 0.85
    """How alike two people must look to be joined, 0 to 1."""
    silence: float = 120.0
    """Give a movie up whose decoder or network gives no sign of life for these seconds."""
    films_at_once: int = 0
    """How many movies are tagged at the same time; 0 stands for as many as there are cores, at most."""
    runner: str = "native"
    """Where movies are tagged: on this machine, or on a Ray cluster ('ray' or its address)."""

    def __post_init__(self) -> None:
        for name in ("detect_every", "frames_per_track", "silence"):
            if not getattr(self, name) > 0:
                raise UserError(f"{_flag(name)} must be above 0, and is {getattr(self, name)}")
        for name in ("min_person", "min_seconds", "join_gap", "films_at_once"):
            if not getattr(self, name) >= 0:
                raise UserError(f"{_flag(name)} must be 0 or more, and is {getattr(self, name)}")
        if not 0 <= self.join_likeness <= 1:
            raise UserError(f"--join-likeness must lie between 0 and 1, and is {self.join_likeness}")


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
