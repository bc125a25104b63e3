"""Labelling ten million products within 2 GB of memory.

    python benchmarks/label_scale.py                      # needs about 12 GB of disk, below --folder
    python benchmarks/label_scale.py --rows 1000000

Draws the products' texts (`wildwear.rendered`: about 490 characters each, conflicts and wrong claims among them) into a
workspace, runs `wildwear label` as a process of its own and prints the most memory that it and its children held
together (proportional set size, so that shared pages count once). Exits with 1 if that is above --limit-gb, or if a
product was left without a label.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from wildwear.rendered.texts import product_batches
from wildwear.tables import LABELS, PRODUCTS
from wildwear.workspace import Workspace

SAMPLE_SECONDS = 0.2


def write_products(workspace: Workspace, rows: int) -> float:
    """Streams the products into their table; gives the mean length of a description."""
    characters = 0

    def counted() -> Iterator[object]:
        nonlocal characters
        for batch in product_batches(rows):
            characters += batch["description"].get_total_buffer_size()
            yield batch

    workspace.table(PRODUCTS).replace(counted())  # type: ignore[arg-type]
    return characters / rows


def memory_of(process: psutil.Process) -> int:
    """Bytes that a process and its descendants hold at this moment."""
    held = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            held += one.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return held


def labelled(folder: Path) -> tuple[dict[str, object], int, float]:
    """Runs the verb; gives its report, the most memory seen, and the seconds it took."""
    verb = [str(Path(sys.executable).with_name("wildwear")), "-w", str(folder), "--json", "label"]
    began, most = time.perf_counter(), 0
    with subprocess.Popen(verb, stdout=subprocess.PIPE, text=True) as running:
        watched = psutil.Process(running.pid)
        while running.poll() is None:
            try:
                most = max(most, memory_of(watched))
            except psutil.NoSuchProcess:
                break
            time.sleep(SAMPLE_SECONDS)
        assert running.stdout is not None
        output = running.stdout.read()
    if running.returncode != 0:
        raise SystemExit(f"wildwear label ended with {running.returncode}")
    return json.loads(output), most, time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--limit-gb", type=float, default=2.0)
    parser.add_argument("--folder", type=Path, help="where the workspace is made (deleted at the end)")
    options = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="label-scale-", dir=options.folder))
    try:
        workspace = Workspace.create(root / "workspace")
        began = time.perf_counter()
        mean = write_products(workspace, options.rows)
        seconds = time.perf_counter() - began
        print(f"{options.rows:,} products written in {seconds:.0f} s, {mean:.0f} bytes of description each")
        report, most, seconds = labelled(workspace.root)
        without = options.rows - workspace.table(LABELS).count("wins")
        print(f"labelled in {seconds:.0f} s ({options.rows / seconds:,.0f} products a second): {report['done']}")
        print(f"most memory: {most / 1e9:.2f} GB of {options.limit_gb} GB; products without a label: {without:,}")
        sys.exit(most > options.limit_gb * 1e9 or without > 0)
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
