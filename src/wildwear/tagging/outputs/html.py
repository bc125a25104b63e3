"""One self-contained page: every photograph with its outfit and scores, to be searched in a browser."""

from __future__ import annotations

import base64
import hashlib
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import simplejpeg

from wildwear.tagging.looking import reduced
from wildwear.tagging.outputs.base import Entry, TextFile
from wildwear.tagging.tags import Tags

if TYPE_CHECKING:
    from jinja2 import Environment


class HtmlOutput:
    """Streams a gallery; pictures lie in it as data URIs, and its one script may run because its hash is stated."""

    view_side = 300

    def __init__(self, path: Path | None, top: int) -> None:
        del top
        self._file = TextFile(path)

    def begin(self) -> None:
        style, script = _asset("gallery.css"), _asset("gallery.js")
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        self._file.open()
        self._render("head.html", style=style, script_hash=digest)

    def write(self, entry: Entry) -> None:
        outcome, view = entry.outcome, entry.view
        picture = ""
        if view is not None:
            small = reduced(view, self.view_side)
            jpeg = simplejpeg.encode_jpeg(small, quality=72, colorspace="RGB", colorsubsampling="420")
            picture = "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
        self._render("card.html", outcome=outcome, name=entry.photo.name, ok=isinstance(outcome, Tags), picture=picture)

    def close(self, *, whole: bool = True) -> None:
        if whole:
            self._render("foot.html", script=_asset("gallery.js"))
        self._file.close(whole=whole)

    @cached_property
    def _templates(self) -> Environment:
        from jinja2 import Environment, PackageLoader, StrictUndefined

        loader = PackageLoader("wildwear.tagging", "templates")
        return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)

    def _render(self, template: str, /, **values: object) -> None:
        self._file.write(self._templates.get_template(template).render(values) + "\n")


def _asset(name: str) -> str:
    return (files("wildwear.tagging") / "templates" / name).read_text(encoding="utf-8")
