"""The report as a page: safe, whole, and fit to be looked at."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.page_loads import Loads
from tests.pages.browsing import chromium
from tests.reproduction.small import EXPERIMENT, make_shop, write_experiment

from wildwear.reproduction.settings import ReproduceSettings
from wildwear.reproduction.stage import reproduce
from wildwear.workspace import Workspace


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    return make_shop(workspace)


def page(shop: Workspace, folder: Path, text: str = EXPERIMENT) -> Path:
    report = reproduce(shop, write_experiment(folder, text), ReproduceSettings(rounds=100, seeds=2))
    return Path(str(report.details["report"]))


def test_the_page_loads_nothing_and_says_what_is_missing(shop: Workspace, tmp_path: Path) -> None:
    text = page(shop, tmp_path).read_text(encoding="utf-8")
    parser = Loads()
    parser.feed(text)
    assert parser.found == []
    assert not re.findall(r"url\((?!#)", text)
    assert "<b>movies is not in the workspace.</b> It is what nobody has." in text
    assert text.count("<svg") == 2


def test_h44_names_in_an_experiment_are_shown_as_text(shop: Workspace, tmp_path: Path) -> None:
    evil = "</title><script>alert(1)</script>"
    text = page(shop, tmp_path, EXPERIMENT.replace('"Table 1"', f'"{evil}"').replace('"street alone"', f'"{evil}"'))
    parser = Loads()
    parser.feed(text.read_text(encoding="utf-8"))
    assert parser.found == []
    assert "&lt;script&gt;" in text.read_text(encoding="utf-8")


def test_h45_a_title_is_no_formula_of_a_spreadsheet(shop: Workspace, tmp_path: Path) -> None:
    written = page(shop, tmp_path, EXPERIMENT.replace('title = "shop",', 'title = "=1+1",'))
    assert "'=1+1,shop,top3" in (written.parent / "table-1.csv").read_text()


def test_a_title_with_bars_stays_in_its_cell(shop: Workspace, tmp_path: Path) -> None:
    written = page(shop, tmp_path, EXPERIMENT.replace('title = "shop",', 'title = "a|b",'))
    assert "| a\\|b |" in (written.parent / "table-1.md").read_text()


def test_the_page_is_drawn_by_a_browser_without_scrolling_sideways(shop: Workspace, tmp_path: Path) -> None:
    path = page(shop, tmp_path)
    with chromium() as browser:
        problems: list[str] = []
        for width in (1200, 400):
            tab = browser.new_page(viewport={"width": width, "height": 900})
            tab.on("console", lambda message: problems.append(message.text))
            tab.goto(f"file://{path}")
            overflow = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0, f"{overflow} px too wide at {width}"
            assert tab.locator("svg").count() == 2
        assert problems == []
