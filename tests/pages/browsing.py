"""A page in Chromium, as a person uses it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.conftest import skip

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
            found = shutil.which("chromium") or shutil.which("google-chrome")
            browser = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        except Error:
            skip("no Chromium")
        yield browser
        browser.close()


@dataclass(slots=True)
class Tab:
    """A page; what the browser complains of is kept."""

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

    def state(self) -> dict[str, str]:
        """What a failure is told with."""
        return {name: self.text(f"#{name}") for name in ("done", "save", "said")}


NEXT_FRAME = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def open_tab(context: BrowserContext, address: str) -> tuple[Page, list[str]]:
    """A further tab of a browser that may have the key already, and the list that complaints go to."""
    tab, complaints = context.new_page(), list[str]()
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tab.goto(address)
    return tab, complaints
