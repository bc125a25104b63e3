"""Which of the paths that a user names are movies, and which are left to photographs."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from wildwear.errors import UnreadableInput
from wildwear.tagging.photos import find_photos

SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".m2ts", ".mts", ".flv", ".wmv", ".ogv"}
)
"""What a folder is searched for; a named file of another ending is looked into."""

_STARTS = (b"\x1a\x45\xdf\xa3", b"OggS", b"FLV\x01", b"\x00\x00\x01\xba")


def split_paths(paths: Iterable[str]) -> tuple[list[str], list[str]]:
    """The movies among `paths` (files, folders, patterns), each once, and the paths that name photographs.

    A folder that holds both goes to both. A file is a movie by its name or, where that says nothing, by its content.
    Raises `UnreadableInput` for a pattern that names nothing.
    """
    movies: dict[str, str] = {}
    photos: list[str] = []
    for given in paths:
        for path in _expanded(given):
            found = list(_in_folder(Path(path))) if Path(path).is_dir() else [path] if is_movie(Path(path)) else []
            for movie in found:
                movies.setdefault(os.path.realpath(movie), movie)
            if not found or (Path(path).is_dir() and _has_photos(path)):
                photos.append(path)
    return list(movies.values()), photos


def is_movie(path: Path) -> bool:
    """Whether a file is called a movie, or begins like one.

    >>> is_movie(Path("film.MKV")), is_movie(Path("photo.jpg"))
    (True, False)
    """
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError:
        return False
    # AVIF and HEIC photographs are in the same container as MP4.
    boxed = start[4:8] == b"ftyp" and start[8:12] not in (b"avif", b"avis", b"heic", b"mif1")
    return boxed or start.startswith(_STARTS) or (start[:4] == b"RIFF" and start[8:12] == b"AVI ")


def _expanded(path: str) -> list[str]:
    if os.path.lexists(path) or not glob.has_magic(path):
        return [path]
    matches = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - takes absolute patterns too
    if not matches:
        raise UnreadableInput(f"{path}: nothing is there")
    return matches


def _in_folder(folder: Path) -> Iterator[str]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (
            str(Path(here, name))
            for name in sorted(files)
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES
        )


def _has_photos(folder: str) -> bool:
    try:
        return bool(find_photos([folder]))
    except UnreadableInput:
        return False
