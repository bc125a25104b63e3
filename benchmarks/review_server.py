"""The server behind the review page, asked over HTTP as a browser asks it.

    python benchmarks/review_collection.py /tmp/many --category Dress
    python benchmarks/review_server.py /tmp/many [--json FILE]

Prints how long it takes to open the collection, to answer with the sheet of the whole category, to draw sprites of 64
thumbnails that nobody has asked for before (one after the other, and six at a time, as a browser does), and until a
decision is on the disk (one reviewer typing, and eight at once).
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from wildwear.pages.server import listen, make_server
from wildwear.review.app import create_app
from wildwear.review.settings import ReviewSettings
from wildwear.workspace import Workspace

TOKEN = "benchmark"
SPRITES, DECISIONS = 60, 200


class Client:
    """One browser: a connection a thread, kept open."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._local = threading.local()

    def ask(self, method: str, path: str, body: Any = None) -> bytes:
        connection = self._local.__dict__.setdefault("connection", http.client.HTTPConnection("127.0.0.1", self._port))
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        data: bytes = response.read()
        assert response.status == 200, data
        return data


@contextmanager
def serving(workspace: Workspace) -> Iterator[tuple[Client, float]]:
    ready = threading.Event()
    start = time.perf_counter()
    with listen(0) as listening:
        server = make_server(create_app(workspace, ReviewSettings(), TOKEN), ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        ready.wait()
        opened = time.perf_counter() - start
        try:
            yield Client(listening.getsockname()[1]), opened
        finally:
            server.should_exit = True
            thread.join()


def timed(calls: list[Callable[[], object]], at_once: int) -> dict[str, float]:
    """Milliseconds a call, and calls a second, over `at_once` connections."""

    def one(call: Callable[[], object]) -> float:
        start = time.perf_counter()
        call()
        return 1000 * (time.perf_counter() - start)

    with ThreadPoolExecutor(at_once) as pool:
        start = time.perf_counter()
        each = list(pool.map(one, calls))
        whole = time.perf_counter() - start
    p50, p95, most = np.percentile(each, [50, 95, 100]).round(1).tolist()
    return {"p50": p50, "p95": p95, "max": most, "per_second": round(len(calls) / whole, 1)}


def measure(workspace: Workspace) -> dict[str, Any]:
    with serving(workspace) as (client, opened):
        overall = json.loads(client.ask("GET", "/api/collection"))
        category = max(overall["categories"], key=lambda one: one["count"])["name"]
        path = f"/api/sheet?category={category}&order="
        sheets = {
            order: timed([lambda p=path + order: client.ask("GET", p)] * 5, 1) for order in ("suspicious", "clusters")
        }  # type: ignore[misc]
        sheet = json.loads(client.ask("GET", path + "random"))
        count = -(-sheet["count"] // 64)
        numbers = np.random.default_rng(0).permutation(count)[: 2 * SPRITES]
        draws = [lambda k=k: client.ask("GET", f"/sprite/{sheet['sheet']}/{k}.jpg") for k in numbers.tolist()]  # type: ignore[misc]
        decide = [
            lambda n=n: client.ask("POST", "/api/decisions", _decision(sheet["items"][n])) for n in range(2 * DECISIONS)
        ]  # type: ignore[misc]
        half = len(draws) // 2
        return {
            "pictures": overall["count"],
            "load": os.getloadavg()[0],
            "open_seconds": round(opened, 2),
            "sheet_ms": sheets,
            "sprite_ms": {"one": timed(draws[:half], 1), "six": timed(draws[half:], 6)},
            "decision_ms": {"one": timed(decide[:DECISIONS], 1), "eight": timed(decide[DECISIONS:], 8)},
            "resident_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }


def _decision(item: int) -> dict[str, Any]:
    return {"who": "benchmark", "decisions": [{"item": item, "verdict": "keep"}]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    result = measure(Workspace.open(arguments.workspace))
    print(json.dumps(result, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
