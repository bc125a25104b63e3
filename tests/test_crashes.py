"""kill -9 in the middle of each stage: run again, and every table equals an uninterrupted run's, row for row."""

from __future__ import annotations

import csv
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pytest
from PIL import Image

from wildwear.cli import main
from wildwear.table import Table
from wildwear.tables import IMAGES, LABELS, PRODUCTS, REJECTIONS
from wildwear.workspace import Workspace

STAGES: dict[str, list[str]] = {
    "import": ["import", "catalogue.csv", "--images", "pictures", "--batch-rows", "25"],
    "label": ["label"],
    "fetch": ["fetch", "--commit-rows", "8", "--decoders", "1"],
    "split": ["split", "clothes", "--val", "0.2", "--test", "0.2"],
}
"""The verbs, with settings that make many small commits of little data."""

WRITES = {
    "import": ("products.lance", "rejections.lance"),
    "label": ("labels.lance",),
    "fetch": ("images.lance",),
    "split": ("datasets/clothes.lance",),
}
KINDS = ("Jeans", "T-Shirt", "Dress", "Hoodie", "Skirt", "Leather Jacket")

STEPPING = """
import os, signal, sys
from wildwear import files, table
from wildwear.cli import main

left = int(sys.argv[1])
taken = 0

def step(function):
    def stepping(*args, **kwargs):
        global taken
        taken += 1
        if taken == left:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **kwargs)
    return stepping

files.fsync = table.fsync = step(files.fsync)
table.Table._committing = step(table.Table._committing)
try:
    main(sys.argv[2:])
finally:
    print("steps", taken, file=sys.stderr)
"""
"""Runs a verb and kills itself at a numbered step: before a commit, or between a commit and one of its fsyncs."""


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A catalogue, the workspace before each stage, and all tables after an uninterrupted run."""

    folder: Path
    before: dict[str, Path]
    after: dict[str, pa.Table]
    steps: dict[str, int]
    seconds: dict[str, float]

    def command(self, stage: str, workspace: Path, *prefix: str) -> list[str]:
        return [sys.executable, *prefix, "-w", str(workspace), *STAGES[stage]]

    def start(self, command: list[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


def write_catalogue(folder: Path) -> None:
    """300 rows in 140 groups, some of them no products, with pictures of which some are broken or missing."""
    chance = random.Random(0)
    (folder / "pictures").mkdir(parents=True)
    with (folder / "catalogue.csv").open("w", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(["sku", "parent_sku", "name", "description", "images"])
        for index in range(300):
            group = index if index < 140 else chance.randrange(140)
            kind = KINDS[group % len(KINDS)]
            sku, parent = ("", "") if index % 29 == 28 else (f"p{index}", f"g{group}")
            picture = f"{group % 97}.{'png' if group % 3 else 'jpg'}"
            rows.writerow([sku, parent, f"{kind} number {group}", f"A fine {kind.lower()} to wear.", picture])
    for number in range(97):
        coarse = np.random.default_rng(number).integers(0, 256, (5, 4, 3), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize((64, 80), Image.Resampling.BICUBIC)
        for suffix in ("png", "jpg"):
            path = folder / "pictures" / f"{number}.{suffix}"
            if number % 11 != 10:
                picture.save(path)
            if number % 13 == 12:
                path.write_bytes(b"<html>not found</html>")


def all_tables(workspace: Path) -> dict[str, pa.Table]:
    """Every table of a workspace, sorted by its key; a table that needed repair is a failure of the test."""
    opened = Workspace.open(workspace)
    tables: list[Table] = [opened.table(spec) for spec in (PRODUCTS, REJECTIONS, LABELS, IMAGES)]
    tables += [opened.dataset(name) for name in opened.dataset_names()]
    sorted_rows = {
        table.path.stem: table.read().sort_by([(column, "ascending") for column in table.spec.key]) for table in tables
    }
    assert opened.notices == []
    return sorted_rows


def assert_equal(found: dict[str, pa.Table], expected: dict[str, pa.Table]) -> None:
    for name, rows in expected.items():
        assert found[name].num_rows == rows.num_rows, name
        assert found[name].equals(rows), name


def finish(stage: str, workspace: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs the stage again, in this process, and every stage after it."""
    monkeypatch.chdir(shop.folder)
    for name in list(STAGES)[list(STAGES).index(stage) :]:
        with pytest.raises(SystemExit) as stopped:
            main(["-w", str(workspace), *STAGES[name]])
        assert stopped.value.code in (0, 3), name


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("shop")
    write_catalogue(folder)
    workspace = folder / "uninterrupted"
    Workspace.create(workspace)
    made = Shop(folder=folder, before={}, after={}, steps={}, seconds={})
    for stage in STAGES:
        made.before[stage] = folder / f"before-{stage}"
        shutil.copytree(workspace, made.before[stage])
        began = time.monotonic()
        child = made.start(made.command(stage, workspace, "-c", STEPPING, "0"))
        _, told = child.communicate(timeout=120)
        assert child.returncode in (0, 3), told
        made.seconds[stage] = time.monotonic() - began
        made.steps[stage] = int(told.split("steps ")[1].split()[0])
    made.after.update(all_tables(workspace))
    return made


