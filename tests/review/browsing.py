"""The review page in Chromium, as a person uses it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.conftest import skip
from tests.review.serving import TOKEN

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

WINDOW = {"width": 1280, "height": 800}


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; skips where there is none."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        skip("playwright is missing")
    with sync_playwright() as play:
        try:
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        except Error:
            skip("no Chromium")
        yield browser
        browser.close()


@dataclass(slots=True)
class Sheet:
    """The page, once its first pictures are drawn; what the browser complains of is kept."""

    tab: Page
    complaints: list[str]

    def press(self, *keys: str) -> None:
        for key in keys:
            self.tab.keyboard.press(key)

    def text(self, selector: str) -> str:
        return self.tab.inner_text(selector)

    def until(self, condition: str, seconds: float = 20) -> None:
        """Waits for a condition in JavaScript; the page's policy forbids Playwright's own way."""
        look = f"const look = () => ({condition}) ? done(true) : setTimeout(look, 10); look();"
        give_up = f"setTimeout(() => done(false), {1000 * seconds});"
        assert self.tab.evaluate(f"new Promise((done) => {{ {look} {give_up} }})"), f"{condition}: {self.state()}"

    def until_text(self, selector: str, part: str) -> None:
        self.until(f"document.querySelector({selector!r})?.textContent.includes({part!r})")

    def until_saved(self) -> None:
        self.until("document.getElementById('save').dataset.status === 'saved'")

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


NEXT_FRAME = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

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
    tab = context.new_page()
    shown = Sheet(tab, [])
    tab.on("pageerror", lambda error: shown.complaints.append(str(error)))
    tab.on("console", lambda message: shown.complaints.append(message.text) if message.type == "error" else None)
    tab.goto(f"http://127.0.0.1:{port}/?token={token}#{place}")
    shown.until("document.querySelector('#sheet[aria-rowcount]') && !document.querySelector('[aria-busy]')")
    if tab.is_hidden("#empty"):
        shown.until_drawn()
    return shown
