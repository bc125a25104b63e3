"""What every form of output about movies shares: the protocol, and names of files."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from wildwear.errors import UserError
from wildwear.tagging.movies.tags import FailedMovie, MovieTags


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieEntry:
    """One movie on its way into the outputs."""

    tags: MovieTags | FailedMovie
    thumbnails: Mapping[int, bytes] = field(default_factory=dict)
    """A JPEG of the person, by the track's number; any may lack."""


class MovieOutput(Protocol):
    """A form that tags of movies are written in.

    `check` may be called first, then `begin` once, `write` for each movie, and `close`.
    """

    wants_thumbnails: bool
    failed: Counter[str]
    """Movies that this output could not write, by reason."""
    notes: list[str]
    """Sentences about them, and about what a written movie lacks."""

    def check(self, movies: Sequence[str]) -> None:
        """Raises `UserError` where the place does not suit the movies of these paths."""

    def begin(self) -> None:
        """Makes what is needed before the first movie; raises `StorageError` where it cannot."""

    def write(self, entry: MovieEntry) -> None:
        """Takes one movie; keeps none in memory."""

    def close(self, *, whole: bool = True) -> None:
        """Puts the output, safe on the disk, in its place; where it is not `whole`, leaves a draft of it."""


class FilePerMovie:
    """Names for an output of one file a movie: in a folder, or the one file where `place` ends in the suffix."""

    def __init__(self, place: Path, suffix: str) -> None:
        self._place, self._suffix = place, suffix
        self._single = place.suffix.lower() == suffix and not place.is_dir()
        self._taken: dict[Path, str] = {}

    @property
    def folder(self) -> Path:
        return self._place.parent if self._single else self._place

    def check(self, movies: Sequence[str]) -> None:
        """Raises `UserError` for several movies and one file, and where a movie itself would be replaced."""
        if self._single and len(movies) > 1:
            raise UserError(f"{self._place} is one file, and there are {len(movies)} movies: name a folder with --out")
        originals = {os.path.realpath(movie) for movie in movies}
        for movie in movies:
            path = self._place if self._single else self._place / self._name(movie)
            if os.path.realpath(path) in originals:
                raise UserError(f"{path} would replace a movie: give another folder with --out")

    def path(self, movie: str) -> Path:
        """The file for a movie; two movies of one name have a few digits of their path's hash."""
        if self._single:
            return self._place
        path = self._place / self._name(movie)
        if self._taken.setdefault(path, movie) != movie:
            digest = hashlib.sha256(os.fsencode(movie)).hexdigest()
            path = path.with_name(f"{path.stem}-{digest[:8]}{self._suffix}")
        return path

    def _name(self, movie: str) -> str:
        return (Path(movie).stem or "movie") + self._suffix
