"""`dataset import deepfashion`: one reading of the pictures, the official split and one that does not leak."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.datasets.deepfashion_mini import PRODUCTS, Shown, shown, write_benchmark

from wildwear.cli import main
from wildwear.datasets.deepfashion import chosen_categories, import_deepfashion
from wildwear.datasets.settings import DeepFashionSettings
from wildwear.errors import UnknownName, UserError
from wildwear.images.decode import store
from wildwear.records import Report
from wildwear.tables import REJECTIONS
from wildwear.workspace import Workspace

ROWS = tuple(shown())
GONE, OUTSIDE, COPY = 6, 11, 25
"""Of the rows: a picture that is not there, a box outside its picture, a picture in two rows as two categories."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    folder: Path
    workspace: Workspace
    report: Report

    def samples(self, name: str) -> list[dict[str, Any]]:
        return self.workspace.dataset(name).read().to_pylist()  # type: ignore[no-any-return]


def flawed() -> list[Shown]:
    rows = list(ROWS)
    rows[OUTSIDE] = replace(rows[OUTSIDE], box=(1, 1, 290, 90))
    rows[COPY] = replace(rows[COPY], seed=rows[0].seed, box=rows[0].box)
    return rows


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = write_benchmark(tmp_path_factory.mktemp("DeepFashion"), flawed())
    (folder / "Img" / ROWS[GONE].name).unlink()
    workspace = Workspace.create(tmp_path_factory.mktemp("workspace"))
    report = import_deepfashion(workspace, "df", folder, DeepFashionSettings())
    return Imported(folder=folder, workspace=workspace, report=report)


def test_the_official_split_is_the_benchmark_s_own_row_by_row(imported: Imported) -> None:
    taken = [
        row for number, row in enumerate(ROWS) if number not in (GONE, OUTSIDE) and row.category in PRODUCTS.values()
    ]
    found = {(row["source"], row["split"], *row["labels"]) for row in imported.samples("df")}
    lines = {row.name: f"list_category_img.txt:{line}" for line, row in enumerate(ROWS, 3)}
    assert found == {(lines[row.name], row.side, row.category) for row in taken}
    assert imported.report.done == {
        "product folders": 20,
        "categories": 5,
        "samples in dataset df": 78,
        "samples in dataset df-grouped": 78,
    }


def test_the_grouped_split_divides_no_product_and_keeps_the_shares(imported: Imported) -> None:
    rows = imported.samples("df-grouped")
    sides = {(row["group"], row["split"]) for row in rows}
    assert len(sides) == len({group for group, _ in sides}) == 20
    shares = Counter(row["split"] for row in rows)
    official = Counter(row["split"] for row in imported.samples("df"))
    assert all(abs(shares[side] - official[side]) <= 4 for side in ("train", "val", "test"))
    assert {row["split"] for row in rows if row["labels"] == ["Jeans"]} == {"train", "val", "test"}


def test_both_datasets_hold_the_same_samples_and_differ_in_their_sides_alone(imported: Imported) -> None:
    one, other = imported.samples("df"), imported.samples("df-grouped")
    same = [name for name in one[0] if name not in ("split", "dataset")]
    assert [[row[name] for name in same] for row in one] == [[row[name] for name in same] for row in other]
    assert {row["dataset"] for row in other} == {"df-grouped"}


def test_pictures_are_stored_whole_with_the_box_in_them(imported: Imported) -> None:
    by_source = {row["source"]: row for row in imported.samples("df")}
    for line, listed in enumerate(flawed(), 3):
        if sample := by_source.get(f"list_category_img.txt:{line}"):
            assert (sample["width"], sample["height"], sample["box"]) == (200, 300, list(listed.box))
    first = (imported.folder / "Img" / ROWS[0].name).read_bytes()
    assert by_source["list_category_img.txt:3"]["bytes"] == store(first).bytes


