"""The log of decisions: durable, in one order over threads and processes, and the last one stands."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wildwear.decisions import CATALOGUE, Decision, DecisionLog, Verdict, standing
from wildwear.tables import DECISIONS
from wildwear.workspace import Workspace


def decision(crop: str, verdict: Verdict = Verdict.REJECT, becomes: str | None = None, **more: str) -> Decision:
    named = {"collection": CATALOGUE, "category": "Jeans", "who": "anna", **more}
    return Decision(crop_id=crop, verdict=verdict, becomes=becomes, **named)  # type: ignore[arg-type]


def stands(workspace: Workspace, collection: str = CATALOGUE) -> dict[str, str]:
    rows = standing(workspace, collection)
    return dict(zip(rows["crop_id"].to_pylist(), rows["verdict"].to_pylist(), strict=True))


def test_nothing_stands_before_the_first_decision(workspace: Workspace) -> None:
    assert DecisionLog(workspace).last() == 0
    assert standing(workspace, CATALOGUE).num_rows == 0


def test_sequences_go_on_where_another_log_ended(workspace: Workspace) -> None:
    one, other = DecisionLog(workspace), DecisionLog(workspace)
    assert list(one.append([decision("a"), decision("b")])) == [1, 2]
    assert list(other.append([decision("c")])) == [3]
    assert list(one.append([decision("d")])) == [4]
    assert list(one.append([])) == []


def test_a_decision_says_who_when_and_on_what(workspace: Workspace) -> None:
    log = DecisionLog(workspace)
    log.append([decision("a", Verdict.RELABEL, "Chinos", product_id="p1", audit="0123")])
    (row,) = log.history(CATALOGUE, "a").to_pylist()
    assert row.pop("when").endswith("+00:00")
    assert row == {
        "sequence": 1,
        "crop_id": "a",
        "product_id": "p1",
        "collection": "catalogue",
        "category": "Jeans",
        "verdict": "relabel",
        "becomes": "Chinos",
        "who": "anna",
        "audit": "0123",
    }


def test_clear_takes_back_and_collections_are_apart(workspace: Workspace) -> None:
    log = DecisionLog(workspace)
    log.append([decision("a"), decision("b"), decision("a", collection="street"), decision("a", Verdict.CLEAR)])
    assert stands(workspace) == {"b": "reject"}
    assert stands(workspace, "street") == {"a": "reject"}


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["keep", "reject", "clear"])), max_size=20))
def test_the_last_verdict_on_a_picture_stands(
    tmp_path_factory: pytest.TempPathFactory, given_ones: list[tuple[str, str]]
) -> None:
    workspace = Workspace.create(tmp_path_factory.mktemp("log") / "w")
    log = DecisionLog(workspace)
    for crop, verdict in given_ones:
        log.append([decision(crop, Verdict(verdict))])
    assert stands(workspace) == {crop: verdict for crop, verdict in dict(given_ones).items() if verdict != "clear"}


def test_names_with_quotes_are_data(workspace: Workspace) -> None:
    log = DecisionLog(workspace)
    log.append([decision("a", collection="o'hara", who="' OR 1=1 --")])
    assert stands(workspace, "o'hara") == {"a": "reject"}
    assert log.since(0, "o'hara").num_rows == 1
    assert log.since(0, "' OR '1'='1").num_rows == 0


def test_only_a_relabel_names_a_category() -> None:
    with pytest.raises(AssertionError, match="only a relabel"):
        decision("a", Verdict.KEEP, "Jeans")
    with pytest.raises(AssertionError, match="only a relabel"):
        decision("a", Verdict.RELABEL)


def test_compaction_leaves_every_decision_and_few_files(workspace: Workspace) -> None:
    log = DecisionLog(workspace)
    for number in range(70):
        log.append([decision(str(number))])
    before = workspace.table(DECISIONS).read()
    log.compact()
    assert workspace.table(DECISIONS).read().equals(before)
    assert list(log.append([decision("x")])) == [71]


APPENDS = """
import sys
from pathlib import Path
from wildwear.decisions import Decision, DecisionLog, Verdict
from wildwear.workspace import Workspace

log = DecisionLog(Workspace.open(Path(sys.argv[1])))
for number in range(15):
    one = Decision(crop_id=f"{sys.argv[2]}{number}", collection="catalogue", category="", verdict=Verdict.KEEP, who="w")
    print(*log.append([one]))
"""


def test_h66_two_processes_and_threads_never_share_a_sequence_number(workspace: Workspace) -> None:
    command = [sys.executable, "-c", APPENDS, str(workspace.root)]
    children = [subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in ("x", "y")]
    mine: list[int] = []
    logs = [DecisionLog(workspace) for _ in range(2)]
    threads = [
        threading.Thread(target=lambda log=log: [mine.extend(log.append([decision(str(id(log)))])) for _ in range(10)])
        for log in logs
    ]
    for thread in threads:
        thread.start()
    theirs = [int(line) for child in children for line in child.communicate(timeout=120)[0].split()]
    for thread in threads:
        thread.join()
    assert sorted(theirs + mine) == list(range(1, 51))
    assert sorted(workspace.table(DECISIONS).read(["sequence"])["sequence"].to_pylist()) == list(range(1, 51))


def test_h65_a_log_that_cannot_be_written_is_an_error_and_no_success(workspace: Workspace) -> None:
    from wildwear.errors import StorageError

    (workspace.root / "decisions.lance").write_bytes(b"in the way")
    with pytest.raises(StorageError):
        DecisionLog(workspace).append([decision("a")])
    assert Path(workspace.root / "decisions.lance").read_bytes() == b"in the way"
