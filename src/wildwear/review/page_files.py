"""The files of the page: a fixed table, so that no name that a browser sends ever reaches the disk."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}


def page_files() -> dict[str, tuple[Traversable, str]]:
    """Each file of the page by its name, with its media type."""
    folder = files("wildwear") / "review/static"
    return {
        entry.name: (entry, kind)
        for entry in folder.iterdir()
        for ending, kind in _TYPES.items()
        if entry.name.endswith(ending)
    }
