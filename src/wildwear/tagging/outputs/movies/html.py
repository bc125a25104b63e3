"""The timeline: one page on which every appearance is a strip across its movie's length, and plays when clicked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from wildwear.tagging.movies.tags import FailedMovie
from wildwear.tagging.outputs.movies.base import MovieEntry
from wildwear.tagging.outputs.movies.timeline import film, readable
from wildwear.tagging.outputs.page import Page, asset, script_hash

_SCRIPTS = tuple(f"timeline/{name}.js" for name in ("film", "boxes", "filter", "keys"))


class MovieHtml:
    """Streams a page that holds everything but the movies: these are linked, relative to where the page lies."""

    wants_thumbnails = True

    def __init__(self, place: Path | None) -> None:
        self.failed: Counter[str] = Counter()
        self.notes: list[str] = []
        self._place = place
        self._page = Page(place)

    def check(self, movies: Sequence[str]) -> None:
        """Any movies go onto one page."""

    def begin(self) -> None:
        self._page.open()
        style, script = asset("timeline/timeline.css"), asset(*_SCRIPTS)
        self._page.render("timeline/head.html", style=style, script_hash=script_hash(script))

    def write(self, entry: MovieEntry) -> None:
        tags = entry.tags
        if isinstance(tags, FailedMovie):
            reason = readable(tags.reason)
            self._page.render("timeline/failed.html", name=Path(tags.path).name, reason=reason, detail=tags.detail)
        else:
            self._page.render("timeline/film.html", film=film(entry, self._place))

    def close(self, *, whole: bool = True) -> None:
        if whole:
            self._page.render("timeline/foot.html", script=asset(*_SCRIPTS))
        self._page.close(whole=whole)
