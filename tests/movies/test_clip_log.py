"""What people say of clips: durable, in one order, each person's last word stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wildwear.movies.clip_log import Annotation, ClipLog, Discard, standing, words_of
from wildwear.tables import CLIP_DECISIONS
from wildwear.workspace import Workspace


def said(clip: str, *categories: str, who: str = "anna", discard: str | None = None, by: bool = False) -> Annotation:
    reason = Discard(discard) if discard else None
    return Annotation(clip_id=clip, who=who, categories=categories, discard=reason, adjudicates=by)


def test_nothing_stands_before_the_first_word(workspace: Workspace) -> None:
    assert ClipLog(workspace).last() == 0
    words = words_of(workspace)
    assert not words.by_clip
    assert words.annotators == []


def test_what_was_said_is_read_back_in_order_with_numbers_that_go_on(workspace: Workspace) -> None:
    given_ones = [said("a", "Tee", "Jeans"), said("b", discard="face_only"), said("a", "Dress", who="ben", by=True)]
    assert list(ClipLog(workspace).append(given_ones[:2])) == [1, 2]
    assert list(ClipLog(workspace).append(given_ones[2:])) == [3]
    assert list(ClipLog(workspace).append([])) == []
    assert ClipLog(workspace).since(0) == given_ones
    assert ClipLog(workspace).since(2) == given_ones[2:]


def test_the_log_says_when_in_utc(workspace: Workspace) -> None:
    ClipLog(workspace).append([said("a", "Tee")])
    (when,) = workspace.table(CLIP_DECISIONS).read(["when"])["when"].to_pylist()
    assert when.endswith("+00:00")


def test_each_persons_last_word_stands_and_an_empty_one_takes_back() -> None:
    words = standing(
        [said("a", "Tee"), said("a", "Jeans"), said("a", "Tee", who="ben"), said("b", "Tee"), said("b"), said("c")]
    )
    assert {who: one.answer for who, one in words.by_clip["a"].items()} == {"anna": "Jeans", "ben": "Tee"}
    assert list(words.by_clip) == ["a"]
    assert words.annotators == ["anna", "ben"]
    assert list(words.of("ben")) == ["a"]


def test_what_is_adjudicated_stands_apart_and_can_be_taken_back() -> None:
    settled = [said("a", "Tee"), said("a", "Jeans", by=True)]
    assert standing(settled).adjudicated["a"].answer == "Jeans"
    assert standing(settled).of("anna")["a"].answer == "Tee"
    assert not standing([*settled, said("a", who="ben", by=True)]).adjudicated


def test_an_answer_is_a_set() -> None:
    assert said("a", "Tee", "Jeans").answer == said("b", "Jeans", "Tee", who="ben").answer


def test_categories_and_a_reason_exclude_each_other() -> None:
    with pytest.raises(AssertionError, match="of no use"):
        said("a", "Tee", discard="other")
    with pytest.raises(AssertionError, match="once"):
        said("a", "Tee", "Tee")


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from(["anna", "ben"]), st.sampled_from(["", "Tee", "Jeans"])),
        max_size=12,
    )
)
def test_the_log_and_memory_agree_on_what_stands(
    tmp_path_factory: pytest.TempPathFactory, given_ones: list[tuple[str, str, str]]
) -> None:
    workspace = Workspace.create(tmp_path_factory.mktemp("log") / "w")
    words = [said(clip, *([name] if name else []), who=who) for clip, who, name in given_ones]
    for one in words:
        ClipLog(workspace).append([one])
    assert words_of(workspace) == standing(words)
    last = {(clip, who): name for clip, who, name in given_ones}
    stands = {
        (clip, who): one.answer for clip, people in standing(words).by_clip.items() for who, one in people.items()
    }
    assert stands == {key: name for key, name in last.items() if name}
