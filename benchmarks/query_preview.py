"""How long a person waits for the preview of an edited query.

    python benchmarks/query_preview.py --rows 200000 --repeat 5 [--json FILE]

Draws a catalogue's texts (`wildwear.rendered`: about 530 characters a product) into a workspace, and previews a series
of edits as the query view does: a category opened, a word added, a common word added, a word taken away, everything
replaced. Each is the median of --repeat edits with words that were not searched before. What is done ahead, when the
view is opened, is reported apart: reading the texts, and finding out who wins each product by the saved queries.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil

from wildwear.queries.load import load_queries
from wildwear.queries.preview import Previewer
from wildwear.queries.settings import LabelSettings
from wildwear.rendered.texts import product_batches
from wildwear.tables import PRODUCTS
from wildwear.workspace import Workspace

RARE = ("linen", "corduroy", "velvet", "fleece", "merino", "silk", "poplin", "twill")
COMMON = ("machine", "checked", "piece", "keeps", "packed", "repaired", "regular", "washed")


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds that passed, and seconds that the processor worked for it: more than the first on several cores, less
    where others work on this machine."""
    began, worked = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - worked


def measure(rows: int, repeat: int, folder: Path | None = None) -> dict[str, tuple[float, float]]:
    """Seconds by what is done."""
    root = Path(tempfile.mkdtemp(prefix="query-preview-", dir=folder))
    try:
        workspace = Workspace.create(root / "workspace")
        workspace.table(PRODUCTS).replace(product_batches(rows))
        return _measured(Previewer(workspace, LabelSettings()), repeat)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _measured(previewer: Previewer, repeat: int) -> dict[str, tuple[float, float]]:
    shipped = load_queries(None, previewer.taxonomy)
    jeans, dress, tee = (shipped.block(name).text for name in ("Jeans", "Dress", "Tee"))

    def preview(*edits: tuple[str, str]) -> tuple[float, float]:
        times = sorted(seconds(partial(previewer.preview, *edit)) for edit in edits)
        return times[len(times) // 2]

    return {
        "texts read": seconds(previewer.prepare),
        "a category opened at once": preview(("Jeans", jeans)),
        "who wins each product found out": seconds(lambda: all(iter(previewer.prepare, False))),
        "a category opened": preview(("Dress", dress), ("Tee", tee)),
        "a word added": preview(*(("Jeans", f"{jeans} | title:{word}") for word in RARE[:repeat])),
        "a word of every product added": preview(*(("Jeans", f"{jeans} | {word}") for word in COMMON[:repeat])),
        "a word taken away": preview(*(("Jeans", f"{jeans} & !{word}") for word in RARE[:repeat])),
        "all replaced": preview(*(("Dress", f"gown | title:(dress & {word})") for word in RARE[:repeat])),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where the workspace is made (deleted at the end)")
    parser.add_argument("--json", type=Path, help="where the figures go, too")
    options = parser.parse_args()
    figures = measure(options.rows, min(options.repeat, len(RARE)), options.folder)
    print(f"{options.rows:,} products{'':17} seconds  of processor")
    for name, (passed, worked) in figures.items():
        print(f"{name:<32} {passed:9.3f} {worked:9.3f}")
    print(f"memory at the end: {psutil.Process().memory_info().rss / 1e6:,.0f} MB")
    if options.json:
        options.json.write_text(json.dumps({"products": options.rows, **figures}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
