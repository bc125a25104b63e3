"""DeepFashion's lists: both layouts, edited copies, and rows that cannot be taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.datasets.deepfashion_mini import NAMES, TYPES, Shown, photograph, shown, write_benchmark, write_list

from wildwear.datasets.deepfashion_lists import Listed, read_lists
from wildwear.errors import UnreadableInput
from wildwear.records import Box
from wildwear.taxonomy import load_taxonomy

FEW = tuple(shown())[:6]


def edit(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    """Changes a list as someone with an editor would: its lines, and not its count."""
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")


def failed(listed: Listed) -> list[tuple[int, str]]:
    return [(one.row, one.reason) for one in listed.rejections]


def pictured(listed: Listed) -> list[tuple[str, str, str, Box | None]]:
    return [(entry.listing, entry.label, entry.split, entry.box) for entry in listed.entries]


def test_a_row_becomes_an_entry_with_its_category_folder_side_and_box(tmp_path: Path) -> None:
    listed = read_lists(write_benchmark(tmp_path, FEW))
    assert (len(listed.entries), failed(listed), listed.source.name) == (6, [], "list_category_img.txt")
    for row, (entry, expected) in enumerate(zip(listed.entries, FEW, strict=True), 3):
        assert (entry.row, entry.label, entry.split) == (row, expected.category, expected.side)
        assert entry.group == expected.name.rpartition("/")[0]
        assert entry.box is not None
        assert entry.box.as_tuple() == expected.box
        assert entry.file.read_bytes() == photograph(expected.seed)


@pytest.mark.parametrize(("anno", "images"), [("Anno", "Img"), ("Anno_coarse", "."), ("anno", "img")])
def test_every_layout_is_read_alike(anno: str, images: str, tmp_path: Path) -> None:
    expected = read_lists(write_benchmark(tmp_path / "one", FEW))
    found = read_lists(write_benchmark(tmp_path / "other", FEW, anno=anno, images=images))
    assert pictured(found) == pictured(expected)
    assert all(entry.file.is_file() for entry in found.entries)


def test_pictures_that_were_unpacked_without_their_folder_are_found(tmp_path: Path) -> None:
    folder = write_benchmark(tmp_path, FEW)
    (folder / "Img" / "img").rename(folder / "unpacked")
    (folder / "Img").rmdir()
    (folder / "unpacked").rename(folder / "Img")
    assert all(entry.file.is_file() for entry in read_lists(folder).entries)


def test_of_the_later_layout_the_coarse_lists_are_read_and_not_the_fine_ones(tmp_path: Path) -> None:
    folder = write_benchmark(tmp_path, FEW)
    write_benchmark(folder, FEW[:1], anno="Anno_fine")
    write_benchmark(folder, FEW)
    assert len(read_lists(folder).entries) == 6


def test_windows_line_ends_tabs_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    expected = pictured(read_lists(write_benchmark(tmp_path / "one", FEW)))
    folder = write_benchmark(tmp_path / "other", FEW, end="\r\n")
    for path in folder.glob("*/list_*.txt"):
        lines = path.read_bytes().decode().split("\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join("\t".join(line.split()) for line in lines).encode())
    assert pictured(read_lists(folder)) == expected


names = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="/\\"), min_size=1, max_size=12)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    folders=st.lists(names.filter(lambda name: name not in (".", "..")), unique=True, max_size=4),
    gap=st.text("\t  ", min_size=1),
)
def test_any_name_and_any_padding_are_read(folders: list[str], gap: str, tmp_path: Path) -> None:
    """Only the first picture is there: whether the others are is not the lists' affair."""
    rows = [FEW[0], *(replace(FEW[1], name=f"img/{folder} of it/1 {folder}.jpg") for folder in folders)]
    folder = write_benchmark(tmp_path, [FEW[0]])
    for name, cells in (
        ("Anno_coarse/list_category_img.txt", [(row.name, "3") for row in rows]),
        ("Anno_coarse/list_bbox.txt", [(row.name, *map(str, row.box)) for row in rows]),
        ("Eval/list_eval_partition.txt", [(row.name, row.side) for row in rows]),
    ):
        lines = [str(len(rows)), gap.join(("image_name", "it")), *map(gap.join, cells)]
        (folder / name).write_text("\n".join(lines), encoding="utf-8")
    listed = read_lists(folder)
    assert failed(listed) == []
    assert [entry.listing for entry in listed.entries] == [row.name for row in rows]


