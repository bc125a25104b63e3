"""What holds of every importer there is; a new one needs an example here, and an export in `exports`."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from wildwear.catalog.fields import ATTRIBUTE, Fields, RowRejected
from wildwear.catalog.importer import ROLES, CatalogFile, Importer, columns_by_role
from wildwear.catalog.importers import FORMATS, IMPORTERS, find_importer
from wildwear.catalog.references import ImageBase
from wildwear.catalog.rows import Row
from wildwear.catalog.settings import Format
from wildwear.errors import UnreadableInput, UserError
from wildwear.records import Report
from wildwear.tables import PRODUCTS
from wildwear.workspace import Workspace

from .conftest import Shop
from .exports import CDN, EXPORTS, Goods, write_export

EXAMPLES: dict[str, dict[str, Any]] = {
    "magento": {
        "sku": "A", "name": "Tee", "product_type": "simple", "attribute_set_code": "Top",
        "description": "<p>Soft.</p>", "base_image": "/a/b.jpg", "categories": "Men/Tops",
    },
    "shopify": {
        "Handle": "A", "Title": "Tee", "Body (HTML)": "<p>Soft.</p>", "Type": "Men > Tops", "Option1 Name": "Title",
        "Option1 Value": "Default Title", "Image Src": "/a/b.jpg",
    },
    "merchant": {
        "id": "A", "title": "Tee", "description": "<p>Soft.</p>", "link": "http://x/A", "image_link": "/a/b.jpg",
        "price": "1 EUR", "product_type": "Men > Tops",
    },
    "abo": {
        "item_id": "A", "item_name": [{"language_tag": "en_GB", "value": "Tee"}], "main_image_id": "71+b",
        "bullet_point": [{"language_tag": "en_GB", "value": "<p>Soft.</p>"}], "node": [{"node_name": "/Men/Tops"}],
    },
    "amazon_reviews": {
        "parent_asin": "A", "title": "Tee", "main_category": "AMAZON FASHION", "categories": ["Men", "Tops"],
        "description": ["<p>Soft.</p>"], "images": [{"hi_res": None, "large": "/a/b.jpg", "variant": "MAIN"}],
    },
    "table": {
        "id": "A", "title": "Tee", "description": "<p>Soft.</p>", "image": "/a/b.jpg", "category": "Men > Tops",
    },
}  # fmt: skip
COMPANIONS = {"abo": {"image_id": "71+b", "height": "1", "width": "1", "path": "a/b.jpg"}}
OWN_ROLES = {
    "store_view", "variant_images", "variant_sku", "tags", "option_names", "option_values", "details", "place",
    "keywords",
}  # fmt: skip

every_importer = pytest.mark.parametrize("importer", IMPORTERS, ids=lambda one: one.name)
every_export = pytest.mark.parametrize("export", EXPORTS)

GOODS = [
    Goods(id="A-1"),
    Goods(id="B+2", title='Jeans, "slim"\nfit', body="<ul><li>Blue</li><li>Long</li></ul>", pictures=("c/3.jpg",)),
    Goods(id="C_3", title="Größe <b>M</b> コート", body="", category=("Coats",), pictures=()),
]


def _fields(importer: Importer, cells: dict[str, Any]) -> Fields:
    columns = columns_by_role(importer, list(EXAMPLES[importer.name]), (), "here")
    return Fields(cells=cells, columns=columns, base=ImageBase(), max_cell=1000)


def _prepared(importer: Importer) -> Importer:
    example, companion = EXAMPLES[importer.name], COMPANIONS.get(importer.name)
    return importer.prepared([_file(importer, cells) for cells in (example, companion) if cells])


def _file(importer: Importer, cells: dict[str, Any]) -> CatalogFile:
    return CatalogFile(
        name="here",
        columns=importer.guess(list(cells)),
        is_companion=importer.is_companion(list(cells)),
        rows=lambda: iter([Row(2, cells)]),
    )


def test_names_differ_and_each_importer_has_an_example_and_an_export() -> None:
    assert [one.name for one in IMPORTERS] == list(EXAMPLES)
    assert {name for name, _ in EXPORTS.values()} == set(FORMATS)
    assert Format.__args__ == ("auto", *FORMATS)


@every_importer
def test_an_importer_recognises_its_own_files_and_only_the_table_any_other(importer: Importer) -> None:
    assert find_importer("auto", list(EXAMPLES[importer.name])) is importer
    assert find_importer(importer.name, []) is importer
    assert importer.recognises(["a", "b"]) == (importer.name == "table")
    for other, cells in EXAMPLES.items():
        assert importer.recognises(list(cells)) == (importer.name in (other, "table"))


def test_columns_that_fit_several_formats_are_an_error_that_names_them() -> None:
    both = [*EXAMPLES["magento"], *EXAMPLES["amazon_reviews"]]
    with pytest.raises(UserError, match=r"x\.csv: this may be magento or amazon_reviews: say which with --format"):
        find_importer("auto", both, "x.csv")


@every_importer
def test_a_row_becomes_a_plain_product(importer: Importer) -> None:
    product = _prepared(importer).convert(_fields(importer, EXAMPLES[importer.name])).product
    assert (product.product_id, product.group_id, product.title) == ("A", "A", "Tee")
    assert (product.description, product.image_urls, product.category_path) == ("Soft.", ("a/b.jpg",), ("Men/Tops",))


@every_importer
@pytest.mark.parametrize("blank", [" ", None, []])
def test_rows_without_id_or_title_are_rejected_by_name(importer: Importer, blank: Any) -> None:
    for role in ("id", "title"):
        cells = dict(EXAMPLES[importer.name])
        cells[importer.guess(list(cells))[role][0]] = blank
        with pytest.raises(RowRejected) as caught:
            _prepared(importer).convert(_fields(importer, cells))
        assert caught.value.reason == f"no_{role}"


@every_importer
def test_columns_chosen_by_hand_replace_the_guess(importer: Importer) -> None:
    columns = [*EXAMPLES[importer.name], "other"]
    chosen = columns_by_role(importer, columns, ("title=other",), "here")
    assert chosen["title"] == ("other",)
    assert chosen["id"] == importer.guess(columns)["id"]


@every_importer
def test_guessed_roles_are_roles(importer: Importer) -> None:
    columns = list(EXAMPLES[importer.name])
    for role, names in importer.guess(columns).items():
        assert role in ROLES or role in OWN_ROLES or role.startswith(ATTRIBUTE)
        assert set(names) <= set(columns)


@every_importer
def test_importing_begins_anew_each_time(importer: Importer) -> None:
    for _ in range(2):
        converted = _prepared(importer).convert(_fields(importer, EXAMPLES[importer.name]))
        assert not converted.supplement


def _take(shop: Shop, files: list[str], **settings: Any) -> Report:
    return shop.take(*files, **({"images": CDN} | settings))


@every_export
def test_the_same_goods_are_the_same_products_in_every_format(shop: Shop, export: str) -> None:
    files = write_export(shop.folder, export, GOODS)
    report = _take(shop, files)
    assert (report.exit_status, report.failed, report.done["products"]) == (0, {}, 3)
    for goods, title, text in zip(
        GOODS,
        ("Tee", 'Jeans, "slim" fit', "Größe M コート"),
        ("Soft & warm.", "Blue Long", ""),
        strict=True,
    ):
        product = shop.products[goods.id]
        assert (product.group_id, product.title, product.brand) == (goods.id, title, "Acme")
        assert product.description == text or (not text and product.description == "In short.")
        assert product.category_path == ("/".join(goods.category),)
        assert product.image_urls == tuple(goods.addresses)
        assert product.variants == ()


@every_export
def test_a_file_is_recognised_by_its_content_whatever_it_is_called(shop: Shop, export: str) -> None:
    files = write_export(shop.folder, export, GOODS)
    for number, file in enumerate(files):
        Path(file).rename(shop.folder / f"x{number}.txt")
    files = [str(shop.folder / f"x{number}.txt") for number in range(len(files))]
    report = _take(shop, files)
    expected = EXPORTS[export][0]
    assert report.details["formats"] == dict.fromkeys(files, expected)
    assert f"read as {expected}: {', '.join(Path(file).name for file in files)}" in report.notes


@every_export
def test_gzip_and_small_batches_change_nothing(shop: Shop, tmp_path: Path, export: str) -> None:
    files = write_export(shop.folder, export, GOODS)
    _take(shop, files)
    Path(files[0]).write_bytes(gzip.compress(Path(files[0]).read_bytes()))
    other = Shop(Workspace.create(tmp_path / "other"), shop.folder)
    _take(other, files, batch_rows=1)
    assert other.products == shop.products


@every_export
def test_importing_again_finds_everything_unchanged(shop: Shop, export: str) -> None:
    files = write_export(shop.folder, export, GOODS)
    _take(shop, files)
    version = shop.workspace.table(PRODUCTS).version
    again = _take(shop, files)
    assert again.skipped["products unchanged"] == 3
    assert shop.workspace.table(PRODUCTS).version == version


def _number_of(export: str, place: int) -> int:
    """The number of the place-th product's row: JSON Lines and feeds have no header."""
    return (
        place
        if export.partition("-")[0] in ("abo", "amazon") or export in ("merchant-rss", "merchant-atom")
        else place + 1
    )


