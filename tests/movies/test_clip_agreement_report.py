"""`clips agreement`: every two who share a clip, or those who are named."""

from __future__ import annotations

import pytest
from tests.movies.test_clip_log import said

from wildwear.cli import main
from wildwear.errors import UnknownName, UserError
from wildwear.movies.agreement_report import agreement_report
from wildwear.movies.clip_log import ClipLog
from wildwear.workspace import Workspace


@pytest.fixture
def judged(workspace: Workspace) -> Workspace:
    """Anna and Ben share four clips and agree on three; Cleo has judged another."""
    ClipLog(workspace).append(
        [
            *(said(clip, name) for clip, name in zip("abcd", ("Tee", "Tee", "Jeans", "Jeans"), strict=True)),
            *(said(clip, name, who="ben") for clip, name in zip("abcd", ("Tee", "Tee", "Jeans", "Tee"), strict=True)),
            said("e", "Coat", who="cleo"),
        ]
    )
    return workspace


def test_every_two_who_share_a_clip_are_set_side_by_side(judged: Workspace) -> None:
    report, pairs = agreement_report(judged, None, None)
    assert [pair.row for pair in pairs] == [("anna", "ben", 4, 3, "75.0 %", "0.500")]
    assert pairs[0].differences == [(("Jeans", "Tee"), 1)]
    assert report.done == {"clips judged": 5, "labels: agreed": 3, "labels: single": 1}
    assert report.details["annotators"] == {"anna": 4, "ben": 4, "cleo": 1}
    assert any("1 clips are disputed" in note for note in report.notes)


def test_two_who_share_nothing_have_no_kappa(judged: Workspace) -> None:
    report, (pair,) = agreement_report(judged, "anna", "cleo")
    assert pair.row == ("anna", "cleo", 0, 0, "", "")
    assert report.details["pairs"] == [{"first": "anna", "second": "cleo", "clips": 0, "agreed": 0, "kappa": None}]


def test_one_name_stands_for_all_who_share_with_that_one(judged: Workspace) -> None:
    assert [pair.found.first for pair in agreement_report(judged, "ben", None)[1]] == ["anna"]
    assert agreement_report(judged, "cleo", None)[1] == []


def test_a_name_that_has_said_nothing_is_an_error_with_near_ones(judged: Workspace) -> None:
    with pytest.raises(UnknownName, match="did you mean anna"):
        agreement_report(judged, "ana", None)


def test_nobody_is_an_error_that_names_the_next_step(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="clips annotate"):
        agreement_report(workspace, None, None)


def test_a_person_reads_what_they_call_differently(judged: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["-w", str(judged.root), "clips", "agreement"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert "0.500" in told
    assert "what they call differently" in told
