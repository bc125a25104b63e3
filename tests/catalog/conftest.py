"""Catalogue files written by a test, and imported in one line."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from wildwear.catalog.arrow import products_from_arrow
from wildwear.catalog.importing import import_catalog
from wildwear.catalog.intake import all_rejections
from wildwear.catalog.settings import ImportSettings
from wildwear.records import Product, Rejection, Report
from wildwear.tables import PRODUCTS, REJECTIONS
from wildwear.workspace import Workspace


class Shop:
    """A workspace and a folder of catalogue files."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self.workspace, self.folder = workspace, folder

    def write(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def write_csv(self, name: str, rows: Sequence[Sequence[str]]) -> str:
        path = self.folder / name
        with path.open("w", newline="", encoding="utf-8") as handle:
            csv.writer(handle).writerows(rows)
        return str(path)

    def take(self, *files: str, **settings: Any) -> Report:
        return import_catalog(self.workspace, ImportSettings(files=files, **settings))

    @property
    def products(self) -> dict[str, Product]:
        found = products_from_arrow(self.workspace.table(PRODUCTS).read())
        return {product.product_id: product for product in found}

    def rejections(self, file: str) -> list[tuple[int, str]]:
        return [(one.row, one.reason) for one in self.rejected(file)]

    def rejected(self, file: str) -> list[Rejection]:
        return all_rejections(self.workspace.table(REJECTIONS), file)


@pytest.fixture
def shop(workspace: Workspace, tmp_path: Path) -> Shop:
    folder = tmp_path / "export"
    folder.mkdir()
    return Shop(workspace, folder)


MakeMagento = Callable[..., str]


@pytest.fixture
def magento(shop: Shop) -> MakeMagento:
    """Writes a Magento export of rows given as dicts; a column that no row has stays blank."""
    names = (
        "sku store_view_code attribute_set_code product_type categories name description short_description base_image "
        "small_image thumbnail_image additional_images additional_attributes configurable_variations"
    )
    header = names.split()

    def write(*rows: dict[str, str], name: str = "products.csv") -> str:
        return shop.write_csv(name, [header, *([row.get(column, "") for column in header] for row in rows)])

    return write
