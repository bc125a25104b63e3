"""A server that is killed in the middle of a thousand decisions loses none that it said were written."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

from tests.review.serving import Served, fill

from wildwear.decisions import CATALOGUE, standing
from wildwear.tables import DECISIONS
from wildwear.workspace import Workspace

PICTURES = 200


@contextmanager
def process(workspace: Workspace, *flags: str) -> Iterator[tuple[subprocess.Popen[str], Served]]:
    """`wildwear review` as a person starts it."""
    command = [sys.executable, "-m", "wildwear", "-w", str(workspace.root), "review", "--no-open", *flags]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        found = re.match(r"http://127\.0\.0\.1:(\d+)/\?token=(\S+)", child.stdout.readline())
        assert found
        yield child, Served(port=int(found[1]), token=found[2])
    finally:
        child.kill()
        child.communicate(timeout=30)


def test_h62_kill_in_the_middle_of_a_thousand_decisions_loses_none_that_were_acknowledged(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"] * PICTURES)
    acknowledged: dict[int, int] = {}
    enough = threading.Event()

    def person(name: int) -> None:
        for number in range(name, 1000, 20):
            item = number % PICTURES
            try:
                (sequence,) = served.decide((item, "reject" if number % 3 else "keep"), who=f"person {name}")
            except (OSError, HTTPException):
                return
            acknowledged[sequence] = item
            if len(acknowledged) >= 400:
                enough.set()

    with process(workspace) as (child, served):
        people = [threading.Thread(target=person, args=(name,)) for name in range(20)]
        for one in people:
            one.start()
        assert enough.wait(200)
        os.kill(child.pid, signal.SIGKILL)
        for one in people:
            one.join()
    rows = workspace.table(DECISIONS).read()
    written = dict(zip(rows["sequence"].to_pylist(), rows["crop_id"].to_pylist(), strict=True))
    assert 400 <= len(acknowledged) < 1000
    assert set(acknowledged) <= set(written)
    assert sorted(written) == list(range(1, len(written) + 1))
    with process(workspace) as (_, served):
        for sequence, item in list(acknowledged.items())[::40]:
            assert served.get(f"/api/item/{item}")["crop_id"] == written[sequence]
        judged = served.get("/api/progress")["judged"]
        assert judged == standing(workspace, CATALOGUE).num_rows
        assert served.decide((0, "clear")) == [len(written) + 1]


def test_h55_what_was_written_when_the_server_was_asked_to_end_was_answered(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"] * PICTURES)
    acknowledged: list[int] = []
    enough = threading.Event()

    def person() -> None:
        while True:
            try:
                acknowledged.extend(served.decide((0, "keep"), (1, "reject")))
            except (OSError, HTTPException):
                return
            if len(acknowledged) >= 40:
                enough.set()

    with process(workspace) as (child, served):
        people = [threading.Thread(target=person) for _ in range(6)]
        for one in people:
            one.start()
        assert enough.wait(200)
        child.terminate()
        for one in people:
            one.join()
        child.wait(30)
    written = workspace.table(DECISIONS).read(["sequence"])["sequence"].to_pylist()
    assert sorted(acknowledged) == sorted(written)


def test_ctrl_c_ends_the_server_and_says_what_was_done(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"] * 3)
    with process(workspace, "--who", "anna") as (child, served):
        assert served.get("/api/collection")["who"] == "anna"
        served.decide((0, "reject"), (1, "keep"))
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
    assert (child.returncode, err) == (0, "")
    assert re.search(r"2\s+judged", out) and "1 of 3 pictures are not judged yet" in out
    assert "next: wildwear split" in out


def test_json_speaks_once_and_only_at_the_end(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"])
    command = [sys.executable, "-m", "wildwear", "-w", str(workspace.root), "--json", "review", "--no-open"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stderr is not None
    assert "http://127.0.0.1:" in child.stderr.readline()
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate(timeout=30)
    assert json.loads(out)["details"]["total"] == 1


def test_a_port_that_is_taken_is_a_plain_error(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"])
    with process(workspace) as (_, served):
        command = [sys.executable, "-m", "wildwear", "-w", str(workspace.root), "review", "--no-open"]
        again = subprocess.run([*command, "--port", str(served.port)], capture_output=True, text=True, timeout=60)
    assert again.returncode == 1
    assert (
        again.stderr
        == f"wildwear: --port {served.port}: Address already in use; take another, or 0 for any that is free\n"
    )


def test_settings_come_from_the_workspace_too(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"])
    with Path(workspace.root / "wildwear.toml").open("a") as handle:
        handle.write('\n[review]\nwho = "ben"\n')
    with process(workspace) as (_, served):
        assert served.get("/api/collection")["who"] == "ben"
