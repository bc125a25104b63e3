"""Two annotators: what must be shown of kappa and of kills, and settling what they differ about."""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.movies.annotate.sitting import all_said, desk, fill, logged, open_in, process, said, serving
from tests.pages.browsing import chromium

from wildwear.movies import clip_log
from wildwear.movies.agreement import Basis, final_labels
from wildwear.movies.annotate.agreement_view import agreement_json
from wildwear.movies.annotate.collection import ClipCollection
from wildwear.movies.clip_log import Annotation, ClipLog
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser

COUNT = 200


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def by_clip(workspace: Workspace, who: str) -> dict[str, str]:
    """Each answer of one person in the log, which must be the only one on its clip."""
    rows = [one for one in ClipLog(workspace).since(0) if one.who == who]
    assert len({one.clip_id for one in rows}) == len(rows)
    return {one.clip_id: one.answer for one in rows}


def reference(first: dict[str, str], second: dict[str, str]) -> float:
    from sklearn.metrics import cohen_kappa_score

    shared = sorted(first.keys() & second.keys())
    return float(cohen_kappa_score([first[clip] for clip in shared], [second[clip] for clip in shared]))


@pytest.mark.browser
def test_h62_two_hundred_clips_by_keyboard_are_there_though_the_server_is_killed_twice(
    browser: Browser, workspace: Workspace
) -> None:
    clips = fill(workspace, COUNT)
    typed = [("1", "2", "f", "3", "p", "5", "l")[number % 7] for number in range(COUNT)]
    context = browser.new_context()
    given_for: dict[str, str] = {}
    with process(workspace) as (child, first):
        page = open_in(context, first)
        for key in typed[:100]:
            given_for[page.answer(key)] = key
        page.until_saved()
        os.kill(child.pid, signal.SIGKILL)
        for key in typed[100:105]:  # what is ahead is here already, and what is said waits
            given_for[page.answer(key)] = key
        page.until_text("#save", "Offline, will retry · 5 waiting")
        page.until_text("#trouble", f"wildwear clips annotate --as anna --port {first.port}")
    with process(workspace, port=first.port) as (child, second):
        page.until_text("#save", "Locked out")
        open_in(context, second).tab.close()
        page.until_saved()
        for key in typed[105:]:
            given_for[page.answer(key)] = key
        page.until_text("#finished-heading", "All 200 clips are annotated")
        page.until_saved()
        os.kill(child.pid, signal.SIGKILL)
    context.close()
    answers = by_clip(workspace, "anna")
    assert list(given_for) == clips
    assert list(answers) == clips
    discards = {"f": "face_only", "p": "too_few_pixels", "l": "not_in_lexicon"}
    for clip, key in given_for.items():
        assert key not in discards or answers[clip] == discards[key]
    theirs = {clip: "Jeans" if number % 4 == 0 else answers[clip] for number, clip in enumerate(clips[:150])}
    said(workspace, "ben", theirs)
    with serving(workspace) as served, desk(browser, served, "agreement") as view:
        view.until_text("#both", "Both judged 150 clips")
        assert view.text("#kappa") == f"{reference(answers, theirs):.3f}"


