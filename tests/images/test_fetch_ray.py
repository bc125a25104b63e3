"""The same fetch on a cluster of two nodes, one of whose workers is killed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pyarrow as pa
import pytest
from tests.conftest import skip
from tests.images.rude_server import answer, picture, serving

from wildwear.images.fetch import fetch
from wildwear.images.fetch_settings import FetchSettings
from wildwear.tables import IMAGES, PRODUCTS
from wildwear.workspace import Workspace

ON_TWO_NODES = """
import sys
from pathlib import Path

import ray
from ray.cluster_utils import Cluster

from wildwear.images.fetch import fetch
from wildwear.images.fetch_settings import FetchSettings
from wildwear.workspace import Workspace

cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
cluster.add_node(num_cpus=1)
settings = FetchSettings(allow_private_addresses=True, all_products=True, decoders=1, workers=2, commit_rows=16,
                         requests_per_second=100.0, runner=cluster.address)
report = fetch(Workspace.open(Path(sys.argv[1])), settings)
ray.shutdown()
cluster.shutdown()
sys.exit(report.exit_status)
"""


def kill_a_worker(driver: int, requests: list[object]) -> list[int]:
    """Kills a process that decodes for the driver's cluster once some pictures were asked for; gives its id."""
    while len(requests) < 30:
        time.sleep(0.02)
    for child in psutil.process_iter(["cmdline", "ppid"]):
        if "wildwear.images.decoder_child" in (child.info["cmdline"] or []):
            worker = psutil.Process(child.info["ppid"])
            if driver in [parent.pid for parent in worker.parents()] and worker.pid != driver:
                worker.kill()
                return [worker.pid]
    return []


@pytest.mark.ray
def test_h72_two_nodes_store_the_same_rows_though_a_worker_is_killed(workspace: Workspace, tmp_path: Path) -> None:
    try:
        import ray  # noqa: F401
    except ImportError:
        skip("Ray is not installed")
    killed: list[int] = []
    with serving({f"/{n}.jpg": answer(picture(n % 50)) for n in range(150)}) as server:
        server.delay = 0.05
        rows = [
            dict.fromkeys(PRODUCTS.schema.names)
            | {"product_id": f"p{n}", "image_urls": [server.url(f"/{n}.jpg"), server.url("/gone.jpg")]}
            for n in range(150)
        ]
        alone = Workspace.create(tmp_path / "alone")
        for one in (workspace, alone):
            one.table(PRODUCTS).replace(pa.Table.from_pylist(rows, schema=PRODUCTS.schema))
        quick = FetchSettings(allow_private_addresses=True, all_products=True, requests_per_second=1000.0, decoders=1)
        fetch(alone, quick)
        server.requests.clear()
        driver = subprocess.Popen([sys.executable, "-c", ON_TWO_NODES, str(workspace.root)], stderr=subprocess.DEVNULL)
        killer = threading.Thread(target=lambda: killed.extend(kill_a_worker(driver.pid, server.requests)), daemon=True)
        killer.start()
        assert driver.wait(timeout=240) == 3
    assert killed
    order = [("product_id", "ascending"), ("url", "ascending")]
    assert workspace.table(IMAGES).read().sort_by(order) == alone.table(IMAGES).read().sort_by(order)