def test_the_report_counts_what_the_official_split_lets_through(imported: Imported) -> None:
    details: Any = imported.report.details["datasets"]
    assert details["df"]["on_two_sides"]["groups"] == (20, 78)
    assert details["df"]["known"] == {"val": (20, 20), "test": (19, 19)}
    assert details["df-grouped"]["known"] == {"val": (0, 20), "test": (0, 20)}
    assert set(details["df-grouped"]["on_two_sides"].values()) == {(0, 0)}
    notes = "\n".join(imported.report.notes)
    assert "df: LEAKS: 20 groups (78 samples)" in notes
    assert "20 of 20 pictures of val and 19 of 19 pictures of test are of a product folder that train has too" in notes
    assert "df-grouped: LEAKS" not in notes


def test_what_is_left_out_is_named_with_its_pictures(imported: Imported) -> None:
    assert any("left out: Halter 1, Jodhpurs 1, Cape 0, Coverup 0" in note for note in imported.report.notes)
    assert {what: count for what, count in imported.report.skipped.items() if count} == {
        "pictures of Halter, which is left out": 1,
        "pictures of Jodhpurs, which is left out": 1,
    }


def test_missing_pictures_and_boxes_outside_are_failed_rows(imported: Imported) -> None:
    assert (imported.report.exit_status, imported.report.failed) == (3, {"missing_file": 1, "box_outside_picture": 1})
    kept = imported.workspace.table(REJECTIONS).read().sort_by("row").to_pylist()
    assert [(one["row"], one["reason"]) for one in kept] == [
        (GONE + 3, "missing_file"),
        (OUTSIDE + 3, "box_outside_picture"),
    ]
    assert kept[1]["detail"] == f"{ROWS[OUTSIDE].name}: 1, 1, 290, 90 in a picture of 200 × 300 pixels"


def test_a_picture_in_two_rows_is_two_samples_on_one_side_of_the_grouped_split(imported: Imported) -> None:
    for name in ("df", "df-grouped"):
        twice = [
            row
            for row in imported.samples(name)
            if row["source"] in ("list_category_img.txt:3", f"list_category_img.txt:{COPY + 3}")
        ]
        assert {row["image_id"] for row in twice} == {twice[0]["image_id"]}
        assert len({row["sample_id"] for row in twice}) == 2
    assert len({row["split"] for row in twice}) == 1
    assert len({row["group"] for row in twice}) == 2
    assert sorted(row["labels"] for row in twice) == [["Blouse"], ["Tee"]]
    said = "1 pictures are in several rows (2 in all), 1 of them with different categories"
    assert any(said in note for note in imported.report.notes)


_CHILD = """
import os, signal, sys
from pathlib import Path
from wildwear.datasets.deepfashion import import_deepfashion
from wildwear.datasets.settings import DeepFashionSettings
from wildwear.table import Table
from wildwear.workspace import Workspace

commit = Table._committing

def stop_at_the_last(table):
    if table.path.stem == "df-grouped":
        os.kill(os.getpid(), signal.SIGKILL)
    return commit(table)

Table._committing = stop_at_the_last
import_deepfashion(Workspace.open(Path(sys.argv[1])), "df", Path(sys.argv[2]), DeepFashionSettings())
"""


def test_h62_killed_between_its_two_commits_and_run_again_the_datasets_are_the_same(
    imported: Imported, workspace: Workspace
) -> None:
    command = [sys.executable, "-c", _CHILD, str(workspace.root), str(imported.folder)]
    assert subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == -9
    assert workspace.dataset_names() == ["df"]
    again = import_deepfashion(workspace, "df", imported.folder, DeepFashionSettings())
    assert again.done == imported.report.done
    for name in ("df", "df-grouped"):
        assert workspace.dataset(name).read() == imported.workspace.dataset(name).read()
    assert not list((workspace.root / "drafts").glob("*.lance"))


