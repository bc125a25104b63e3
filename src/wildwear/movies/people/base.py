"""What a detector of people is."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from wildwear.movies.records import Detection, Frame


class PersonDetector(Protocol):
    """Finds people in frames. A frame may be smaller than the movie: boxes are in the pixels of the frame given."""

    @property
    def key(self) -> str:
        """What finds the people, for a reader and for provenance: `yolox_nano@695e750a5d57`, `ava.csv@…`, `none`."""
        ...

    @property
    def side(self) -> int:
        """The long side that a frame needs, pixels: a larger one is only scaled down; 0 where it does not matter."""
        ...

    @property
    def times(self) -> tuple[Fraction, ...] | None:
        """The only times at which anything is known, ascending; None where any frame may be asked about."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know, such as rows of a file that could not be taken."""
        ...

    def detect(self, frame: Frame) -> list[Detection]:
        """The people in a frame, surest first, inside the frame."""
        ...

    def detect_many(self, frames: Sequence[Frame]) -> list[list[Detection]]:
        """The same for frames of any sizes; in batches where the network takes them."""
        ...
