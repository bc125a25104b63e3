from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from wildwear.cli import main

from .conftest import Shop

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(shop: Shop, capsys: pytest.CaptureFixture[str]) -> Run:
    """Calls the command line in the shop's workspace: exit status, stdout, stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["-w", str(shop.workspace.root), *arguments])
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return call


def test_the_verb_imports_and_says_what_comes_next(shop: Shop, run: Run) -> None:
    file = shop.write("a.csv", "nr,name,photos\n1,Tee,a.jpg\n")
    status, out, err = run("import", file, "--column", "id=nr", "--column", "images=photos")
    assert (status, err) == (0, "")
    assert "1  products" in out and "next: wildwear label" in out
    assert shop.products["1"].image_urls == ("a.jpg",)


def test_rejected_rows_make_exit_status_3_and_json_counts_them(shop: Shop, run: Run) -> None:
    file = shop.write("a.csv", "id,title\n1,Tee\n2,\n")
    status, out, _ = run("--json", "import", file)
    report = json.loads(out)
    assert (status, report["failed"], report["done"]["products"]) == (3, {"no_title": 1}, 1)


def test_a_dry_run_shows_and_writes_nothing(shop: Shop, run: Run, tmp_path: Path) -> None:
    rows = [["id", "group", "title", "image"], *[[f"{i}", f"g{i // 2}", f"Tee {i}", f"{i}.jpg"] for i in range(10)]]
    file = shop.write_csv("a.csv", rows)
    before = sorted(shop.workspace.root.iterdir())
    status, out, _ = run("import", file, "--dry-run")
    assert status == 0
    assert "format table" in out and "Tee 4" in out and "g2" in out and "g3" not in out
    status, out, _ = run("--json", "import", file, "--dry-run")
    details = json.loads(out)["details"]
    assert details["files"][file]["format"] == "table"
    assert details["files"][file]["columns"]["images"] == ["image"]
    assert [product["product_id"] for product in details["products"]] == ["g0", "g1", "g2"]
    assert sorted(shop.workspace.root.iterdir()) == before


def test_settings_come_from_the_workspace_too(shop: Shop, run: Run) -> None:
    file = shop.write("a.csv", "nr,name\n1,Tee\n")
    settings = shop.workspace.root / "wildwear.toml"
    settings.write_text(settings.read_text() + '\n[import]\ncolumn = ["id=nr", "title=name"]\n')
    status, _, err = run("import", file)
    assert (status, err) == (0, "")
    assert shop.products["1"].title == "Tee"


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["none.csv"], 1, "none.csv: there is no such file"),
        ([], 1, "no file was named"),
        (["a.csv", "--column", "title=nam"], 1, "no column 'nam'; there are id, title"),
        (["a.csv", "--images", "nowhere"], 1, "--images nowhere: there is no such folder"),
        (["a.csv", "--max-rows", "0"], 1, "--max-rows must be at least 1"),
        (["a.csv", "--format", "shopware"], 2, "shopware"),
    ],
)
def test_what_cannot_be_done_is_one_plain_line(
    shop: Shop,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    status: int,
    says: str,
) -> None:
    shop.write("a.csv", "id,title\n1,Tee\n")
    monkeypatch.chdir(shop.folder)
    ended, out, err = run("import", *arguments)
    assert (ended, out) == (status, "")
    assert says in err
    assert "Traceback" not in err


def test_without_a_workspace_the_remedy_is_named(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = shop.write("a.csv", "id,title\n1,Tee\n")
    with pytest.raises(SystemExit) as ended:
        main(["-w", str(tmp_path / "nowhere"), "import", file])
    assert ended.value.code == 1
    assert "init" in capsys.readouterr().err
