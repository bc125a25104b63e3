"""The sheet itself: many pictures, their order and place, hostile titles, keyboard and screen reader."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.review.browsing import Sheet, chromium, sheet
from tests.review.serving import Served, fill, serving, write

from wildwear.tables import PRODUCTS
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

MANY = 12_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    workspace = Workspace.create(tmp_path_factory.mktemp("many") / "w")
    fill(workspace, ["Dress"] * MANY, inspected=False)
    with serving(workspace) as server:
        yield server


@pytest.fixture
def served(workspace: Workspace) -> Iterator[Served]:
    fill(workspace, ["Jeans", "Jeans", "Dress", "Jeans", None, "Shoes"])
    with serving(workspace) as server:
        yield server


@pytest.fixture
def page(browser: Browser, many: Served) -> Iterator[Sheet]:
    with sheet(browser, many.port, "category=Dress") as shown:
        yield shown


def test_only_what_is_in_sight_exists(page: Sheet) -> None:
    for share in (0.0, 0.3, 0.31, 0.9, 1.0, 0.02):
        page.tab.evaluate(f"scroller.scrollTop = {share} * (scroller.scrollHeight - scroller.clientHeight)")
        page.until_drawn()
        assert page.tab.locator(".row").count() < 20
        cells = page.cells()
        positions = [int(cell["id"].removeprefix("cell-")) for cell in cells]
        assert positions == list(range(positions[0], positions[0] + len(cells)))
    page.tab.evaluate("scroller.scrollTop = scroller.scrollHeight")
    assert page.cells()[-1]["id"] == f"cell-{MANY - 1}"


def test_the_pixels_of_a_cell_are_those_of_its_picture(page: Sheet, many: Served) -> None:
    page.press("End", "ArrowLeft", "ArrowLeft")
    page.until_drawn()
    number = int(page.with_class("current")[0].removeprefix("cell-"))
    colour = page.tab.evaluate(
        """() => {
            const cell = document.querySelector('.current');
            const canvas = cell.parentElement.querySelector('canvas');
            const scale = canvas.width / canvas.clientWidth;
            const [x, y] = [cell.offsetLeft + cell.offsetWidth / 2, cell.offsetHeight / 2];
            return [...canvas.getContext('2d').getImageData(x * scale, y * scale, 1, 1).data].slice(0, 3);
        }"""
    )
    shade = (number * 37 % 256, number * 91 % 256, number % 256)
    assert all(abs(seen - meant) < 12 for seen, meant in zip(colour, shade, strict=True)), (colour, shade)


def test_a_reload_returns_to_the_sheet_and_the_picture(page: Sheet) -> None:
    page.tab.check("input[value=newest]")
    page.until("location.hash.includes('order=newest')")
    page.until_drawn()
    page.tab.evaluate("scroller.scrollTop = 9000")
    page.until_drawn()
    page.tab.wait_for_timeout(1200)
    second_row = page.cells()[page.columns]["id"]
    page.tab.reload()
    page.until("document.querySelector('#sheet[aria-rowcount]')")
    page.until_drawn()
    assert second_row in [cell["id"] for cell in page.cells()]
    page.tab.go_back()
    page.until("!location.hash.includes('order=newest')")
    page.until("document.querySelector('input[value=suspicious]').checked")


def test_pictures_grow_and_shrink_and_the_first_one_stays_in_sight(page: Sheet) -> None:
    page.tab.evaluate("scroller.scrollTop = 5000")
    page.until_drawn()
    columns = page.columns
    for key in ("+", "+", "+", "-"):
        second_row = page.cells()[page.columns]["id"]
        page.press(key)
        page.until_drawn()
        assert second_row in [cell["id"] for cell in page.cells()]
    assert page.columns < columns


def test_nothing_is_wider_than_the_window(browser: Browser, many: Served) -> None:
    for width, height in ((1440, 900), (1024, 768), (420, 800)):
        with sheet(browser, many.port, "category=Dress", viewport={"width": width, "height": height}) as page:
            assert page.tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
            page.press("i")
            page.until("document.querySelector('#panel img') || document.body.classList.contains('no-panel')")
            assert page.tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_rail_goes_to_categories_modes_and_sources(browser: Browser, served: Served) -> None:
    with sheet(browser, served.port) as page:
        assert page.text("#view") == "Jeans"
        for name, count in (("Dress", 1), ("worn by a model", 3), ("autumn.csv", 2), ("Everything", 5)):
            page.tab.click(f"#rail a:has-text('{name}')")
            page.until(f"document.getElementById('size').textContent === '{count} picture{'s' * (count > 1)}'")
            assert page.tab.locator("#rail a[aria-current]").inner_text().startswith(name)
        page.press("/")
        page.tab.keyboard.type("sho")
        page.press("Enter")
        page.until("document.getElementById('view').textContent === 'Shoes'")
        page.press("[")
        page.until("document.getElementById('view').textContent === 'Dress'")


def test_an_empty_sheet_says_what_to_do(browser: Browser, served: Served) -> None:
    served.decide(*((number, "keep") for number in (0, 1, 3)))
    with sheet(browser, served.port, "category=Jeans&state=unjudged") as page:
        assert "All of it is judged" in page.text("#empty")
        page.tab.click("#empty a")
        page.until("document.getElementById('view').textContent === 'Dress'")


def test_an_address_without_its_key_says_so(browser: Browser, served: Served) -> None:
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(f"http://127.0.0.1:{served.port}/")
    assert "wildwear review" in tab.inner_text("body")
    context.close()


@pytest.mark.parametrize(
    "title",
    [
        "<script>document.title = 'taken'</script>",
        '"><img src=x onerror="document.title = \'taken\'">',
        "</span></div><iframe srcdoc='<script>parent.document.title = 1</script>'>",
        "javascript:document.title='taken' ${document.title='taken'}",
        "\u202egarment\u202c \u0000 \U0001f457 garment",
    ],
)
def test_h44_a_hostile_title_is_shown_as_text(browser: Browser, workspace: Workspace, title: str) -> None:
    fill(workspace, ["Jeans"])
    write(workspace, PRODUCTS, [{"product_id": "p0", "title": title, "description": title, "source": title}])
    with serving(workspace) as server, sheet(browser, server.port, "category=Jeans") as page:
        page.until("document.querySelector('#panel .title')")
        shown = page.tab.evaluate("document.querySelector('#panel .title').textContent")
        assert shown == title.replace("\0", "\ufffd") or shown == title
        assert page.tab.title() == "Jeans · catalogue · wildwear review"
        assert page.tab.locator("#panel :is(script, iframe), #rail :is(script, iframe, img)").count() == 0


def test_the_words_that_matched_are_marked_by_characters(browser: Browser, workspace: Workspace) -> None:
    fill(workspace, ["Jeans"])
    write(workspace, PRODUCTS, [{"product_id": "p0", "title": "\U0001f457 fine garment", "source": "x"}])
    with serving(workspace) as server, sheet(browser, server.port, "category=Jeans") as page:
        page.until("document.querySelector('#panel mark')")
        assert page.text("#panel mark") == "garment"


def test_the_panel_follows_the_cursor_while_decisions_are_saved(browser: Browser, served: Served) -> None:
    with sheet(browser, served.port, "category=Jeans") as page:
        page.until_text("#panel .title", "A fine garment 3")
        page.press("x", "Home", "ArrowRight")
        page.until_saved()
        page.until_text("#panel .title", "A fine garment 1")
        page.press("Home", "x")
        page.until_text("#panel .title", "A fine garment 1")
        page.press("ArrowLeft")
        page.until_text("#panel .history", "reject · tester")


def test_a_screen_reader_finds_a_grid_and_hears_verdicts(browser: Browser, served: Served) -> None:
    with sheet(browser, served.port, "category=Jeans") as page:
        grid = page.tab.get_by_role("grid", name="Contact sheet")
        assert grid.get_attribute("aria-rowcount") == "1"
        assert page.tab.evaluate("document.activeElement.id") == "sheet"
        assert grid.get_attribute("aria-activedescendant") == "cell-0"
        page.until_text("#panel", "A fine garment 3")
        page.press("x")
        page.until_text("#said", "Rejected: A fine garment 3")
        page.until_saved()
        assert page.cells()[0]["label"] == "A fine garment 3, doubtful, rejected, 2 look alike"
        assert page.tab.get_attribute("#said", "aria-live") == "polite"
        for control in page.tab.locator("button:visible, select:visible, input:visible").all():
            name = control.evaluate(
                "(it) => it.ariaLabel || it.title || it.closest('label')?.innerText || it.innerText.trim()"
            )
            assert name, control.evaluate("(it) => it.outerHTML")


def test_the_help_names_every_key_and_no_key_works_beneath_it(browser: Browser, served: Served) -> None:
    with sheet(browser, served.port, "category=Jeans") as page:
        page.press("?")
        assert page.tab.locator("#keys kbd").count() > 30
        page.press("x")
        assert page.text("#done") == "0 of 3 judged"
        page.press("Escape", "x")
        page.until_text("#done", "1 of 3 judged")


def test_texts_are_legible_on_their_grounds(browser: Browser, served: Served) -> None:
    with sheet(browser, served.port, "category=Jeans") as page:
        page.press("x")
        page.until_saved()
        weak = page.tab.evaluate(CONTRAST)
        assert weak == []


CONTRAST = """() => {
    const channel = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const ground = (element) => {
        for (let it = element; it; it = it.parentElement) {
            const colour = parts(getComputedStyle(it).backgroundColor);
            if (colour.length < 4 || colour[3] === 1) return colour;
        }
        return [27, 27, 27];
    };
    const shown = [...document.querySelectorAll('body *')].filter(
        (it) => it.checkVisibility() && !it.disabled && [...it.childNodes].some((node) => /\\S/.test(node.data ?? '')),
    );
    return shown.flatMap((it) => {
        const [one, other] = [light(parts(getComputedStyle(it).color)), light(ground(it))];
        const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        return ratio < 4.5 ? [`${it.id || it.className || it.tagName} ${ratio.toFixed(2)}`] : [];
    });
}"""
