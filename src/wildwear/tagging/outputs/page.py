"""One self-contained page, written part by part: whatever it holds runs nothing but its own script."""

from __future__ import annotations

import base64
import hashlib
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from wildwear.tagging.outputs.base import TextFile

if TYPE_CHECKING:
    from jinja2 import Environment


class Page:
    """A draft of an HTML file; its templates are those of `wildwear.tagging`, and escape what they are given."""

    def __init__(self, path: Path | None) -> None:
        self._file = TextFile(path)

    def open(self) -> None:
        self._file.open()

    def render(self, template: str, /, **values: object) -> None:
        self._file.write(self._templates.get_template(template).render(values) + "\n")

    def close(self, *, whole: bool) -> None:
        self._file.close(whole=whole)

    @cached_property
    def _templates(self) -> Environment:
        from jinja2 import Environment, PackageLoader, StrictUndefined

        loader = PackageLoader("wildwear.tagging", "templates")
        return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def asset(*names: str) -> str:
    """The text of files that lie beside the templates, one after the other."""
    folder = files("wildwear.tagging") / "templates"
    return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


def script_hash(script: str) -> str:
    """What a content-security policy calls a script that may run."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def jpeg_uri(jpeg: bytes) -> str:
    """A picture as an address that holds it."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