def test_h49_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    hostile = ["../outside.jpg", "img/../../outside.jpg", str(tmp_path / "outside.jpg"), "img\\..\\..\\outside.jpg"]
    (tmp_path / "outside.jpg").write_bytes(photograph(1))
    rows = [*FEW, *(replace(FEW[0], name=name) for name in hostile)]
    folder = write_benchmark(tmp_path / "in", FEW)
    for path, value in (
        ("Anno_coarse/list_category_img.txt", "3"),
        ("Anno_coarse/list_bbox.txt", "1 1 9 9"),
        ("Eval/list_eval_partition.txt", "train"),
    ):
        write_list(folder / path, ("image_name", "it"), [(row.name, value) for row in rows])
    listed = read_lists(folder)
    assert failed(listed) == [(row, "outside_images") for row in (9, 10, 11, 12)]
    assert len(listed.entries) == 6


def test_h49_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = write_benchmark(tmp_path / "in", FEW)
    (tmp_path / "outside.jpg").write_bytes(photograph(1))
    link = folder / "Img" / FEW[2].name
    link.unlink()
    link.symlink_to(tmp_path / "outside.jpg")
    assert failed(read_lists(folder)) == [(5, "outside_images")]


def test_h47_a_name_that_is_no_text_is_refused_with_its_row(tmp_path: Path) -> None:
    folder = write_benchmark(tmp_path, FEW)
    path = folder / "Anno_coarse" / "list_category_img.txt"
    lines = path.read_bytes().splitlines()
    path.write_bytes(
        b"\n".join([*lines[:3], b"img/\xff\xfe/1.jpg  3", b"img/a\0b/1.jpg  3", b"x" * 9000 + b"  3", *lines[6:]])
    )
    assert failed(read_lists(folder)) == [(row, "unreadable_row") for row in (4, 5, 6)]


def test_h46_archives_that_nobody_unpacked_are_not_opened_and_named(tmp_path: Path) -> None:
    folder = write_benchmark(tmp_path, FEW)
    (folder / "Img").rename(tmp_path / "elsewhere")
    with pytest.raises(UnreadableInput, match=r"no picture such as img/Sheer.* it is unpacked to Img/img"):
        read_lists(folder)
    (folder / "Img").mkdir()
    (folder / "Img" / "img.zip").write_bytes(b"opening this would fail")
    with pytest.raises(UnreadableInput, match=r"unpack .*Img/img\.zip there first, as in 'unzip -q img\.zip'"):
        read_lists(folder)
    (folder / "Anno_coarse").rename(tmp_path / "lists")
    (folder / "Anno_coarse.zip").write_bytes(b"opening this would fail")
    with pytest.raises(UnreadableInput, match=r"no list_category_cloth\.txt in Anno or .*unpack .*Anno_coarse\.zip"):
        read_lists(folder)


def test_a_folder_above_the_benchmark_is_told_from_one_without(tmp_path: Path) -> None:
    write_benchmark(tmp_path / "Category and Attribute Prediction Benchmark", FEW)
    with pytest.raises(
        UnreadableInput, match=r"there is .*Prediction Benchmark/Anno_coarse/.*name the folder above it"
    ):
        read_lists(tmp_path)
    with pytest.raises(UnreadableInput, match="nowhere is not a folder"):
        read_lists(tmp_path / "nowhere")


SHORTENED = [name for name in NAMES if name not in ("Cape", "Nightdress", "Shirtdress", "Sundress")]


@pytest.mark.parametrize(
    ("count", "names", "said"),
    [
        (50, SHORTENED, r"its first line says 50 rows, and there are 46\. Labels are positions in this list"),
        (46, SHORTENED, r"category 38 is Coat, and Cape in the original\. Labels are positions"),
        (49, NAMES[:-1], "category 50 is missing, and Sundress in the original"),
        (51, [*NAMES, "Vest"], "category 51 is Vest, of 50"),
        (50, [NAMES[1], NAMES[0], *NAMES[2:]], "category 1 is Blazer, and Anorak in the original"),
    ],
)
def test_an_edited_list_of_categories_is_refused(count: int, names: list[str], said: str, tmp_path: Path) -> None:
    folder = write_benchmark(tmp_path, FEW)
    path = folder / "Anno_coarse" / "list_category_cloth.txt"
    taxonomy = load_taxonomy()
    write_list(path, ("category_name", "category_type"), [(name, TYPES[taxonomy.region(name)]) for name in names])
    edit(path, lambda lines: [str(count), *lines[1:]])
    with pytest.raises(UnreadableInput, match=said):
        read_lists(folder)


def test_a_category_on_another_part_of_the_body_is_refused(tmp_path: Path) -> None:
    folder = write_benchmark(tmp_path, FEW)
    path = folder / "Anno_coarse" / "list_category_cloth.txt"
    edit(path, lambda lines: [line.replace("1", "3") if line.startswith("Blouse") else line for line in lines])
    with pytest.raises(UnreadableInput, match="line 5: Blouse is of type 1"):
        read_lists(folder)


