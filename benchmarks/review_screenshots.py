"""Draws the review page for the documentation, over a drawn shop.

    wildwear -w /tmp/shop demo --products 2400 --scenes 20
    wildwear -w /tmp/shop inspect
    python benchmarks/review_screenshots.py /tmp/shop docs/images

Writes `review.jpg` (a category, some of it judged), `review-look-alikes.jpg` (a whole cluster selected, the palette
open) and `review-audit.jpg`. It judges some pictures of the shop to do so.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from review import SAVED, page_over, until

CATEGORY = "Dress"
DRAWN = (
    "[...document.querySelectorAll('.row:not([hidden]) [data-picture]')].every((it) => it.dataset.picture === 'drawn')"
)


def go(page: Page, place: str) -> None:
    """To what stands after `#`, with every picture drawn."""
    page.evaluate(f"location.hash = {place!r}")
    page.wait_for_timeout(1000)
    until(page, DRAWN)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def shoot(page: Page, path: Path) -> None:
    """Once what was decided is saved, the panel is filled and the last remark has gone."""
    until(page, SAVED)
    page.wait_for_timeout(3500)
    page.screenshot(path=path, type="jpeg", quality=80)


def judged(page: Page, folder: Path) -> None:
    go(page, f"#category={CATEGORY}")
    press(page, "x", "x", "x", "x", "r")
    page.keyboard.type("blaz")
    press(page, "Enter", "Space", "Space", "Space", "Home", "ArrowRight")
    shoot(page, folder / "review.jpg")


def look_alikes(page: Page, folder: Path) -> None:
    go(page, f"#category={CATEGORY}&order=clusters")
    press(page, "ArrowRight", "g", "r")
    page.keyboard.type("shi")
    shoot(page, folder / "review-look-alikes.jpg")
    press(page, "Escape", "Escape")


def audit(page: Page, folder: Path) -> None:
    go(page, f"#category={CATEGORY}")
    press(page, "a")
    until(page, "document.getElementById('outcome').textContent.includes('0 of')")
    page.wait_for_timeout(1500)
    press(page, "Space", "Space", "Space", "x", "Space", "Enter", "Enter")
    shoot(page, folder / "review-audit.jpg")


PICTURES: tuple[Callable[[Page, Path], None], ...] = (judged, look_alikes, audit)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shop", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    with page_over(arguments.shop) as (_, opened):
        page = opened()
        for draw in PICTURES:
            draw(page, arguments.folder)


if __name__ == "__main__":
    main()
