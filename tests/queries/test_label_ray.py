"""The same labels on a cluster of two nodes, one of whose workers is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.ray_cluster import TwoNodes

from wildwear.rendered.texts import product_batches
from wildwear.tables import LABELS, PRODUCTS
from wildwear.workspace import Workspace

PRODUCT_COUNT = 60_000


def label(workspace: Workspace, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wildwear", "-w", str(workspace.root), "label", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


@pytest.mark.ray
def test_h72_two_nodes_give_the_same_labels_and_say_the_same_though_a_worker_is_killed(
    two_nodes: TwoNodes, workspace: Workspace, tmp_path: Path
) -> None:
    alone = Workspace.create(tmp_path / "alone")
    for one in (workspace, alone):
        one.table(PRODUCTS).replace(product_batches(PRODUCT_COUNT))
    expected = label(alone)
    assert (expected.returncode, expected.stderr) == (0, "")
    with two_nodes.losing("UDFProject") as killed:
        told = label(workspace, "--runner", two_nodes.address)
    assert killed
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == expected.stdout
    assert workspace.table(LABELS).read() == alone.table(LABELS).read()
