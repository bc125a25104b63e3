"""The forms that tags of movies are written in, by name, one file each.

A further form is a class with what `MovieOutput` asks for, and a line in `MOVIE_OUTPUTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wildwear.errors import UnknownName
from wildwear.tagging.outputs.movies.base import MovieEntry, MovieOutput
from wildwear.tagging.outputs.movies.csv import MovieCsv
from wildwear.tagging.outputs.movies.html import MovieHtml
from wildwear.tagging.outputs.movies.jsonl import MovieJson
from wildwear.tagging.outputs.movies.overlay import MovieOverlay
from wildwear.tagging.outputs.movies.vtt import MovieVtt

__all__ = ["MOVIE_OUTPUTS", "MovieEntry", "MovieOutput", "MovieOutputKind", "movie_output"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieOutputKind:
    """How one form is made and what it is called."""

    default_name: str
    """Its file, or folder, inside `--out`."""
    suffixes: tuple[str, ...]
    """File names that ask for it."""
    make: Callable[[Path | None], MovieOutput]
    """Takes where to write (None: standard output)."""
    to_stdout: bool = False
    """Whether it can be written to standard output."""


MOVIE_OUTPUTS: dict[str, MovieOutputKind] = {
    "json": MovieOutputKind(default_name="movies.jsonl", suffixes=(".jsonl", ".json"), make=MovieJson, to_stdout=True),
    "csv": MovieOutputKind(default_name="movies.csv", suffixes=(".csv",), make=MovieCsv, to_stdout=True),
    "vtt": MovieOutputKind(default_name="vtt", suffixes=(".vtt",), make=MovieVtt),
    "overlay": MovieOutputKind(default_name="overlay", suffixes=(".mp4",), make=MovieOverlay),
    "html": MovieOutputKind(default_name="movies.html", suffixes=(".html", ".htm"), make=MovieHtml),
}


def movie_output(name: str, place: Path | None) -> MovieOutput:
    """An output of that name, to be written to a file or folder; None is its default name, or standard output.

    Raises `UnknownName` with the names there are.
    """
    if name not in MOVIE_OUTPUTS:
        raise UnknownName("output", name, MOVIE_OUTPUTS, "--to")
    kind = MOVIE_OUTPUTS[name]
    return kind.make(place if place is not None or kind.to_stdout else Path(kind.default_name))
