"""Small catalogues and query files for the tests of labelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from wildwear.queries.load import load_queries
from wildwear.queries.settings import LabelSettings
from wildwear.queries.stage import Labeller
from wildwear.tables import LABELS, PRODUCTS
from wildwear.taxonomy import load_taxonomy
from wildwear.workspace import Workspace


def products(titles: Sequence[str | None], descriptions: Sequence[str | None] | None = None, **more: Any) -> pa.Table:
    """Rows of the products table, P0, P1 and so on; other columns by name."""
    count = len(titles)
    columns: dict[str, Any] = {
        "product_id": [f"P{number}" for number in range(count)],
        "group_id": [f"P{number}" for number in range(count)],
        "title": titles,
        "description": descriptions or [""] * count,
        "brand": [""] * count,
        "source": ["shop.csv"] * count,
        "row": list(range(2, count + 2)),
        **more,
    }
    schema = PRODUCTS.schema
    return pa.table(
        {field.name: pa.array(columns.get(field.name, [[]] * count), field.type) for field in schema}, schema=schema
    )


def batch(*titles: str, descriptions: Sequence[str] | None = None, **more: Any) -> pa.RecordBatch:
    return products(titles, descriptions, **more).combine_chunks().to_batches()[0]


def fill(
    workspace: Workspace, titles: Sequence[str | None], descriptions: Sequence[str] | None = None, **more: Any
) -> None:
    workspace.table(PRODUCTS).replace(products(titles, descriptions, **more))


def label_titles(
    *titles: str, descriptions: Sequence[str] | None = None, policy: str = "head-noun"
) -> list[str | None]:
    """The category that wins for each product by the shipped queries, None where none claims it."""
    claims = shipped_labeller(policy)(batch(*titles, descriptions=descriptions)).to_pylist()
    return [next((claim["category"] for claim in row if claim["wins"]), None) for row in claims]


@cache
def shipped_labeller(policy: str) -> Labeller:
    return Labeller(load_queries(None, load_taxonomy()), policy, LabelSettings().fields)


def winners(workspace: Workspace) -> Mapping[str, str]:
    rows = workspace.table(LABELS).read(["product_id", "category"], "wins").to_pylist()
    return {row["product_id"]: row["category"] for row in rows}


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
