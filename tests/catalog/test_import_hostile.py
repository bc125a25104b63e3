"""Hostile catalogues, by the numbers of the list of what must be survived."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wildwear.catalog.fields import BAD_REFERENCE
from wildwear.catalog.intake import REPEATED
from wildwear.errors import UnreadableInput
from wildwear.tables import PRODUCTS, REJECTIONS
from wildwear.workspace import Workspace

from .conftest import MakeMagento, Shop


def test_h44_markup_in_a_title_becomes_text(shop: Shop) -> None:
    shop.take(shop.write("a.csv", 'id,title\n1,"<script>alert(1)</script>Tee <img src=x onerror=y>"\n'))
    assert shop.products["1"].title == "Tee"


def test_formula_like_cells_stay_text(shop: Shop) -> None:
    cells = ["=1+1", "+1", "-1", "@x", "007", "1e5", "TRUE"]
    shop.take(shop.write_csv("a.csv", [["id", "title"], *[[cell, cell] for cell in cells]]))
    assert [product.title for product in shop.products.values()] == cells


def test_h46_an_archive_among_the_files_stops_the_import_before_it_begins(shop: Shop) -> None:
    good, bad = shop.write("a.csv", "id,title\n1,a\n"), shop.write("b.zip", b"PK\x03\x04../evil")
    with pytest.raises(UnreadableInput, match=r"b\.zip is a zip archive"):
        shop.take(good, bad)
    assert not shop.workspace.table(PRODUCTS).exists


def test_h47_control_characters_are_removed_and_the_row_is_named(shop: Shop) -> None:
    file = shop.write("a.csv", "id,title\n1,a\n2,Te\x00e \u202egnp\u202c\n")
    report = shop.take(file)
    assert shop.products["2"].title == "Tee gnp"
    assert report.notes[0] == "control characters removed: a.csv row 3 (title)"
    assert report.exit_status == 0


def test_h47_bad_utf_8_is_refused_with_its_row_and_a_remedy(shop: Shop) -> None:
    file = shop.write("a.csv", b"id,title\n1,a\n2,caf\xe9\n3,c\n")
    report = shop.take(file)
    assert shop.products.keys() == {"1", "3"}
    assert shop.rejections(file) == [(3, "bad_encoding")]
    assert any("--encoding cp1252" in note for note in report.notes)
    shop.take(file, encoding="cp1252")
    assert shop.products["2"].title == "café"
    assert shop.rejections(file) == []


def test_h47_bad_text_in_any_cell_that_is_read_refuses_the_row(shop: Shop) -> None:
    file = shop.write("a.csv", b"id,title,image,unread\n1,a,\xe9.jpg,x\n2,b,b.jpg,\xe9\n\xe9,c,,\n")
    shop.take(file)
    assert shop.products.keys() == {"2"}
    assert shop.rejections(file) == [(2, "bad_encoding"), (4, "bad_encoding")]


def test_h47_a_megabyte_of_title_is_refused_with_its_row(shop: Shop) -> None:
    file = shop.write("a.csv", f"id,title,description\n1,{'x' * 999_999},\n2,b,{'y ' * 900_000}\n3,c,{'z' * 300_000}\n")
    shop.take(file)
    assert shop.products.keys() == {"3"}
    assert shop.rejections(file) == [(2, "title_too_long"), (3, "description_too_long")]


def test_h47_text_that_grows_as_it_is_cleaned_is_refused_too(shop: Shop) -> None:
    file = shop.write("a.csv", f"id,title,description\n1,a,{chr(0xFB2C) * 99}\n2,b,c\n")
    shop.take(file, max_cell=100)
    assert shop.rejections(file) == [(2, "description_too_long")]


def test_h47_lone_surrogates_in_json_are_refused_with_their_row(shop: Shop) -> None:
    file = shop.write("a.jsonl", '{"id": 1, "title": "a"}\n{"id": 2, "title": "\\ud800"}\n')
    shop.take(file)
    assert shop.rejections(file) == [(2, "bad_encoding")]


def test_h48_a_product_twice_keeps_the_first_and_reports_what_differs(shop: Shop) -> None:
    file = shop.write("a.csv", "id,title,category\n1,Tee,Tops\n2,b,\n1,Jeans,Bottoms\n1,Tee,Tops\n1,Tee,\n")
    report = shop.take(file)
    assert (shop.products["1"].title, shop.products["1"].category_path) == ("Tee", ("Tops",))
    assert report.failed == {"duplicate_product": 1}
    assert report.skipped[REPEATED] == 2
    (rejection,) = shop.rejected(file)
    assert rejection.row == 4
    assert rejection.detail == (
        "1 stands above already, with title 'Tee' against 'Jeans'; category 'Tops' against 'Bottoms'"
    )
    assert any("category 'Tops' against 'Bottoms'" in note for note in report.notes)


@pytest.mark.parametrize("batch_rows", [1, 2, 100])
def test_h48_repetitions_are_found_across_batches_and_files(shop: Shop, batch_rows: int) -> None:
    one = shop.write("1.csv", "id,group,title\nA-S,A,Tee\nB,,Cap\nA-S,A,Other\nA-S,B,Tee\n")
    two = shop.write("2.csv", "id,group,title\nB,,Hat\nA-S,A,Tee\nC,,x\n")
    report = shop.take(one, two, batch_rows=batch_rows)
    assert shop.rejections(one) == [(4, "duplicate_product"), (5, "duplicate_product")]
    assert shop.rejections(two) == [(2, "duplicate_product")]
    assert report.skipped[REPEATED] == 1
    assert shop.products.keys() == {"A", "B", "C"}
    assert shop.products["B"].title == "Cap"


def test_h48_a_magento_sku_twice_in_one_view_is_reported(shop: Shop, magento: MakeMagento) -> None:
    file = magento({"sku": "A", "name": "Tee"}, {"sku": "A", "name": "Jeans"}, {"sku": "A", "store_view_code": "fr"})
    shop.take(file)
    assert shop.rejections(file) == [(3, "duplicate_product")]


def test_h08_references_that_are_no_address_are_left_out_and_counted(shop: Shop) -> None:
    file = shop.write("a.csv", "id,title,images\n1,a,../x.jpg|file:///etc/passwd|ok.jpg\n")
    report = shop.take(file)
    assert shop.products["1"].image_urls == ("ok.jpg",)
    assert report.skipped[BAD_REFERENCE] == 2
    assert any("a.csv row 2 ('../x.jpg': it leads out" in note for note in report.notes)


def test_h69_a_parquet_bomb_leaves_the_workspace_untouched(shop: Shop) -> None:
    path = shop.folder / "bomb.parquet"
    pq.write_table(pa.table({"id": pa.nulls(100_000, pa.string()), "title": pa.nulls(100_000, pa.string())}), path)
    with pytest.raises(UnreadableInput, match="100,000 rows, more than --max-rows 10,000"):
        shop.take(str(path), max_rows=10_000)
    assert not shop.workspace.table(PRODUCTS).exists


def test_h73_a_poisonous_row_fails_alone(shop: Shop) -> None:
    nested = "[" * 900 + "]" * 900
    lines = [
        '{"id": 1, "title": "a"}',
        f'{{"id": 2, "title": {nested}}}',
        f'{{"id": 3, "title": "c", "images": {nested}}}',
    ]
    file = shop.write("a.jsonl", "\n".join([*lines, '{"id": 4, "title": "d"}']))
    shop.take(file)
    assert {"1", "4"} <= shop.products.keys()
    assert "2" not in shop.products


_RUN = """
import os, signal, sys
from pathlib import Path
from wildwear.catalog.importing import import_catalog
from wildwear.catalog.settings import ImportSettings
from wildwear.table import Table
from wildwear.workspace import Workspace

