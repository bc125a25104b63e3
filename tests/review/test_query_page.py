"""The query view as a person uses it, in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.pages.browsing import chromium
from tests.queries.shop import winners
from tests.review.query_shop import open_shop
from tests.review.serving import TOKEN, Served, serving

from wildwear.queries.settings import LabelSettings
from wildwear.queries.stage import label
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

READY = "#columns[aria-busy='false']"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    return open_shop(workspace)


@pytest.fixture
def served(shop: Workspace) -> Iterator[Served]:
    with serving(shop) as server:
        yield server


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """The view of Jeans; whatever the browser complains of fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    context.request.get(f"http://127.0.0.1:{served.port}/?token={TOKEN}")
    page.goto(f"http://127.0.0.1:{served.port}/queries#Jeans")
    page.wait_for_selector(READY)
    yield page
    context.close()
    assert [said for said in complaints if "409" not in said] == []


def write(page: Page, text: str) -> None:
    """Types a query, and waits until what it changes is shown."""
    with page.expect_response("**/api/queries/preview"):
        page.fill("#text", text)
    page.wait_for_selector(READY)


def titles(page: Page, column: str) -> list[str]:
    return page.locator(f".{column} .excerpt").all_text_contents()


def test_edit_look_save_label(page: Page, shop: Workspace) -> None:
    assert "3 products" in page.inner_text("#figures")
    write(page, "jeans | linen  # for summer")
    assert page.inner_text("#figures").startswith("3 → 4 products (+1)")
    assert titles(page, "comes-in") == ["Linen Sheet", "Linen Trousers"]
    assert page.locator(".comes-in mark").all_text_contents() == ["Linen", "Linen"]
    assert page.locator(".comes-in .note").all_text_contents() == ["had no label", "stays Chinos"]
    assert page.inner_text(".comes-in .number") == "1"
    page.keyboard.press("Control+s")
    page.wait_for_selector("#saved:not([hidden])")
    said = page.inner_text("#saved")
    assert "wildwear label" in said and "Jeans 3 → 4, 1 gained, 0 lost" in said
    assert "match = 'jeans | linen  # for summer'" in (shop.root / "queries.toml").read_text()
    assert page.inner_text("#from") == "from queries.toml"
    assert page.locator("#save-query").is_disabled()
    label(shop, LabelSettings())
    assert winners(shop)["P5"] == "Jeans"


def test_what_falls_out_is_shown_with_its_picture_and_where_it_goes(page: Page) -> None:
    write(page, "title:(slim & jeans)")
    page.wait_for_load_state("networkidle")
    widths = page.locator(".falls-out img").evaluate_all("images => images.map(one => one.naturalWidth)")
    assert len(widths) == 2 and all(widths)
    assert page.locator(".falls-out .note").all_text_contents() == ["has no label then", "has no label then"]
    assert "has one side of an &: 2" in page.inner_text(".near h2")


def test_a_mistake_is_underlined_where_it_is_and_cannot_be_saved(page: Page) -> None:
    write(page, "jeans \U0001f456 |\n (linen")
    assert page.inner_text("#mistake").endswith("means nothing here; quote it to look for it")
    assert page.locator(".wrong").all_text_contents() == ["\U0001f456 "]
    write(page, "jeans |\n (linen")
    assert page.inner_text("#mistake") == "this '(' is never closed"
    assert page.locator(".wrong").text_content() == "("
    assert page.get_attribute("#text", "aria-invalid") == "true"
    assert page.locator("#save-query").is_disabled()
    write(page, "jeans &")
    assert page.locator(".wrong").text_content() == " "
    write(page, "jeans")
    assert page.inner_text("#mistake") == ""


def test_the_colours_lie_exactly_behind_the_text(page: Page) -> None:
    text = 'title:(jeans | =denim) & !"phone case"  # a comment that is long enough to wrap ' * 4 + "\n\tend\n"
    write(page, text.replace("\n\tend\n", ""))
    page.fill("#text", text)
    areas = page.evaluate(
        "['text', 'colours'].map(id => document.getElementById(id)).map(it => [it.clientWidth, it.scrollHeight])"
    )
    assert areas[0] == areas[1]
    assert page.text_content("#colours") == text + "\u200b"
    kinds = page.locator("#colours span[class]").evaluate_all("spans => spans.slice(0, 9).map(one => one.className)")
    assert [kind for kind in kinds if kind] == ["field", "sign", "word", "sign", "word", "sign"]


def test_h44_texts_of_products_are_only_text(page: Page) -> None:
    assert any("onerror=alert(1)" in title for title in titles(page, "has"))
    assert page.locator("figure img[onerror]").count() == 0
    marks = page.locator(".has figure", has_text="onerror").locator("mark").all_text_contents()
    assert marks == ["Jeans", "Jeans"]


def test_drafts_stay_while_one_looks_at_other_categories(page: Page) -> None:
    write(page, "jeans | linen")
    page.click("#rail a[data-name='Hat']")
    page.wait_for_selector("#category:text('Hat')")
    assert page.inner_text("#rail a[data-name='Jeans'] small") == "edited"
    page.keyboard.press("Alt+ArrowUp")
    page.wait_for_selector("#category:not(:text('Hat'))")
    page.click("#rail a[data-name='Jeans']")
    page.wait_for_selector("#category:text-is('Jeans')")
    assert page.input_value("#text") == "jeans | linen"
    page.click("#revert")
    assert page.input_value("#text").startswith("jeans | denims")
    assert page.locator("#rail small", has_text="edited").count() == 0


def test_somebody_elses_edit_is_not_overwritten_and_ones_own_is_not_lost(page: Page, shop: Workspace) -> None:
    write(page, "jeans | linen")
    (shop.root / "queries.toml").write_text("extends = 'shipped'\n[Jeans]\nmatch = 'jeans | theirs'\n")
    page.click("#save-query")
    page.wait_for_selector("#trouble button")
    assert "changed by someone else" in page.inner_text("#trouble")
    page.click("#trouble button")
    page.wait_for_selector("#trouble", state="hidden")
    assert page.input_value("#text") == "jeans | linen"
    page.click("#save-query")
    page.wait_for_selector("#saved:not([hidden])")
    assert "match = 'jeans | linen'" in (shop.root / "queries.toml").read_text()


def test_while_one_types_only_the_last_question_counts(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "preview" in request.url else None)
    page.fill("#text", "")
    page.locator("#text").press_sequentially("jeans | linen", delay=15)
    page.wait_for_selector("#figures:has-text('3 → 4')")
    assert len(asked) < 6
    with page.expect_response("**/api/queries/preview"):
        page.keyboard.press("Control+Enter")


def test_the_view_can_be_used_by_keyboard_and_read_aloud(page: Page) -> None:
    names = page.locator("button, input, textarea, a").evaluate_all(
        "all => all.map(one => one.getAttribute('aria-label') || one.textContent.trim())"
    )
    assert all(names)
    assert page.locator("img:not([alt])").count() == 0
    page.locator("body").press("/")
    page.keyboard.type("cardi")
    shown = page.locator("#rail a:visible")
    assert shown.all_text_contents() == ["Cardigan0"]
    page.keyboard.press("Enter")
    page.wait_for_selector("#category:text('Cardigan')")
    for role in ("#figures[role=status]", "#mistake[role=alert]", "#saved[role=status]", "#text[aria-describedby]"):
        assert page.locator(role).count() == 1


@pytest.mark.parametrize("width", [1440, 1000, 600])
def test_nothing_overflows_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    write(page, "jeans | linen | " + "x" * 300)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
