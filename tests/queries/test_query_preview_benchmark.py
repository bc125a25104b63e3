"""The benchmark of the preview runs, and its edits concern products."""

from __future__ import annotations

import importlib.util
from pathlib import Path

FILE = Path(__file__).parents[2] / "benchmarks" / "query_preview.py"


def test_the_benchmark_measures_every_kind_of_edit(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("query_preview_benchmark", FILE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    figures = module.measure(rows=60, repeat=1, folder=tmp_path)
    assert len(figures) == 8
    assert all(passed > 0 for passed, _ in figures.values())
    assert list(tmp_path.iterdir()) == []
