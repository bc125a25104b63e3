"""`inspect`: one row a picture, the same after any kill, and nothing of another collection touched."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.datasets.drawn import fill_catalog, image_row
from tests.images.pictures import encoded, photograph
from tests.test_crashes import STEPPING
from tests.training.coloured import samples, write_dataset

from wildwear.cli import main
from wildwear.datasets.reader import STORED
from wildwear.errors import UnknownName, UserError
from wildwear.images.decode import decode_upright, store
from wildwear.inspection.collection import open_collection
from wildwear.inspection.settings import InspectSettings
from wildwear.inspection.stage import _NUMBERS_HELD, _projection, inspect
from wildwear.inspection.summary import notes, summarise
from wildwear.records import Mode
from wildwear.tables import EMBEDDINGS, IMAGES, INSPECTIONS, LABELS, PRODUCTS
from wildwear.taxonomy import load_taxonomy
from wildwear.workspace import Workspace


@pytest.fixture(scope="module")
def inspected(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A shop of 12 products with two pictures each, a dataset beside it, and what `inspect` made of both."""
    workspace = Workspace.create(tmp_path_factory.mktemp("shop"))
    fill_catalog(workspace, products=12, pictures=2)
    write_dataset(workspace, "coloured", samples({"train": 12, "val": 6}))
    inspect(workspace, InspectSettings())
    inspect(workspace, InspectSettings(on="coloured"))
    return workspace


@pytest.fixture
def shop(inspected: Workspace, tmp_path: Path) -> Workspace:
    """A copy of it, to change."""
    return Workspace.open(Path(shutil.copytree(inspected.root, tmp_path / "copy")))


def rows(workspace: Workspace, collection: str = "catalogue") -> pa.Table:
    return workspace.table(INSPECTIONS).read(where=f"collection = '{collection}'")


def add_rows(workspace: Workspace, *images: dict[str, object]) -> None:
    schema = IMAGES.schema
    table = pa.Table.from_pylist([{field.name: row.get(field.name) for field in schema} for row in images], schema)
    workspace.table(IMAGES).append(table)


def test_each_stored_picture_has_one_row_with_everything(inspected: Workspace) -> None:
    found = rows(inspected)
    assert found["crop_id"].to_pylist() == sorted(inspected.table(IMAGES).read(["image_id"])["image_id"].to_pylist())
    assert set(found["mode"].to_pylist()) <= set(Mode)
    assert set(found["category"].to_pylist()) == {"Jeans", "Tee", "Pants"}
    for column in ("mode_confidence", "suspicion"):
        assert found[column].null_count == 0
        assert min(found[column].to_pylist()) >= 0 and max(found[column].to_pylist()) <= 1
    assert set(found["guess"].to_pylist()) <= set(load_taxonomy().names)


def test_a_dataset_has_rows_of_its_own_and_leaves_the_others(inspected: Workspace) -> None:
    assert rows(inspected, "coloured").num_rows == 18
    assert rows(inspected).num_rows == 24
    assert (
        inspected.table(INSPECTIONS).read(["collection"])["collection"].to_pylist()
        == ["catalogue"] * 24 + ["coloured"] * 18
    )


def test_run_again_it_changes_nothing_whatever_the_order_of_the_pictures(shop: Workspace) -> None:
    before, stored = rows(shop), shop.table(IMAGES).read()
    shop.table(IMAGES).replace(stored.take(pa.array(np.random.default_rng(0).permutation(stored.num_rows))))
    inspect(shop, InspectSettings())
    assert rows(shop).equals(before)


def test_what_is_gone_from_the_catalogue_is_gone_from_the_findings(shop: Workspace) -> None:
    shop.table(IMAGES).delete("product_id = 'p000'")
    inspect(shop, InspectSettings())
    assert rows(shop).num_rows == 22


def test_pictures_without_a_label_have_a_mode_and_no_suspicion(shop: Workspace) -> None:
    shop.table(LABELS).delete("product_id = 'p000'")
    report = inspect(shop, InspectSettings())
    unlabelled = [row for row in rows(shop).to_pylist() if row["category"] == ""]
    assert report.skipped == {"suspicion: pictures without a label": 2}
    assert [(row["suspicion"], row["guess"]) for row in unlabelled] == [(None, None)] * 2
    assert all(row["mode"] for row in unlabelled)