@pytest.mark.browser
def test_disagreements_are_settled_by_key(browser: Browser, workspace: Workspace) -> None:
    clips = fill(workspace, 6)
    said(workspace, "anna", all_said(clips, "Jeans"))
    said(workspace, "ben", all_said(clips, "Jeans") | dict.fromkeys(clips[:4], "Jacket|Leggings"))
    with serving(workspace, "carla") as served, desk(browser, served, "agreement") as page:
        page.until_text("#both", "They say the same of 2, 33.3 %")
        page.tab.click("text=Settle 4 disagreements")
        assert page.clip == clips[0]
        assert page.options() == ["Jeans", "Jacket + Leggings"]
        page.answer("1")
        page.answer("2")
        page.press("z")
        page.answer("1")
        page.answer("f")
        assert page.answer("/") == clips[3]
        page.tab.keyboard.type("jegg")
        page.press("Enter")
        page.until_text("#finished-heading", "All of it is settled")
        page.until_saved()
        page.tab.click("text=How far people agree")
        page.until_text("#agreement", "6 of 6 clips have a final answer: 2 agreed, 4 adjudicated")
        page.tab.click("text=Annotate")
        page.until("document.getElementById('desk').dataset.mode === 'annotate'")
        assert page.clip == clips[0], "what carla settles is no annotation of hers"
    final = final_labels(clip_log.words_of(workspace))
    assert [final[clip].annotation.answer for clip in clips[:5]] == ["Jeans", "Jeans", "face_only", "Jeggings", "Jeans"]
    assert [final[clip].basis for clip in clips[3:5]] == [Basis.ADJUDICATED, Basis.AGREED]
    assert logged(workspace)[12:] == ["Jeans", "Jacket|Leggings", "", "Jeans", "face_only", "Jeggings"]


@pytest.mark.browser
def test_the_table_shows_what_is_taken_for_what(browser: Browser, workspace: Workspace) -> None:
    clips = fill(workspace, 8)
    said(workspace, "anna", all_said(clips, "Jeans"))
    said(workspace, "ben", all_said(clips, "Jeans") | {clips[0]: "Leggings", clips[1]: "Leggings", clips[2]: "other"})
    said(workspace, "carla", {clips[0]: "Cape"})
    with serving(workspace) as served, desk(browser, served, "agreement") as page:
        page.until_text("#confusion", "Leggings")
        rows = page.tab.locator("#confusion tr").all_inner_texts()
        assert [row.split("\t")[0] for row in rows[1:]] == ["Jeans", "Leggings", "Other"]
        assert [cell.strip() for cell in rows[1].split("\t")] == ["Jeans", "5", "2", "1"]
        page.tab.select_option("select >> nth=1", "carla")
        page.until_text("#both", "Both judged 1 clip.")


@pytest.mark.browser
def test_alone_one_is_told_how_a_second_person_begins(browser: Browser, workspace: Workspace) -> None:
    fill(workspace, 2)
    with serving(workspace) as served, desk(browser, served) as page:
        page.answer("1")
        page.tab.click("text=Agreement")
        page.until_text("#agreement", "wildwear clips annotate --as NAME")
        page.tab.click("text=Settle")
        page.until_text("#finished-heading", "There is nothing to settle")


answers = st.sampled_from(["Jeans", "Tee", "Jeans|Tee", "face_only", "other"])


@pytest.fixture
def collection(workspace: Workspace) -> ClipCollection:
    fill(workspace, 12)
    return ClipCollection(workspace)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(answers, answers), min_size=1, max_size=12))
def test_kappa_is_that_of_scikit_learn(collection: ClipCollection, pairs: list[tuple[str, str]]) -> None:
    clips = [clip.clip_id for clip in collection.clips]
    first = {clip: one for clip, (one, _) in zip(clips, pairs, strict=False)}
    second = {clip: other for clip, (_, other) in zip(clips, pairs, strict=False)}
    words = clip_log.standing(
        [_word(clip, "anna", answer) for clip, answer in first.items()]
        + [_word(clip, "ben", answer) for clip, answer in second.items()]
    )
    pair = agreement_json(words, collection, "anna", "ben")["pair"]
    if len({*first.values(), *second.values()}) == 1:
        assert pair["kappa"] is None
    else:
        assert math.isclose(pair["kappa"], reference(first, second), abs_tol=1e-12)


def _word(clip: str, who: str, answer: str) -> Annotation:
    if answer in set(clip_log.Discard):
        return Annotation(clip_id=clip, who=who, discard=clip_log.Discard(answer))
    return Annotation(clip_id=clip, who=who, categories=tuple(answer.split("|")))
