"""The real photographs: as they are written, with the mappings that ship."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from wildwear.datasets.entries import Entries, read_table
from wildwear.datasets.importing import import_samples
from wildwear.datasets.settings import Columns, ImportSettings, SplitSettings
from wildwear.errors import LeakError
from wildwear.records import Report
from wildwear.workspace import Workspace

pytestmark = pytest.mark.data


def some(path: Path, tmp_path: Path, every: int, images: Path) -> Entries:
    """Every n-th row of a table, written as the source writes it."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    part = tmp_path / path.name
    with part.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\r\n").writerows([rows[0], *rows[1::every]])
    return read_table(part, Columns(images=images))


def run(workspace: Workspace, found: Entries, labels: str, **settings: object) -> Report:
    return import_samples(workspace, "real", found, ImportSettings(labels=labels, **settings), SplitSettings())  # type: ignore[arg-type]


def test_every_row_of_the_garments_is_understood_and_its_given_split_leaks_by_sender(
    workspace: Workspace, data: Path
) -> None:
    found = read_table(data / "wild-garments" / "labels.csv", Columns())
    assert (len(found.entries), len(found.rejections)) == (5019, 0)
    assert found.columns == {"image": "file", "label": "label", "group": "sender_id", "split": "split"}
    with pytest.raises(LeakError, match="115 groups"):
        run(workspace, found, "wild-garments", given_split="use")


def test_garments_are_stored_and_split_by_sender(workspace: Workspace, data: Path, tmp_path: Path) -> None:
    found = some(data / "wild-garments" / "labels.csv", tmp_path, 25, data / "wild-garments" / "images")
    report = run(workspace, found, "wild-garments")
    rows = workspace.dataset("real").read(["group", "split", "width", "height", "given_split"]).to_pylist()
    assert report.exit_status == 0
    assert report.done["samples"] + report.skipped["rows with an ignored label"] == 201
    assert min(min(row["width"], row["height"]) for row in rows) == 256
    sides = {(row["group"], row["split"]) for row in rows}
    assert len(sides) == len({group for group, _ in sides})
    assert {row["given_split"] for row in rows} == {"train", "validation"}


def test_street_boxes_are_kept_in_full_detail_and_the_given_split_has_no_leak(
    workspace: Workspace, data: Path, tmp_path: Path
) -> None:
    every_box = read_table(data / "street" / "boxes.csv", Columns())
    assert (len(every_box.entries), len(every_box.rejections)) == (1306, 0)
    found = some(data / "street" / "boxes.csv", tmp_path, 20, data / "street" / "photos")
    report = run(workspace, found, "street", given_split="use")
    assert (report.exit_status, report.done["samples"]) == (0, 66)
    sizes = {}
    for row in workspace.dataset("real").read(["box", "group", "width", "height"]).to_pylist():
        x1, y1, x2, y2 = row["box"]
        assert 0 <= x1 < x2 <= row["width"]
        assert 0 <= y1 < y2 <= row["height"]
        sizes[row["group"], round(x2 - x1), round(y2 - y1)] = True
    for entry in found.entries:
        assert entry.box is not None
        wide, high = round(entry.box.x2 - entry.box.x1), round(entry.box.y2 - entry.box.y1)
        if min(wide, high) <= 256:
            assert (entry.group, wide, high) in sizes


def test_street_tags_become_one_sample_a_region(workspace: Workspace, data: Path, tmp_path: Path) -> None:
    found = some(data / "street-tagged" / "tags.csv", tmp_path, 40, data / "street-tagged" / "photos")
    report = run(workspace, found, "street-tagged")
    assert report.exit_status == 0
    rows = workspace.dataset("real").read(["image_id", "region", "group", "split"]).to_pylist()
    assert len({(row["image_id"], row["region"]) for row in rows}) == len(rows) > 60
    assert len({(row["group"], row["split"]) for row in rows}) == len({row["group"] for row in rows})


@pytest.mark.parametrize("table", ["wild-garments/labels.csv", "street/boxes.csv", "street-tagged/tags.csv"])
def test_no_row_is_lost_between_the_table_and_its_entries(data: Path, table: str) -> None:
    found = read_table(data / table, Columns())
    with (data / table).open(newline="", encoding="utf-8") as file:
        rows = sum(1 for _ in csv.reader(file)) - 1
    assert len(found.entries) + len(found.rejections) == rows
    assert all(entry.file.is_file() for entry in found.entries)
