"""Takes rows in, a batch a commit: folds them, judges repetitions, and writes what is new or has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from wildwear.catalog.arrow import products_from_arrow, products_to_arrow, rejections_to_arrow
from wildwear.catalog.folding import contradictions, fold
from wildwear.catalog.importer import Converted
from wildwear.catalog.seen import SeenNames
from wildwear.records import Product, Rejection
from wildwear.table import Table
from wildwear.tables import PRODUCTS, REJECTIONS
from wildwear.workspace import Workspace

DUPLICATE = "duplicate_product"
REPEATED = "repeated rows that say nothing new"
SAMPLES = 3


@dataclass(slots=True, kw_only=True)
class Tally:
    """What an import has done so far."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    variants: int = 0
    pictures: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    first_rejections: list[Rejection] = field(default_factory=list)
    """The first few for each reason."""

    @property
    def products(self) -> int:
        return self.added + self.updated + self.unchanged


class Intake:
    """The tables of one import. Everything that goes through one intake is one catalogue: the first row about an id
    wins, and a product starts anew when its first row comes, whatever an earlier import stored.

    A run that was killed leaves whole batches; running again finds them unchanged and goes on.
    """

    def __init__(self, workspace: Workspace, sources: Iterable[str], batch_rows: int) -> None:
        self.tally = Tally()
        self._products = workspace.table(PRODUCTS)
        self._rejections = workspace.table(REJECTIONS)
        self._batch_rows = batch_rows
        self._existed = self._products.exists
        self._ids, self._groups = SeenNames(), SeenNames()
        self._waiting: list[Converted] = []
        self._rejected: list[Rejection] = []
        if self._rejections.exists:
            self._rejections.delete(f"source IN ({_quoted(sources)})")

    def take(self, row: Converted) -> None:
        """One more row; commits when a batch is full, but not between two rows of one product that stand together."""
        if len(self._waiting) >= self._batch_rows and row.product.group_id != self._waiting[-1].product.group_id:
            self.commit()
        self._waiting.append(row)

    def reject(self, rejection: Rejection) -> None:
        """One row that is not taken."""
        self._note(rejection)
        if len(self._rejected) >= self._batch_rows:
            self.commit()

    def _note(self, rejection: Rejection) -> None:
        self.tally.rejected[rejection.reason] += 1
        if self.tally.rejected[rejection.reason] <= SAMPLES:
            self.tally.first_rejections.append(rejection)
        self._rejected.append(rejection)

    def finish(self) -> None:
        """Commits what is left, and merges the small files of many commits."""
        self.commit()
        self._products.compact()
        self._rejections.compact()

    def commit(self) -> None:
        """Writes what waits: at most one commit of new products, one of changed ones and one of rejections."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._commit_products(waiting)
        if self._rejected:
            self._rejections.append(rejections_to_arrow(self._rejected))
            self._rejected = []

    def _commit_products(self, waiting: list[Converted]) -> None:
        groups = list(dict.fromkeys(row.product.group_id for row in waiting))
        begun = dict(zip(groups, self._groups.add(groups).tolist(), strict=True))
        stored = self._stored([group for group in groups if self._existed or begun[group]])
        state = {group: product for group, product in stored.items() if begun[group]}
        own_ids = ["" if row.supplement else row.product.product_id for row in waiting]
        for row, repeated in zip(waiting, self._ids.add(own_ids).tolist(), strict=True):
            if not (repeated and not row.supplement and self._is_repetition(state.get(row.product.group_id), row)):
                self._fold_into(state, row)
        self._write(state, stored, begun)

    def _fold_into(self, state: dict[str, Product], row: Converted) -> None:
        group = row.product.group_id
        before = state.get(group)
        state[group] = after = fold(before, row.product, supplement=row.supplement)
        self.tally.variants += len(after.variants) - (len(before.variants) if before else 0)
        self.tally.pictures += len(after.image_urls) - (len(before.image_urls) if before else 0)

    def _is_repetition(self, stored: Product | None, row: Converted) -> bool:
        """Whether a row whose id seems to have been seen is to be left out, and why."""
        product = row.product
        differences = contradictions(stored, product) if stored else None
        if differences is None and product.product_id == product.group_id and stored is None:
            return False  # another id with the same hash
        if differences:
            detail = f"{product.product_id} stands above already, with {'; '.join(differences)}"
        elif differences is None:
            detail = f"{product.product_id} stands above already, in another group than {product.group_id}"
        else:
            self.tally.skipped[REPEATED] += 1
            return True
        self._note(Rejection(source=product.source, row=product.row, reason=DUPLICATE, detail=detail))
        return True

    def _stored(self, groups: list[str]) -> dict[str, Product]:
        if not groups:
            return {}
        found = products_from_arrow(self._products.read(where=f"product_id IN ({_quoted(groups)})"))
        return {product.product_id: product for product in found}

    def _write(self, state: dict[str, Product], stored: dict[str, Product], begun: dict[str, bool]) -> None:
        new = [product for group, product in state.items() if group not in stored]
        changed = [product for group, product in state.items() if group in stored and stored[group] != product]
        # Appending is safe for keys just seen to be absent: one import runs at a time (see `importing`).
        if new:
            self._products.append(products_to_arrow(new))
        if changed:
            self._products.upsert(products_to_arrow(changed))
        updated = sum(not begun[product.product_id] for product in changed)
        self.tally.added += len(new)
        self.tally.updated += updated
        self.tally.unchanged += sum(not begun[group] for group in state) - len(new) - updated


def _quoted(texts: Iterable[str]) -> str:
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts)


def all_rejections(table: Table, source: str) -> list[Rejection]:
    """The rows of one file that were not taken, in order."""
    rows = table.read(where=f"source = {_quoted([source])}").to_pylist()
    return sorted((Rejection(**row) for row in rows), key=lambda rejection: rejection.row)
