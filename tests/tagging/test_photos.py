"""Which photographs a command line means, and the boxes on them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.tagging.pictures import write_photos

from wildwear.errors import MissingColumn, UnreadableInput, UserError
from wildwear.tagging.photos import find_photos, read_boxes, with_boxes


def test_a_folder_is_searched_whole_and_in_order(tmp_path: Path) -> None:
    write_photos(tmp_path / "b", 2)
    write_photos(tmp_path / "a" / "deep", 1)
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "a" / ".hidden.jpg").write_bytes(b"")
    names = [photo.name for photo in find_photos([str(tmp_path)])]
    assert names == ["a/deep/0000.jpg", "b/0000.jpg", "b/0001.jpg"]


def test_a_pattern_finds_what_it_matches(tmp_path: Path) -> None:
    write_photos(tmp_path / "a" / "deep", 3)
    found = find_photos([str(tmp_path / "**" / "*1.jpg")])
    assert [photo.name for photo in found] == ["0001.jpg"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "shot[1].jpg").write_bytes(b"x")
    assert [photo.name for photo in find_photos([str(tmp_path / "shot[1].jpg")])] == ["shot[1].jpg"]


def test_a_file_named_twice_counts_once_under_any_name(tmp_path: Path) -> None:
    (path,) = write_photos(tmp_path / "photos", 1)
    (tmp_path / "link.jpg").symlink_to(path)
    named = [str(path), os.path.relpath(path), str(tmp_path / "photos"), str(tmp_path / "link.jpg")]
    assert [photo.path for photo in find_photos(named)] == [str(path)]


def test_a_link_to_a_folder_above_does_not_loop(tmp_path: Path) -> None:
    write_photos(tmp_path / "photos", 2)
    (tmp_path / "photos" / "up").symlink_to(tmp_path)
    assert len(find_photos([str(tmp_path)])) == 2


@pytest.mark.parametrize("path", ["empty", "missing.jpg", "no/*.jpg"])
def test_a_path_that_leads_to_no_picture_is_named(path: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableInput, match=path.replace("*", r"\*")):
        find_photos([str(tmp_path / path)])


def test_a_missing_file_among_others_is_left_to_fail_as_a_row(tmp_path: Path) -> None:
    (path,) = write_photos(tmp_path, 1)
    assert len(find_photos([str(path), str(tmp_path / "gone.jpg")])) == 2


def test_boxes_are_matched_by_path_by_relative_path_and_by_name(tmp_path: Path) -> None:
    (tmp_path / "boxes.csv").write_text(
        f"photo,x1,y1,x2,y2,category,further\n{tmp_path}/a/0000.jpg,1,2,3,4,,\nb/0000.jpg,0,0,5.5,5,Jeans,x\n"
        "0001.jpg,0,0,9,9,Tee,x\n0001.jpg,1,1,9,9,Tee,x\n"
    )
    for folder in "ab":
        write_photos(tmp_path / folder, 2)
    photos = with_boxes(find_photos([str(tmp_path)]), read_boxes(tmp_path / "boxes.csv"))
    boxes = {photo.name: [(given.box.x2, given.category) for given in photo.boxes or ()] for photo in photos}
    pair = [(9, "Tee"), (9, "Tee")]
    assert boxes == {"a/0000.jpg": [(3, "")], "a/0001.jpg": pair, "b/0000.jpg": [(5.5, "Jeans")], "b/0001.jpg": pair}


def test_rows_that_hold_no_box_are_kept_with_their_number_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "boxes.csv"
    path.write_text(
        "photo,x1,y1,x2,y2\na.jpg,1,1,5,5\na.jpg,5,1,1,5\na.jpg,nan,1,2,5\na.jpg,x,1,2,5\n,1,1,2,2\na.jpg,1\n"
    )
    boxes = read_boxes(path)
    assert len(boxes.boxes["a.jpg"]) == 1
    assert [problem.split(":")[0] for problem in boxes.bad_rows] == ["row 3", "row 4", "row 5", "row 6", "row 7"]


def test_a_box_file_without_a_column_lists_the_columns_there_are(tmp_path: Path) -> None:
    path = tmp_path / "boxes.csv"
    path.write_text("photo,left,top\n")
    with pytest.raises(MissingColumn, match="no column 'x1'; there are photo, left, top"):
        read_boxes(path)


@pytest.mark.parametrize("content", [b"photo,x1,y1,x2,y2\n", b"photo,x1,y1,x2,y2\na.jpg,9,9,1,1\n"])
def test_a_box_file_without_boxes_is_an_error(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "boxes.csv"
    path.write_bytes(content)
    with pytest.raises(UserError, match="no row holds a box"):
        read_boxes(path)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\x01", None])
def test_a_box_file_that_cannot_be_read_says_so(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "boxes.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableInput, match=r"boxes\.csv"):
        read_boxes(path)
