"""`dataset import`: from a table and its pictures to samples, whole."""

from __future__ import annotations

import io
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from PIL import Image
from tests.datasets.drawn import jpeg, run_and_kill, write_table

from wildwear.datasets.entries import read_folder, read_table
from wildwear.datasets.importing import import_samples
from wildwear.datasets.pictures import Crop, Crops, request, store_crops, store_file, store_requested
from wildwear.datasets.settings import Columns, ImportSettings, SplitSettings
from wildwear.errors import LeakError, UnknownName, UserError
from wildwear.images.decode import STORED_SIDE, DecodeLimits
from wildwear.records import Box, Failure, Report
from wildwear.tables import REJECTIONS
from wildwear.workspace import Workspace

EVEN = SplitSettings(val=0.25, test=0.25)


def run(workspace: Workspace, path: Path, split: SplitSettings = EVEN, **settings: object) -> Report:
    return import_samples(workspace, "mine", read_table(path, Columns()), ImportSettings(**settings), split)  # type: ignore[arg-type]


def samples(workspace: Workspace) -> list[dict[str, object]]:
    return workspace.dataset("mine").read().to_pylist()  # type: ignore[no-any-return]


def test_a_table_becomes_samples_with_sets_regions_groups_and_sides(workspace: Workspace, tmp_path: Path) -> None:
    path = write_table(
        tmp_path / "in" / "t.csv",
        [{"file": f"{i}.jpg", "label": ("Tee", "Pants")[i % 2], "sender_id": i // 4} for i in range(40)],
    )
    report = run(workspace, path)
    rows = samples(workspace)
    assert (report.exit_status, report.done["samples"], report.done["groups"], len(rows)) == (0, 40, 10, 40)
    trousers = next(row for row in rows if row["region"] == "lower")
    assert len(trousers["labels"]) == 10  # type: ignore[arg-type]
    assert "Jeans" in trousers["labels"]  # type: ignore[operator]
    assert {row["split"] for row in rows} == {"train", "val", "test"}
    for group in {row["group"] for row in rows}:
        assert len({row["split"] for row in rows if row["group"] == group}) == 1
    assert [row["sample_id"] for row in rows] == sorted(str(row["sample_id"]) for row in rows)
    assert {row["width"] for row in rows} == {60}
    assert not list((workspace.root / "drafts").glob("*.lance"))


def test_the_same_import_again_gives_the_same_rows(workspace: Workspace, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in" / "t.csv", [{"file": f"{i}.jpg", "label": "Tee"} for i in range(10)])
    first, before = run(workspace, path), samples(workspace)
    assert run(workspace, path) == first
    assert samples(workspace) == before


def test_several_tags_become_one_sample_a_region(workspace: Workspace, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in" / "t.csv", [{"file": "a.jpg", "tags": "coat|bag|jeans|blazer | dress"}])
    run(workspace, path, labels="street-tagged")
    assert {(row["region"], tuple(row["labels"])) for row in samples(workspace)} == {  # type: ignore[arg-type]
        ("upper", ("Blazer",)),
        ("lower", ("Jeans",)),
        ("full", ("Coat", "Dress")),
    }


def test_failed_rows_are_counted_by_reason_and_stay_readable(workspace: Workspace, tmp_path: Path) -> None:
    names = ["good.jpg", "gone.jpg", "text.jpg", "cut.jpg", "good.jpg", "good.jpg"]
    corners = [(0, 0, 9, 9)] * 4 + [(50, 0, 90, 9), ("", "", "", "")]
    path = write_table(
        tmp_path / "in" / "t.csv",
        [
            {"file": name, "label": "Tee", **dict(zip(("x1", "y1", "x2", "y2"), box, strict=True))}
            for name, box in zip(names, corners, strict=True)
        ],
    )
    (path.parent / "gone.jpg").unlink()
    (path.parent / "text.jpg").write_text("not a picture")
    (path.parent / "cut.jpg").write_bytes(jpeg(1)[:-300])
    report = run(workspace, path)
    assert report.exit_status == 3
    assert report.failed == {"missing_file": 1, "not_an_image": 1, "truncated_image": 1, "box_outside_picture": 1}
    kept = workspace.table(REJECTIONS).read().sort_by("row").to_pylist()
    assert [(one["row"], one["reason"]) for one in kept] == [
        (3, "missing_file"),
        (4, "not_an_image"),
        (5, "truncated_image"),
        (6, "box_outside_picture"),
    ]
    assert any("row 6" in note and "60 × 80" in note for note in report.notes)
    write_table(path, [{"file": "good.jpg", "label": "Tee"}])
    assert run(workspace, path).exit_status == 0
    assert workspace.table(REJECTIONS).count() == 0


def test_h48_a_picture_listed_twice_counts_once_and_contradictions_fail(workspace: Workspace, tmp_path: Path) -> None:
    labels = [("a.jpg", "Tee"), ("b.jpg", "Coat"), ("a.jpg", "Tee"), ("c.jpg", "Jeans"), ("c.jpg", "Skirt")]
    path = write_table(tmp_path / "in" / "t.csv", [{"file": file, "label": label} for file, label in labels])
    report = run(workspace, path)
    assert report.done["samples"] == 2
    assert report.skipped["listings of a sample that was there"] == 1
    assert report.failed == {"contradictory_labels": 2}
    assert workspace.table(REJECTIONS).read().sort_by("row")["row"].to_pylist() == [5, 6]


HOSTILE_WORKER = """
    import json, os
    from pathlib import Path
    from wildwear.datasets.pictures import store_requested

    def worker(request, limits):
        name = Path(json.loads(request)[0]).name
        if name == "kills.jpg":
            os.abort()
        if name == "bloats.jpg":
            kept = [bytearray(500_000_000) for _ in range(100)]
        return store_requested(request, limits)
"""


def test_h35_a_picture_that_takes_its_decoder_down_fails_in_its_own_rows_alone(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hostile_store.py").write_text(dedent(HOSTILE_WORKER))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("wildwear.datasets.importing._STORE", "hostile_store:worker")
    names = ["0.jpg", "kills.jpg", "1.jpg", "bloats.jpg", "kills.jpg", *(f"{n}.jpg" for n in range(2, 12))]
    corners = [dict.fromkeys(("x1", "y1", "x2", "y2"), "")] * 4 + [{"x1": 9, "y1": 9, "x2": 30, "y2": 40}] * 11
    rows = [{"file": name, "label": "Tee", **box} for name, box in zip(names, corners, strict=True)]
    report = run(workspace, write_table(tmp_path / "in" / "t.csv", rows))
    assert report.failed == {"decoder_died": 2, "decoder_memory": 1}
    assert report.done["samples"] == 12
    kept = workspace.table(REJECTIONS).read().sort_by("row").to_pylist()
    assert [(one["row"], one["reason"]) for one in kept] == [
        (3, "decoder_died"),
        (5, "decoder_memory"),
        (6, "decoder_died"),
    ]


def test_crops_and_failures_come_through_between_processes(tmp_path: Path) -> None:
    file = tmp_path / "naïve \udce9.jpg"
    file.write_bytes(jpeg(1))
    boxes = [None, Box(x1=1 / 3, y1=0.1, x2=50, y2=60.7), Box(x1=0, y1=0, x2=900, y2=9)]
    expected = store_file(file, boxes, DecodeLimits())
    assert [type(one) for one in expected] == [Crop, Crop, Failure]
    stored = store_requested(request(file, boxes), DecodeLimits())
    assert Crops.unpack(stored.pack()) == Crops(of_boxes=expected)


def test_an_unknown_label_is_an_error_before_any_picture_is_opened(workspace: Workspace, tmp_path: Path) -> None:
    path = write_table(
        tmp_path / "in" / "t.csv", [{"file": "a.jpg", "label": "Jaket"}, {"file": "a.jpg", "label": "?"}]
    )
    (path.parent / "a.jpg").write_text("opening this would fail")
    with pytest.raises(UserError, match=r"2 labels are neither .* '\?', 'Jaket' \(near Jacket\)\. .* --labels FILE"):
        run(workspace, path)
    assert workspace.dataset_names() == []


def test_ignored_labels_are_skipped_and_counted(workspace: Workspace, tmp_path: Path) -> None:
    rows = [{"file": "a.jpg", "label": "Not sure"}, {"file": "b.jpg", "label": "T-Shirt"}]
    path = write_table(tmp_path / "in" / "t.csv", rows)
    report = run(workspace, path, labels="wild-garments")
    assert report.skipped["rows with an ignored label"] == 1
    assert samples(workspace)[0]["labels"] == ["Tee"]
    with pytest.raises(UserError, match="none of its 1 rows"):
        run(workspace, write_table(path, rows[:1]), labels="wild-garments")


def test_a_given_split_that_leaks_is_used_only_when_a_flag_says_so(workspace: Workspace, tmp_path: Path) -> None:
    sides = ("train", "validation") * 3
    path = write_table(
        tmp_path / "in" / "t.csv",
        [{"file": f"{i}.jpg", "label": "Tee", "sender_id": i // 2, "split": side} for i, side in enumerate(sides)],
    )
    with pytest.raises(LeakError, match=r"3 groups \(6 samples\) on two sides of the given split.*--accept-leaks"):
        run(workspace, path, given_split="use")
    assert workspace.dataset_names() == []
    report = run(workspace, path, given_split="use", accept_leaks=True)
    assert any("leaks, and is used all the same: 3 groups (6 samples)" in note for note in report.notes)
    assert sorted((str(row["given_split"]), str(row["split"])) for row in samples(workspace)) == [
        *[("train", "train")] * 3,
        *[("validation", "val")] * 3,
    ]
    own = run(workspace, path)
    assert own.details["on_two_sides"] == dict.fromkeys(
        ("groups", "identical pictures", "near-duplicate pictures"), (0, 0)
    )
    assert {row["given_split"] for row in samples(workspace)} == {"train", "validation"}


def test_a_given_split_that_leaks_by_its_pictures_alone_is_refused_too(workspace: Workspace, tmp_path: Path) -> None:
    rows = [{"file": "a.jpg", "label": "Tee", "split": "train"}, {"file": "b.jpg", "label": "Tee", "split": "test"}]
    path = write_table(tmp_path / "in" / "t.csv", rows)
    (path.parent / "b.jpg").write_bytes((path.parent / "a.jpg").read_bytes())
    with pytest.raises(LeakError, match="1 identical pictures"):
        run(workspace, path, given_split="use")
    assert not list((workspace.root / "drafts").glob("*.lance"))


def test_a_given_split_must_be_one_and_rows_without_it_fail(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "in" / "t.csv"
    write_table(path, [{"file": "a.jpg", "label": "Tee", "split": "trian"}])
    with pytest.raises(UnknownName, match=r"unknown split 'trian' .*row 2: did you mean train"):
        run(workspace, path, given_split="use")
    write_table(path, [{"file": f"{side}.jpg", "label": "Tee", "split": side} for side in ("dev", "")])
    assert run(workspace, path, given_split="use").failed == {"no_split": 1}
    write_table(path, [{"file": "a.jpg", "label": "Tee"}])
    with pytest.raises(UserError, match="gives no split"):
        run(workspace, path, given_split="use")


def test_leaks_cannot_be_accepted_of_an_own_split() -> None:
    with pytest.raises(UserError, match="goes with --given-split use"):
        ImportSettings(accept_leaks=True)


def test_where_no_picture_can_be_stored_one_row_says_why_and_all_are_kept(workspace: Workspace, tmp_path: Path) -> None:
    path = write_table(tmp_path / "in" / "t.csv", [{"file": f"{i}.jpg", "label": "Tee"} for i in range(3)])
    for i in range(3):
        (path.parent / f"{i}.jpg").write_text("no picture")
    with pytest.raises(UserError, match=r"none of its pictures could be stored, as .* row 4: not_an_image"):
        run(workspace, path)
    assert workspace.table(REJECTIONS).count() == 3


def test_a_folder_of_classes_becomes_samples(workspace: Workspace, tmp_path: Path) -> None:
    for i in range(8):
        file = tmp_path / "in" / ("Tee", "Jeans")[i % 2] / f"{i}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(jpeg(i))
    report = import_samples(workspace, "mine", read_folder(tmp_path / "in"), ImportSettings(), EVEN)
    assert report.done == {"samples": 8, "groups": 8, "categories": 2}
    assert {str(row["group"]).split("/")[0] for row in samples(workspace)} == {"Tee", "Jeans"}


def _photograph(box: tuple[int, int, int, int], width: int = 400, height: int = 600) -> bytes:
    """Grey, with a red rectangle in `box`."""
    pixels = np.full((height, width, 3), 128, np.uint8)
    pixels[box[1] : box[3], box[0] : box[2]] = (220, 20, 20)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def _crop(data: bytes, box: tuple[int, int, int, int]) -> Crop:
    (crop,) = store_crops(data, [Box(x1=box[0], y1=box[1], x2=box[2], y2=box[3])], DecodeLimits())
    assert isinstance(crop, Crop)
    return crop


def _red(crop: Crop) -> tuple[float, float]:
    """Share of red inside the box and outside it."""
    pixels = np.asarray(Image.open(io.BytesIO(crop.bytes))).astype(int)
    red = pixels[..., 0] - pixels[..., 1] > 100
    inside = np.zeros(red.shape, bool)
    assert crop.box is not None
    x1, y1, x2, y2 = (round(corner) for corner in crop.box.as_tuple())
    inside[y1:y2, x1:x2] = True
    return float(red[inside].mean()), float(red[~inside].mean()) if (~inside).any() else 0.0


@pytest.mark.parametrize(
    "box", [(100, 200, 220, 380), (0, 0, 400, 600), (0, 0, 30, 40), (390, 590, 400, 600), (50, 20, 380, 590)]
)
def test_a_box_is_kept_in_detail_with_its_surroundings(box: tuple[int, int, int, int]) -> None:
    crop = _crop(_photograph(box), box)
    inside, outside = _red(crop)
    assert inside > 0.93
    assert outside < 0.07
    assert crop.box is not None
    short = min(crop.box.x2 - crop.box.x1, crop.box.y2 - crop.box.y1)
    assert short == pytest.approx(min(STORED_SIDE, box[2] - box[0], box[3] - box[1]), abs=1)


def test_the_surroundings_of_a_box_are_a_quarter_of_its_longer_side() -> None:
    box = (100, 200, 200, 400)
    stored = Image.open(io.BytesIO(_crop(_photograph(box), box).bytes))
    assert stored.size == (100 + 2 * 50, 200 + 2 * 50)


def test_boxes_of_one_photograph_share_its_hash_and_differ_in_their_picture() -> None:
    data = _photograph((10, 10, 90, 90))
    one, other = _crop(data, (10, 10, 90, 90)), _crop(data, (200, 300, 300, 400))
    assert one.phash == other.phash
    assert one.image_id != other.image_id


def test_a_box_that_reaches_out_by_rounding_is_clipped_and_one_further_out_fails() -> None:
    data = _photograph((0, 0, 10, 10))
    near, far = (Box(x1=-1.5, y1=300, x2=100, y2=601), Box(x1=300, y1=300, x2=404, y2=500))
    clipped, refused = store_crops(data, [near, far], DecodeLimits())
    assert isinstance(clipped, Crop)
    assert clipped.box == Box(x1=0, y1=75, x2=100, y2=375)
    assert isinstance(refused, Failure)
    assert refused.reason == "box_outside_picture"


def test_h62_an_import_that_is_killed_and_run_again_equals_one_that_was_not(tmp_path: Path) -> None:
    path = write_table(tmp_path / "in" / "t.csv", [{"file": f"{i}.jpg", "label": "Tee"} for i in range(300)])
    whole, killed = Workspace.create(tmp_path / "whole"), Workspace.create(tmp_path / "killed")
    run(whole, path, SplitSettings())
    run(killed, write_table(tmp_path / "old" / "t.csv", [{"file": "old.jpg", "label": "Coat"}]), SplitSettings())
    old = samples(killed)
    statement = (
        f"import_samples(workspace, 'mine', read_table(Path({str(path)!r}), Columns()), ImportSettings(), split)"
    )
    for delay in (0.05, 0.2, 0.4):
        run_and_kill(killed, statement, delay)
        assert samples(killed) in (old, samples(whole))
    run(killed, path, SplitSettings())
    assert samples(killed) == samples(whole)
    assert not list((killed.root / "drafts").glob("*.lance"))