@every_export
def test_h46_a_bomb_is_stopped_at_the_cap(shop: Shop, export: str) -> None:
    files = write_export(shop.folder, export, [Goods(id="A", body="x" * 3_000_000)])
    Path(files[0]).write_bytes(gzip.compress(Path(files[0]).read_bytes()))
    assert Path(files[0]).stat().st_size < 20_000
    with pytest.raises(UnreadableInput, match="decompresses to more than --max-bytes 1,000,000"):
        _take(shop, files, max_bytes=1_000_000)
    assert not shop.workspace.table(PRODUCTS).exists


@every_export
def test_h47_a_megabyte_of_title_is_refused_with_its_row(shop: Shop, export: str) -> None:
    goods = [Goods(id="A"), Goods(id="B", title="x" * 999_999), Goods(id="C")]
    files = write_export(shop.folder, export, [Goods(id=one.id, title=one.title, pictures=()) for one in goods])
    report = _take(shop, files)
    assert shop.products.keys() == {"A", "C"}
    assert shop.rejections(files[0]) == [(_number_of(export, 2), "title_too_long")]
    assert report.exit_status == 3


@every_export
def test_h47_bad_utf_8_is_refused_with_its_row(shop: Shop, export: str) -> None:
    goods = [Goods(id="A", pictures=()), Goods(id="B", title="caf\udce9", pictures=()), Goods(id="C", pictures=())]
    files = write_export(shop.folder, export, goods)
    _take(shop, files)
    assert shop.products.keys() == {"A", "C"}
    assert shop.rejections(files[0]) == [(_number_of(export, 2), "bad_encoding")]


