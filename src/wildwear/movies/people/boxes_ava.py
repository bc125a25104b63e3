"""People as an AVA file gives them."""

from __future__ import annotations

from pathlib import Path

from wildwear.movies.ava import AvaBoxes, read_ava
from wildwear.movies.people.given import GivenBox, GivenBoxes, file_key, left_out, of_movie


def ava_people(path: Path, movie: str) -> GivenBoxes:
    """The people of `movie` (a video id); raises `UnreadableInput` where the file cannot be read or has none."""
    ava = read_ava(path)
    boxes = [GivenBox(time=box.time, corners=box.corners, score=box.score, person=box.person) for box in ava.of(movie)]
    return of_movie(file_key(path), movie, boxes, ava.videos, _notes(ava, path))


def _notes(ava: AvaBoxes, path: Path) -> tuple[str, ...]:
    predicted = (f"{path}: boxes that a detector predicted, without persons",) if ava.predicted else ()
    return (*predicted, *left_out(ava.rejections, ava.rows))
