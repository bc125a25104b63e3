"""The demonstration as one HTML file: nothing in it is loaded from elsewhere."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from wildwear import __version__
from wildwear.demo.film import held_against_truth
from wildwear.demo.story import catalogue_sheet, figures, labelled_products, labels, street
from wildwear.errors import StorageError
from wildwear.files import write_durably

if TYPE_CHECKING:
    from wildwear.demo.steps import Demo


def write_page(demo: Demo) -> Path:
    """Writes `report.html` into the demonstration's folder; gives its path. All steps have been taken."""
    path = demo.root / "report.html"
    try:
        write_durably(path, render(demo).encode())
    except OSError as error:
        raise StorageError(f"cannot write the page {path}: {error.strerror or error}") from error
    return path


def render(demo: Demo) -> str:
    """The page as text."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    text = (files("wildwear.demo") / "templates" / "report.html.j2").read_text(encoding="utf-8")
    labelled = labelled_products(demo)
    return environment.from_string(text).render(
        chapters=demo.chapters,
        seconds=sum(one.seconds for one in demo.chapters.values()),
        sheet=catalogue_sheet(labelled),
        labels=labels(labelled),
        figures=figures(demo),
        street=street(demo),
        film=held_against_truth(demo.movies[0], demo.chapters["film"].report),
        version=__version__,
    )