@every_export
def test_h47_control_characters_are_removed_or_refused_with_the_row(shop: Shop, export: str) -> None:
    goods = [Goods(id="A", title="Te\x00e \u202egnp\u202c", pictures=()), Goods(id="B", pictures=())]
    files = write_export(shop.folder, export, goods)
    report = _take(shop, files)
    if "A" in shop.products:
        assert shop.products["A"].title == "Tee gnp"
        assert any(f"row {_number_of(export, 1)} (title)" in note for note in report.notes)
    else:
        assert shop.rejections(files[0]) == [(_number_of(export, 1), "bad_xml")]
    assert "B" in shop.products


@every_export
def test_h48_the_same_product_twice_is_reported_where_it_contradicts(shop: Shop, export: str) -> None:
    goods = [Goods(id="A"), Goods(id="B"), Goods(id="A", title="Jeans"), Goods(id="C"), Goods(id="B")]
    files = write_export(shop.folder, export, [Goods(id=one.id, title=one.title, pictures=()) for one in goods])
    report = _take(shop, files)
    assert shop.rejections(files[0]) == [(_number_of(export, 3), "duplicate_product")]
    assert "title 'Tee' against 'Jeans'" in shop.rejected(files[0])[0].detail
    assert report.skipped["repeated rows that say nothing new"] == 1
    assert shop.products["A"].title == "Tee"
