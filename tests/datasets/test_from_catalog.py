"""`split`: labelled, stored catalogue pictures become a dataset."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from tests.datasets.drawn import fill_catalog, image_row, jpeg, run_and_kill

from wildwear.datasets.from_catalog import split_catalog
from wildwear.datasets.samples import split_hash
from wildwear.datasets.settings import SplitSettings
from wildwear.errors import UserError
from wildwear.tables import IMAGES, LABELS, PRODUCTS
from wildwear.workspace import Workspace


def change(workspace: Workspace, rows: list[dict[str, object]]) -> None:
    full = [{field.name: row.get(field.name) for field in IMAGES.schema} for row in rows]
    workspace.table(IMAGES).upsert(pa.Table.from_pylist(full, IMAGES.schema))


def test_every_labelled_stored_picture_is_a_sample_and_groups_stay_whole(workspace: Workspace) -> None:
    fill_catalog(workspace)
    report = split_catalog(workspace, "shop", SplitSettings(val=0.2, test=0.2))
    rows = workspace.dataset("shop").read().to_pylist()
    assert (report.exit_status, len(rows), report.done["groups"]) == (0, 60, 15)
    for group in {row["group"] for row in rows}:
        assert len({row["split"] for row in rows if row["group"] == group}) == 1
    assert {row["split"] for row in rows} == {"train", "val", "test"}
    sets = {tuple(row["labels"]) for row in rows}
    assert ("Jeans",) in sets
    assert any(len(labels) == 10 and "Chinos" in labels for labels in sets)
    assert {row["region"] for row in rows} == {"upper", "lower"}
    assert rows[0]["source"].startswith("p0")
    assert report.details["split_hash"] == split_hash(workspace.dataset("shop"))


def test_what_is_not_taken_is_counted_by_its_reason(workspace: Workspace) -> None:
    fill_catalog(workspace, products=6, pictures=1)
    workspace.table(LABELS).delete("product_id = 'p000'")
    workspace.table(PRODUCTS).delete("product_id = 'p001'")
    change(workspace, [image_row("p002") | {"status": "failed", "bytes": None, "image_id": None, "phash": None}])
    report = split_catalog(workspace, "shop", SplitSettings())
    assert report.done["samples"] == 3
    assert report.skipped["pictures of products without a label"] == 1
    assert report.skipped["pictures of products that are gone"] == 1
    assert report.skipped["pictures that are not stored"] == 1


def test_losing_claims_are_no_labels(workspace: Workspace) -> None:
    fill_catalog(workspace, products=2, pictures=1)
    lost = {"product_id": "p000", "category": "Coat", "wins": False}
    workspace.table(LABELS).append(
        pa.Table.from_pylist([{field.name: lost.get(field.name) for field in LABELS.schema}], LABELS.schema)
    )
    split_catalog(workspace, "shop", SplitSettings())
    assert workspace.dataset("shop").read(["labels"])["labels"].to_pylist() == [["Jeans"], ["Jeans"]]


def test_products_that_show_the_same_or_nearly_the_same_picture_stand_on_one_side(workspace: Workspace) -> None:
    fill_catalog(workspace)
    same, again = jpeg(777), jpeg(777, quality=60)
    change(workspace, [image_row("p000", 9, same), image_row("p006", 9, same), image_row("p012", 9, again)])
    report = split_catalog(workspace, "shop", SplitSettings(val=0.3, test=0.3))
    rows = workspace.dataset("shop").read(["group", "split"]).to_pylist()
    assert len({row["split"] for row in rows if row["group"] in ("g000", "g003", "g006")}) == 1
    assert any("2 groups joined others" in note for note in report.notes)
    assert report.skipped["listings of a picture that was there"] == 1


def test_h48_one_picture_with_contradictory_labels_is_left_out_and_named(workspace: Workspace) -> None:
    fill_catalog(workspace)
    shared = jpeg(778)
    skirt = {"product_id": "p004", "category": "Skirt", "wins": True}
    workspace.table(LABELS).delete("product_id = 'p004'")
    workspace.table(LABELS).append(
        pa.Table.from_pylist([{field.name: skirt.get(field.name) for field in LABELS.schema}], LABELS.schema)
    )
    change(workspace, [image_row("p000", 9, shared), image_row("p004", 9, shared)])
    report = split_catalog(workspace, "shop", SplitSettings())
    assert report.skipped["pictures whose labels exclude each other"] == 2
    assert any("p000 p000/9.jpg, p004 p004/9.jpg" in note for note in report.notes)


def test_h68_a_damaged_picture_fails_alone(workspace: Workspace) -> None:
    fill_catalog(workspace, products=4, pictures=1)
    row = image_row("p001")
    change(workspace, [row | {"bytes": bytes(row["bytes"])[:-1] + b"\0"}])  # type: ignore[arg-type]
    report = split_catalog(workspace, "shop", SplitSettings())
    assert (report.exit_status, report.done["samples"], report.failed) == (3, 3, {"damaged_picture": 1})
    assert report.details["damaged"] == ["p001 p001/0.jpg"]


def test_size_takes_a_part_and_a_larger_one_contains_it(workspace: Workspace) -> None:
    fill_catalog(workspace)
    kept = []
    for size in (20, 40):
        split_catalog(workspace, "shop", SplitSettings(size=size))
        rows = workspace.dataset("shop").read(["sample_id", "split"]).to_pylist()
        kept.append({(row["sample_id"], row["split"]) for row in rows})
    assert (len(kept[0]), len(kept[1])) == (20, 40)
    assert kept[0] < kept[1]


def test_h62_a_split_that_is_killed_and_run_again_equals_one_that_was_not(workspace: Workspace) -> None:
    fill_catalog(workspace, products=200)
    split_catalog(workspace, "whole", SplitSettings())
    whole = workspace.dataset("whole").read(["sample_id", "split", "bytes"])
    for delay in (0.02, 0.06, 0.12):
        run_and_kill(workspace, "split_catalog(workspace, 'killed', split)", delay)
        assert workspace.new_dataset("killed").count() in (0, whole.num_rows)
    split_catalog(workspace, "killed", SplitSettings())
    assert workspace.dataset("killed").read(["sample_id", "split", "bytes"]) == whole


def test_a_stage_that_has_not_run_is_named(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="no labels yet: run 'wildwear label' first"):
        split_catalog(workspace, "shop", SplitSettings())
    fill_catalog(workspace, products=2)
    workspace.table(IMAGES).delete("true")
    with pytest.raises(UserError, match="no images yet: run 'wildwear fetch' first"):
        split_catalog(workspace, "shop", SplitSettings())
    change(workspace, [image_row("p000") | {"status": "failed"}])
    with pytest.raises(UserError, match="none of the pictures could be stored"):
        split_catalog(workspace, "shop", SplitSettings())


def test_a_name_that_cannot_be_a_folder_is_refused_before_anything_runs(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="cannot name a dataset"):
        split_catalog(workspace, "../shop", SplitSettings())
    assert not list(Path(workspace.root).glob("*.lance"))
