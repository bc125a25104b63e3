"""JSON Lines: one object a movie, as `wildwear.tagging.movies.json_form` documents it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from wildwear.tagging.movies.json_form import from_json, to_json
from wildwear.tagging.movies.tags import FailedMovie, MovieTags
from wildwear.tagging.outputs.json_lines import JsonLines
from wildwear.tagging.outputs.movies.base import MovieEntry


class MovieJson:
    """Writes, and can go on with what a run before it has written."""

    wants_thumbnails = False

    def __init__(self, place: Path | None) -> None:
        self.failed: Counter[str] = Counter()
        self.notes: list[str] = []
        self._lines = JsonLines(place)

    def check(self, movies: Sequence[str]) -> None:
        """Any movies go into one file."""

    def begin(self) -> None:
        self._lines.begin()

    def write(self, entry: MovieEntry) -> None:
        self._lines.write(to_json(entry.tags))

    def close(self, *, whole: bool = True) -> None:
        self._lines.close(whole=whole)

    def resume(self) -> Iterator[MovieTags | FailedMovie]:
        """What is there already; see `JsonLines.resume`."""
        return self._lines.resume(from_json)