def test_a_lost_count_is_noted_and_a_wrong_one_refused(tmp_path: Path) -> None:
    folder = write_benchmark(tmp_path, FEW)
    expected = pictured(read_lists(folder))
    path = folder / "Anno_coarse" / "list_category_img.txt"
    edit(path, lambda lines: lines[1:])
    listed = read_lists(folder)
    assert pictured(listed) == expected
    assert [entry.row for entry in listed.entries] == [2, 3, 4, 5, 6, 7]
    assert "list_category_img.txt has lost its count, and may be cut off: it has 6 rows" in listed.notes
    edit(path, lambda lines: lines[1:])
    assert pictured(read_lists(folder)) == expected
    edit(path, lambda lines: ["289222", "image_name  category_label", *lines])
    with pytest.raises(UnreadableInput, match=r"says 289,222 rows, and there are 6\. Get it again, or correct"):
        read_lists(folder)


def test_pictures_of_categories_that_the_original_has_none_of_are_refused(tmp_path: Path) -> None:
    rows = [*FEW, replace(FEW[0], name="img/Camel_Cape/img_00000001.jpg", category="Cape")]
    folder = write_benchmark(tmp_path, rows)
    with pytest.raises(UnreadableInput, match=r"1 pictures are labelled 38 \(Cape\), and none .* --categories 50"):
        read_lists(folder)
    assert [entry.label for entry in read_lists(folder, merged=True).entries][-1] == "Cape"


def broken_rows() -> list[Shown]:
    return [replace(FEW[0], name=f"img/Broken_Tee/img_{number:08}.jpg") for number in range(10)]


def test_rows_that_cannot_be_taken_are_counted_by_reason_with_their_line(tmp_path: Path) -> None:
    folder = write_benchmark(tmp_path, [*FEW, *broken_rows()])
    labels = {9: "0", 10: "51", 11: "Tee", 12: ""}

    def mislabel(lines: list[str]) -> list[str]:
        changed = [f"{line.split()[0]}  {labels[row]}" if row in labels else line for row, line in enumerate(lines, 1)]
        return [*changed[:12], changed[2], *changed[13:]]

    edit(folder / "Anno_coarse" / "list_category_img.txt", mislabel)
    sides = folder / "Eval" / "list_eval_partition.txt"
    edit(sides, lambda lines: [*lines[:13], lines[13].replace("train", "trian"), lines[15], *lines[15:]])
    boxes = folder / "Anno_coarse" / "list_bbox.txt"
    name = broken_rows()[8].name
    edit(boxes, lambda lines: [*lines[:15], f"{broken_rows()[7].name} 9 9 9 30", f"{name} 1 1 5 5", f"{name} 1 1 6 6"])
    edit(boxes, lambda lines: [str(len(lines) - 2), *lines[1:]])
    listed = read_lists(folder)
    assert failed(listed) == [
        *[(row, "bad_label") for row in (9, 10, 11)],
        (12, "unreadable_row"),
        (13, "listed_twice"),
        *[(14, "no_split"), (15, "no_split")],
        *[(16, "bad_box"), (17, "bad_box"), (18, "no_box")],
    ]
    details = {one.row: one.detail for one in listed.rejections}
    assert (details[14].split(": ")[1], details[15].split(": ")[1]) == ("trian", "not in list_eval_partition.txt")
    assert (details[16].split(": ")[1], details[17].split(": ")[1]) == (
        "9 9 9 30",
        "listed twice, with different values",
    )
    assert len(listed.entries) == 6
    without = read_lists(folder, boxes=False)
    assert [row for row, _ in failed(without)] == [9, 10, 11, 12, 13, 14, 15]
    assert {entry.box for entry in without.entries} == {None}


def test_boxes_are_refused_for_pictures_of_another_size_and_not_missed_without(tmp_path: Path) -> None:
    folder = write_benchmark(tmp_path, FEW)
    for row in FEW:
        (folder / "Img" / row.name).write_bytes(photograph(row.seed, long_side=1101))
    with pytest.raises(UnreadableInput, match=r"side of these pictures is 1101 pixels.* it is 300: .* --boxes drop"):
        read_lists(folder)
    (folder / "Anno_coarse" / "list_bbox.txt").unlink()
    assert len(read_lists(folder, boxes=False).entries) == 6
    with pytest.raises(UnreadableInput, match=r"no list_bbox\.txt in Anno or Anno_coarse"):
        read_lists(folder)
