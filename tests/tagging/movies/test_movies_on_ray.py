"""Movies tagged on a cluster of two nodes."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from tests.models.tiny_model import write_tiny_model
from tests.movies.films import black, moving, write_film
from tests.ray_cluster import TwoNodes


@pytest.mark.ray
def test_movies_on_two_nodes_have_the_tags_that_one_machine_gives_them(two_nodes: TwoNodes, tmp_path: Path) -> None:
    write_tiny_model(tmp_path / "tiny")
    (tmp_path / "films").mkdir()
    for number in range(3):
        scenes = [moving(number, Fraction(1)), black(Fraction(1, 2))]
        write_film(tmp_path / "films" / f"{number}.mp4", scenes, Fraction(10))
    (tmp_path / "films" / "broken.mp4").write_bytes(b"no movie")
    command = [sys.executable, "-m", "wildwear", "tag", str(tmp_path / "films"), "--model", str(tmp_path / "tiny")]
    for name, runner in (("here", "native"), ("there", two_nodes.address)):
        words = ["--to", "json", "--out", str(tmp_path / f"{name}.jsonl"), "--runner", runner]
        assert subprocess.run([*command, *words], stdout=subprocess.DEVNULL, timeout=240, check=False).returncode == 3
    here, there = ((tmp_path / f"{name}.jsonl").read_text() for name in ("here", "there"))
    assert here == there
    assert [json.loads(line)["status"] for line in here.splitlines()] == ["ok", "ok", "ok", "failed"]
