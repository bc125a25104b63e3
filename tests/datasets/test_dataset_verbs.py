"""`wildwear split` and `wildwear dataset` as a person calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from tests.datasets.drawn import fill_catalog, write_table

from wildwear.cli import main
from wildwear.workspace import Workspace


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    return write_table(
        tmp_path / "in" / "t.csv",
        [
            {"file": f"{i}.jpg", "label": ("Tee", "Pants")[i % 2], "split": "train"}
            | {"x1": 5, "y1": 5, "x2": 40, "y2": 70}
            for i in range(12)
        ],
    )


def call(workspace: Workspace, *arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["-w", str(workspace.root), *arguments])
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def test_split_prints_categories_by_side_and_the_hash(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    fill_catalog(workspace)
    assert call(workspace, "split", "shop", "--val", "0.2") == 0
    out = capsys.readouterr().out
    assert "category" in out
    assert "Jeans" in out
    assert "rare, with fewer than 20 samples of their own: Tee 20" not in out
    assert "split " in out


def test_a_table_is_imported_listed_and_shown(
    workspace: Workspace, labels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(workspace, "dataset", "import", "table", str(labels), "--name", "mine", "--val", "0.2") == 0
    assert "columns: image from 'file', label from 'label'" in capsys.readouterr().out
    assert call(workspace, "--json", "dataset", "list") == 0
    listed = json.loads(capsys.readouterr().out)["details"]
    assert (listed["mine"]["samples"], listed["mine"]["boxes"]) == (12, 12)
    sheet = tmp_path / "sheet.png"
    assert call(workspace, "dataset", "show", "mine", "--contact-sheet", str(sheet)) == 0
    out = capsys.readouterr().out
    assert "the source said: train 12" in out
    assert "Capris | Chinos" in out
    with Image.open(sheet) as picture:
        assert picture.height > 200


def test_a_contact_sheet_of_one_category_and_of_one_that_is_not_there(
    workspace: Workspace, labels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call(workspace, "dataset", "import", "table", str(labels), "--name", "mine")
    sheet = ["--contact-sheet", str(tmp_path / "sheet.png")]
    assert call(workspace, "dataset", "show", "mine", *sheet, "--category", "Tee") == 0
    assert call(workspace, "dataset", "show", "mine", *sheet, "--category", "Tees") == 1
    assert "unknown category 'Tees' in mine: did you mean Tee?" in capsys.readouterr().err
    assert call(workspace, "dataset", "show", "mine", "--contact-sheet", "sheet.jpg") == 1


def test_failed_rows_give_exit_status_3(workspace: Workspace, labels: Path) -> None:
    (labels.parent / "3.jpg").write_text("no picture")
    assert call(workspace, "dataset", "import", "table", str(labels), "--name", "mine") == 3


def test_mistakes_end_in_one_plain_line(
    workspace: Workspace, labels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, line in (
        (["split", "shop"], "has no labels yet: run 'wildwear label' first"),
        (["split", "shop", "--val", "1.5"], "leave some for training"),
        (["dataset", "show", "nothing"], "unknown dataset 'nothing'"),
        (["dataset", "import", "table", str(labels), "--name", "a/b"], "cannot name a dataset"),
        (
            ["dataset", "import", "table", str(labels), "--name", "x", "--labels", "wild"],
            "choose from a FILE.toml, identity",
        ),
        (["dataset", "import", "folder", str(tmp_path / "gone"), "--name", "x"], "is not a folder"),
    ):
        assert call(workspace, *arguments) in (1, 2)
        err = capsys.readouterr().err.strip()
        assert line in err
        assert "Traceback" not in err


def test_a_folder_is_imported_with_its_given_split(workspace: Workspace, tmp_path: Path, labels: Path) -> None:
    for i, side in enumerate(("train", "train", "val", "test")):
        file = tmp_path / "sides" / side / "Tee" / f"{i}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes((labels.parent / f"{i}.jpg").read_bytes())
    folder = str(tmp_path / "sides")
    assert call(workspace, "dataset", "import", "folder", folder, "--name", "mine", "--given-split", "use") == 0
    assert sorted(workspace.dataset("mine").read(["split"])["split"].to_pylist()) == ["test", "train", "train", "val"]


def test_a_workspace_without_datasets_says_what_makes_one(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(workspace, "dataset", "list") == 0
    assert "next: wildwear split NAME" in capsys.readouterr().out
