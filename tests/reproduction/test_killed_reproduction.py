"""A table of experiments that is killed goes on, and ends as one that was not."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.reproduction.small import make_shop, write_experiment

from wildwear.reproduction.settings import ReproduceSettings
from wildwear.reproduction.stage import reproduce
from wildwear.workspace import Workspace

ONLY = ("shop", "then@10.s0", "target@10.s0")


def killed(root: Path, file: Path, reached: Callable[[], bool]) -> bool:
    """Starts the experiment and kills it once that is reached; False where it ended before."""
    words = [sys.executable, "-m", "wildwear", "-w", str(root), "reproduce", str(file), "--rounds", "100"]
    for name in ONLY:
        words += ["--only", name]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not reached():
        time.sleep(0.005)
    ended = process.poll() is not None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return not ended


def outcome(workspace: Workspace) -> dict[str, bytes]:
    """All that a person or a script gets: models, what was measured, the report."""
    files = [path for part in ("models", "reports", "reproductions") for path in (workspace.root / part).rglob("*")]
    kept = [path for path in files if path.is_file() and path.parent.name != "runs"]  # those hold seconds
    return {str(path.relative_to(workspace.root)): path.read_bytes() for path in kept}


@pytest.mark.timeout(900)
def test_h62_kill_9_between_and_inside_runs_changes_nothing_in_the_end(tmp_path: Path) -> None:
    file = write_experiment(tmp_path)
    settings = ReproduceSettings(only=ONLY, rounds=100)
    undisturbed = make_shop(Workspace.create(tmp_path / "undisturbed"))
    reproduce(undisturbed, file, settings)

    shop = make_shop(Workspace.create(tmp_path / "killed"))
    measured = shop.root / "reproductions" / "small" / "measured"
    stages: list[Callable[[], bool]] = [
        lambda: any(shop.models.glob(".small*")),
        lambda: any(shop.models.glob("small*")),
        lambda: any(measured.glob("*")),
        lambda: len(list(shop.models.glob("small*"))) == 3,
    ]
    assert sum(killed(shop.root, file, reached) for reached in stages) >= 2
    reproduce(shop, file, settings)
    assert outcome(shop) == outcome(undisturbed)