folder, file, fatal = sys.argv[1:]
calls = 0

def deadly(method, before):
    def call(self, rows):
        global calls
        calls += 1
        if calls == abs(int(fatal)) and before:
            os.kill(os.getpid(), signal.SIGKILL)
        method(self, rows)
        if calls == abs(int(fatal)):
            os.kill(os.getpid(), signal.SIGKILL)
    return call

Table.append = deadly(Table.append, int(fatal) < 0)
Table.upsert = deadly(Table.upsert, int(fatal) < 0)
import_catalog(Workspace.open(Path(folder)), ImportSettings(files=(file,), batch_rows=10))
"""


@pytest.mark.parametrize("fatal", [1, -2, 5, 8])
def test_h62_killed_anywhere_and_run_again_the_tables_are_the_same(shop: Shop, tmp_path: Path, fatal: int) -> None:
    rows = [["id", "group", "title", "image"]]
    rows += [[f"v{i}", f"g{i * 7 % 23}", "" if i % 31 == 30 else f"t{i % 50}", f"{i}.jpg"] for i in range(70)]
    rows += [["v3", "g21", "other", ""], ["", "", "x", ""]]
    file = shop.write_csv("a.csv", rows)
    shop.take(file, batch_rows=10)
    killed = Workspace.create(tmp_path / "killed")
    command = [sys.executable, "-c", _RUN, str(killed.root), file, str(fatal)]
    assert subprocess.run(command, check=False).returncode == -9
    again = Shop(killed, shop.folder)
    again.take(file, batch_rows=10)
    assert again.products == shop.products
    assert again.workspace.table(PRODUCTS).count() == len(shop.products)
    assert again.workspace.table(REJECTIONS).read().sort_by("row").to_pylist() == (
        shop.workspace.table(REJECTIONS).read().sort_by("row").to_pylist()
    )


_IMPORT = """
import sys
from pathlib import Path
from wildwear.catalog.importing import import_catalog
from wildwear.catalog.settings import ImportSettings
from wildwear.workspace import Workspace

import_catalog(Workspace.open(Path(sys.argv[1])), ImportSettings(files=(sys.argv[2],), batch_rows=5))
"""


def test_h66_two_imports_at_once_leave_no_duplicates(shop: Shop) -> None:
    one = shop.write("1.csv", "id,title\n" + "".join(f"{index},t\n" for index in range(60)))
    two = shop.write("2.csv", "id,title\n" + "".join(f"{index},t\n" for index in range(30, 90)))
    processes = [
        subprocess.Popen([sys.executable, "-c", _IMPORT, str(shop.workspace.root), file]) for file in (one, two)
    ]
    assert [process.wait() for process in processes] == [0, 0]
    assert shop.workspace.table(PRODUCTS).count() == len(shop.products) == 90
