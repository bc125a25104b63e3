"""What is particular to each format."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pyarrow import parquet
from tests.datasets.exports.made import (
    READERS,
    export,
    make_dataset,
    read_folder,
    read_parquet,
    read_webdataset,
    row,
    truth,
    varied_rows,
)

from wildwear.cli import main
from wildwear.datasets.entries import read_folder as entries_of_folder
from wildwear.datasets.entries import read_table
from wildwear.datasets.exports.place import whole_folder
from wildwear.datasets.importing import import_samples
from wildwear.datasets.settings import Columns, ImportSettings, SplitSettings
from wildwear.errors import UserError
from wildwear.images.decode import DecodeLimits, decode_upright
from wildwear.workspace import Workspace


@pytest.fixture
def made(workspace: Workspace) -> Workspace:
    make_dataset(workspace, varied_rows())
    return workspace


def labels_by_side(workspace: Workspace, name: str) -> list[tuple[str, str, list[str]]]:
    rows = workspace.dataset(name).read(["split", "region", "labels"]).to_pylist()
    return sorted((one["split"], one["region"], one["labels"]) for one in rows)


def call(workspace: Workspace, *words: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["-w", str(workspace.root), *map(str, words)])
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


# Folders


def test_a_box_is_cut_out_to_the_pixel(workspace: Workspace, tmp_path: Path) -> None:
    (one,) = [row(0, ["Tee"], "upper", box=[5.0, 10.0, 45.5, 70.25])]
    make_dataset(workspace, [one])
    export(workspace, tmp_path / "out", "folder")
    (file,) = (tmp_path / "out" / "train" / "Tee").iterdir()
    with Image.open(file) as picture:
        cut = np.asarray(picture).astype(int)
    stored = decode_upright(bytes(one["bytes"]), DecodeLimits())  # type: ignore[arg-type]
    assert np.abs(cut - stored[10:71, 5:46]).mean() < 3
    (line,) = csv.DictReader((tmp_path / "out" / "manifest.csv").read_text().splitlines())
    assert [float(line[f"crop_{corner}"]) for corner in ("x1", "y1", "x2", "y2")] == [5, 10, 46, 71]


def test_without_cropping_a_folder_keeps_pictures_as_stored_and_their_boxes(made: Workspace, tmp_path: Path) -> None:
    export(made, tmp_path / "out", "folder", crop=False)
    assert read_folder(tmp_path / "out") == truth(varied_rows())


@pytest.mark.parametrize("to", ["webdataset", "parquet"])
def test_shards_can_be_cropped_too(to: str, made: Workspace, tmp_path: Path) -> None:
    export(made, tmp_path / "out", to, crop=True)
    assert {one.size for one in READERS[to](tmp_path / "out").values()} == {(60, 80), (41, 61)}


@pytest.mark.parametrize("crop", [True, False])
def test_a_folder_imported_again_has_the_same_labels_on_the_same_sides(
    crop: bool, made: Workspace, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export(made, out, "folder", crop=crop)
    settings = ImportSettings(labels=str(out / "labels.toml"), given_split="use")
    split = SplitSettings(near_duplicates=-1)
    import_samples(made, "from-folder", entries_of_folder(out), settings, split)
    import_samples(made, "from-manifest", read_table(out / "manifest.csv", Columns()), settings, split)
    assert labels_by_side(made, "from-folder") == labels_by_side(made, "made")
    assert labels_by_side(made, "from-manifest") == labels_by_side(made, "made")
    before, again = (made.dataset(name).read(["group"])["group"].unique() for name in ("made", "from-manifest"))
    assert sorted(again.to_pylist()) == sorted(before.to_pylist())
    boxes = made.dataset("from-manifest").read(["box"])["box"]
    assert (len(boxes) - boxes.null_count > 0) != crop


def test_labels_without_sets_need_no_mapping_to_come_back(made: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(made, out, "folder", sets="skip")
    words = ["dataset", "import", "folder", out, "--name", "again", "--given-split", "use", "--near-duplicates", "-1"]
    assert call(made, *words) == 0
    assert labels_by_side(made, "again") == [one for one in labels_by_side(made, "made") if len(one[2]) == 1]


def test_h45_a_manifest_opens_in_a_spreadsheet_without_running_anything(workspace: Workspace, tmp_path: Path) -> None:
    cells = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\tx", "\rx", 'a "quote", and a\nline']
    make_dataset(workspace, [row(i, ["Tee"], "upper", group=cell, source=cell) for i, cell in enumerate(cells)])
    export(workspace, tmp_path / "out", "folder")
    with (tmp_path / "out" / "manifest.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == len(cells)
    assert not any(value.startswith(tuple("=+-@\t\r")) for line in lines for value in line.values())
    assert {line["group"].removeprefix("'") for line in lines} == set(cells)


# Shards


@pytest.mark.parametrize("to", ["webdataset", "parquet"])
def test_shards_stay_within_their_size_and_are_numbered(to: str, workspace: Workspace, tmp_path: Path) -> None:
    noise = np.random.default_rng(0)
    pictures = []
    for _ in range(40):
        out = io.BytesIO()
        Image.fromarray(noise.integers(0, 256, (256, 256, 3), dtype=np.uint8)).save(out, "JPEG", quality=95)
        pictures.append(out.getvalue())
    rows = [row(number, ["Tee"], "upper", split="train") for number in range(40)]
    make_dataset(workspace, [one | _stored(data) for one, data in zip(rows, pictures, strict=True)])
    total = sum(map(len, pictures))
    assert total > 3_000_000
    export(workspace, tmp_path / "out", to, shard_mb=1)
    shards = sorted((tmp_path / "out").rglob("train-*"))
    assert all(shard.stat().st_size <= 1_000_000 * (1.02 if to == "parquet" else 1) for shard in shards)
    assert len(shards) <= total // 1_000_000 + 2
    numbers = [shard.name for shard in shards]
    count = len(shards)
    expected = {
        "webdataset": [f"train-{i:06d}.tar" for i in range(count)],
        "parquet": [f"train-{i:05d}-of-{count:05d}.parquet" for i in range(count)],
    }
    assert numbers == expected[to]
    assert len(READERS[to](tmp_path / "out")) == 40


def _stored(data: bytes) -> dict[str, object]:
    import hashlib

    image_id = hashlib.sha256(data).hexdigest()[:32]
    return {"bytes": data, "image_id": image_id, "sample_id": image_id, "width": 256, "height": 256}


def test_a_tar_says_nothing_of_who_made_it_and_keys_have_no_dots(made: Workspace, tmp_path: Path) -> None:
    export(made, tmp_path / "out", "webdataset")
    with tarfile.open(tmp_path / "out" / "train-000000.tar") as tar:
        members = tar.getmembers()
    assert len(members) % 3 == 0
    assert {(one.mtime, one.uid, one.gid, one.uname, one.gname, one.mode) for one in members} == {
        (0, 0, 0, "", "", 0o644)
    }
    keys = [one.name.split(".") for one in members]
    assert all(len(parts) == 2 for parts in keys)
    assert [parts[1] for parts in keys] == ["jpg", "json", "cls"] * (len(members) // 3)


def test_hugging_face_loads_the_tars_by_the_card_as_well(made: Workspace, tmp_path: Path) -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    import datasets

    export(made, tmp_path / "out", "webdataset")
    datasets.disable_progress_bars()
    sides = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    assert {side: len(rows) for side, rows in sides.items()} == {"train": 15, "validation": 7, "test": 7}
    assert len(read_webdataset(tmp_path / "out")) == 29


# Parquet


def test_parquet_carries_its_features_and_small_row_groups(workspace: Workspace, tmp_path: Path) -> None:
    make_dataset(workspace, [row(number, ["Tee"], "upper", split="train") for number in range(150)])
    export(workspace, tmp_path / "out", "parquet")
    file = parquet.ParquetFile(tmp_path / "out" / "data" / "train-00000-of-00001.parquet")
    features = json.loads(file.schema_arrow.metadata[b"huggingface"])["info"]["features"]
    assert features["image"] == {"_type": "Image"}
    assert features["label"] == {"names": ["Tee"], "_type": "ClassLabel"}
    assert [file.metadata.row_group(i).num_rows for i in range(file.metadata.num_row_groups)] == [100, 50]


def test_boxes_are_objects_as_in_coco_with_their_class(made: Workspace, tmp_path: Path) -> None:
    export(made, tmp_path / "out", "parquet")
    read_parquet(tmp_path / "out")  # sets the environment
    import datasets

    rows = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "hf-cache"), split="train")
    boxed = [one for one in rows if one["objects"]["bbox"]]
    assert boxed
    for one in boxed:
        assert one["objects"] == {"bbox": [[5.0, 10.0, 40.5, 60.25]], "category": [one["label"]]}


def test_h44_a_card_shows_a_hostile_class_as_text(workspace: Workspace, tmp_path: Path) -> None:
    name = '---\n"<script>alert(1)</script>| a: [b'
    make_dataset(workspace, [row(0, [name], "upper")])
    export(workspace, tmp_path / "out", "parquet")
    card = (tmp_path / "out" / "README.md").read_text()
    assert "<script>" not in card.replace("\\<", "").replace("\\>", "")
    assert card.count("\n---\n") == 1
    (seen,) = read_parquet(tmp_path / "out").values()
    assert seen.name == name


# COCO


def test_samples_of_one_picture_are_gathered_in_one_image(made: Workspace, tmp_path: Path) -> None:
    export(made, tmp_path / "out", "coco")
    files = sorted((tmp_path / "out" / "annotations").iterdir())
    assert [file.name for file in files] == ["instances_test.json", "instances_train.json", "instances_val.json"]
    instances = [json.loads(file.read_text()) for file in files]
    assert sum(len(one["images"]) for one in instances) == 24
    assert sum(len(one["annotations"]) for one in instances) == 29
    assert len({json.dumps(one["categories"]) for one in instances}) == 1
    ids = [one["id"] for part in instances for one in part["annotations"]]
    assert sorted(ids) == list(range(1, 30))
    for part in instances:
        for one in part["annotations"]:
            x, y, width, height = one["bbox"]
            assert one["area"] == pytest.approx(width * height)
            assert min(x, y) >= 0 and x + width <= 60 and y + height <= 80
            assert one["iscrowd"] == 0


# FiftyOne

READ_WITH_FIFTYONE = """
import json, sys
import fiftyone as fo
from fiftyone.utils.data import importers
importer = fo.types.FiftyOneDataset().get_dataset_importer_cls()(sys.argv[1])
with importers._handle_legacy_formats(importer) as found:
    for sample in found:
        (side,) = sample.tags
        for one in sample.ground_truth.detections:
            print(json.dumps([one.sample_id, side, one.label, one.labels, one.bounding_box, sample.filepath]))
