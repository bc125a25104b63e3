from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wildwear.catalog.reading import open_rows
from wildwear.catalog.rows import BadRow, Row, with_sampled_columns
from wildwear.catalog.settings import ImportSettings
from wildwear.catalog.sources import find_sources
from wildwear.errors import UnreadableInput, UserError


def read(path: Path, **settings: Any) -> tuple[tuple[str, ...], list[Row | BadRow]]:
    chosen = ImportSettings(files=(str(path),), **settings)
    (source,) = find_sources(chosen)
    with open_rows(source, chosen) as reading:
        return reading.columns, list(reading.rows)


def cells(rows: list[Row | BadRow]) -> list[tuple[int, list[Any]]]:
    return [(row.number, list(row.cells.values())) for row in rows if isinstance(row, Row)]


def bad(rows: list[Row | BadRow]) -> list[tuple[int, str]]:
    return [(row.number, row.reason) for row in rows if isinstance(row, BadRow)]


_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\x00"), max_size=8)


@given(
    header=st.lists(st.from_regex(r"[a-z]{3,6}", fullmatch=True), min_size=2, max_size=4, unique=True),
    rows=st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=4, max_size=4)),
    newline=st.sampled_from(["\n", "\r\n"]),
    delimiter=st.sampled_from(",;\t|"),
    bom=st.booleans(),
)
def test_a_table_that_was_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    header: list[str],
    rows: list[list[str]],
    newline: str,
    delimiter: str,
    bom: bool,
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    rows = [row[: len(header)] for row in rows]
    with path.open("w", newline="", encoding="utf-8-sig" if bom else "utf-8") as handle:
        csv.writer(handle, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_ALL).writerows(
            [header, *rows]
        )
    columns, found = read(path)
    assert columns == tuple(header)
    assert bad(found) == []
    assert cells(found) == list(enumerate(rows, 2))


def test_quoted_line_breaks_count_as_one_record(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'id,title\r\n1,"two\r\nlines"\r\n2,x\r\n')
    assert cells(read(path)[1]) == [(2, ["1", "two\r\nlines"]), (3, ["2", "x"])]


def test_ragged_rows_are_bad_alone_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,title\n1,a\n2\n3,b,c\n\n4,d,,\n5,e\n")
    rows = read(path)[1]
    assert cells(rows) == [(2, ["1", "a"]), (6, ["4", "d"]), (7, ["5", "e"])]
    assert bad(rows) == [(3, "ragged_row"), (4, "ragged_row")]


def test_h73_a_quote_that_never_closes_costs_its_own_row_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = ["id,title", '1,"open', *(f"{index},t{index}" for index in range(2, 5000))]
    path.write_text("\n".join(lines))
    rows = read(path)[1]
    assert bad(rows) == [(2, "unclosed_quote")]
    assert cells(rows)[0] == (3, ["2", "t2"])
    assert cells(rows)[-1] == (5000, ["4999", "t4999"])


def test_h73_a_stray_quote_swallows_no_rows_up_to_the_next_quote(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,title,brand\n1,"open,x\n2,b,x\n3,"c",x\n4,"5" wide",x\n5,"two\nlines, ""so""",x\n')
    rows = read(path)[1]
    assert bad(rows) == [(2, "unclosed_quote")]
    assert cells(rows) == [
        (3, ["2", "b", "x"]),
        (4, ["3", "c", "x"]),
        (5, ["4", '5 wide"', "x"]),
        (6, ["5", 'two\nlines, "so"', "x"]),
    ]


def test_a_quote_that_is_open_at_the_end_is_a_bad_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,title\n1,a\n2,"b\n3,c\n')
    rows = read(path)[1]
    assert bad(rows) == [(3, "unclosed_quote")]
    assert cells(rows) == [(2, ["1", "a"]), (4, ["3", "c"])]


def test_h47_bytes_that_are_no_text_stay_in_their_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,title\n1,caf\xe9\n2,caf\xc3\xa9\n")
    assert cells(read(path)[1]) == [(2, ["1", "caf\udce9"]), (3, ["2", "café"])]
    assert cells(read(path, encoding="cp1252")[1])[0] == (2, ["1", "café"])


def test_utf_16_is_known_by_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id\ttitle\n1\tgrün\n".encode("utf-16"))
    assert read(path) == (("id", "title"), [Row(2, {"id": "1", "title": "grün"})])


def test_an_unknown_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    with pytest.raises(UserError, match="utf-9"):
        read(tmp_path / "a.csv", encoding="utf-9")


def test_blank_and_repeated_column_names_stay_apart(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id, image ,image,\n1,a,b,c\n")
    assert read(tmp_path / "a.csv")[0] == ("id", "image", "image (3)", "column 4")


def test_h47_a_line_of_40_megabytes_is_one_bad_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"id,title\n1,a\n2,{'x' * 40_000_000}\n3,c\n")
    rows = read(path)[1]
    assert (cells(rows), bad(rows)) == ([(2, ["1", "a"]), (4, ["3", "c"])], [(3, "line_too_long")])
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"id":1}}\n"{"x" * 20_000_000}"\n{{"id":3}}\n')
    rows = read(path)[1]
    assert (cells(rows), bad(rows)) == ([(1, [1]), (3, [3])], [(2, "line_too_long")])