def test_one_category_alone_says_nothing_of_suspicion(shop: Workspace) -> None:
    shop.table(LABELS).delete("category != 'Jeans'")
    inspect(shop, InspectSettings())
    assert rows(shop)["suspicion"].null_count == 24


def test_h34_one_picture_on_many_products_is_a_placeholder_and_suspect(shop: Workspace) -> None:
    shared = image_row("none", 0)
    add_rows(shop, *(shared | {"product_id": f"p{n:03}", "url": "none.jpg"} for n in range(0, 12, 2)))
    report = inspect(shop, InspectSettings(placeholder_products=5))
    marked = [row for row in rows(shop).to_pylist() if row["placeholder"]]
    assert [(row["crop_id"], row["suspicion"], row["guess"]) for row in marked] == [(shared["image_id"], 1.0, None)]
    assert report.done["placeholders"] == 1


def test_a_picture_shown_by_products_of_several_categories_is_judged_as_a_set(shop: Workspace) -> None:
    shared = image_row("both", 0)
    add_rows(shop, *(shared | {"product_id": product, "url": "both.jpg"} for product in ("p000", "p002")))
    inspect(shop, InspectSettings())
    found = [row["category"] for row in rows(shop).to_pylist() if row["crop_id"] == shared["image_id"]]
    assert found == ["Jeans|Tee"]


def test_a_picture_that_does_not_decode_is_counted_as_failed(shop: Workspace) -> None:
    add_rows(shop, image_row("p001", 7) | {"url": "broken.jpg", "image_id": "b" * 32, "bytes": b"no picture"})
    report = inspect(shop, InspectSettings())
    assert sum(report.failed.values()) == 1 and report.exit_status == 3
    assert rows(shop).num_rows == 24


def test_a_picture_that_was_embedded_and_is_damaged_now_keeps_its_row_without_a_mode(shop: Workspace) -> None:
    stored = shop.table(IMAGES).read().to_pylist()
    stored[0]["bytes"] = b"damaged"
    shop.table(IMAGES).replace(pa.Table.from_pylist(stored, IMAGES.schema))
    report = inspect(shop, InspectSettings())
    without = [row["crop_id"] for row in rows(shop).to_pylist() if row["mode"] is None]
    assert without == [stored[0]["image_id"]]
    assert report.failed["undecodable"] == 1


def test_rare_categories_are_called_out_with_the_remedy(inspected: Workspace) -> None:
    report = inspect(inspected, InspectSettings(rare=9))
    assert [one["category"] for one in report.details["categories"] if one["rare"]] == ["Jeans", "Pants", "Tee"]
    assert "wildwear label --explain Tee" in " ".join(report.notes)
    assert not any("rare" in note for note in inspect(inspected, InspectSettings(rare=8)).notes)


