"""The review page in Chromium, as a person uses it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.pages.browsing import NEXT_FRAME, WINDOW, Tab, chromium, open_tab
from tests.review.serving import TOKEN

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

__all__ = ["Sheet", "chromium", "open_in", "sheet"]


@dataclass(slots=True)
class Sheet(Tab):
    """The page, once its first pictures are drawn."""

    def until_drawn(self) -> None:
        """Until no picture in the window is missing, once what was pressed last has moved the window."""
        self.tab.evaluate(NEXT_FRAME)
        self.until(f"({CELLS})().length && ({CELLS})().every((cell) => cell.dataset.picture !== 'blank')")

    @property
    def columns(self) -> int:
        return int(self.tab.get_attribute("#sheet", "aria-colcount") or 0)

    def cells(self) -> list[dict[str, Any]]:
        """The cells in the window as the next frame shows them, with what they say."""
        self.tab.evaluate(NEXT_FRAME)
        found: list[dict[str, Any]] = self.tab.evaluate(
            f"({CELLS})().map((cell) => ({{ id: cell.id, classes: [...cell.classList], label: cell.ariaLabel,"
            " picture: cell.dataset.picture, mark: cell.querySelector('.mark').textContent,"
            " note: cell.querySelector('.note').textContent }))"
        )
        return found

    def with_class(self, name: str) -> list[str]:
        """Ids of the cells in the window that have a class."""
        return [cell["id"] for cell in self.cells() if name in cell["classes"]]

    def state(self) -> dict[str, str]:
        return {name: self.text(f"#{name}") for name in ("view", "done", "save", "said")}


CELLS = """() => {
    const window = document.getElementById('scroller').getBoundingClientRect();
    return [...document.querySelectorAll('.row:not([hidden]) [role=gridcell]:not([hidden])')].filter((cell) => {
        const box = cell.getBoundingClientRect();
        return box.bottom > window.top + 1 && box.top < window.bottom - 1;
    });
}"""


@contextmanager
def sheet(browser: Browser, port: int, place: str = "", token: str = TOKEN, **context: Any) -> Iterator[Sheet]:
    """The page at a place (what stands after `#`); no error in its console is forgiven."""
    opened = browser.new_context(**({"viewport": WINDOW} | context))
    shown = open_in(opened, port, place, token)
    yield shown
    opened.close()
    assert shown.complaints == []


def open_in(context: BrowserContext, port: int, place: str = "", token: str = TOKEN) -> Sheet:
    """A further tab of a browser that may have the key already."""
    shown = Sheet(*open_tab(context, f"http://127.0.0.1:{port}/?token={token}#{place}"))
    shown.until("document.querySelector('#sheet[aria-rowcount]') && !document.querySelector('[aria-busy]')")
    if shown.tab.is_hidden("#empty"):
        shown.until_drawn()
    return shown
