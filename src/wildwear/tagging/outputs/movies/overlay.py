"""Copies of the movies with the people boxed and what they wear written beside them, as MP4."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

from wildwear.errors import UserError
from wildwear.files import fsync
from wildwear.tagging.movies.tags import FailedMovie, MovieTags
from wildwear.tagging.outputs.base import storage
from wildwear.tagging.outputs.movies.base import FilePerMovie, MovieEntry

_SIDE = 1920
"""Pixels that the long side of a copy has at most."""
_SILENCE = 120.0
"""Seconds after which a decoder or encoder that does nothing is given up."""
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)


class MovieOverlay:
    """Writes one MP4 a movie, with its timing and its sound; a movie that failed has none.

    The movie is decoded anew in a process of its own, for which a file that cannot be trusted may crash or hang:
    then there is no copy, and `failed` says so.
    """

    wants_thumbnails = False

    def __init__(self, place: Path | None) -> None:
        self.failed: Counter[str] = Counter()
        self.notes: list[str] = []
        self._files = FilePerMovie(place or Path("overlay"), ".mp4")

    def check(self, movies: Sequence[str]) -> None:
        """Raises `UserError` also where there is no encoder."""
        from wildwear.tagging.outputs.movies.encoding import ENCODER, has_encoder

        if not has_encoder():
            raise UserError(f"overlay: this build of PyAV has no {ENCODER}; write html instead, or install av anew")
        self._files.check(movies)

    def begin(self) -> None:
        with storage(self._files.folder):
            self._files.folder.mkdir(parents=True, exist_ok=True)

    def write(self, entry: MovieEntry) -> None:
        from wildwear.movies.isolation import run_isolated

        if isinstance(entry.tags, FailedMovie):
            return
        target = self._files.path(entry.tags.path)
        draft = target.with_name(target.name + ".draft")
        with storage(draft):
            draft.open("wb").close()
        ended = run_isolated(draw_movie, (entry.tags, draft), silence_seconds=_SILENCE)
        if ended.status == "ok":
            self.notes += [f"{entry.tags.path}: {problem}" for problem in ended.value]
            with storage(target):
                _put_in_place(draft, target)
            return
        draft.unlink(missing_ok=True)
        with storage(draft):
            _raise_if_the_disk_is_at_fault(ended.error)
        self.failed[getattr(ended.error, "reason", ended.status)] += 1
        self.notes.append(f"{entry.tags.path}: no overlay: {ended.detail}")

    def close(self, *, whole: bool = True) -> None:
        """Nothing is left to do: each copy was whole when it was written."""


def draw_movie(send: Callable[[object], None], tags: MovieTags, target: Path) -> list[str]:
    """Writes a copy of a movie with its tags drawn in; returns what it lacks, as sentences. Calls `send` at times."""
    from wildwear.movies.decoding import open_movie
    from wildwear.tagging.outputs.movies.encoding import Mp4Writer, Sound
    from wildwear.tagging.outputs.movies.painting import Painter

    with open_movie(tags.path) as movie, Sound(Path(tags.path), movie.origin) as sound:
        frames = movie.frames(side=_SIDE)
        first = next(frames)
        height, width = first.pixels.shape[:2]
        painter = Painter(tags, width, height)
        with Mp4Writer(target, width, height, movie.info.rate, sound) as writer:
            for frame in chain([first], frames):
                painter.paint(frame.pixels, frame.time)
                writer.write(frame.pixels, frame.time)
                send(None)
            writer.end(movie.decoded_until)
    return [problem for problem in (sound.problem, movie.detail) if problem]


def _put_in_place(draft: Path, target: Path) -> None:
    fsync(draft)
    draft.replace(target)
    fsync(target.parent)


def _raise_if_the_disk_is_at_fault(error: Exception | None) -> None:
    if isinstance(error, OSError) and error.errno in _DISK:
        raise error
