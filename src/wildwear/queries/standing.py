"""How things stand before an edit: one version of the catalogue, of its labels and of the queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wildwear.errors import UserError
from wildwear.queries.evidence import Codes, Evidence, evidence, winners
from wildwear.queries.load import QuerySet
from wildwear.queries.own import OwnQueries, own_queries
from wildwear.queries.postings import NO_ROWS, Postings, Rows, Stop
from wildwear.queries.settings import LabelSettings
from wildwear.queries.stage import BATCH_ROWS, Labeller
from wildwear.table import Snapshot
from wildwear.tables import LABELS, PRODUCTS
from wildwear.taxonomy import Taxonomy
from wildwear.workspace import Workspace

_UNKNOWN = -2


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a category's query holds for, and what it wins."""

    evidence: Evidence = field(default_factory=Evidence)
    won: Rows = field(default_factory=lambda: NO_ROWS)


@dataclass(frozen=True, kw_only=True)
class Standings:
    """One version of the catalogue, of its labels and of the queries, with what was found out about them."""

    versions: tuple[int, int, str]
    workspace: Workspace
    settings: LabelSettings
    products: Snapshot
    postings: Postings
    own: OwnQueries
    queries: QuerySet
    _standings: dict[str, Standing] = field(default_factory=dict)

    @cached_property
    def _winners(self) -> Codes:
        """Who wins each product, as far as it is known."""
        return np.full(self.products.dataset.count_rows(), _UNKNOWN, np.int16)

    @cached_property
    def labeller(self) -> Labeller:
        return self.labeller_of(self.queries)

    def labeller_of(self, queries: QuerySet) -> Labeller:
        return Labeller(queries, self.settings.policy, self.settings.fields)

    def standing(self, category: str, stop: Stop) -> Standing:
        """What the saved query of a category holds for and wins; nothing for one that has none."""
        if category not in self.queries.categories:
            return Standing()
        if category not in self._standings:
            held = evidence(self.queries.block(category).query, self.settings.fields, self.postings, stop)
            self._find_out(held.rows[self._winners[held.rows] == _UNKNOWN], stop)
            won = held.rows[self._winners[held.rows] == self.queries.categories.index(category)]
            self._standings[category] = Standing(evidence=held, won=won)
        return self._standings[category]

    def find_out_more(self, stop: Stop) -> bool:
        """Labels a batch of products by the saved queries, ahead of questions; says whether there are more."""
        unknown = np.flatnonzero(self._winners == _UNKNOWN).astype(np.int32)
        self._find_out(unknown[:BATCH_ROWS], stop)
        return len(unknown) > BATCH_ROWS

    def _find_out(self, rows: Rows, stop: Stop) -> None:
        for start in range(0, len(rows), BATCH_ROWS):
            chunk = rows[start : start + BATCH_ROWS]
            self._winners[chunk] = winners(self.labeller, self.products, chunk, stop)

    def labelled(self, category: str) -> tuple[Rows, int]:
        """The rows that the committed labels give a category, and how many products more that are no longer there."""
        rows, codes, names = self._labels
        code = names.get(category, -1)
        mine = rows[codes == code]
        return np.sort(mine[mine >= 0]), int((mine < 0).sum())

    @cached_property
    def _labels(self) -> tuple[Rows, Rows, dict[str, int]]:
        labels = self.workspace.table(LABELS).read(["product_id", "category"], "wins")
        ids = pa.concat_arrays([batch["product_id"] for batch in self.products.batches(["product_id"])])
        rows = pc.fill_null(pc.index_in(labels["product_id"].combine_chunks().cast(ids.type), value_set=ids), -1)
        category = labels["category"].combine_chunks().dictionary_encode()
        names = {name: code for code, name in enumerate(category.dictionary.to_pylist())}
        return rows.to_numpy(), category.indices.to_numpy(zero_copy_only=False), names


def standings(
    workspace: Workspace, settings: LabelSettings, taxonomy: Taxonomy, held_bytes: int, old: Standings | None
) -> Standings:
    """How things stand now: `old` itself while nothing changed; its texts while the catalogue did not.

    Raises `UserError` where there are no products, and what reading the queries raises.
    """
    products, own = workspace.table(PRODUCTS), own_queries(workspace, settings)
    if not products.exists:
        raise UserError(f"{workspace.root} holds no products yet: run 'wildwear import FILE' first")
    versions = products.version, workspace.table(LABELS).version, own.version
    if old is not None and old.versions == versions:
        return old
    if old is not None and old.versions[0] == versions[0]:
        snapshot, postings = old.products, old.postings
    else:
        snapshot = products.snapshot()
        postings = Postings(snapshot, held_bytes)
    return Standings(
        versions=versions,
        workspace=workspace,
        settings=settings,
        products=snapshot,
        postings=postings,
        own=own,
        queries=own.queries(taxonomy),
    )
