"""The same fetch on a cluster of two nodes, one of whose workers is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from tests.images.rude_server import answer, picture, serving
from tests.ray_cluster import TwoNodes

from wildwear.tables import IMAGES, PRODUCTS
from wildwear.workspace import Workspace

PICTURES = 120


def fetch(workspace: Workspace, *words: str) -> int:
    flags = ["--allow-private-addresses", "--all-products", "--decoders", "1", "--requests-per-second", "1000"]
    command = [sys.executable, "-m", "wildwear", "-w", str(workspace.root), "fetch", *flags, *words]
    return subprocess.run(command, stdout=subprocess.DEVNULL, timeout=240, check=False).returncode


@pytest.mark.ray
def test_h72_two_nodes_store_the_same_rows_though_a_worker_is_killed(
    two_nodes: TwoNodes, workspace: Workspace, tmp_path: Path
) -> None:
    alone = Workspace.create(tmp_path / "alone")
    with serving({f"/{n}.jpg": answer(picture(n % 50)) for n in range(PICTURES)}) as server:
        rows = [
            dict.fromkeys(PRODUCTS.schema.names)
            | {"product_id": f"p{n}", "image_urls": [server.url(f"/{n}.jpg"), server.url("/gone.jpg")]}
            for n in range(PICTURES)
        ]
        for one in (workspace, alone):
            one.table(PRODUCTS).replace(pa.Table.from_pylist(rows, schema=PRODUCTS.schema))
        assert fetch(alone) == 3
        server.requests.clear()
        server.delay = 0.05
        with two_nodes.losing("UDFActor", when=lambda: len(server.requests) >= 30) as killed:
            words = ["--workers", "2", "--commit-rows", "16", "--runner", two_nodes.address]
            assert fetch(workspace, *words) == 3
    assert killed
    order = [("product_id", "ascending"), ("url", "ascending")]
    assert workspace.table(IMAGES).read().sort_by(order) == alone.table(IMAGES).read().sort_by(order)
