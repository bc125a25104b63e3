"""Fixtures that every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings
from tests import ray_cluster

from wildwear.workspace import Workspace

DATA = Path(os.environ.get("WILDWEAR_DATA", Path(__file__).parents[2] / "shared" / "data"))

# A busy machine is slow at times, and that is no fault of the code.
settings.register_profile("wildwear", deadline=None)
settings.load_profile("wildwear")


def skip(reason: str) -> None:
    """Skips, or fails where `.ci/run` says that everything is installed."""
    if os.environ.get("WILDWEAR_SKIPS_FAIL") == "1":
        pytest.fail(f"would be skipped: {reason}")
    pytest.skip(reason)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "workspace")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real catalogues and photographs."""
    if not (DATA / "luma" / "products.csv").is_file():
        skip(f"no real data in {DATA}: set WILDWEAR_DATA")
    return DATA


@pytest.fixture(scope="session")
def two_nodes() -> Iterator[ray_cluster.TwoNodes]:
    """A Ray cluster for every test that wants one: each runs jobs of its own there, in child processes."""
    if not find_spec("ray"):
        skip("Ray is not installed: pip install 'wildwear[ray]'")
    with ray_cluster.serving() as cluster:
        yield cluster
