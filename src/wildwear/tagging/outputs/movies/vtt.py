"""WebVTT metadata track: a cue an appearance, whose text is JSON for a page's script.

A player loads it beside the movie, and its `cuechange` event says who wears what at the moment::

    <video src="walking.mp4"><track kind="metadata" src="walking.vtt"></video>

Times have WebVTT's three digits; see https://www.w3.org/TR/webvtt1/.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from wildwear.files import write_durably
from wildwear.tagging.movies.json_form import appearance_to_json
from wildwear.tagging.movies.tags import FailedMovie, MovieTags
from wildwear.tagging.outputs.base import storage
from wildwear.tagging.outputs.movies.base import FilePerMovie, MovieEntry


class MovieVtt:
    """Writes one file a movie; a movie that failed has none."""

    wants_thumbnails = False

    def __init__(self, place: Path | None) -> None:
        self.failed: Counter[str] = Counter()
        self.notes: list[str] = []
        self._files = FilePerMovie(place or Path("vtt"), ".vtt")

    def check(self, movies: Sequence[str]) -> None:
        self._files.check(movies)

    def begin(self) -> None:
        with storage(self._files.folder):
            self._files.folder.mkdir(parents=True, exist_ok=True)

    def write(self, entry: MovieEntry) -> None:
        if isinstance(entry.tags, FailedMovie):
            return
        path = self._files.path(entry.tags.path)
        with storage(path):
            write_durably(path, "\n".join(_blocks(entry.tags)).encode("utf-8"))

    def close(self, *, whole: bool = True) -> None:
        """Nothing is left to do: each file was whole when it was written."""


def timestamp(time: Fraction) -> str:
    """A time as WebVTT has it, to the nearest millisecond.

    >>> timestamp(Fraction(36610015, 10000))
    '01:01:01.002'
    """
    minutes, milliseconds = divmod(round(time * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"


def _blocks(tags: MovieTags) -> Iterator[str]:
    head = {"movie": tags.path, "model": tags.model, "people": tags.people, "status": tags.status}
    yield f"WEBVTT\n\nNOTE {_text(head)}\n"
    millisecond = Fraction(1, 1000)
    for one in sorted(tags.appearances, key=lambda one: (one.start, one.end)):
        end = max(one.end, one.start + millisecond)
        yield f"{one.number}\n{timestamp(one.start)} --> {timestamp(end)}\n{_text(appearance_to_json(one))}\n"


def _text(record: Mapping[str, Any]) -> str:
    """JSON on one line without `-->`, `&` and `<`, which mean something in a cue."""
    text = json.dumps(record)
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")
