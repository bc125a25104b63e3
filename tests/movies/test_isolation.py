"""A process that dies, hangs or eats memory is an outcome, and never outlives who asked for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wildwear.errors import UnknownName
from wildwear.movies.isolation import Send, run_isolated
from wildwear.movies.probing import Unreadable

PATIENT = 120.0
"""Seconds of silence that no test reaches, however busy the machine."""


@pytest.fixture(autouse=True)
def _tests_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[2])


def add(send: Send, left: int, right: int) -> int:
    send({"left": left})
    send(None)
    send("half way")
    return left + right


def loops_without_a_word(send: Send) -> None:
    send("beginning")
    while True:
        pass


def sleeps_in_c(send: Send) -> None:
    time.sleep(10_000)


def stops_itself(send: Send) -> None:
    """Half a message is never followed by the other half."""
    send("beginning")
    os.kill(os.getpid(), signal.SIGSTOP)


def writes_through_a_null_pointer(send: Send) -> None:
    import ctypes

    ctypes.string_at(0)


def leaves(send: Send) -> None:
    os._exit(7)


def is_killed(send: Send) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def finds_no_movie(send: Send, path: str) -> None:
    raise Unreadable("not_a_movie", "its content is of no movie format", path)


def raises_what_cannot_be_sent(send: Send) -> None:
    raise UnknownName("category", "Jaket", ["Jacket"])


def returns_what_cannot_be_sent(send: Send) -> object:
    return lambda: None


def eats_memory(send: Send) -> None:
    held = []
    while True:
        held.append(b"x" * 10_000_000)
        send(None)


def talks_much(send: Send, messages: int) -> int:
    for number in range(messages):
        send((number, b"x" * 100_000))
    return messages


def hangs_with_a_child(send: Send) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1_000)"])
    send([os.getpid(), child.pid])
    time.sleep(10_000)


def hangs(send: Send) -> None:
    send([os.getpid()])
    time.sleep(10_000)


def isolates_and_waits(note: str) -> None:
    """Run as a process of its own by a test, which kills it."""

    def write(ids: list[int]) -> None:
        Path(note).write_text(repr(ids))

    run_isolated(hangs, silence_seconds=PATIENT, on_message=write)


def test_messages_arrive_in_order_and_the_value_at_the_end() -> None:
    heard: list[object] = []
    ended = run_isolated(add, [2, 3], silence_seconds=PATIENT, on_message=heard.append)
    assert (ended.status, ended.value) == ("ok", 5)
    assert heard == [{"left": 2}, "half way"]


def test_many_large_messages_arrive_while_the_listener_is_slower_than_the_process() -> None:
    heard: list[int] = []

    def listen(message: tuple[int, bytes]) -> None:
        time.sleep(0.001)
        heard.append(message[0])

    assert run_isolated(talks_much, [200], silence_seconds=PATIENT, on_message=listen).value == 200
    assert heard == list(range(200))


@pytest.mark.parametrize("function", [loops_without_a_word, sleeps_in_c, stops_itself])
def test_h43_a_process_that_hangs_is_ended_by_the_clock(function: object) -> None:
    ended = run_isolated(function, silence_seconds=1.0)  # type: ignore[arg-type]
    assert ended.status == "hung"
    assert "1 s" in ended.detail


def test_h70_silence_is_measured_by_a_clock_that_never_jumps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert run_isolated(add, [2, 3], silence_seconds=PATIENT).value == 5


@pytest.mark.parametrize(
    ("function", "status", "words"),
    [
        (writes_through_a_null_pointer, "crashed", "SIGSEGV"),
        (leaves, "crashed", "status 7"),
        (is_killed, "no_memory", "SIGKILL"),
    ],
)
def test_h43_a_process_that_dies_is_an_outcome(function: object, status: str, words: str) -> None:
    ended = run_isolated(function, silence_seconds=PATIENT)  # type: ignore[arg-type]
    assert ended.status == status
    assert words in ended.detail


def test_h41_memory_over_the_limit_ends_the_process() -> None:
    ended = run_isolated(eats_memory, silence_seconds=PATIENT, memory_bytes=400_000_000)
    assert ended.status == "no_memory"
    assert "0.4 GB" in ended.detail


def test_an_error_comes_back_as_itself() -> None:
    ended = run_isolated(finds_no_movie, ["a.mp4"], silence_seconds=PATIENT)
    assert ended.status == "failed"
    assert isinstance(ended.error, Unreadable)
    assert (ended.error.reason, ended.error.path) == ("not_a_movie", "a.mp4")


def test_an_error_that_cannot_be_sent_comes_back_as_words() -> None:
    ended = run_isolated(raises_what_cannot_be_sent, silence_seconds=PATIENT)
    assert (ended.status, ended.error) == ("failed", None)
    assert "did you mean Jacket" in ended.detail


def test_a_value_that_cannot_be_sent_is_a_failure() -> None:
    assert run_isolated(returns_what_cannot_be_sent, silence_seconds=PATIENT).status == "failed"


def test_an_error_of_the_listener_ends_the_process_and_is_raised() -> None:
    seen: list[list[int]] = []

    def refuse(ids: list[int]) -> None:
        seen.append(ids)
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="disk is full"):
        run_isolated(hangs_with_a_child, silence_seconds=PATIENT, on_message=refuse)
    for number in seen[0]:
        _wait_until_gone(number)


def test_h62_the_process_does_not_outlive_a_caller_that_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "ids"
    script = f"from {__name__} import isolates_and_waits; isolates_and_waits({str(note)!r})"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    with subprocess.Popen([sys.executable, "-c", script], env=environment) as caller:
        while not (note.exists() and note.read_text().endswith("]")):
            assert caller.poll() is None
            time.sleep(0.05)
        caller.kill()
    number = int(note.read_text().strip("[]"))
    _wait_until_gone(number)


def _wait_until_gone(process_id: int) -> None:
    deadline = time.monotonic() + 60
    while not _is_gone(process_id):
        assert time.monotonic() < deadline, "a process outlives who asked for it"
        time.sleep(0.05)


def _is_gone(process_id: int) -> bool:
    try:
        status = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"
