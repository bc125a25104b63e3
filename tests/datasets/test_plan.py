"""Listings to samples: what collapses, what contradicts, what leaks, what is copied."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.datasets.drawn import fill_catalog, jpeg

from wildwear.datasets.plan import CANDIDATES, make_plan, write_dataset
from wildwear.datasets.samples import sample_id
from wildwear.datasets.settings import SplitSettings
from wildwear.errors import LeakError, StorageError, UserError
from wildwear.table import Table
from wildwear.tables import SAMPLES
from wildwear.workspace import Workspace

PLAIN = SplitSettings(near_duplicates=-1)


def listing(
    image: str,
    labels: Sequence[str],
    *,
    group: str | None = None,
    given_split: str | None = None,
    phash: int = 0,
    source: str = "",
) -> dict[str, object]:
    return {
        "sample_id": sample_id(image, None, "upper"),
        "image_id": image,
        "box": None,
        "labels": list(labels),
        "region": "upper",
        "given_split": given_split,
        "group": group or f"group of {image}",
        "phash": phash,
        "source": source or image,
    }


def candidates(*listings: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist([one | {"index": i} for i, one in enumerate(listings)], CANDIDATES)


def test_the_same_content_twice_with_the_same_labels_is_one_sample() -> None:
    plan = make_plan(candidates(listing("a", ["Tee"]), listing("a", ["Tee"]), listing("b", ["Tee"])), PLAIN)
    assert (plan.rows.num_rows, plan.duplicates, plan.contradictions) == (2, 1, ())


def test_labels_of_the_same_content_narrow_each_other() -> None:
    plan = make_plan(candidates(listing("a", ["Chinos", "Jeans"]), listing("a", ["Jeans", "Joggers"])), PLAIN)
    assert plan.rows["labels"].to_pylist() == [["Jeans"]]


def test_h48_contradictory_labels_of_the_same_content_are_left_out_and_named() -> None:
    listings = listing("a", ["Tee"], source="row 2"), listing("a", ["Coat"], source="row 3"), listing("b", ["Tee"])
    plan = make_plan(candidates(*listings), PLAIN)
    assert plan.rows["image_id"].to_pylist() == ["b"]
    assert plan.contradictions == ("row 2", "row 3")
    assert plan.duplicates == 0


def test_groups_that_share_a_picture_stand_on_one_side() -> None:
    shared = [listing(f"a{i}", ["Tee"], group="one") for i in range(50)]
    shared += [listing(f"b{i}", ["Tee"], group="two") for i in range(50)]
    apart = make_plan(candidates(*shared), PLAIN)
    assert apart.joined_groups == 0
    linked = make_plan(candidates(*shared, listing("a0", ["Tee"], group="two")), PLAIN)
    assert linked.joined_groups == 1
    assert len(set(linked.rows["split"].to_pylist())) == 1
    assert not linked.leaks


def test_groups_that_share_a_near_duplicate_stand_on_one_side() -> None:
    near = [listing("a", ["Tee"], phash=0xFF00FF00FF00FF00), listing("b", ["Tee"], phash=0xFF00FF00FF00FF03)]
    far = [listing(f"c{i}", ["Tee"], phash=0x1234567 * (i + 1) ** 7 % 2**64) for i in range(40)]
    plan = make_plan(candidates(*near, *far), SplitSettings(near_duplicates=2, val=0.4, test=0.3))
    sides = dict(zip(plan.rows["image_id"].to_pylist(), plan.rows["split"].to_pylist(), strict=True))
    assert sides["a"] == sides["b"]
    assert plan.joined_groups >= 1
    assert set(sides.values()) == {"train", "val", "test"}


def test_a_given_split_is_taken_as_it_is_and_its_leaks_are_counted() -> None:
    listings = [
        listing("a", ["Tee"], group="anna", given_split="train"),
        listing("b", ["Tee"], group="anna", given_split="Validation"),
        listing("c", ["Tee"], group="bert", given_split="test"),
    ]
    plan = make_plan(candidates(*listings), PLAIN, given=True)
    assert sorted(zip(plan.rows["image_id"].to_pylist(), plan.rows["split"].to_pylist(), strict=True)) == [
        ("a", "train"),
        ("b", "val"),
        ("c", "test"),
    ]
    assert plan.leaks == {"groups": (1, 2)}
    with pytest.raises(LeakError, match=r"1 groups \(2 samples\) on two sides"):
        plan.refuse_leaks("photos.csv")


def test_an_identical_picture_on_two_given_sides_is_a_leak_although_it_collapses() -> None:
    listings = listing("a", ["Tee"], given_split="train"), listing("a", ["Tee"], given_split="test")
    assert make_plan(candidates(*listings), PLAIN, given=True).leaks["identical pictures"] == (1, 2)


@given(st.permutations(range(40)), st.integers(1, 40))
def test_a_plan_does_not_depend_on_the_order_of_listings(order: list[int], size: int) -> None:
    listings = [
        listing(f"i{i % 30}", ["Tee"] if i % 30 % 2 else ["Coat", "Parka"], group=f"g{i % 30 // 3}") for i in range(40)
    ]
    how = SplitSettings(val=0.2, test=0.2, near_duplicates=-1, size=min(size, 30))
    straight, shuffled = (make_plan(candidates(*rows), how) for rows in (listings, [listings[i] for i in order]))
    assert shuffled.rows.drop(["index"]) == straight.rows.drop(["index"])


@given(st.integers(1, 30), st.integers(1, 30))
def test_sizes_nest_and_each_sample_keeps_its_side(a: int, b: int) -> None:
    listings = [listing(f"i{i}", ["Tee"], group=f"g{i // 4}") for i in range(30)]
    chosen = []
    for size in sorted((a, b)):
        rows = make_plan(candidates(*listings), SplitSettings(near_duplicates=-1, size=size)).rows
        assert rows.num_rows == size
        chosen.append(set(zip(rows["sample_id"].to_pylist(), rows["split"].to_pylist(), strict=True)))
    assert chosen[0] <= chosen[1]


def test_a_size_beyond_what_there_is_is_refused() -> None:
    with pytest.raises(UserError, match="--size 3: there are 2 samples"):
        make_plan(candidates(listing("a", ["Tee"]), listing("b", ["Tee"])), SplitSettings(size=3, near_duplicates=-1))


def _stored(folder: Path, count: int) -> tuple[Table, pa.Table]:
    """A table that holds pictures, and listings of them."""
    pictures = [jpeg(seed) for seed in range(count)]
    listings = [listing(hashlib.sha256(data).hexdigest()[:32], ["Tee"]) for data in pictures]
    source = Table(path=folder / "source.lance", spec=SAMPLES)
    rows = [one | {"bytes": data} for one, data in zip(listings, pictures, strict=True)]
    source.replace(pa.Table.from_pylist(rows, SAMPLES.schema))
    return source, candidates(*listings)


def test_a_dataset_holds_the_pictures_that_were_planned_with_their_size(tmp_path: Path) -> None:
    source, listed = _stored(tmp_path, 5)
    target = Table(path=tmp_path / "target.lance", spec=SAMPLES)
    assert write_dataset("mine", make_plan(listed, PLAIN), source, target, lambda _: None) == []
    rows = target.read().to_pylist()
    assert [row["sample_id"] for row in rows] == sorted(listed["sample_id"].to_pylist())
    assert all(hashlib.sha256(row["bytes"]).hexdigest()[:32] == row["image_id"] for row in rows)
    assert {(row["width"], row["height"], row["dataset"]) for row in rows} == {(60, 80, "mine")}


def test_h68_a_stored_picture_with_a_flipped_bit_is_left_out_and_named(tmp_path: Path) -> None:
    source, listed = _stored(tmp_path, 3)
    plan = make_plan(listed, PLAIN)
    rows = source.read().to_pylist()
    broken = bytearray(rows[1]["bytes"])
    broken[700] ^= 4
    rows[1]["bytes"] = bytes(broken)
    source.replace(pa.Table.from_pylist(rows, SAMPLES.schema))
    target = Table(path=tmp_path / "target.lance", spec=SAMPLES)
    assert write_dataset("mine", plan, source, target, lambda _: None) == [rows[1]["source"]]
    assert target.count() == 2


def test_a_source_that_changes_meanwhile_is_noticed_and_the_old_dataset_stays(tmp_path: Path) -> None:
    source, listed = _stored(tmp_path, 4)
    target = Table(path=tmp_path / "target.lance", spec=SAMPLES)
    plan = make_plan(listed, PLAIN)
    write_dataset("mine", plan, source, target, lambda _: None)
    before = target.read()
    source.delete(f"sample_id = '{listed['sample_id'][0]}'")
    with pytest.raises(StorageError, match=r"source.lance was changed .* run this again"):
        write_dataset("mine", plan, source, target, lambda _: None)
    assert target.read() == before


def test_nothing_to_plan_is_an_error() -> None:
    with pytest.raises(UserError, match="nothing to put"):
        make_plan(candidates(), PLAIN)


def test_the_same_table_gives_the_same_dataset_wherever_it_lies(tmp_path: Path) -> None:
    """Row for row, and whatever order the pictures were fetched in."""
    from wildwear.datasets.from_catalog import split_catalog
    from wildwear.tables import IMAGES

    tables = []
    for turned in (False, True):
        workspace = Workspace.create(tmp_path / str(turned))
        fill_catalog(workspace, products=12)
        if turned:
            images = workspace.table(IMAGES).read()
            workspace.table(IMAGES).replace(images.take(list(reversed(range(images.num_rows)))))
        split_catalog(workspace, "shop", SplitSettings())
        tables.append(workspace.dataset("shop").read())
    assert tables[0] == tables[1]
