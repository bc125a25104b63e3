"""A Ray cluster of two nodes on this machine, in a process of its own, and the killing of its workers."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

_SERVE = """
import sys
from ray.cluster_utils import Cluster

cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
cluster.add_node(num_cpus=1)
print(cluster.address, flush=True)
sys.stdin.read()
cluster.shutdown()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoNodes:
    """A cluster that runs."""

    address: str
    process: psutil.Process
    """Whose descendants its processes are."""

    @contextmanager
    def losing(self, title: str, when: Callable[[], bool] = lambda: True) -> Iterator[list[str]]:
        """Meanwhile, SIGKILL ends one worker with `title` in its name as soon as `when` holds; gives its name."""
        killed: list[str] = []
        stop = threading.Event()

        def watch() -> None:
            while not killed and not stop.wait(0.01):
                if when():
                    killed.extend(self._kill(title))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield killed
        finally:
            stop.set()
            watcher.join()

    def _kill(self, title: str) -> list[str]:
        for child in self.process.children(recursive=True):
            try:
                name = " ".join(child.cmdline()).strip()
                if name.startswith("ray::") and title in name:
                    child.kill()
                    return [name]
            except psutil.NoSuchProcess:
                continue
        return []


@contextmanager
def serving() -> Iterator[TwoNodes]:
    """The cluster, while the block runs."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"RAY_USAGE_STATS_ENABLED": "0"},
    )
    assert process.stdout
    with process:
        yield TwoNodes(address=process.stdout.readline().strip(), process=psutil.Process(process.pid))
        assert process.stdin
        process.stdin.close()
