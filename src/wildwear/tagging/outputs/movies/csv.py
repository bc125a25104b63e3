"""CSV: one row an appearance, and one a track that was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from wildwear.tagging.movies.json_form import seconds
from wildwear.tagging.movies.tags import Appearance, FailedMovie, MovieTags, TrackTags
from wildwear.tagging.outputs.base import TextFile
from wildwear.tagging.outputs.movies.base import MovieEntry
from wildwear.tagging.outputs.rows import OUTFIT_COLUMNS, csv_line, outfit_cells, top_cells, top_columns

_TOP = 5
_WHEN = ("appearance", "start", "end", "best", "shots", "tracks")
_COLUMNS = ("movie", "status", "reason", *_WHEN, *OUTFIT_COLUMNS, *top_columns(_TOP))


class MovieCsv:
    """The columns never change, so that files of several runs can be joined.

    `status` is `ok` or `partial`, as the movie's; `left_out` for a track without tags; or `failed`, in the one row
    of a movie that could not be tagged. A movie in which nobody is seen has one row too.
    """

    wants_thumbnails = False

    def __init__(self, place: Path | None) -> None:
        self.failed: Counter[str] = Counter()
        self.notes: list[str] = []
        self._file = TextFile(place)

    def check(self, movies: Sequence[str]) -> None:
        """Any movies go into one file."""

    def begin(self) -> None:
        self._file.open()
        self._file.write(csv_line(_COLUMNS))

    def write(self, entry: MovieEntry) -> None:
        self._file.write("".join(csv_line(row) for row in _rows(entry.tags)))

    def close(self, *, whole: bool = True) -> None:
        self._file.close(whole=whole)


def _rows(tags: MovieTags | FailedMovie) -> Iterator[Sequence[object]]:
    if isinstance(tags, FailedMovie):
        yield _padded([tags.path, "failed", tags.reason])
        return
    shots = {track.number: track.shot for track in tags.tracks}
    for appearance in tags.appearances:
        yield [tags.path, tags.status, tags.detail, *_cells(appearance, [shots[one] for one in appearance.tracks])]
    if not tags.appearances:
        yield _padded([tags.path, tags.status, tags.detail])
    for track in tags.tracks:
        if track.left_out:
            yield _padded([tags.path, "left_out", track.left_out, "", *_when(track), "", track.shot, track.number])


def _cells(one: Appearance, shots: Sequence[int]) -> Iterator[object]:
    yield from (one.number, *_when(one), seconds(one.best), _joined(sorted(set(shots))), _joined(one.tracks))
    yield from outfit_cells(one.outfit)
    yield from top_cells(one.top, _TOP)


def _when(one: Appearance | TrackTags) -> tuple[float, float]:
    return seconds(one.start), seconds(one.end)


def _joined(numbers: Sequence[int]) -> str:
    return " ".join(map(str, numbers))


def _padded(cells: list[object]) -> list[object]:
    return cells + [""] * (len(_COLUMNS) - len(cells))
