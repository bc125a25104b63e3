"""Real photographs, exported and imported again."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest
from tests.datasets.exports.made import READERS, export

from wildwear.datasets.entries import read_table
from wildwear.datasets.exports import FORMATS
from wildwear.datasets.importing import import_samples
from wildwear.datasets.settings import Columns, ImportSettings, SplitSettings
from wildwear.workspace import Workspace

pytestmark = pytest.mark.data

SOURCES = {
    "street": ("street/boxes.csv", "street/photos", "street"),
    "tagged": ("street-tagged/tags.csv", "street-tagged/photos", "street-tagged"),
    "garments": ("wild-garments/labels.csv", "wild-garments/images", "wild-garments"),
}


@pytest.fixture(params=list(SOURCES))
def real(request: pytest.FixtureRequest, workspace: Workspace, data: Path, tmp_path: Path) -> Workspace:
    """Every fiftieth row of a source."""
    table, images, labels = SOURCES[request.param]
    with (data / table).open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    part = tmp_path / "part.csv"
    with part.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([rows[0], *rows[1::50]])
    found = read_table(part, Columns(images=data / images))
    import_samples(workspace, "made", found, ImportSettings(labels=labels), SplitSettings())
    return workspace


def labels_by_side(workspace: Workspace, name: str) -> Counter[tuple[str, str, tuple[str, ...]]]:
    rows = workspace.dataset(name).read(["split", "region", "labels"]).to_pylist()
    return Counter((one["split"], one["region"], tuple(one["labels"])) for one in rows)


def test_every_format_holds_every_sample(real: Workspace, tmp_path: Path) -> None:
    expected = labels_by_side(real, "made")
    for to in FORMATS:
        export(real, tmp_path / to, to)
        seen = READERS[to](tmp_path / to).values()
        assert Counter((one.split, one.labels) for one in seen) == Counter(
            (split, labels) for split, _, labels in expected.elements()
        ), to


def test_the_manifest_imported_again_has_the_same_labels(real: Workspace, tmp_path: Path) -> None:
    export(real, tmp_path / "out", "folder")
    settings = ImportSettings(labels=str(tmp_path / "out" / "labels.toml"), given_split="use")
    found = read_table(tmp_path / "out" / "manifest.csv", Columns())
    import_samples(real, "again", found, settings, SplitSettings(near_duplicates=-1))
    assert labels_by_side(real, "again") == labels_by_side(real, "made")