def test_sizes_are_told_by_side_for_a_dataset(inspected: Workspace) -> None:
    report = inspect(inspected, InspectSettings(on="coloured", rare=0))
    sides = [one["sides"] for one in report.details["categories"]]
    assert sum(one["train"] for one in sides) == 12 and sum(one["val"] for one in sides) == 6
    assert sum(report.details["modes"].values()) == 18


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (InspectSettings(on="colored"), UnknownName),
        (InspectSettings(model="nobody"), UnknownName),
    ],
)
def test_a_wrong_name_is_told_before_anything_is_read(
    inspected: Workspace, settings: InspectSettings, problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        inspect(inspected, settings)


def test_an_empty_workspace_says_what_comes_first(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="wildwear fetch"):
        inspect(workspace, InspectSettings())


@pytest.mark.parametrize(
    "wrong", [{"rare": -1}, {"placeholder_products": 1}, {"batch_size": 0}, {"suspect": 2}, {"report": Path("a.txt")}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UserError, match="--"):
        InspectSettings(**wrong)  # type: ignore[arg-type]


def test_many_vectors_are_projected_and_keep_their_angles() -> None:
    chance = np.random.default_rng(0)
    vectors = chance.normal(size=(200, 600)).astype(np.float32)
    vectors[1] = vectors[0] + 0.1 * vectors[1]
    short = _projection(_NUMBERS_HELD)(vectors)
    assert short.shape == (200, 256)
    unit = short / np.linalg.norm(short, axis=1, keepdims=True)
    assert unit[0] @ unit[1] > 0.98 and abs(unit[0] @ unit[2:].T).max() < 0.4
    assert _projection(200)(vectors) is vectors


def test_the_verb_prints_a_row_a_category(inspected: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["-w", str(inspected.root), "inspect", "--rare", "9"])
    said = capsys.readouterr().out
    assert stopped.value.code == 0
    assert "Jeans" in said and "rare" in said and "modes: product" in said and "report: " in said
    with pytest.raises(SystemExit):
        main(["-w", str(inspected.root), "--json", "inspect", "--on", "coloured"])
    assert json.loads(capsys.readouterr().out)["details"]["collection"] == "coloured"


@pytest.mark.parametrize("step", [1, 3, 6])
def test_h62_killed_while_it_writes_and_run_again_the_table_is_the_same(shop: Workspace, step: int) -> None:
    before = shop.table(INSPECTIONS).read()
    shutil.rmtree(shop.table(INSPECTIONS).path)
    shop.table(EMBEDDINGS).delete("crop_id < '8'")
    command = [sys.executable, "-c", STEPPING, str(step), "-w", str(shop.root), "inspect"]
    child = subprocess.run(command, capture_output=True, timeout=120, check=False)
    assert child.returncode == -signal.SIGKILL
    inspect(shop, InspectSettings())
    inspect(shop, InspectSettings(on="coloured"))
    assert shop.table(INSPECTIONS).read().equals(before)


def test_a_category_named_with_blanks_can_be_copied_to_a_shell(inspected: Workspace) -> None:
    from dataclasses import replace

    summary = _summary(inspected)
    renamed = tuple(replace(one, category="Button Down", rare=True) for one in summary.categories[:1])
    said = notes(replace(summary, categories=renamed), InspectSettings())
    assert said[-1].endswith("--explain 'Button Down'")


def _summary(workspace: Workspace):
    from wildwear.inspection.summary import Findings

    collection = open_collection(workspace, None)
    size = len(collection)
    nothing = Findings(
        mode=np.full(size, "worn"),
        mode_confidence=np.ones(size, np.float32),
        suspicion=np.zeros(size, np.float32),
        guess=np.full(size, ""),
        look_alike=np.full(size, -1),
        placeholder=np.zeros(size, bool),
    )
    return summarise(collection, nothing, load_taxonomy(), InspectSettings())


def test_products_are_not_needed_for_the_pictures_to_be_inspected(shop: Workspace) -> None:
    shop.table(PRODUCTS).delete("true")
    assert inspect(shop, InspectSettings()).done["pictures inspected"] == 24


def test_the_mode_of_a_box_is_that_of_the_picture_around_it(shop: Workspace) -> None:
    from wildwear.inspection.modes import grounds, load_mode_head, modes

    head, model = load_mode_head()
    boxed = samples({"train": 6})
    for sample in boxed:
        sample["box"] = [4.0, 4.0, 20.0, 20.0]
    write_dataset(shop, "boxed", boxed)
    inspect(shop, InspectSettings(on="boxed"))
    collection = open_collection(shop, "boxed")
    assert all("@4,4,20,20" in crop for crop in collection.crops.to_pylist())
    stored = collection.read(np.arange(len(collection)))
    pixels = np.stack([model.preprocessing(decode_upright(jpeg, STORED)) for jpeg in stored])
    logits = head.logits(head.of_vectors(model.run(pixels).embedding), grounds(collection.read, np.arange(len(stored))))
    assert rows(shop, "boxed")["mode"].to_pylist() == modes(logits)[0].tolist()


def test_boxes_of_one_photograph_are_no_look_alikes_of_each_other(shop: Workspace) -> None:
    stored = store(encoded(photograph(400, 300), "JPEG"))
    picture = {"image_id": stored.image_id, "bytes": stored.bytes, "phash": stored.phash}
    boxes = [[0.0, 0.0, 160.0, 250.0], [180.0, 0.0, 340.0, 250.0]]
    boxed = [
        sample | picture | {"box": box} for sample, box in zip(samples({"train": 2}, start=50), boxes, strict=True)
    ]
    write_dataset(shop, "two", boxed)
    inspect(shop, InspectSettings(on="two"))
    assert rows(shop, "two")["look_alike"].to_pylist() == [None, None]


def test_a_picture_of_one_colour_is_a_placeholder(shop: Workspace) -> None:
    plain = image_row("p000", 7, encoded(np.full((64, 64, 3), 240, np.uint8), "PNG"))
    add_rows(shop, plain)
    inspect(shop, InspectSettings())
    assert [row["crop_id"] for row in rows(shop).to_pylist() if row["placeholder"]] == [plain["image_id"]]
