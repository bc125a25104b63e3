"""The benchmark compares like with like: both sides give the same result."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

FILE = Path(__file__).parents[2] / "benchmarks" / "matching.py"


@pytest.fixture(scope="module")
def matching() -> ModuleType:
    spec = importlib.util.spec_from_file_location("matching_benchmark", FILE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_one_pass_and_regular_expressions_agree(matching: ModuleType) -> None:
    figures = matching.measure(rows=400, repeat=1, processes=1)
    assert figures["matches"] > 400
    assert set(figures["seconds"]) == {"wildwear", "duckdb"}
