"""`split --modes`: a dataset of the photographs that were taken in some ways alone."""

from __future__ import annotations

from itertools import cycle

import pyarrow as pa
import pytest
from tests.datasets.drawn import fill_catalog, image_row

from wildwear.cli import main
from wildwear.datasets.from_catalog import split_catalog
from wildwear.datasets.settings import PictureSettings, SplitSettings
from wildwear.errors import UnknownName, UserError
from wildwear.records import Mode
from wildwear.tables import IMAGES, INSPECTIONS
from wildwear.workspace import Workspace


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    """A shop whose pictures are product, worn and wild in turn."""
    fill_catalog(workspace, products=30, pictures=1)
    images = workspace.table(IMAGES).read(["image_id"])["image_id"].to_pylist()
    found = [
        {"collection": "catalogue", "crop_id": image, "mode": mode.value}
        for image, mode in zip(images, cycle(Mode), strict=False)
    ]
    rows = [{field.name: row.get(field.name) for field in INSPECTIONS.schema} for row in found]
    workspace.table(INSPECTIONS).replace(pa.Table.from_pylist(rows, INSPECTIONS.schema))
    return workspace


def samples(workspace: Workspace) -> set[str]:
    return set(workspace.dataset("shop").read(["image_id"])["image_id"].to_pylist())


def test_the_samples_are_those_of_the_chosen_modes(shop: Workspace) -> None:
    report = split_catalog(shop, "shop", SplitSettings(), pictures=PictureSettings(modes="worn,wild"))
    said = shop.table(INSPECTIONS).read(where="mode != 'product'")["crop_id"].to_pylist()
    assert samples(shop) == set(said)
    assert report.done["samples"] == 20
    assert report.skipped["pictures of other photo modes"] == 10


def test_each_sample_of_a_mode_is_one_of_the_whole(shop: Workspace) -> None:
    split_catalog(shop, "shop", SplitSettings())
    whole = samples(shop)
    parts = []
    for mode in Mode:
        split_catalog(shop, "shop", SplitSettings(), pictures=PictureSettings(modes=mode))
        parts.append(samples(shop))
    assert set().union(*parts) == whole and sum(map(len, parts)) == len(whole)


def test_a_picture_that_was_not_inspected_is_told_before_anything_is_written(shop: Workspace) -> None:
    late = image_row("p000", 9)
    row = {field.name: late.get(field.name) for field in IMAGES.schema}
    shop.table(IMAGES).append(pa.Table.from_pylist([row], IMAGES.schema))
    with pytest.raises(UserError, match="of 1 pictures is not known: run 'wildwear inspect' first"):
        split_catalog(shop, "shop", SplitSettings(), pictures=PictureSettings(modes="wild"))
    assert shop.dataset_names() == []
    split_catalog(shop, "shop", SplitSettings())


def test_an_unknown_mode_names_the_near_one() -> None:
    with pytest.raises(UnknownName, match="did you mean worn"):
        PictureSettings(modes="wron")
    with pytest.raises(UserError, match="names none"):
        PictureSettings(modes=" , ")


def test_the_verb_takes_modes(shop: Workspace) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["-w", str(shop.root), "split", "shop", "--modes", "product"])
    assert stopped.value.code == 0
    assert len(samples(shop)) == 10
