"""One self-contained page: every photograph with its outfit and scores, to be searched in a browser."""

from __future__ import annotations

from pathlib import Path

import simplejpeg

from wildwear.tagging.looking import reduced
from wildwear.tagging.outputs.base import Entry
from wildwear.tagging.outputs.page import Page, asset, jpeg_uri, script_hash
from wildwear.tagging.tags import Tags


class HtmlOutput:
    """Streams a gallery; pictures lie in it as data URIs, and its one script may run because its hash is stated."""

    view_side = 300

    def __init__(self, path: Path | None, top: int) -> None:
        del top
        self._page = Page(path)

    def begin(self) -> None:
        self._page.open()
        self._page.render("head.html", style=asset("gallery.css"), script_hash=script_hash(asset("gallery.js")))

    def write(self, entry: Entry) -> None:
        outcome, view = entry.outcome, entry.view
        picture = ""
        if view is not None:
            small = reduced(view, self.view_side)
            picture = jpeg_uri(simplejpeg.encode_jpeg(small, quality=72, colorspace="RGB", colorsubsampling="420"))
        ok = isinstance(outcome, Tags)
        self._page.render("card.html", outcome=outcome, name=entry.photo.name, ok=ok, picture=picture)

    def close(self, *, whole: bool = True) -> None:
        if whole:
            self._page.render("foot.html", script=asset("gallery.js"))
        self._page.close(whole=whole)
