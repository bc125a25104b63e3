"""The command line as a whole: what it costs to ask, and how it says no."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from wildwear.cli import VERBS, main

HEAVY = [
    "daft",
    "lance",
    "onnxruntime",
    "onnx",
    "sklearn",
    "matplotlib",
    "aiohttp",
    "polars",
    "pyarrow",
    "numpy",
    "torch",
]


def run(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wildwear", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=cwd, check=False)


def status_of(*words: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    return int(str(stopped.value.code))


def test_asking_for_help_loads_nothing_heavy() -> None:
    code = f"""
import sys
from wildwear.cli import main
try:
    main(["--help"])
except SystemExit as stopped:
    assert stopped.code == 0, stopped.code
print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr.strip() == "[]"
    assert all(verb in done.stdout for verb in VERBS)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_each_verb_explains_itself_with_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(verb, "--help") == 0
    assert f"wildwear {verb}" in capsys.readouterr().out


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_flag_that_is_not_there_is_wrong_usage(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(verb, "--no-such-flag") == 2
    assert "wildwear: " in capsys.readouterr().err


def test_a_verb_that_is_not_there_is_wrong_usage_and_near_ones_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("lable") == 2
    assert "label" in capsys.readouterr().err


def test_a_folder_that_is_no_workspace_says_how_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("-w", str(tmp_path), "label") == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "init" in error


def test_a_setting_that_is_not_there_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("-w", str(tmp_path), "init") == 0
    with (tmp_path / "wildwear.toml").open("a") as settings:
        settings.write("[init]\ntaxonomie = 'deepfashion'\n")
    assert status_of("-w", str(tmp_path), "init") == 2
    assert "taxonomie" in capsys.readouterr().err


def test_json_is_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of("--json", "-w", str(tmp_path), "init") == 0
    assert json.loads(capsys.readouterr().out)["verb"] == "init"


def test_the_workspace_may_be_named_after_the_verb(tmp_path: Path) -> None:
    assert status_of("init", "-w", str(tmp_path / "shop")) == 0
    assert (tmp_path / "shop" / "wildwear.toml").is_file()


def test_it_runs_as_a_module() -> None:
    assert run("--version").returncode == 0


def test_nothing_phones_home() -> None:
    code = "import wildwear, os; print(os.environ['DO_NOT_TRACK'], os.environ['DAFT_ANALYTICS_ENABLED'])"
    environment = {
        key: value for key, value in os.environ.items() if key not in ("DO_NOT_TRACK", "DAFT_ANALYTICS_ENABLED")
    }
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.split() == ["1", "0"]
