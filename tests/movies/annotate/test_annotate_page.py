"""Annotating clips in Chromium, as a person does for a day: by key, by click, and on a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.movies.annotate.sitting import Desk, desk, fill, logged, serving
from tests.pages.browsing import chromium
from tests.pages.serving import Served

from wildwear.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

pytestmark = pytest.mark.browser

COUNT = 12


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def clips(workspace: Workspace) -> list[str]:
    return fill(workspace, COUNT)


@pytest.fixture
def served(workspace: Workspace, clips: list[str]) -> Iterator[Served]:
    with serving(workspace) as server:
        yield server


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Desk]:
    with desk(browser, served) as shown:
        yield shown


def test_one_key_answers_and_brings_the_next_clip(page: Desk, workspace: Workspace, clips: list[str]) -> None:
    offered = []
    for key in ("1", "2", "5"):
        offered.append(page.options()[int(key) - 1])
        page.answer(key)
    assert page.clip == clips[3]
    assert page.text("#done") == f"3 of {COUNT} clips annotated"
    page.until_saved()
    assert logged(workspace) == offered == ["Jeans", "Dress", "Jacket"]


def test_the_next_clip_is_drawn_before_the_key_is_let_go(page: Desk, clips: list[str]) -> None:
    page.answer("1")
    page.until("document.getElementById('loop').dataset.cell !== ''")
    assert page.clip == clips[1]
    page.tab.wait_for_timeout(500)  # what is ahead comes meanwhile
    drawn = page.tab.evaluate(
        """() => {
            const { canvas, colour } = { canvas: document.getElementById('loop'), colour: (at) =>
                [...at.getContext('2d').getImageData(at.width / 2, at.height / 2, 1, 1).data].join() };
            const before = colour(canvas);
            document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '1', code: 'Digit1', bubbles: true }));
            return [document.getElementById('desk').dataset.clip, before !== colour(canvas)];
        }"""
    )
    assert drawn == [clips[2], True]


def test_shift_adds_a_garment_and_the_clip_stays(page: Desk, workspace: Workspace, clips: list[str]) -> None:
    page.answer("Shift+Digit2", "Shift+Digit1")
    assert (page.clip, page.chosen()) == (clips[0], ["Jacket", "Jeans"])
    page.press("Shift+Digit2", "Shift+Digit3", "Enter")
    page.answer("Shift+Digit1", "2")
    page.until_saved()
    assert page.clip == clips[2]
    assert logged(workspace) == ["Dress|Jeans", "Dress|Jacket"]


def test_several_garments_without_shift(page: Desk, workspace: Workspace, clips: list[str]) -> None:
    page.answer("m", "1", "3")
    assert page.chosen() == ["Jeans", "Dress"]
    page.tab.click("#chosen button:first-child")
    assert page.chosen() == ["Dress"]
    page.press("Enter")
    page.until_saved()
    assert (logged(workspace), page.tab.get_attribute("#several", "aria-pressed")) == (["Dress"], "false")


def test_escape_lets_go_of_what_was_picked(page: Desk, workspace: Workspace) -> None:
    page.answer("Shift+Digit1", "Escape")
    assert page.chosen() == []
    assert logged(workspace) == []


def test_any_category_is_found_by_a_few_letters(page: Desk, workspace: Workspace, clips: list[str]) -> None:
    page.answer("/")
    page.tab.keyboard.type("t-shi")
    page.press("Enter")
    assert page.clip == clips[1]
    page.press("Enter")  # nothing is chosen: it finds
    page.tab.keyboard.type("jmp")
    page.until_text("#found [aria-selected=true]", "Jumpsuit")
    page.press("Shift+Enter")
    page.tab.keyboard.type("cape")
    page.press("Enter")
    page.until_saved()
    assert logged(workspace) == ["Tee", "Cape|Jumpsuit"]
    assert page.tab.evaluate("document.activeElement === document.body")


def test_letters_typed_into_the_search_are_no_commands(page: Desk, workspace: Workspace, clips: list[str]) -> None:
    page.answer("/")
    page.tab.keyboard.type("flop1")
    page.until_text("#found", "No category is called “flop1”")
    page.press("Enter", "Escape")
    assert page.clip == clips[0]
    assert logged(workspace) == []


def test_a_clip_of_no_use_is_one_key_too(page: Desk, workspace: Workspace) -> None:
    for key in "flpo":
        page.answer(key)
    page.until_saved()
    assert logged(workspace) == ["face_only", "not_in_lexicon", "too_few_pixels", "other"]
    assert page.tab.locator("#strip button").all_inner_texts() == [
        "Other",
        "Too few pixels",
        "Not in the lexicon",
        "Face only",
    ]


def test_undo_brings_the_clip_back_and_the_log_keeps_both(page: Desk, workspace: Workspace, clips: list[str]) -> None:
    page.answer("1")
    page.answer("f")
    page.press("z")
    assert page.clip == clips[1]
    page.press("Backspace")
    assert (page.clip, page.text("#done")) == (clips[0], f"0 of {COUNT} clips annotated")
    page.press("z")
    page.until_text("#said", "Nothing to take back")
    page.press("Shift+Z")
    page.until_saved()
    assert logged(workspace) == ["Jeans", "face_only", "", "", "Jeans"]


def test_what_is_put_off_comes_back_at_the_end(page: Desk, clips: list[str]) -> None:
    assert page.answer("s") == clips[0]
    assert page.text("#put-off") in ("", "1 put off")
    seen = [page.answer("1") for _ in range(COUNT)]
    assert seen == [*clips[1:], clips[0]]
    page.until_text("#finished-heading", f"All {COUNT} clips are annotated")


def test_the_same_again_is_one_key(page: Desk, workspace: Workspace) -> None:
    page.answer("Shift+Digit1", "2")
    page.answer("r")
    page.answer("f")
    page.answer("r")
    page.until_saved()
    assert logged(workspace) == ["Jacket|Jeans", "Jacket|Jeans", "face_only", "face_only"]


def test_an_answer_is_changed_by_looking_back(page: Desk, workspace: Workspace, clips: list[str]) -> None:
    page.answer("1")
    page.answer("1")
    page.press("ArrowLeft", "ArrowLeft")
    assert (page.clip, page.chosen()) == (clips[0], ["Jeans"])
    assert page.text("#before") == "Answered: Jeans"
    page.press("3")
    assert page.clip == clips[2]
    page.tab.click("#strip button >> nth=1")
    assert page.clip == clips[1]
    page.press("Shift+Digit2", "Enter")
    page.until_saved()
    assert logged(workspace) == ["Jeans", "Jacket", "Dress", "Dress|Jacket"]


def test_saying_the_same_anew_writes_nothing(page: Desk, workspace: Workspace, clips: list[str]) -> None:
    page.answer("1")
    page.press("ArrowLeft", "1")
    page.until_saved()
    assert (page.clip, logged(workspace)) == (clips[1], ["Jeans"])


def test_a_sitting_goes_on_where_it_was_left(
    browser: Browser, served: Served, page: Desk, workspace: Workspace, clips: list[str]
) -> None:
    page.answer("1")
    page.answer("f")
    page.until_saved()
    page.tab.reload()
    assert page.clip == clips[2]
    page.until_text("#done", f"2 of {COUNT}")
    with desk(browser, served) as other:
        assert other.clip == clips[2]


def test_the_last_answer_ends_the_sitting_and_one_can_still_look_back(page: Desk, clips: list[str]) -> None:
    for number in range(COUNT):
        page.answer("f" if number % 3 == 0 else "1")
    page.until_text("#finished-remark", "8 show something of the lexicon, 4 are of no use")
    assert page.tab.is_hidden("#panel")
    page.press("ArrowLeft")
    assert page.clip == clips[-1]


def test_without_a_model_what_was_answered_most_is_offered(browser: Browser, workspace: Workspace) -> None:
    fill(workspace, COUNT, guessed=False)
    with serving(workspace) as served, desk(browser, served) as page:
        page.until_text("#unguessed", "Nothing is offered yet")
        for typed in ("cape", "jeans", "jeans"):
            page.answer("/")
            page.tab.keyboard.type(typed)
            page.press("Enter")
        assert page.options() == ["Jeans", "Cape"]
        page.answer("1")
        page.until_saved()
    assert logged(workspace) == ["Cape", "Jeans", "Jeans", "Jeans"]


def test_digits_go_by_their_place_on_every_keyboard(page: Desk, workspace: Workspace, clips: list[str]) -> None:
    page.answer()
    french = """(shift) => document.body.dispatchEvent(
        new KeyboardEvent('keydown', { key: shift ? '2' : 'é', code: 'Digit2', shiftKey: shift, bubbles: true }))"""
    assert page.clip == clips[0]
    page.tab.evaluate(french, True)
    assert (page.clip, page.chosen()) == (clips[0], ["Jacket"])
    page.tab.evaluate(french, False)
    page.until_saved()
    assert logged(workspace) == ["Jacket"]


def test_the_second_runs_and_can_be_held_and_stepped(page: Desk) -> None:
    page.answer()
    assert page.clip
    page.until("document.getElementById('loop').dataset.cell === '3'")
    page.until("document.getElementById('loop').dataset.cell === '0'")
    page.press("Space", ".")
    held = page.tab.get_attribute("#loop", "data-cell")
    page.press(".", ".", ".", ",", ".", ".")
    assert page.tab.get_attribute("#loop", "data-cell") == str((int(held or 0) + 4) % 4)
    page.press("b", "i")
    assert page.tab.is_hidden("#loop") and page.tab.is_visible("#still")


def test_who_wants_no_motion_sees_the_middle_frame(browser: Browser, served: Served) -> None:
    with desk(browser, served, reduced_motion="reduce") as page:
        assert page.clip
        page.tab.wait_for_timeout(400)
        assert page.tab.get_attribute("#loop", "data-cell") == "2"


def test_the_keys_are_told(page: Desk) -> None:
    page.answer("?")
    assert "face only" in page.text("#help") and "⇧ 1 – 5" in page.text("#help")
    page.press("1", "Escape")
    assert page.text("#done") == f"0 of {COUNT} clips annotated"


def test_a_finger_is_enough(browser: Browser, served: Served, workspace: Workspace, clips: list[str]) -> None:
    narrow = {"width": 390, "height": 844}
    with desk(browser, served, viewport=narrow, has_touch=True, is_mobile=True) as page:
        assert page.clip == clips[0]
        page.tab.tap("[data-option='0']")
        assert page.clip == clips[1]
        page.tab.tap("#several")
        page.tab.tap("[data-option='0']")
        page.tab.tap("[data-option='1']")
        page.tab.tap("#take")
        assert page.clip == clips[2]
        page.tab.tap("[data-discard='face_only']")
        page.until_saved()
        sizes = page.tab.evaluate(
            "[...document.querySelectorAll('#panel button')].filter((b) => b.checkVisibility())"
            ".map((b) => b.getBoundingClientRect()).map((r) => [r.height, r.right, r.bottom])"
        )
        assert page.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert all(height >= 32 and right <= 390 and bottom <= 844 for height, right, bottom in sizes)
    assert logged(workspace) == ["Jeans", "Dress|Jacket", "face_only"]


def test_an_answer_is_shown_as_saved_only_when_it_is(page: Desk, workspace: Workspace) -> None:
    held: list[Route] = []
    page.tab.route("**/api/annotations", lambda route: held.append(route))
    page.answer("1")
    page.until_text("#save", "1 waiting")
    assert page.tab.locator("#strip .waits").count() == 1
    assert logged(workspace) == []
    while not held:
        page.tab.wait_for_timeout(10)
    held[0].continue_()
    page.until_saved()
    page.until("!document.querySelector('#strip .waits')")


def test_an_answer_whose_receipt_is_lost_is_not_written_twice(page: Desk, workspace: Workspace) -> None:
    lost: list[str] = []

    def lose(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch().text())
        return route.abort("connectionreset")

    page.tab.route("**/api/annotations", lose)
    page.answer("1")
    page.answer("f")
    page.until_saved()
    assert "sequences" in lost[0]
    assert logged(workspace) == ["Jeans", "face_only"]
    page.complaints.clear()


def test_what_the_server_refuses_is_said_and_not_shown(page: Desk, workspace: Workspace, clips: list[str]) -> None:
    body = '{"error": {"type": "refused", "message": "that cannot be"}}'
    page.tab.route("**/api/annotations", lambda route: route.fulfill(status=422, body=body))
    page.answer("1")
    page.until_text("#said", "Not saved: that cannot be")
    page.until_text("#done", f"0 of {COUNT}")
    page.until_saved()
    page.complaints.clear()


def test_a_clip_whose_pictures_are_gone_says_so_and_can_be_put_off(page: Desk, clips: list[str]) -> None:
    body = '{"error": {"type": "not_found", "message": "those pictures are gone"}}'
    page.tab.route(f"**/{clips[9]}.jpg*", lambda route: route.fulfill(status=404, body=body))
    page.tab.route(f"**/api/clip/{clips[9]}", lambda route: route.fulfill(status=404, body=body))
    for _ in range(9):
        page.answer("1")
    page.until_text("#waiting", "those pictures are gone")
    page.press("1", "f")
    assert page.text("#done") == f"9 of {COUNT} clips annotated"
    page.press("s")
    assert page.clip == clips[10]
    page.complaints.clear()


def test_the_page_loads_nothing_from_elsewhere(browser: Browser, served: Served) -> None:
    context = browser.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    tab = context.new_page()
    tab.goto(f"http://127.0.0.1:{served.port}/?token={served.token}#agreement")
    tab.wait_for_selector("#people")
    context.close()
    assert asked and all(url.startswith(f"http://127.0.0.1:{served.port}/") for url in asked)