def copied(shop: Shop, stage: str, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shop.before[stage], tmp_path / "workspace"))


def wait_for(condition: Callable[[], bool], child: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while not condition() and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)


def test_the_uninterrupted_run_has_something_to_lose(shop: Shop) -> None:
    rows = {name: table.num_rows for name, table in shop.after.items()}
    assert rows["products"] > 100 and rows["rejections"] == 10 and rows["labels"] > 100 and rows["clothes"] > 50
    assert set(shop.after["images"]["status"].to_pylist()) == {"ok", "failed"}
    assert shop.steps["import"] > 30 and shop.steps["fetch"] > 20 and min(shop.steps.values()) >= 4


@pytest.mark.parametrize("part", [0.0, 0.35, 0.7, 1.0])
@pytest.mark.parametrize("stage", STAGES)
def test_h62_killed_at_a_step_of_a_commit_and_run_again_the_tables_are_the_same(
    stage: str, part: float, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = copied(shop, stage, tmp_path)
    step = 1 + round(part * (shop.steps[stage] - 1))
    child = shop.start(shop.command(stage, workspace, "-c", STEPPING, str(step)))
    child.communicate(timeout=120)
    assert child.returncode == -signal.SIGKILL
    finish(stage, workspace, shop, monkeypatch)
    assert_equal(all_tables(workspace), shop.after)


@pytest.mark.parametrize("stage", STAGES)
def test_h62_killed_from_outside_while_it_writes_and_run_again_the_tables_are_the_same(
    stage: str, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = copied(shop, stage, tmp_path)
    tables = [workspace / name for name in WRITES[stage]]
    child = shop.start(shop.command(stage, workspace, "-m", "wildwear"))
    wait_for(lambda: any(any((table / "data").glob("*")) for table in tables), child)
    child.kill()
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    finish(stage, workspace, shop, monkeypatch)
    assert_equal(all_tables(workspace), shop.after)


def test_h62_killed_again_and_again_at_any_time_the_tables_are_the_same(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(62)
    workspace = copied(shop, "import", tmp_path)
    killed = 0
    for stage, words in STAGES.items():
        for _ in range(2):
            child = shop.start(shop.command(stage, workspace, "-m", "wildwear"))
            try:
                child.communicate(timeout=shop.seconds[stage] * chance.uniform(0.3, 0.9))
            except subprocess.TimeoutExpired:
                child.kill()
                child.communicate()
                killed += 1
        with monkeypatch.context() as patch:
            patch.chdir(shop.folder)
            with pytest.raises(SystemExit):
                main(["-w", str(workspace), *words])
    assert killed  # how often depends on how busy the machine was when the shop took its time
    assert_equal(all_tables(workspace), shop.after)


def test_h62_a_fetch_that_is_killed_leaves_no_process_behind(shop: Shop, tmp_path: Path) -> None:
    workspace = copied(shop, "fetch", tmp_path)
    child = shop.start(shop.command("fetch", workspace, "-m", "wildwear"))
    family: set[psutil.Process] = set()

    def decoding() -> bool:
        family.update(psutil.Process(child.pid).children(recursive=True))
        return bool(family) and Workspace.open(workspace).table(IMAGES).exists

    wait_for(decoding, child)
    child.kill()
    child.communicate()
    _, alive = psutil.wait_procs(list(family), timeout=20)
    assert family and not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_that_runs_twice_changes_nothing(
    stage: str, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Path(shutil.copytree(shop.folder / "uninterrupted", tmp_path / "workspace"))
    finish(stage, workspace, shop, monkeypatch)
    assert_equal(all_tables(workspace), shop.after)
