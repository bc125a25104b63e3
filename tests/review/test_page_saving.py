"""What the page says of saving is true: a killed server, a lost answer, two people at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.review.browsing import Sheet, chromium, open_in, sheet
from tests.review.serving import Served, fill, serving
from tests.review.test_killed import process

from wildwear.decisions import CATALOGUE, DecisionLog, standing
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

pytestmark = pytest.mark.browser

COUNT = 200


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


def logged(workspace: Workspace) -> list[str]:
    return [str(verdict) for verdict in DecisionLog(workspace).since(0, CATALOGUE)["verdict"].to_pylist()]


def test_h62_a_thousand_keys_are_in_the_log_though_the_server_is_killed_in_the_middle(
    browser: Browser, workspace: Workspace
) -> None:
    fill(workspace, ["Jeans"] * COUNT)
    typed = ["x" if number // COUNT % 2 else "Space" for number in range(1000)]
    context = browser.new_context()
    with process(workspace) as (child, first):
        page = open_in(context, first.port, "category=Jeans", first.token)
        for number, key in enumerate(typed):
            if number == 500:
                os.kill(child.pid, signal.SIGKILL)
            if number % COUNT == 0:
                page.press("Home")
            page.press(key)
        page.until_text("#save", "Offline, will retry")
        page.until_text("#trouble", "Nothing is lost")
        assert len(page.with_class("waits")) > 0
    with process(workspace, "--port", str(first.port)) as (_, second):
        page.until_text("#save", "Locked out")
        open_in(context, second.port, "category=Jeans", second.token)
        page.until_saved()
        page.until_text("#save", "All saved")
        assert page.with_class("waits") == []
    context.close()
    expected = ["reject" if key == "x" else "keep" for key in typed]
    assert logged(workspace) == expected


def test_an_answer_that_is_lost_leads_to_no_double(page: Sheet, workspace: Workspace) -> None:
    lost: list[str] = []

    def lose(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch().text())
        return route.abort("connectionreset")

    page.tab.route("**/api/decisions", lose)
    page.press("x", "x", "Space")
    page.until_saved()
    assert "sequences" in lost[0]
    assert logged(workspace) == ["reject", "reject", "keep"]
    page.complaints.clear()


def test_a_request_that_is_lost_is_sent_again(page: Sheet, workspace: Workspace) -> None:
    failures = iter([True, True])
    page.tab.route("**/api/decisions", lambda route: route.abort() if next(failures, False) else route.continue_())
    page.press("x", "x", "Space")
    page.until_text("#save", "Offline, will retry")
    page.until_saved()
    assert logged(workspace) == ["reject", "reject", "keep"]
    page.complaints.clear()


def test_a_decision_is_shown_as_saved_only_when_the_server_has_answered(page: Sheet, workspace: Workspace) -> None:
    held: list[Route] = []
    page.tab.route("**/api/decisions", lambda route: held.append(route))
    page.press("x")
    page.until_text("#save", "1 waiting")
    assert page.with_class("waits") == ["cell-0"]
    assert "not saved yet" in page.cells()[0]["label"]
    assert logged(workspace) == []
    while not held:
        page.tab.wait_for_timeout(10)
    held[0].continue_()
    page.until_saved()
    assert page.with_class("waits") == []
    assert logged(workspace) == ["reject"]


def test_leaving_with_something_unsaved_warns_and_a_reload_goes_on(page: Sheet, workspace: Workspace) -> None:
    asked: list[str] = []
    page.tab.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.tab.route("**/api/decisions", lambda route: route.abort())
    page.press("x", "Space")
    page.until_text("#save", "2 waiting")
    page.tab.unroute("**/api/decisions")
    page.tab.reload()
    page.until_text("#done", f"2 of {COUNT} judged")
    page.until_saved()
    assert asked == ["beforeunload"]
    assert logged(workspace) == ["reject", "keep"]
    page.complaints.clear()


def test_what_the_server_refuses_is_said_and_not_shown(page: Sheet, workspace: Workspace) -> None:
    body = '{"error": {"type": "refused", "message": "that cannot be"}}'
    page.tab.route("**/api/decisions", lambda route: route.fulfill(status=422, body=body))
    page.press("x")
    page.until_text("#said", "Not saved: that cannot be")
    page.until_text("#done", f"0 of {COUNT} judged")
    assert page.with_class("rejected") == []
    assert page.text("#save") == "All saved"
    page.complaints.clear()


def test_what_another_person_decides_appears(page: Sheet, served: Served, workspace: Workspace) -> None:
    page.press("x")
    served.decide((COUNT - 2, "keep"), (COUNT - 3, "relabel", "Chinos"), who="berta")
    page.until_text("#said", "berta judged 2 pictures meanwhile")
    assert [cell["mark"] for cell in page.cells()[:4]] == ["✕", "✓", "→", ""]
    page.press("z")
    page.until_saved()
    assert standing(workspace, CATALOGUE).num_rows == 2
