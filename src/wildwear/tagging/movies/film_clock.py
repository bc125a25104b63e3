"""How far several movies are together, in seconds of film."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from wildwear.progress import note
from wildwear.tagging.movies.analysis import Progressed


class FilmClock:
    """Adds up how far movies are, and moves a progress bar on; `names` has what to call each path."""

    def __init__(self, names: Mapping[str, str], progress: Callable[[int], None] | None) -> None:
        self._names, self._sizes = names, {path: _size(path) for path in names}
        self._durations: dict[str, float] = {}
        self._until: dict[str, float] = {}
        self._progress, self._shown, self._lock = progress, 0, threading.Lock()

    def hear(self, movie: str, progressed: Progressed) -> None:
        with self._lock:
            self._durations[movie] = max(progressed.duration, progressed.until)
            self._until[movie] = progressed.until
            self._show(self._names[movie])

    def done(self, movie: str) -> None:
        with self._lock:
            self._until[movie] = self._durations.setdefault(movie, 0.0)
            self._show(self._names[movie])

    def _show(self, name: str) -> None:
        if self._progress is None:
            return
        reached = int(sum(self._until.values()))
        total = getattr(self._progress, "total", None)
        if callable(total):
            total(max(reached, round(self._expected())))
        note(self._progress, name)
        self._progress(reached - self._shown)
        self._shown = reached

    def _expected(self) -> float:
        """Seconds of film in all: those not begun are as long for their bytes as those that are known."""
        known = sum(self._durations.values())
        heard = sum(self._sizes[movie] for movie in self._durations)
        return known * sum(self._sizes.values()) / heard if heard else known


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:  # what is wrong with the file is told when it is its turn
        return 0
