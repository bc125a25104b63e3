"""What holds of every importer there is; a new one needs an example here."""

from __future__ import annotations

import pytest

from wildwear.catalog.fields import Fields, RowRejected
from wildwear.catalog.importer import ROLES, Importer, columns_by_role
from wildwear.catalog.importers import IMPORTERS, find_importer
from wildwear.catalog.references import ImageBase
from wildwear.catalog.rows import Row

EXAMPLES: dict[str, dict[str, str]] = {
    "magento": {
        "sku": "A", "name": "Tee", "product_type": "simple", "attribute_set_code": "Top",
        "description": "<p>Soft.</p>", "base_image": "/a/b.jpg", "categories": "Men/Tops",
    },
    "table": {
        "id": "A", "title": "Tee", "description": "<p>Soft.</p>", "image": "/a/b.jpg", "category": "Men > Tops",
    },
}  # fmt: skip

every_importer = pytest.mark.parametrize("importer", IMPORTERS, ids=lambda one: one.name)


def _fields(importer: Importer, cells: dict[str, str]) -> Fields:
    columns = columns_by_role(importer, list(EXAMPLES[importer.name]), (), "here")
    return Fields(cells=cells, columns=columns, base=ImageBase(), max_cell=1000)


def test_names_differ_and_each_importer_has_an_example() -> None:
    assert [one.name for one in IMPORTERS] == list(EXAMPLES)


@every_importer
def test_an_importer_recognises_its_own_files_and_only_the_table_any_other(importer: Importer) -> None:
    assert find_importer("auto", list(EXAMPLES[importer.name])) is importer
    assert find_importer(importer.name, []) is importer
    assert importer.recognises(["a", "b"]) == (importer.name == "table")


@every_importer
def test_a_row_becomes_a_plain_product(importer: Importer) -> None:
    product = importer.convert(_fields(importer, EXAMPLES[importer.name])).product
    assert (product.product_id, product.group_id, product.title) == ("A", "A", "Tee")
    assert (product.description, product.image_urls, product.category_path) == ("Soft.", ("a/b.jpg",), ("Men/Tops",))


@every_importer
def test_rows_without_id_or_title_are_rejected_by_name(importer: Importer) -> None:
    for role in ("id", "title"):
        cells = dict(EXAMPLES[importer.name])
        cells[importer.guess(list(cells))[role][0]] = " "
        with pytest.raises(RowRejected) as caught:
            importer.convert(_fields(importer, cells))
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
        assert role in ROLES or role == "store_view"
        assert set(names) <= set(columns)
    assert importer.parents([Row(2, dict(EXAMPLES[importer.name]))], importer.guess(columns)) == {}