def test_json_lines_that_are_no_object_are_bad_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = ['{"id": 1, "images": ["a"]}', "[1]", "{broken", "", "9" * 5000, "[" * 100_000, '{"id": 2}']
    path.write_text("\n".join(lines))
    columns, rows = read(path)
    assert columns == ("id", "images")
    assert cells(rows) == [(1, [1, ["a"]]), (7, [2])]
    assert bad(rows) == [(number, "bad_json") for number in (2, 3, 5, 6)]


@given(st.lists(st.dictionaries(st.text(max_size=4), st.none() | st.integers() | st.text(), min_size=1), max_size=8))
def test_objects_that_were_written_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, objects: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("jsonl") / "a.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in objects) or "{}\n")
    assert read(path)[1] == [Row(number, one) for number, one in enumerate(objects, 1)]


def test_parquet_gives_the_wanted_columns_as_python_values(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1, 2], "images": [["a"], None], "price": [1.5, None]}), tmp_path / "a.parquet")
    settings = ImportSettings(files=(str(tmp_path / "a.parquet"),))
    (source,) = find_sources(settings)
    with open_rows(source, settings, {"id", "images"}) as reading:
        assert reading.columns == ("id", "images", "price")
        assert list(reading.rows) == [Row(1, {"id": 1, "images": ["a"]}), Row(2, {"id": 2, "images": None})]


def test_h73_parquet_text_that_is_not_utf_8_stays_in_its_row(tmp_path: Path) -> None:
    for kind in (pa.string(), pa.large_string()):
        broken = pa.array([b"ok", b"caf\xe9", None], pa.large_binary() if kind != pa.string() else pa.binary()).view(
            kind
        )
        nested = pa.ListArray.from_arrays(pa.array([0, 1, 2, 3]), broken)
        pq.write_table(pa.table({"title": broken, "images": nested}), tmp_path / "a.parquet")
        found = cells(read(tmp_path / "a.parquet")[1])
        assert found == [(1, ["ok", ["ok"]]), (2, ["caf\udce9", "\udcff"]), (3, [None, [None]])]


def test_h69_a_parquet_bomb_is_refused_by_its_footer(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    pq.write_table(pa.table({"id": pa.nulls(1_000_000, pa.string())}), path)
    assert path.stat().st_size < 10_000
    with pytest.raises(UnreadableInput, match=r"1,000,000 rows, more than --max-rows 10,000"):
        read(path, max_rows=10_000)
    pq.write_table(pa.table({"id": ["x" * 10_000]}), path, use_dictionary=False)
    with pytest.raises(UnreadableInput, match=r"bytes, more than --max-bytes 1,000"):
        read(path, max_bytes=1_000)


def test_h69_a_parquet_bomb_that_repeats_one_value_is_stopped_as_it_expands(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    pq.write_table(pa.table({"title": ["x" * 100_000] * 2_000}), path)
    assert path.stat().st_size < 20_000
    with pytest.raises(UnreadableInput, match="expands to more than --max-bytes"):
        read(path, max_bytes=50_000_000)


def test_a_text_of_too_many_rows_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n" + "1\n" * 11)
    with pytest.raises(UnreadableInput, match="more rows than --max-rows 10"):
        read(tmp_path / "a.csv", max_rows=10)
    assert len(read(tmp_path / "a.csv", max_rows=11)[1]) == 11


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1" + b"\0" * 50 + b"PAR1", b"PAR1 is no parquet"])
def test_a_damaged_parquet_file_is_one_plain_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(UnreadableInput, match=r"a\.parquet is not a readable Parquet file"):
        read(tmp_path / "a.parquet")


def test_a_parquet_file_that_is_damaged_within_says_how_far_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"title": [f"title {index}" for index in range(5000)]}), path, compression="gzip", row_group_size=1000
    )
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 200] = bytes(200)
    path.write_bytes(content)
    with pytest.raises(UnreadableInput, match=r"is damaged after row \d+"):
        read(path)


def test_gzip_is_read_and_a_cut_one_is_one_plain_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    content = gzip.compress(b"id,title\n" + b"".join(b"%d,title\n" % index for index in range(10_000)))
    path.write_bytes(content)
    assert len(read(path)[1]) == 10_000
    path.write_bytes(content[:-100])
    with pytest.raises(UnreadableInput, match=r"a\.csv\.gz cannot be read"):
        read(path)


def test_columns_are_sampled_from_so_many_rows_and_characters_and_no_row_is_lost() -> None:
    rows = [Row(number, {f"c{number}": "x"}) for number in range(1500)]
    reading = with_sampled_columns(iter(rows), lambda: 0)
    assert len(reading.columns) == 1000
    assert list(reading.rows) == rows
    read = iter(range(0, 10**9, 2**24))
    reading = with_sampled_columns(iter(rows), lambda: next(read))
    assert reading.columns == ("c0", "c1", "c2", "c3")
    assert list(reading.rows) == rows
