"""Tables and folders, row by row, before any picture is opened."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from tests.datasets.drawn import jpeg, write_table

from wildwear.datasets.entries import read_folder, read_table
from wildwear.datasets.rows import read_rows
from wildwear.datasets.settings import Columns
from wildwear.errors import MissingColumn, UnreadableInput, UserError
from wildwear.records import Box

ROWS = [{"file": "a.jpg", "label": "Tee"}, {"file": "b.jpg", "label": "Coat"}]


def reasons(path: Path, columns: Columns | None = None) -> list[tuple[int, str]]:
    return [(one.row, one.reason) for one in read_table(path, columns or Columns()).rejections]


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "parquet"])
def test_every_form_of_table_gives_the_same_entries(tmp_path: Path, form: str) -> None:
    for row in ROWS:
        (tmp_path / row["file"]).write_bytes(jpeg(1))
    path = tmp_path / f"labels.{form}"
    if form == "parquet":
        parquet.write_table(pa.Table.from_pylist(ROWS), path)
    elif form == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    else:
        between = {"csv": ",", "tsv": "\t"}[form]
        path.write_bytes("\r\n".join(between.join(cells) for cells in (ROWS[0], *(r.values() for r in ROWS))).encode())
    found = read_table(path, Columns())
    assert [(one.file.name, one.label, one.group) for one in found.entries] == [
        ("a.jpg", "Tee", "a.jpg"),
        ("b.jpg", "Coat", "b.jpg"),
    ]
    assert not found.rejections


def test_columns_are_guessed_by_their_usual_names_and_named_in_the_result(tmp_path: Path) -> None:
    row = {
        "Photo": "a.jpg",
        "Category": "Tee",
        "xmin": 1,
        "ymin": 2,
        "xmax": 3,
        "ymax": 4,
        "sender_id": 7,
        "split": "dev",
    }
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    path = tmp_path / "boxes.csv"
    path.write_text(",".join(row) + "\n" + ",".join(map(str, row.values())) + "\n")
    found = read_table(path, Columns())
    assert found.columns["image"] == "Photo"
    assert found.columns["x2"] == "xmax"
    (entry,) = found.entries
    assert (entry.box, entry.group, entry.split) == (Box(x1=1, y1=2, x2=3, y2=4), "7", "dev")


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = write_table(tmp_path / "t.csv", [{"file": "a.jpg", "label": "Tee", "what": "Coat", "who": "anna"}])
    (entry,) = read_table(path, Columns(label="what", group="who")).entries
    assert (entry.label, entry.group) == ("Coat", "anna")


def test_a_missing_column_lists_those_that_there_are(tmp_path: Path) -> None:
    path = write_table(tmp_path / "t.csv", [{"file": "a.jpg", "colour": "red"}])
    with pytest.raises(MissingColumn, match=r"there are file, colour\. Say which one holds it with --label"):
        read_table(path, Columns())
    with pytest.raises(MissingColumn, match="no column 'kind'; there are file, colour"):
        read_table(path, Columns(label="kind"))
    with pytest.raises(MissingColumn, match="no column 'l'"):
        read_table(path, Columns(label="colour", box=("l", "t", "r", "b")))


def test_pictures_are_looked_for_beside_the_table_and_in_its_usual_folders(tmp_path: Path) -> None:
    path = write_table(tmp_path / "t.csv", ROWS, draw=False)
    with pytest.raises(UnreadableInput, match=r"no picture such as 'a.jpg' lies in .* with --images FOLDER"):
        read_table(path, Columns())
    for folder in ("photos", "elsewhere"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "b.jpg").write_bytes(jpeg(1))
    assert read_table(path, Columns()).entries[0].file == tmp_path / "photos" / "a.jpg"
    assert read_table(path, Columns(images=tmp_path / "elsewhere")).entries[1].file.parent.name == "elsewhere"
    with pytest.raises(UnreadableInput, match="is not a folder"):
        read_table(path, Columns(images=tmp_path / "nowhere"))


def test_h08_a_file_outside_the_folder_of_pictures_is_not_taken(tmp_path: Path) -> None:
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(jpeg(1))
    names = ["a.jpg", "../secret.jpg", str(secret), "link.jpg", "http://shop/a.jpg"]
    path = write_table(tmp_path / "in" / "t.csv", [{"file": name, "label": "Tee"} for name in names], draw=False)
    (path.parent / "a.jpg").write_bytes(jpeg(1))
    (path.parent / "link.jpg").symlink_to(secret)
    assert reasons(path) == [(3, "outside_images"), (4, "outside_images"), (5, "outside_images")]


def test_rows_without_a_file_or_label_or_with_a_bad_box_are_rejected_by_number(tmp_path: Path) -> None:
    box = {"x1": 0, "y1": 0, "x2": 5, "y2": 5}
    rows = [
        {"file": "a.jpg", "label": "Tee", **box},
        {"file": "", "label": "Tee", **box},
        {"file": "a.jpg", "label": "", **box},
        {"file": "a.jpg", "label": "Tee", **box, "x2": "wide"},
        {"file": "a.jpg", "label": "Tee", **box, "x2": -1},
        {"file": "a.jpg", "label": "Tee", **box, "y2": "nan"},
        {"file": "a.jpg", "label": "Tee", **box, "y2": ""},
        {"file": "a.jpg", "label": "Tee", **dict.fromkeys(box, "")},
    ]
    path = write_table(tmp_path / "t.csv", rows, draw=False)
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    found = read_table(path, Columns())
    assert [entry.box is None for entry in found.entries] == [False, True]
    assert reasons(path) == [(3, "no_file"), (4, "no_label"), *((row, "bad_box") for row in (5, 6, 7, 8))]


def test_h47_bad_utf8_nul_and_a_cell_of_two_megabytes_are_rejected_by_number(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    path = tmp_path / "t.csv"
    lines = [
        b"file,label",
        b"a.jpg,\xff\xfe",
        b"a.jpg,T\0ee",
        b"a.jpg," + b"x" * 2_000_000,
        b"a.jpg",
        b"a.jpg,Tee,more",
    ]
    path.write_bytes(b"\n".join([*lines, "a.jpg,\u202eTee\u202c".encode()]))
    found = read_table(path, Columns())
    assert [(one.row, one.label) for one in found.entries] == [(7, "Tee")]
    assert [one.row for one in found.rejections] == [2, 3, 4, 5, 6]


def test_lines_that_are_not_json_objects_are_rejected_by_number(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    path = tmp_path / "t.jsonl"
    path.write_text('{"file": "a.jpg", "label": ["Tee", "Jeans"]}\nnot json\n[1]\n\n{"file": "a.jpg"}\n' + "[" * 5000)
    found = read_table(path, Columns())
    assert [one.label for one in found.entries] == ["Tee|Jeans"]
    assert [(one.row, one.reason) for one in found.rejections] == [
        (2, "unreadable_row"),
        (3, "unreadable_row"),
        (5, "no_label"),
        (6, "unreadable_row"),
    ]


def test_h69_a_parquet_bomb_is_refused_by_its_footer(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 60_000_000, pa.int8()), ["a.jpg"])
    parquet.write_table(pa.table({"file": column, "label": column}), path, compression="zstd")
    assert path.stat().st_size < 1_000_000
    with pytest.raises(UnreadableInput, match="would unpack to 60,000,000 rows"):
        read_rows(path)


@pytest.mark.parametrize("name", ["t.csv", "t.parquet", "t.jsonl", "t.xlsx", "t"])
def test_what_is_no_table_is_refused_with_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with pytest.raises(UnreadableInput, match=name):
        read_rows(path)
    path.write_bytes(b"")
    with pytest.raises(UnreadableInput, match=name):
        read_rows(path)


def test_a_column_that_is_named_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("file,label,file\na,b,c\n")
    with pytest.raises(UnreadableInput, match="names a column twice"):
        read_rows(tmp_path / "t.csv")


@given(st.binary(max_size=300))
def test_any_bytes_as_csv_give_rows_or_an_error_of_ours(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_bytes(data)
    try:
        names, rows = read_rows(path)
    except UnreadableInput:
        return
    numbers = []
    for number, row in rows:
        numbers.append(number)
        assert isinstance(row, str) or list(row) == names
    assert numbers == sorted(set(numbers))


def test_a_folder_of_classes_and_one_with_splits_above_them(tmp_path: Path) -> None:
    for name in ("Jeans/1.jpg", "Jeans/deep/2.PNG", "Tee/3.jpg", "Tee/notes.txt"):
        file = tmp_path / "plain" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(jpeg(1))
    found = read_folder(tmp_path / "plain")
    assert [(one.label, one.group, one.split) for one in found.entries] == [
        ("Jeans", "Jeans/1.jpg", ""),
        ("Jeans", "Jeans/deep/2.PNG", ""),
        ("Tee", "Tee/3.jpg", ""),
    ]
    for side in ("train", "Validation"):
        (tmp_path / "sides" / side / "Tee").mkdir(parents=True)
        (tmp_path / "sides" / side / "Tee" / "1.jpg").write_bytes(jpeg(1))
    assert [one.split for one in read_folder(tmp_path / "sides").entries] == ["Validation", "train"]
    (tmp_path / "sides" / "Coat").mkdir()
    with pytest.raises(UserError, match="beside them Coat"):
        read_folder(tmp_path / "sides")


def test_a_folder_without_classes_says_what_one_looks_like(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"such as .*/Jeans/1\.jpg"):
        read_folder(tmp_path)
    with pytest.raises(UnreadableInput, match="is not a folder"):
        read_folder(tmp_path / "gone")
