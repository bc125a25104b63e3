"""A few of the products that an edited query concerns, for a person to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from wildwear.queries.explain import NearMisses
from wildwear.queries.postings import Rows
from wildwear.queries.samples import sample
from wildwear.queries.stage import Labeller
from wildwear.table import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One product and the words by which the query holds, or nearly does."""

    product_id: str
    title: str
    words: list[dict[str, Any]]
    """`word`, `field` and `offset` of each, the one that decided first."""
    excerpt: str
    """The title; where it holds none of the words, the texts around them too."""
    highlights: list[tuple[int, int]]
    """Where the words stand in the excerpt, in characters."""
    wins: bool
    """Whether the category has the product on the side where its query holds."""
    other: str
    """Who has it on the other side; empty for nobody."""
    why: str


def shown_products(products: Snapshot, rows: Rows, category: str, claiming: Labeller, other: Labeller) -> list[Shown]:
    """Products that `category` claims by the queries of `claiming`; `other` are those beside it."""
    found = []
    for batch in _taken(products, rows, *claiming.matcher.columns, *other.matcher.columns):
        winners = other.winners(batch).tolist()
        for row, claims in enumerate(claiming(batch).to_pylist()):
            claim = next(claim for claim in claims if claim["category"] == category)
            found.append(_shown(batch, row, claim["words"], claim["resolution"], claim["wins"], other, winners[row]))
    return found


def near_products(products: Snapshot, rows: Rows, near: NearMisses, now: Labeller) -> list[Shown]:
    """Products that nearly come in, and who has them now."""
    found = []
    for batch in _taken(products, rows, *near.columns, *now.matcher.columns):
        winners = now.winners(batch).tolist()
        for row, miss in enumerate(near(batch)):
            if miss is not None:
                found.append(_shown(batch, row, miss["words"], miss["why"], False, now, winners[row]))
    return found


def _taken(products: Snapshot, rows: Rows, *columns: str) -> Iterator[pa.RecordBatch]:
    if len(rows):
        taken = products.take(rows.tolist(), sorted({"product_id", "title", *columns}))
        yield from taken.combine_chunks().to_batches()


def _shown(
    batch: pa.RecordBatch,
    row: int,
    words: list[Mapping[str, Any]],
    why: str,
    wins: bool,
    other: Labeller,
    winner: int,
) -> Shown:
    seen = sample(batch, row, [word for word in words if word["field"] == "title"] or words, why)
    return Shown(
        product_id=seen["product_id"],
        title=batch["title"][row].as_py() or "",
        words=[dict(word) for word in words],
        excerpt=seen["excerpt"],
        highlights=seen["highlights"],
        wins=wins,
        other=other.categories[winner] if winner >= 0 else "",
        why=why,
    )