@pytest.mark.parametrize(("boxes", "size"), [("drop", (200, 300)), ("crop", None)])
def test_boxes_can_be_dropped_or_cut_out(
    boxes: str, size: tuple[int, int] | None, workspace: Workspace, tmp_path: Path
) -> None:
    rows = [replace(row, category="Halter") for row in ROWS[:3]]
    folder = write_benchmark(tmp_path / "in", rows)
    settings = DeepFashionSettings(boxes=boxes, categories=46, split_as="official")  # type: ignore[arg-type]
    import_deepfashion(workspace, "df", folder, settings)
    assert workspace.dataset_names() == ["df"]
    found = {row["source"]: row for row in workspace.dataset("df").read().to_pylist()}
    for line, listed in enumerate(rows, 3):
        sample = found[f"list_category_img.txt:{line}"]
        x1, y1, x2, y2 = listed.box
        assert sample["box"] is None
        assert (sample["width"], sample["height"]) == (size or (x2 - x1, y2 - y1))


@pytest.mark.parametrize(
    ("settings", "count", "without"),
    [
        (DeepFashionSettings(), 43, {"Cape", "Nightdress", "Shirtdress", "Sundress", "Halter", "Coverup", "Jodhpurs"}),
        (DeepFashionSettings(categories=46), 46, {"Cape", "Nightdress", "Shirtdress", "Sundress"}),
        (DeepFashionSettings(categories=50), 50, set()),
        (DeepFashionSettings(categories=50, drop=" sarong, Halter,Coverup "), 47, {"Sarong", "Halter", "Coverup"}),
    ],
)
def test_categories_are_chosen_by_number_and_by_name(
    settings: DeepFashionSettings, count: int, without: set[str]
) -> None:
    chosen = chosen_categories(settings)
    assert len(chosen) == count
    assert set(chosen_categories(DeepFashionSettings(categories=50))) - set(chosen) == without


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(UnknownName, match=r"unknown category 'Haltr' in --drop: did you mean Halter\?"):
        chosen_categories(DeepFashionSettings(drop="Haltr"))
    with pytest.raises(UserError, match="--drop leaves no category"):
        chosen_categories(DeepFashionSettings(drop=",".join(chosen_categories(DeepFashionSettings(categories=50)))))
    with pytest.raises(UserError, match="--near-duplicates 40"):
        DeepFashionSettings(near_duplicates=40)


def test_one_import_is_named_for_what_its_split_is() -> None:
    for split_as, names in (("both", ["df", "df-grouped"]), ("official", ["df"]), ("grouped", ["df-grouped"])):
        assert list(DeepFashionSettings(split_as=split_as).datasets("df")) == names  # type: ignore[arg-type]


def test_nothing_is_made_of_a_benchmark_none_of_whose_rows_can_be_taken(workspace: Workspace, tmp_path: Path) -> None:
    folder = write_benchmark(tmp_path / "in", ROWS[:3])
    with pytest.raises(UserError, match=r"none of its rows can be taken, as there are no pictures of .*Anorak"):
        import_deepfashion(workspace, "df", folder, DeepFashionSettings(drop="Blouse"))
    rows = [replace(row, side="gallery") for row in ROWS[:3]]
    with pytest.raises(UserError, match=r"none of its rows can be taken, as .*row 3: no_split \(img/.*: gallery\)"):
        import_deepfashion(workspace, "df", write_benchmark(tmp_path / "in", rows), DeepFashionSettings())
    assert workspace.dataset_names() == []


def test_a_person_sees_tables_and_a_machine_one_object(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_benchmark(tmp_path / "in", ROWS[:8])
    command = ["-w", str(workspace.root), "dataset", "import", "deepfashion", str(folder), "--name", "df"]
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--categories", "46", "--drop", "Sarong,Halter"])
    out = capsys.readouterr().out
    assert stopped.value.code == 0
    assert "dataset df-grouped" in out
    assert "df: LEAKS: 2 groups (8 samples) on two sides" in out
    assert "non-commercial research" in out
    with pytest.raises(SystemExit) as stopped:
        main(["--json", *command, "--split-as", "official"])
    report = json.loads(capsys.readouterr().out)
    assert report["done"]["samples in dataset df"] == 8
    assert report["details"]["datasets"]["df"]["splits"] == {"train": 4, "val": 2, "test": 2}
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--drop", "Haltr"])
    assert stopped.value.code == 1
    assert "did you mean Halter?" in capsys.readouterr().err