"""


def test_fiftyone_imports_every_sample(made: Workspace, tmp_path: Path) -> None:
    """By its own importer, up to the samples that it would put into its database, which needs a server."""
    python = os.environ.get("WILDWEAR_FIFTYONE_PYTHON", sys.executable)
    export(made, tmp_path / "out", "fiftyone")
    environment = {**os.environ, "FIFTYONE_DO_NOT_TRACK": "true", "HOME": str(tmp_path)}
    if subprocess.run([python, "-c", "import fiftyone"], env=environment, capture_output=True, check=False).returncode:
        pytest.skip("FiftyOne is not installed; name a Python that has it in WILDWEAR_FIFTYONE_PYTHON")
    done = subprocess.run(
        [python, "-c", READ_WITH_FIFTYONE, str(tmp_path / "out")],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=200,
    )
    rows = {one[0]: one for one in map(json.loads, done.stdout.splitlines())}
    expected = truth(varied_rows())
    assert rows.keys() == expected.keys()
    for key, (_, side, label, labels, box, path) in rows.items():
        assert (side, label, tuple(labels)) == (expected[key].split, expected[key].name, expected[key].labels)
        assert box == ([5 / 60, 10 / 80, 40.5 / 60, 60.25 / 80] if expected[key].box else [0, 0, 1, 1])
        assert Path(path).is_file()


# All of them


def test_the_verb_reports_and_says_how_to_read_it(
    made: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(made, "dataset", "export", "made", "--to", "coco", tmp_path / "out") == 0
    out = capsys.readouterr().out
    assert "29  samples" in out and "24  pictures" in out
    assert "sides: train 15, val 7, test 7" in out
    assert "pycocotools" in out
    assert call(made, "--json", "dataset", "export", "made", tmp_path / "two", "--to", "folder", "--sets", "skip") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["skipped"]["samples with several possible categories"] == 8
    assert sum(report["details"]["samples"].values()) == 21


def test_mistakes_end_in_one_plain_line(made: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, told in (
        (["made", tmp_path / "out", "--to", "coca"], "did you mean coco?"),
        (["mode", tmp_path / "out", "--to", "coco"], "did you mean made?"),
        (["made", tmp_path / "out", "--to", "parquet", "--shard-mb", "0"], "at least one megabyte"),
    ):
        assert call(made, "dataset", "export", *words) == 1
        error = capsys.readouterr().err
        assert told in error and len(error.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["workspace"]


def test_two_exports_to_one_place_do_not_mix(made: Workspace, tmp_path: Path) -> None:
    with whole_folder(tmp_path / "out", force=False) as draft:
        (draft / "first").touch()
        with pytest.raises(UserError, match="another export to"):
            export(made, tmp_path / "out", "coco")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["first"]
