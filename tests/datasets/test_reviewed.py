"""What people decided holds for the datasets that are made afterwards."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from tests.review.serving import fill, fill_dataset, image_id, jpeg, label

from wildwear.crops import crop_ids
from wildwear.datasets.from_catalog import split_catalog
from wildwear.datasets.reviewed import apply_decisions
from wildwear.datasets.samples import sample_id
from wildwear.datasets.settings import SplitSettings
from wildwear.decisions import CATALOGUE, Decision, DecisionLog, Verdict
from wildwear.errors import UserError
from wildwear.workspace import Workspace

SPLIT = SplitSettings(near_duplicates=-1)


def decide(workspace: Workspace, crop: str, verdict: str, becomes: str | None = None, on: str = CATALOGUE) -> None:
    one = Decision(crop_id=crop, collection=on, category="", verdict=Verdict(verdict), becomes=becomes, who="anna")
    DecisionLog(workspace).append([one])


def samples(workspace: Workspace, name: str) -> dict[str, tuple[list[str], str]]:
    """Labels and region by picture."""
    rows = workspace.dataset(name).read(["image_id", "labels", "region"])
    return {row["image_id"]: (row["labels"], row["region"]) for row in rows.to_pylist()}


def test_split_leaves_out_rejected_pictures_and_takes_the_new_label_of_relabelled_ones(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"] * 6 + ["Dress"] * 4 + [None])
    pictures = [image_id(jpeg(number)) for number in range(11)]
    decide(workspace, pictures[0], "reject")
    decide(workspace, pictures[1], "relabel", "Coat")
    decide(workspace, pictures[2], "keep")
    decide(workspace, pictures[3], "reject")
    decide(workspace, pictures[3], "clear")
    decide(workspace, pictures[10], "relabel", "Hat")
    report = split_catalog(workspace, "shop", SPLIT)
    made = samples(workspace, "shop")
    assert set(made) == set(pictures) - {pictures[0]}
    assert made[pictures[1]] == (["Coat"], "full")
    assert made[pictures[2]] == made[pictures[3]] == (["Jeans"], "lower")
    assert made[pictures[10]] == (["Hat"], "accessory")
    assert report.skipped["pictures that a person rejected"] == 1
    assert report.done["pictures relabelled by a person"] == 2


def test_decisions_hold_when_products_are_labelled_anew(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"] * 4)
    pictures = [image_id(jpeg(number)) for number in range(4)]
    decide(workspace, pictures[0], "reject")
    decide(workspace, pictures[1], "relabel", "Skirt")
    label(workspace, {f"p{number}": "Chinos" for number in range(4)})
    split_catalog(workspace, "shop", SPLIT)
    assert samples(workspace, "shop") == {
        pictures[1]: (["Skirt"], "lower"),
        pictures[2]: (["Chinos"], "lower"),
        pictures[3]: (["Chinos"], "lower"),
    }


def test_a_split_is_the_same_where_nobody_decided_anything(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"] * 4)
    split_catalog(workspace, "before", SPLIT)
    decide(workspace, image_id(jpeg(1)), "keep")
    decide(workspace, "of another time", "reject")
    report = split_catalog(workspace, "after", SPLIT)
    columns = ["sample_id", "labels", "split", "bytes"]
    assert workspace.dataset("after").read(columns).equals(workspace.dataset("before").read(columns))
    assert "pictures relabelled by a person" not in report.done


@pytest.fixture
def street(workspace: Workspace) -> list[str]:
    """A dataset of four boxes; their crop ids."""
    boxes = [[10.0, 10.0, 60.0, 60.0], [5.5, 5.0, 99.0, 80.0], [20.0, 20.0, 90.0, 90.0], None]
    fill_dataset(workspace, "street", [(box, ["Coat", "Jacket"]) for box in boxes])
    return crop_ids(workspace.dataset("street").read(["image_id", "box"]))


def test_a_reviewed_dataset_lacks_the_rejected_and_bears_the_new_labels(
    workspace: Workspace, street: list[str]
) -> None:
    decide(workspace, street[0], "reject", on="street")
    decide(workspace, street[1], "relabel", "Jeans", on="street")
    decide(workspace, street[2], "keep", on="street")
    decide(workspace, street[3], "reject", on=CATALOGUE)
    before = workspace.dataset("street").read()
    report = apply_decisions(workspace, "street", "clean")
    assert workspace.dataset("street").read().equals(before)
    rows: list[dict[str, Any]] = workspace.dataset("clean").read().to_pylist()
    expected = before.to_pylist()[1:]
    for row in expected:
        row["dataset"] = "clean"
    expected[0] |= {"labels": ["Jeans"], "region": "lower"}
    expected[0]["sample_id"] = sample_id(expected[0]["image_id"], [5.5, 5.0, 99.0, 80.0], "lower")
    assert rows == expected
    assert report.done == {"samples": 3, "relabelled by a person": 1}
    assert report.skipped["rejected by a person"] == 1


def test_two_samples_of_one_picture_that_become_the_same_are_one(workspace: Workspace) -> None:
    fill_dataset(workspace, "tops", [(None, ["Coat"])])
    (row,) = workspace.dataset("tops").read().to_pylist()
    lower = row | {"sample_id": "s1", "region": "lower", "labels": ["Jeans"]}
    there = row | {"sample_id": sample_id(row["image_id"], None, "full"), "region": "full", "labels": ["Dress"]}
    table = workspace.dataset("tops")
    table.replace(pa.Table.from_pylist([row, lower, there], schema=table.spec.schema))
    decide(workspace, row["image_id"], "relabel", "Jumpsuit", on="tops")
    report = apply_decisions(workspace, "tops", "clean")
    (made,) = workspace.dataset("clean").read().to_pylist()
    assert (made["labels"], made["region"], made["sample_id"]) == (["Jumpsuit"], "full", there["sample_id"])
    assert report.skipped["replaced by a relabelled sample of the same content"] == 2


@pytest.mark.parametrize(
    ("target", "decided", "says"),
    [
        ("street", ["reject"], "another name than street"),
        ("clean", [], "nobody rejected or relabelled"),
        ("clean", ["keep"], "nobody rejected or relabelled"),
        ("clean", ["reject"] * 4, "every sample of street is rejected"),
        ("a/b", ["reject"], "cannot name a dataset"),
    ],
)
def test_what_cannot_be_applied_leaves_everything_as_it_was(
    workspace: Workspace, street: list[str], target: str, decided: list[str], says: str
) -> None:
    for crop, verdict in zip(street, decided, strict=False):
        decide(workspace, crop, verdict, on="street")
    with pytest.raises(UserError, match=says):
        apply_decisions(workspace, "street", target)
    assert workspace.dataset_names() == ["street"]
