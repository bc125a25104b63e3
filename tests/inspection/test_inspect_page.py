"""The report of `inspect` in Chromium: whole, quiet, readable without eyes, and safe with hostile names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np
import pytest
from tests.datasets.drawn import fill_catalog
from tests.review.browsing import chromium

from wildwear.figures import INK
from wildwear.inspection.charts import MODE_COLOURS, MODE_INK, RARE, sizes_and_modes
from wildwear.inspection.collection import Collection, open_collection
from wildwear.inspection.page import render
from wildwear.inspection.settings import InspectSettings
from wildwear.inspection.summary import CategoryCount, Findings, Summary, summarise
from wildwear.records import Mode
from wildwear.tables import LABELS
from wildwear.taxonomy import load_taxonomy
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Page

SETTINGS = InspectSettings(rare=9)
HOSTILE = "<script>alert(1)</script>\"'&"


@pytest.fixture
def collection(workspace: Workspace) -> Collection:
    fill_catalog(workspace, products=12, pictures=2)
    return open_collection(workspace, None)


def findings(collection: Collection) -> Findings:
    """Every mode, a few suspects, two groups of look-alikes, one placeholder."""
    size = len(collection)
    number = np.arange(size)
    return Findings(
        mode=np.array(list(Mode))[number % 3],
        mode_confidence=np.linspace(0.4, 1, size, dtype=np.float32),
        suspicion=np.linspace(0, 1, size, dtype=np.float32),
        guess=np.where(number % 2, "Skirt", ""),
        look_alike=np.where(number < 5, 0, np.where(number < 7, 1, -1)),
        placeholder=number == size - 1,
    )


def page_of(collection: Collection) -> str:
    found = findings(collection)
    summary = summarise(collection, found, load_taxonomy(), SETTINGS)
    return render(collection, found, summary, load_taxonomy(), SETTINGS)


@pytest.fixture
def tab(collection: Collection, tmp_path: Path) -> Iterator[Page]:
    """The page, opened; anything it fetches, logs or throws fails the test."""
    file = tmp_path / "report.html"
    file.write_text(page_of(collection), encoding="utf-8")
    with chromium() as browser:
        tab = browser.new_page(viewport={"width": 1100, "height": 900})
        complaints: list[str] = []
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("request", lambda request: complaints.append(request.url) if "://" in request.url else None)
        tab.goto(file.as_uri())
        yield tab
        assert complaints == [file.as_uri()]


@pytest.mark.browser
def test_the_page_is_whole_and_readable_without_eyes(tab: Page) -> None:
    assert tab.title() == "catalogue, inspected"
    assert tab.locator("h1").inner_text() == "catalogue, inspected"
    pictures = tab.locator("img")
    assert pictures.count() > 20
    assert tab.evaluate("[...document.images].every(one => one.alt && one.complete && one.naturalWidth > 0)")
    svg = tab.locator("svg[role=img]")
    named = svg.get_attribute("aria-labelledby")
    assert named and all(tab.locator(f"#{one}").count() == 1 for one in named.split())
    assert "Jeans 8" in (tab.locator("svg > desc").first.text_content() or "")
    tab.locator("summary").click()
    assert tab.locator("tbody tr").count() == 3
    assert tab.get_by_text("have fewer than 9 pictures").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1100, 390])
def test_nothing_reaches_over_the_edge(tab: Page, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_the_same_findings_give_the_same_page(collection: Collection) -> None:
    assert page_of(collection) == page_of(collection)


def test_h44_a_hostile_name_is_text_in_the_page_and_in_the_figure(workspace: Workspace) -> None:
    fill_catalog(workspace, products=6, pictures=1)
    claims = workspace.table(LABELS).read().to_pylist()
    workspace.table(LABELS).replace(
        LABELS.schema.empty_table().from_pylist([one | {"category": HOSTILE} for one in claims], LABELS.schema)
    )
    page = page_of(open_collection(workspace, None))
    assert "<script" not in page and "alert(1)" in page
    figure = page[page.index("<svg") : page.index("</svg>") + 6]
    assert HOSTILE in "".join(ElementTree.fromstring(figure).itertext())


def count(category: str, pictures: int, *, rare: bool = False, **sides: int) -> CategoryCount:
    modes = {"product": pictures // 2, "worn": pictures - pictures // 2, "wild": 0}
    return CategoryCount(category=category, pictures=pictures, modes=modes, suspect=0, sides=sides, rare=rare)


def summary(*categories: CategoryCount) -> Summary:
    pictures = sum(one.pictures for one in categories)
    return Summary(
        collection="shop",
        is_catalogue=True,
        pictures=pictures,
        unlabelled=0,
        modes={mode: sum(one.modes[mode] for one in categories) for mode in Mode},
        suspect=0,
        look_alikes=0,
        groups=0,
        groups_across=0,
        placeholders=0,
        categories=categories,
    )


def test_the_figure_names_every_category_and_calls_rare_ones_so() -> None:
    figure = sizes_and_modes(summary(count("Tee", 1_200_000), count("Sarong", 12, rare=True)), 50)
    texts = [one.text for one in ElementTree.fromstring(figure).iter("{http://www.w3.org/2000/svg}text")]
    assert {"Tee", "1,200,000", "Sarong", "12  rare", "rare below 50", "all"} <= set(texts)
    assert figure.count(RARE) > 2


def test_the_figure_of_a_dataset_has_a_bar_for_each_side() -> None:
    with_sides = sizes_and_modes(summary(count("Tee", 100, train=80, val=10, test=10)), 0)
    assert all(colour in with_sides for colour in ("#33475b", "#7089a3", "#aebdcb"))
    assert "rare" not in with_sides


def test_what_is_written_on_a_colour_can_be_read() -> None:
    for mode, colour in MODE_COLOURS.items():
        assert contrast(colour, MODE_INK[mode]) >= 4.5
    assert contrast(RARE, "#ffffff") >= 4.5 and contrast(INK, "#ffffff") >= 7


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, 1 to 21."""

    def luminance(colour: str) -> float:
        parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_a_collection_without_labels_has_no_figure_but_a_page(workspace: Workspace) -> None:
    fill_catalog(workspace, products=4, pictures=1)
    workspace.table(LABELS).delete("true")
    bare = open_collection(workspace, None)
    found = replace(findings(bare), suspicion=np.full(len(bare), np.nan, np.float32))
    page = render(bare, found, summarise(bare, found, load_taxonomy(), SETTINGS), load_taxonomy(), SETTINGS)
    assert "<svg" not in page and "4 of them without a label" in page
