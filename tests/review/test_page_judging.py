"""Judging on the page: by key, by click, by rectangle, by cluster; and taking it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.review.browsing import Sheet, chromium, sheet
from tests.review.serving import Served, fill, serving

from wildwear.decisions import CATALOGUE, DecisionLog, standing
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

COUNT = 120


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def served(workspace: Workspace) -> Iterator[Served]:
    fill(workspace, ["Jeans"] * COUNT)
    with serving(workspace) as server:
        yield server


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Sheet]:
    with sheet(browser, served.port, "category=Jeans") as shown:
        yield shown


def verdicts(workspace: Workspace) -> list[str]:
    """All verdicts in the log, in order."""
    return [str(verdict) for verdict in DecisionLog(workspace).since(0, CATALOGUE)["verdict"].to_pylist()]


def box(page: Sheet, position: int) -> dict[str, float]:
    found = page.tab.locator(f"#cell-{position}").bounding_box()
    assert found
    return {
        "x": found["x"],
        "y": found["y"],
        "right": found["x"] + found["width"],
        "bottom": found["y"] + found["height"],
    }


def drag(page: Sheet, first: int, last: int) -> None:
    """Draws a rectangle from the middle of one picture to the middle of another."""
    start, end = box(page, first), box(page, last)
    page.tab.mouse.move((start["x"] + start["right"]) / 2, (start["y"] + start["bottom"]) / 2)
    page.tab.mouse.down()
    page.tab.mouse.move((end["x"] + end["right"]) / 2, (end["y"] + end["bottom"]) / 2, steps=3)
    page.tab.mouse.up()


def test_every_verdict_is_a_key_and_the_cursor_goes_on(page: Sheet, workspace: Workspace) -> None:
    page.press("x", "Space", "r")
    page.tab.keyboard.type("sweat sho")
    page.press("Enter", "x", "ArrowLeft", "c")
    page.until_saved()
    assert verdicts(workspace) == ["reject", "keep", "relabel", "reject", "clear"]
    assert [cell["mark"] for cell in page.cells()[:5]] == ["✕", "✓", "→", "", ""]
    assert page.cells()[2]["note"] == "Sweatshorts"
    assert page.text("#done") == f"3 of {COUNT} judged"


def test_arrows_and_letters_move_alike(page: Sheet) -> None:
    columns = page.columns
    for right, down, left, up in (("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"), ("l", "j", "h", "k")):
        page.press(right, right, down, left)
        assert page.with_class("current") == [f"cell-{columns + 1}"]
        page.press(up, left)
        assert page.with_class("current") == ["cell-0"]
    page.press("ArrowLeft", "ArrowUp")
    assert page.with_class("current") == ["cell-0"]


def test_a_click_rejects_and_a_second_one_takes_it_back(page: Sheet, workspace: Workspace) -> None:
    page.tab.click("#cell-4")
    assert page.with_class("rejected") == ["cell-4"]
    page.tab.click("#cell-4")
    assert page.with_class("rejected") == []
    page.until_saved()
    assert verdicts(workspace) == ["reject", "clear"]


def test_a_rectangle_judges_what_it_touches_with_the_tool_that_is_chosen(page: Sheet, workspace: Workspace) -> None:
    columns = page.columns
    block = [f"cell-{row * columns + column}" for row in (0, 1) for column in (1, 2)]
    drag(page, 1, columns + 2)
    assert page.with_class("rejected") == block
    page.press("2")
    drag(page, 1, columns + 2)
    assert page.with_class("kept") == block
    page.until_saved()
    assert verdicts(workspace) == ["reject"] * 4 + ["keep"] * 4


def test_a_rectangle_given_up_with_escape_judges_nothing(page: Sheet, workspace: Workspace) -> None:
    page.tab.mouse.move(box(page, 0)["x"] + 5, box(page, 0)["y"] + 5)
    page.tab.mouse.down()
    page.tab.mouse.move(box(page, 3)["x"] + 5, box(page, 3)["y"] + 40, steps=3)
    assert page.with_class("touched") != []
    page.press("Escape")
    page.tab.mouse.up()
    assert page.with_class("touched") == [] == page.with_class("rejected")
    assert verdicts(workspace) == []


def test_a_rectangle_of_the_keyboard_is_judged_as_one(page: Sheet, workspace: Workspace) -> None:
    page.press("Shift+ArrowRight", "Shift+ArrowDown")
    assert len(page.with_class("selected")) == 4
    page.press("x")
    page.until_saved()
    assert verdicts(workspace) == ["reject"] * 4
    page.press("z")
    page.until_saved()
    assert standing(workspace, CATALOGUE).num_rows == 0


def test_a_whole_cluster_is_selected_wherever_its_pictures_stand(page: Sheet, workspace: Workspace) -> None:
    page.press("End", "ArrowLeft", "g", "x")
    page.until_saved()
    log = DecisionLog(workspace).since(0, CATALOGUE)
    assert sorted(log["product_id"].to_pylist()) == ["p1", "p3"]


def test_clusters_stand_together_and_are_joined(browser: Browser, served: Served) -> None:
    with sheet(browser, served.port, "category=Jeans&order=clusters") as page:
        assert page.with_class("cluster") == ["cell-0", "cell-1"]
        assert page.with_class("first") == ["cell-0"]
        assert page.with_class("last") == ["cell-1"]


def test_the_rest_of_the_screen_is_kept_and_the_next_one_shown(page: Sheet, workspace: Workspace) -> None:
    page.press("x")
    whole = page.tab.evaluate("[...document.querySelectorAll('.row:not([hidden])')].length")
    page.until_drawn()  # only what has been seen is kept
    page.press("Enter")
    page.until_saved()
    kept = verdicts(workspace).count("keep")
    columns = page.columns
    assert verdicts(workspace)[0] == "reject"
    assert kept % columns == columns - 1 and 0 < kept < whole * columns
    page.until_drawn()
    assert page.cells()[0]["id"] == f"cell-{kept + 1}"
    for _ in range(3):
        page.press("Enter")
        page.until_drawn()
    page.until_text("#said", "All of this sheet is judged")
    assert page.text("#done") == f"{COUNT} of {COUNT} judged"


def test_undo_and_redo_have_no_end(page: Sheet, workspace: Workspace) -> None:
    page.press(*["x", "Space"] * 25)
    page.until_saved()
    judged = standing(workspace, CATALOGUE).select(["crop_id", "verdict"])
    page.press(*["z"] * 50)
    page.until_saved()
    assert standing(workspace, CATALOGUE).num_rows == 0
    assert page.with_class("current") == ["cell-0"]
    page.press("z")
    page.until_text("#said", "Nothing to take back")
    page.press(*["Shift+Z"] * 50)
    page.until_saved()
    assert standing(workspace, CATALOGUE).select(["crop_id", "verdict"]) == judged
    assert len(verdicts(workspace)) == 150


def test_undo_restores_what_stood_before_this_page_was_opened(browser: Browser, served: Served) -> None:
    served.decide((COUNT - 1, "relabel", "Chinos"), (COUNT - 2, "keep"))
    with sheet(browser, served.port, "category=Jeans&at=119") as page:
        page.press("Home", "x", "x", "z", "z")
        page.until_saved()
        assert [cell["note"] for cell in page.cells()[:2]] == ["Chinos", ""]
    history = served.get(f"/api/item/{COUNT - 1}")["history"]
    assert [(one["verdict"], one["becomes"]) for one in history[1:]] == [("reject", None), ("relabel", "Chinos")]


def test_undo_reaches_into_the_sheet_before(page: Sheet, workspace: Workspace) -> None:
    page.press("x")
    page.tab.select_option("#state", "kept")
    page.until_text("#empty", "Nothing here is kept")
    page.press("z")
    page.until_text("#said", "on another sheet")
    page.until_saved()
    assert verdicts(workspace) == ["reject", "clear"]


def test_the_palette_finds_by_name_synonym_and_letters_and_remembers(page: Sheet, workspace: Workspace) -> None:
    page.press("r", "Escape", "r")
    page.tab.keyboard.type("trench")
    assert page.text("#options [aria-selected=true]").startswith("Coat")
    page.press("Escape")
    assert verdicts(workspace) == []
    page.press("r")
    page.tab.keyboard.type("j")
    page.press("ArrowDown", "ArrowUp", "ArrowDown")
    chosen = page.text("#options [aria-selected=true] span")
    page.press("Enter", "x", "r")
    offered = page.tab.locator("#options [role=option] span").all_inner_texts()
    page.press("Escape", "z")
    page.until_saved()
    log = DecisionLog(workspace).since(0, CATALOGUE)
    assert log["becomes"].to_pylist() == [chosen, None, None]
    assert chosen in offered[:2]


def test_an_audit_is_drawn_judged_and_outlives_a_reload(page: Sheet, workspace: Workspace) -> None:
    page.press("a")
    page.until_text("#outcome", f"0 of {COUNT} judged")
    page.until_drawn()
    page.press("Space", "Space", "Space", "x")
    page.until_text("#outcome", "precision 75.0 %, 95 % interval 30.1 % to 95.4 %")
    page.tab.reload()
    page.until_text("#outcome", f"4 of {COUNT} judged")
    page.until_drawn()
    assert [cell["mark"] for cell in page.cells()[:5]] == ["✓", "✓", "✓", "✕", ""]
    page.tab.click("[data-do=leave]")
    page.until("document.getElementById('audit').hidden")
    page.until_text("#rail a[data-category=Jeans]", "75 % right (30 to 95)")
    assert set(DecisionLog(workspace).since(0, CATALOGUE)["audit"].to_pylist()) != {None}
