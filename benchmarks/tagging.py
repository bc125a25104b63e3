"""Tagging a folder beside the bare runtime on batches that are decoded already: what reading and decoding cost.

    python benchmarks/tagging.py [--model wildwear-base] [--photos 320] [--rounds 5] [--threads 2] [--json FILE]

All use the same model, batch size and number of threads, in turns, on the street photographs below WILDWEAR_DATA. The
claim: at least 0.90 of the bare runtime as it is run by default, one batch after the other on all threads (which is as
fast with batches of 16 as of 4; see for yourself with --batch-size). Beside it stands the bare runtime as tagging runs
it, one batch a thread, which wastes nothing on threads that wait for each other: what is missing to that is what
reading and decoding cost. Prints medians over the rounds, the processor time of a photograph (which other work on the
machine does not change), and what a new process spends until its first tags.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from wildwear import Tagger
from wildwear.images.decode import DecodeLimits
from wildwear.models.registry import load_model
from wildwear.models.runtimes import RuntimeOptions
from wildwear.tagging.settings import TaggerSettings
from wildwear.tagging.tags import Tags

DATA = Path(os.environ.get("WILDWEAR_DATA", Path(__file__).parents[2] / "shared" / "data"))

STARTUP = {
    "an empty interpreter": "pass",
    "import wildwear": "import wildwear",
    "Tagger imported": "from wildwear import Tagger",
    "model loaded": "from wildwear import Tagger; Tagger('{model}')",
    "first tags": "from wildwear import Tagger; Tagger('{model}').tag('{photo}')",
}


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def startup(model: str, photo: Path) -> dict[str, float]:
    """Seconds of a new process that does each thing, the best of three."""
    times = {}
    for name, code in STARTUP.items():
        command = [sys.executable, "-c", code.format(model=model, photo=photo)]
        times[name] = min(seconds(lambda: subprocess.run(command, check=True)) for _ in range(3))  # noqa: B023
    return times


def measure(
    model: str, paths: list[Path], rounds: int, threads: int, batch_size: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Photographs a second of each way, and milliseconds of processor time a photograph, round by round."""
    tagger = Tagger(model, TaggerSettings(batch_size=batch_size), RuntimeOptions(threads=threads))
    wide, narrow = (load_model(model, None, RuntimeOptions(threads=count)) for count in (threads, 1))
    look = tagger.model.preprocessing
    pixels = [look(look.decode(path.read_bytes(), DecodeLimits()).rgb) for path in paths]
    batches = [np.stack(pixels[at : at + batch_size]) for at in range(0, len(pixels), batch_size)]

    def one_after_the_other() -> None:
        for batch in batches:
            wide.probabilities(wide.run(batch).logits)

    def one_a_thread() -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda batch: narrow.probabilities(narrow.run(batch).logits), batches))

    def tagging() -> None:
        assert all(isinstance(outcome, Tags) for outcome in tagger.tag_many(paths))

    ways: dict[str, Callable[[], None]] = {
        "bare, one batch after the other": one_after_the_other,
        "bare, one batch a thread": one_a_thread,
        "tagging": tagging,
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    costs: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            began = time.process_time()
            rate = len(paths) / seconds(way)
            if turn:  # the first round warms up
                rates[name].append(rate)
                costs[name].append(1000 * (time.process_time() - began) / len(paths))
    return rates, costs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="wildwear-base")
    parser.add_argument("--photos", type=int, default=320)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--batch-size", type=int, default=TaggerSettings().batch_size)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    paths = sorted((DATA / "street" / "photos").glob("*.jpg"))[: given.photos]
    if not paths:
        sys.exit(f"no photographs in {DATA}: set WILDWEAR_DATA")
    rates, costs = measure(given.model, paths, given.rounds, given.threads, given.batch_size)
    for name, values in rates.items():
        cost = statistics.median(costs[name])
        print(f"{statistics.median(values):8.1f} photographs/s  {cost:6.2f} ms of processor time each  {name}")
    ratios = {}
    for name in list(rates)[:2]:
        turns = [tag / bare for tag, bare in zip(rates["tagging"], rates[name], strict=True)]
        ratios[name] = statistics.median(turns)
        print(f"{ratios[name]:8.2f} of {name}; round by round {min(turns):.2f} to {max(turns):.2f}")
    times = startup(given.model, paths[0])
    for name, value in times.items():
        print(f"{value:8.2f} s  {name}")
    if given.json:
        given.json.write_text(
            json.dumps({"rates": rates, "costs": costs, "ratios": ratios, "startup": times}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
