"""Progress: a bar with a note on a terminal, a plain line once in a while elsewhere."""

from __future__ import annotations

import pytest

from wildwear.cli import output
from wildwear.progress import note, silent


def test_without_a_terminal_a_phase_with_notes_is_a_line_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    with output.progress("training", 100) as bar:
        advance = output.Advance(bar._bar, bar._task, clock=lambda: now[0])
        for _ in range(50):
            now[0] += 3.0
            advance(1)
            note(advance, "loss 1.0")
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "training 20 of 100, 4 min left · loss 1.0",
        "training 40 of 100, 3 min left · loss 1.0",
    ]


def test_a_phase_without_notes_says_nothing_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress("fetching", 3) as advance:
        advance(3)
    assert capsys.readouterr() == ("", "")


def test_a_note_to_one_who_shows_none_is_no_error() -> None:
    with silent("training", 3) as advance:
        note(advance, "loss 1.0")


def test_a_remark_goes_to_stderr_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    output.remark("goes on at step 3")
    assert capsys.readouterr() == ("", "goes on at step 3\n")
