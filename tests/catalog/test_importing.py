"""What an import does to the tables: the cookbook of the stage."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wildwear.catalog.images_folder import read_images_folder
from wildwear.errors import MissingColumn, UnknownName, UnreadableInput, UserError
from wildwear.records import Variant
from wildwear.tables import PRODUCTS
from wildwear.workspace import Workspace

from .conftest import MakeMagento, Shop


def test_a_table_with_guessable_columns_needs_no_flags(shop: Shop) -> None:
    file = shop.write_csv(
        "a.csv",
        [
            ["SKU", "Product Name", "Body (HTML)", "Vendor", "Category", "Image URL", "Additional Images", "Color"],
            ["1", "Tee", "<p>Soft.</p>", "Acme", "Men > Tops", "http://x/1.jpg", "a.jpg,b.jpg", "Red"],
        ],
    )
    report = shop.take(file)
    product = shop.products["1"]
    assert (product.title, product.description, product.brand) == ("Tee", "Soft.", "Acme")
    assert product.category_path == ("Men/Tops",)
    assert product.attributes == {"color": "Red"}
    assert product.image_urls == ("http://x/1.jpg", "a.jpg", "b.jpg")
    assert (product.group_id, product.variants, product.source, product.row) == ("1", (), file, 2)
    assert (report.exit_status, report.done["products"], report.done["pictures named"]) == (0, 1, 3)
    assert report.notes[-1] == "next: wildwear label"


def test_columns_are_mapped_by_flags(shop: Shop) -> None:
    file = shop.write("a.csv", "Artikel;Bezeichnung;Text;Mehr;Stoff;name\n7;Jacke;Warm.;Weich.;Wolle;x\n")
    columns = ("id=Artikel", "title=Bezeichnung", "description=Text", "description=Mehr", "attribute.material=Stoff")
    shop.take(file, column=columns)
    product = shop.products["7"]
    assert (product.title, product.description) == ("Jacke", "Warm. Weich.")
    assert product.attributes == {"material": "Wolle"}


def test_a_guess_is_taken_back_with_an_empty_column(shop: Shop) -> None:
    file = shop.write("a.csv", "id,title,group\n1,a,g\n2,b,g\n")
    shop.take(file, column=("group=",))
    assert shop.products.keys() == {"1", "2"}


def test_a_group_column_folds_rows_into_groups(shop: Shop) -> None:
    file = shop.write_csv(
        "a.csv",
        [
            ["id", "item_group_id", "title", "size", "image_link", "category"],
            ["A-S", "A", "Tee S", "S", "s.jpg", "Tops"],
            ["B", "", "Cap", "", "cap.jpg", ""],
            ["A-M", "A", "Tee M", "M", "m.jpg", "Tops"],
            ["A", "", "Tee", "", "tee.jpg", ""],
        ],
    )
    report = shop.take(file)
    products = shop.products
    assert products.keys() == {"A", "B"}
    assert (products["A"].title, products["A"].category_path, products["A"].row) == ("Tee", ("Tops",), 5)
    assert products["A"].image_urls == ("tee.jpg", "s.jpg", "m.jpg")
    assert products["A"].attributes == {"size": "S|M"}
    assert products["A"].variants[0] == Variant(product_id="A-S", title="Tee S", image_urls=("s.jpg",))
    assert (report.done["products"], report.done["variants folded"], report.done["pictures named"]) == (2, 2, 4)


def test_groups_fold_the_same_whatever_the_batch(shop: Shop, tmp_path: Path) -> None:
    rows = [["id", "group", "title", "image", "size"]]
    rows += [[f"v{index}", f"g{index * 7 % 5}", f"t{index}", f"{index}.jpg", str(index)] for index in range(40)]
    file = shop.write_csv("a.csv", rows)
    shop.take(file)
    for batch_rows in (1, 3, 16):
        other = Shop(Workspace.create(tmp_path / f"w{batch_rows}"), shop.folder)
        report = other.take(file, batch_rows=batch_rows)
        assert other.products == shop.products
        assert (report.done["products"], report.done["variants folded"]) == (5, 40)
        assert report.done["products added"] == 5


def test_json_lines_with_lists_and_objects(shop: Shop) -> None:
    one = {
        "asin": 7,
        "title": "Tee",
        "description": ["Soft.", "Warm."],
        "categories": ["Men", "Tops"],
        "images": [{"thumb": "http://x/t.jpg", "large": "http://x/l.jpg", "hi_res": None, "variant": "MAIN"}],
        "details": {"Department": "mens", "Nested": {"value": "x"}},
        "store": "Acme",
        "parent_asin": "P",
    }
    file = shop.write("a.jsonl", json.dumps(one) + "\n")
    shop.take(file)
    product = shop.products["P"]
    assert (product.title, product.description, product.brand) == ("Tee", "Soft. Warm.", "Acme")
    assert product.category_path == ("Men/Tops",)
    assert product.image_urls == ("http://x/l.jpg",)
    assert product.attributes == {"Department": "mens", "Nested": "x"}
    assert product.variants[0].product_id == "7"


def test_parquet_ids_that_pandas_made_floats_stay_whole(shop: Shop) -> None:
    path = shop.folder / "a.parquet"
    pq.write_table(pa.table({"id": [1.0, None, 2.5], "title": ["a", "b", "c"], "images": [["x.jpg"], None, []]}), path)
    shop.take(str(path))
    assert shop.products.keys() == {"1", "2.5"}
    assert shop.products["1"].image_urls == ("x.jpg",)
    assert shop.rejections(str(path)) == [(2, "no_id")]


def test_several_files_are_one_catalogue(shop: Shop) -> None:
    shop.write("p1.csv", "id,group,title\nA-S,A,Tee S\nB,,Cap\n")
    shop.write("p2.tsv", "id\tgroup\ttitle\nA-M\tA\tTee M\nA\t\tTee\n")
    report = shop.take(str(shop.folder / "p*"))
    assert shop.products.keys() == {"A", "B"}
    assert shop.products["A"].title == "Tee"
    assert [variant.product_id for variant in shop.products["A"].variants] == ["A-S", "A-M"]
    assert report.done["products"] == 2


def test_importing_again_updates_and_leaves_the_unchanged_alone(shop: Shop) -> None:
    file = shop.write("a.csv", "id,title\n1,a\n2,b\n3,c\n")
    shop.take(file)
    version = shop.workspace.table(PRODUCTS).version
    again = shop.take(file)
    assert (again.done["products added"], again.done["products updated"]) == (0, 0)
    assert again.skipped["products unchanged"] == 3
    assert shop.workspace.table(PRODUCTS).version == version
    shop.write("a.csv", "id,title\n1,a\n2,changed\n4,d\n")
    report = shop.take(file)
    assert {key: product.title for key, product in shop.products.items()} == {
        "1": "a",
        "2": "changed",
        "3": "c",
        "4": "d",
    }
    assert (report.done["products added"], report.done["products updated"]) == (1, 1)
    assert report.skipped["products unchanged"] == 1


def test_a_variant_that_left_the_export_leaves_the_product(shop: Shop) -> None:
    file = shop.write("a.csv", "id,group,title\nA,,Tee\nA-S,A,Tee S\nA-M,A,Tee M\n")
    shop.take(file)
    shop.write("a.csv", "id,group,title\nA,,Tee\nA-M,A,Tee M\n")
    shop.take(file)
    assert [variant.product_id for variant in shop.products["A"].variants] == ["A-M"]


def test_rejections_of_a_file_are_replaced_when_it_is_imported_again(shop: Shop) -> None:
    one, two = shop.write("1.csv", "id,title\n1,\n,b\n"), shop.write("it's 2.csv", "id,title\n2,\n")
    report = shop.take(one, two)
    assert (report.failed, report.exit_status) == ({"no_title": 2, "no_id": 1}, 3)
    assert shop.rejections(one) == [(2, "no_title"), (3, "no_id")]
    shop.write("1.csv", "id,title\n1,a\n,b\n")
    shop.take(one)
    assert shop.rejections(one) == [(3, "no_id")]
    assert shop.rejections(two) == [(2, "no_title")]


def test_the_report_shows_the_first_rejected_rows_and_the_remedy(shop: Shop) -> None:
    file = shop.write("a.csv", "id,title\n" + "".join(f"{index},\n" for index in range(9)))
    notes = shop.take(file).notes
    assert notes[0] == "not taken: a.csv row 2: no_title: the title is blank"
    assert notes[3] == "not taken: 6 further rows; all stand in the table 'rejections'"
    assert "--column title=COLUMN" in notes[4]


def test_the_images_folder_is_remembered_and_an_address_is_joined(shop: Shop, tmp_path: Path) -> None:
    file = shop.write("a.csv", "id,title,image\n1,a,/m/x y.jpg\n")
    shop.take(file)
    assert read_images_folder(shop.workspace) is None
    shop.take(file, images=str(shop.folder))
    assert read_images_folder(shop.workspace) == shop.folder.resolve()
    assert shop.products["1"].image_urls == ("m/x y.jpg",)
    shop.take(file, images="https://x.org/media")
    assert shop.products["1"].image_urls == ("https://x.org/media/m/x%20y.jpg",)


def test_progress_hears_of_every_row(shop: Shop) -> None:
    from wildwear.catalog.importing import import_catalog
    from wildwear.catalog.settings import ImportSettings

    file = shop.write("a.csv", "id,title\n" + "".join(f"{index},t\n" for index in range(1234)))
    heard: list[int] = []
    import_catalog(shop.workspace, ImportSettings(files=(file,)), heard.append)
    assert sum(heard) == 1234
    assert len(heard) > 1


def test_a_header_alone_gives_no_products(shop: Shop) -> None:
    assert shop.take(shop.write("a.csv", "id,title\n")).done["products"] == 0


@pytest.mark.parametrize(
    ("header", "columns", "error", "says"),
    [
        ("sku,price", (), MissingColumn, r"a\.csv: no column 'title'; there are sku, price.*--column title=COLUMN"),
        ("name,price", (), MissingColumn, "no column 'id'; there are name, price"),
        ("id,title", ("images=photos",), MissingColumn, "no column 'photos'; there are id, title"),
        ("id,title", ("colour=title",), UnknownName, "unknown role 'colour'"),
        ("id,title", ("title",), UserError, "--column title: write ROLE=COLUMN"),
    ],
)
def test_wrong_columns_are_said_before_anything_is_written(
    shop: Shop, header: str, columns: tuple[str, ...], error: type[UserError], says: str
) -> None:
    good, bad = shop.write("good.csv", "id,title\n1,a\n"), shop.write("a.csv", f"{header}\n")
    with pytest.raises(error, match=says):
        shop.take(good, bad, column=columns)
    assert not shop.workspace.table(PRODUCTS).exists


def test_a_format_that_does_not_fit_is_said(shop: Shop) -> None:
    with pytest.raises(MissingColumn, match="no column 'id'; there are id, title"):
        shop.take(shop.write("a.csv", "id,title\n1,a\n"), format="magento")
    with pytest.raises(UnknownName, match="did you mean magento"):
        shop.take(str(shop.folder / "a.csv"), format="magneto")
    with pytest.raises(UnreadableInput):
        shop.take(str(shop.folder / "none.csv"))


_TITLES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.tuples(st.sampled_from("abcdef"), _TITLES), max_size=12))
def test_every_row_is_accounted_for(
    shop: Shop, tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    fresh = Shop(Workspace.create(tmp_path_factory.mktemp("w")), shop.folder)
    report = fresh.take(shop.write_csv("rows.csv", [("id", "title"), *rows]), batch_rows=3)
    assert report.done["products"] == len(fresh.products)
    repeated = sum(count for name, count in report.skipped.items() if name.startswith("repeated"))
    assert report.done["products"] + repeated + sum(report.failed.values()) == len(rows)


def test_magento_variants_fold_and_store_views_merge(shop: Shop, magento: MakeMagento) -> None:
    file = magento(
        {"sku": "A-S", "product_type": "simple", "name": "Tee S", "base_image": "/a/s.jpg",
         "additional_attributes": "has_options=0,size=S"},
        {"sku": "A-S", "store_view_code": "fr", "name": "Maillot S"},
        {"sku": "A", "product_type": "configurable", "name": "Tee", "description": "<p>Soft.</p>",
         "categories": "Root/Men,Root/Men/Tees", "base_image": "/a/main.jpg", "small_image": "/a/main.jpg",
         "thumbnail_image": "no_selection", "additional_images": "/a/alt.jpg,/a/back.jpg",
         "additional_attributes": "has_options=1,material=Wool, Silk,climate=Cool|Hot,manufacturer=Acme",
         "configurable_variations": "sku=A-S,size=S|sku=A-M,size=M"},
        {"sku": "A", "store_view_code": "fr", "name": "Maillot", "short_description": "Doux.",
         "additional_attributes": "material=Laine,col=V"},
        {"sku": "A-M", "product_type": "simple", "name": "Tee M", "base_image": "/a/main.jpg",
         "additional_attributes": "size=M"},
        {"sku": "B", "product_type": "simple", "name": "Cap"},
    )  # fmt: skip
    report = shop.take(file)
    product = shop.products["A"]
    assert shop.products.keys() == {"A", "B"}
    assert (product.title, product.description, product.brand, product.row) == ("Tee", "Soft.", "Acme", 4)
    assert product.category_path == ("Root/Men", "Root/Men/Tees")
    assert product.image_urls == ("a/main.jpg", "a/alt.jpg", "a/back.jpg", "a/s.jpg")
    assert product.attributes == {
        "material": "Wool, Silk", "climate": "Cool|Hot", "manufacturer": "Acme", "size": "S|M", "col": "V"
    }  # fmt: skip
    assert [(variant.product_id, variant.title) for variant in product.variants] == [("A-S", "Tee S"), ("A-M", "Tee M")]
    assert (report.exit_status, report.done["variants folded"]) == (0, 2)


def test_a_magento_parent_may_stand_in_another_file(shop: Shop, magento: MakeMagento) -> None:
    variants = magento({"sku": "A-S", "name": "Tee S"}, name="1.csv")
    parents = magento({"sku": "A", "name": "Tee", "configurable_variations": "sku=A-S,size=S"}, name="2.csv")
    shop.take(variants, parents)
    assert [variant.product_id for variant in shop.products["A"].variants] == ["A-S"]


def test_a_magento_row_without_sku_or_name_is_rejected(shop: Shop, magento: MakeMagento) -> None:
    file = magento({"name": "Tee"}, {"sku": "A"}, {"sku": "A", "name": "Tee"})
    shop.take(file)
    assert shop.rejections(file) == [(2, "no_id"), (3, "no_title")]
    assert shop.products["A"].title == "Tee"
