"""What a page of ours would load from elsewhere, or run."""

from __future__ import annotations

from html.parser import HTMLParser


class Loads(HTMLParser):
    """Collects whatever a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "iframe", "object", "embed"):
            self.found.append(tag)
        for name, address in attrs:
            outside = name in ("src", "href", "xlink:href") and not str(address).startswith(("data:image/", "#"))
            if outside or name.startswith("on"):
                self.found.append(f"{name}={address}")
