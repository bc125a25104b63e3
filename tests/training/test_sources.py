"""What batches are drawn from is one version of a dataset's side: its samples that show a class, where they lie."""

from __future__ import annotations

import pytest
from tests.training.coloured import samples, write_dataset

from wildwear.errors import UserError
from wildwear.training.data import open_parts
from wildwear.training.sources import open_source
from wildwear.workspace import Workspace

CLASSES = ("Jacket", "Tee", "Jeans")


def test_a_source_holds_the_samples_of_its_side_that_show_a_class(workspace: Workspace) -> None:
    rows = samples({"train": 6, "val": 3, "test": 2}, ["Jacket", "Jeans", "Dress"])
    rows = [*rows[6:9], *rows[:6], *rows[9:]]
    write_dataset(workspace, "shop", rows)
    (part,) = open_parts(workspace, ("shop*2",)).learned
    source = open_source(part, CLASSES)
    assert source.rows.tolist() == [3, 4, 6, 7]
    assert source.members.tolist() == [[True, False, False], [False, False, True]] * 2
    assert (source.name, source.weight) == ("shop:train", 2.0)


def test_pictures_come_in_the_order_asked_for_repeated_where_asked_for(workspace: Workspace) -> None:
    rows = samples({"train": 5}, ["Tee"])
    rows[2]["box"] = [1.0, 2.0, 30.0, 40.0]
    write_dataset(workspace, "shop", rows)
    (part,) = open_parts(workspace, ("shop",)).learned
    source = open_source(part, CLASSES)
    asked = [3, 2, 3, 0]
    pictures = source.pictures(source.rows[asked])
    assert [data for data, _ in pictures] == [rows[row]["bytes"] for row in asked]
    assert [box for _, box in pictures] == [None, [1.0, 2.0, 30.0, 40.0], None, None]
    assert source.pictures(source.rows[:0]) == []


def test_boxes_are_ignored_where_whole_pictures_are_asked_for(workspace: Workspace) -> None:
    rows = samples({"train": 2}, ["Tee"])
    rows[1]["box"] = [1.0, 2.0, 30.0, 40.0]
    write_dataset(workspace, "shop", rows)
    (part,) = open_parts(workspace, ("shop",)).without_boxes().learned
    source = open_source(part, CLASSES)
    assert source.pictures(source.rows) == [(row["bytes"], None) for row in rows]


def test_what_is_committed_later_does_not_shift_the_samples(workspace: Workspace) -> None:
    rows = samples({"train": 4}, ["Tee"])
    table = write_dataset(workspace, "shop", rows)
    (part,) = open_parts(workspace, ("shop",)).learned
    source = open_source(part, CLASSES)
    version = source.snapshot.version
    table.delete("sample_id = '00000'")
    assert [data for data, _ in source.pictures(source.rows)] == [row["bytes"] for row in rows]
    assert open_source(part, CLASSES).snapshot.version > version


def test_a_subset_is_a_source_of_its_own(workspace: Workspace) -> None:
    write_dataset(workspace, "shop", samples({"train": 12}, ["Tee"]))
    (part,) = open_parts(workspace, ("shop:train@4",)).learned
    assert len(open_source(part, CLASSES).rows) == 4


def test_a_dataset_without_any_of_the_classes_is_refused(workspace: Workspace) -> None:
    write_dataset(workspace, "shop", samples({"train": 4}, ["Dress"]))
    (part,) = open_parts(workspace, ("shop",)).learned
    with pytest.raises(UserError, match="shop:train: no sample shows any of the 3 classes"):
        open_source(part, CLASSES)
