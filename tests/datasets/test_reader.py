"""Samples as a network's input."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.datasets.drawn import fill_catalog, jpeg

from wildwear.datasets.ahead import map_ahead
from wildwear.datasets.reader import DatasetRef, label_matrix, parse_on, read_pixels
from wildwear.datasets.settings import SplitSettings
from wildwear.errors import UnknownName, UserError
from wildwear.images.decode import decode_upright
from wildwear.images.preprocess import Preprocessing
from wildwear.records import Box, Split
from wildwear.table import Table
from wildwear.tables import IMAGES, SAMPLES
from wildwear.workspace import Workspace

SMALL = Preprocessing(size=32)


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Ten samples: every third has a box, the fifth does not decode."""
    table = Table(path=tmp_path / "samples.lance", spec=SAMPLES)
    rows = [
        {
            "sample_id": f"s{i}",
            "bytes": jpeg(i) if i != 5 else jpeg(5)[:-300],
            "box": [10.0, 20.0, 40.0, 70.0] if i % 3 == 0 else None,
            "labels": ["Tee"],
            "split": "train" if i < 7 else "val",
        }
        for i in range(10)
    ]
    table.replace(pa.Table.from_pylist(rows, SAMPLES.schema))
    return table


@pytest.mark.parametrize(("batch_size", "threads"), [(1, 1), (3, 2), (64, 4)])
def test_pixels_come_in_order_and_are_those_of_the_one_preprocessing(
    table: Table, batch_size: int, threads: int
) -> None:
    batches = list(read_pixels(table, SMALL, batch_size=batch_size, threads=threads))
    assert all(len(batch.pixels) == batch.rows.num_rows <= batch_size for batch in batches)
    ids = [one for batch in batches for one in batch.rows["sample_id"].to_pylist()]
    assert ids == [f"s{i}" for i in range(10) if i != 5]
    pixels = np.concatenate([batch.pixels for batch in batches])
    assert (pixels.shape, pixels.dtype) == ((9, 3, 32, 32), np.float32)
    box = Box(x1=10, y1=20, x2=40, y2=70)
    assert np.array_equal(pixels[3], SMALL(decode_upright(jpeg(3)), box))
    assert np.array_equal(pixels[4], SMALL(decode_upright(jpeg(4), short_side=32)))


def test_a_picture_that_does_not_decode_is_handed_over_with_its_reason(table: Table) -> None:
    (batch,) = read_pixels(table, SMALL)
    assert batch.failed["sample_id"].to_pylist() == ["s5"]
    assert batch.failed["reason"].to_pylist() == ["truncated_image"]
    assert "bytes" not in batch.failed.column_names
    assert "bytes" not in batch.rows.column_names


def test_a_condition_and_columns_choose_what_is_read(table: Table) -> None:
    (batch,) = read_pixels(table, SMALL, where="split = 'val'", columns=["sample_id", "labels"])
    assert batch.rows.column_names == ["sample_id", "labels"]
    assert batch.rows["sample_id"].to_pylist() == ["s7", "s8", "s9"]


def test_the_images_of_a_catalogue_are_read_the_same_way(workspace: Workspace) -> None:
    fill_catalog(workspace, products=3, pictures=1)
    (batch,) = read_pixels(workspace.table(IMAGES), SMALL, where="status = 'ok'", columns=["image_id"])
    assert (batch.pixels.shape, batch.failed.num_rows) == ((3, 3, 32, 32), 0)


def test_an_empty_table_gives_no_batches(tmp_path: Path) -> None:
    assert list(read_pixels(Table(path=tmp_path / "none.lance", spec=SAMPLES), SMALL)) == []


def test_no_more_is_decoded_ahead_than_was_agreed() -> None:
    others = set(threading.enumerate())
    started: list[int] = []
    results = map_ahead(lambda item: started.append(item) or item, range(1000), threads=2, ahead=3)
    assert next(results) == 0
    time.sleep(0.05)
    assert len(started) <= 5
    results.close()  # type: ignore[attr-defined]
    assert set(threading.enumerate()) <= others


def test_an_error_while_working_ahead_reaches_the_consumer() -> None:
    with pytest.raises(ZeroDivisionError):
        list(map_ahead(lambda item: 1 // item, [1, 0, 1]))


CLASSES = ["Chinos", "Coat", "Jeans", "Tee"]


@given(st.lists(st.sets(st.sampled_from([*CLASSES, "Sarong"]), max_size=5), max_size=20))
def test_a_label_matrix_is_true_exactly_for_the_members_of_each_set(sets: list[set[str]]) -> None:
    matrix = label_matrix(pa.chunked_array([pa.array([sorted(one) for one in sets], pa.list_(pa.string()))]), CLASSES)
    assert matrix.shape == (len(sets), 4)
    for row, names in zip(matrix, sets, strict=True):
        assert {CLASSES[column] for column in np.flatnonzero(row)} == names - {"Sarong"}


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("wild", DatasetRef(name="wild")),
        ("wild:val", DatasetRef(name="wild", split=Split.VAL)),
        ("wild*0.5", DatasetRef(name="wild", weight=0.5)),
        ("wild:train*2", DatasetRef(name="wild", split=Split.TRAIN, weight=2.0)),
        ("wild@100", DatasetRef(name="wild", samples=100)),
        ("wild:train@100*2", DatasetRef(name="wild", split=Split.TRAIN, samples=100, weight=2.0)),
    ],
)
def test_on_names_a_dataset_a_side_and_a_weight(text: str, ref: DatasetRef) -> None:
    assert parse_on(text) == ref


_COUNTS = ["@5", "wild@", "wild@0", "wild@-1", "wild@1.5", "wild@all", "wild@٣", "wild*2@5", "wild@5:train"]


@pytest.mark.parametrize(
    "text", ["", ":train", "wild*", "wild*heavy", "wild*-1", "wild*nan", "wild*inf", "*2", *_COUNTS]
)
def test_on_in_another_form_is_refused_and_shown_the_form(text: str) -> None:
    with pytest.raises(UserError, match="NAME:split"):
        parse_on(text)


def test_a_side_that_is_none_lists_the_sides() -> None:
    with pytest.raises(UnknownName, match="unknown split 'trian' in 'wild:trian': did you mean train"):
        parse_on("wild:trian")


def test_a_dataset_that_is_not_there_or_a_side_that_is_empty_lists_what_there_is(workspace: Workspace) -> None:
    from wildwear.datasets.from_catalog import split_catalog

    fill_catalog(workspace, products=8)
    split_catalog(workspace, "shop", SplitSettings(val=0.3, test=0.0))
    with pytest.raises(UnknownName, match=r"unknown dataset 'shpo' .* did you mean shop"):
        parse_on("shpo:val").open(workspace)
    with pytest.raises(UnknownName, match="unknown split 'test' in dataset shop: choose from train, val"):
        parse_on("shop:test").open(workspace)
    workspace.new_dataset("empty").replace(SAMPLES.schema.empty_table())
    with pytest.raises(UserError, match="dataset empty has no samples"):
        parse_on("empty").open(workspace)
    ref = parse_on("shop:val")
    assert 0 < ref.open(workspace).count(ref.where) < 16
