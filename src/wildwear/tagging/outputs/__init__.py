"""The forms that tags are written in, by name, one file each.

A further form is a class with `begin`, `write` and `close` (see `Output`) and a line in `OUTPUTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wildwear.errors import UnknownName
from wildwear.tagging.outputs.base import Entry, Output
from wildwear.tagging.outputs.csv import CsvOutput
from wildwear.tagging.outputs.html import HtmlOutput
from wildwear.tagging.outputs.json import JsonOutput
from wildwear.tagging.outputs.overlay import OverlayOutput

__all__ = ["OUTPUTS", "Entry", "Output", "OutputKind", "output_kind"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputKind:
    """How one form is made and what it is called."""

    default_name: str
    """Its file, or folder, inside `--out`."""
    suffixes: tuple[str, ...]
    """File names that ask for it."""
    make: Callable[[Path | None, int], Output]
    """Takes where to write (None: standard output) and how many categories a photograph has at most."""
    to_stdout: bool = False
    """Whether it can be written to standard output."""


OUTPUTS: dict[str, OutputKind] = {
    "json": OutputKind(default_name="tags.jsonl", suffixes=(".jsonl", ".json"), make=JsonOutput, to_stdout=True),
    "csv": OutputKind(default_name="tags.csv", suffixes=(".csv",), make=CsvOutput, to_stdout=True),
    "overlay": OutputKind(default_name="overlay", suffixes=(), make=OverlayOutput),
    "html": OutputKind(default_name="tags.html", suffixes=(".html", ".htm"), make=HtmlOutput),
}


def output_kind(name: str) -> OutputKind:
    """The form of that name; `UnknownName` lists the ones there are."""
    if name not in OUTPUTS:
        raise UnknownName("output", name, OUTPUTS, "--to")
    return OUTPUTS[name]
