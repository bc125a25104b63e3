"""Tagging a folder beside the bare runtime on batches that are decoded already: what reading and decoding cost.

    python benchmarks/tagging.py [--model wildwear-base] [--photos 320] [--rounds 5] [--threads 2] [--json FILE]

Both use the same model, batch size and number of threads, in turns, on the street photographs below WILDWEAR_DATA.
The bare runtime is measured both ways a user might run it: one batch at a time on all threads, and one batch a thread;
the faster of the two is what tagging is held against. Prints rates and their ratio (medians over the rounds; the
claim is at least 0.90), and what a new process spends until its first tags.
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
from wildwear.images.decode import decode_upright
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


def measure(model: str, paths: list[Path], rounds: int, threads: int, batch_size: int) -> dict[str, list[float]]:
    """Photographs a second of each way, round by round."""
    tagger = Tagger(model, TaggerSettings(batch_size=batch_size), RuntimeOptions(threads=threads))
    wide, narrow = (load_model(model, None, RuntimeOptions(threads=count)) for count in (threads, 1))
    look = tagger.model.preprocessing
    pixels = [look(decode_upright(path.read_bytes(), None, look.size)) for path in paths]
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
        "bare, a batch on all threads": one_after_the_other,
        "bare, a batch a thread": one_a_thread,
        "tagging": tagging,
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            rate = len(paths) / seconds(way)
            if turn:  # the first round warms up
                rates[name].append(rate)
    return rates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="wildwear-base")
    parser.add_argument("--photos", type=int, default=320)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    paths = sorted((DATA / "street" / "photos").glob("*.jpg"))[: given.photos]
    if not paths:
        sys.exit(f"no photographs in {DATA}: set WILDWEAR_DATA")
    rates = measure(given.model, paths, given.rounds, given.threads, given.batch_size)
    medians = {name: statistics.median(values) for name, values in rates.items()}
    for name, rate in medians.items():
        print(f"{rate:8.1f} photographs/s  {name}")
    ratios = [tag / max(bare) for tag, *bare in zip(rates["tagging"], *list(rates.values())[:2], strict=True)]
    ratio = statistics.median(ratios)
    print(f"{ratio:8.2f} of the faster bare way, round by round {min(ratios):.2f} to {max(ratios):.2f}")
    times = startup(given.model, paths[0])
    for name, value in times.items():
        print(f"{value:8.2f} s  {name}")
    if given.json:
        given.json.write_text(json.dumps({"rates": rates, "ratio": ratio, "startup": times}, indent=1) + "\n")


if __name__ == "__main__":
    main()
