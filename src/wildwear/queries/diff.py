"""What labelling would change: gained, lost and moved products against the labels there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from wildwear.queries.load import QuerySet
from wildwear.queries.samples import Sample, sample, spread
from wildwear.queries.settings import LabelSettings
from wildwear.queries.stage import Labeller, Tally
from wildwear.records import Report
from wildwear.tables import LABELS, PRODUCTS
from wildwear.workspace import Workspace

_NOTHING: dict[str, Any] = {"words": [], "resolution": "nothing matches"}
GAINED, LOST, MOVED = "gained a label", "lost its label", "moved to another category"


def diff(
    workspace: Workspace, queries: QuerySet, rows: Iterator[pa.RecordBatch], tally: Tally, settings: LabelSettings
) -> Report:
    """Compares the winners among `rows` (those of the labels table) with the winners that are committed."""
    after = pa.Table.from_batches([_winners(batch) for batch in rows])
    before = workspace.table(LABELS).read(["product_id", "category"], "wins")
    joined = _joined(before, after)
    changed = joined.filter(pc.invert(pc.fill_null(pc.equal(joined["before"], joined["after"]), False)))
    changed = changed.sort_by("product_id")
    return Report(
        verb="label",
        done={"labels as before": len(joined) - len(changed)},
        skipped={"unlabelled": tally.products - tally.labelled},
        notes=("nothing was committed: run it without --diff to commit",),
        details={
            "changes": _changes(before["category"], after["category"], changed),
            "moves": _moves(changed),
            "samples": _samples(workspace, queries, changed, settings),
        },
    )


def _winners(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch.filter(batch["wins"]).select(["product_id", "category"])


def _joined(before: pa.Table, after: pa.Table) -> pa.Table:
    """One row a product with a label on either side: `product_id`, `before`, `after` (null where it has none)."""
    plain = pa.schema([("product_id", pa.string()), ("category", pa.string())])
    old = before.cast(plain).rename_columns(["product_id", "before"])
    new = after.cast(plain).rename_columns(["product_id", "after"])
    return old.join(new, "product_id", join_type="full outer")


def _changes(before: pa.ChunkedArray, after: pa.ChunkedArray, changed: pa.Table) -> list[list[object]]:
    """Category, products before and after, gained, lost; those that changed alone."""
    had, has = Counter(before.to_pylist()), Counter(after.to_pylist())
    lost, gained = Counter(changed["before"].to_pylist()), Counter(changed["after"].to_pylist())
    names = sorted({*lost, *gained} - {None})
    return [[name, had[name], has[name], gained[name], lost[name]] for name in names]


def _moves(changed: pa.Table) -> list[list[object]]:
    """From, to, products; the most frequent first."""
    pairs = Counter(zip(changed["before"].to_pylist(), changed["after"].to_pylist(), strict=True))
    moves = [[old, new, count] for (old, new), count in pairs.items() if old and new]
    return sorted(moves, key=lambda move: (-move[2], move[0], move[1]))


def _samples(
    workspace: Workspace, queries: QuerySet, changed: pa.Table, settings: LabelSettings
) -> dict[str, list[Sample]]:
    labeller = Labeller(queries, settings.policy, settings.fields)
    no_before, no_after = pc.is_null(changed["before"]), pc.is_null(changed["after"])
    kinds = {GAINED: no_before, LOST: no_after, MOVED: pc.invert(pc.or_(no_before, no_after))}
    found = {}
    for kind, mask in kinds.items():
        rows = changed.filter(mask).to_pylist()
        if rows:
            found[kind] = _shown(workspace, labeller, spread(rows, settings.sample))
    return found


def _shown(workspace: Workspace, labeller: Labeller, changes: list[dict[str, Any]]) -> list[Sample]:
    columns = sorted({"product_id", "title", *labeller.matcher.columns})
    by_id = {change["product_id"]: change for change in changes}
    quoted = ", ".join("'" + product_id.replace("'", "''") + "'" for product_id in by_id)
    products = workspace.table(PRODUCTS).read(columns, f"product_id IN ({quoted})").combine_chunks()
    shown = []
    for batch in products.to_batches():
        for row, claims in enumerate(labeller(batch.select(labeller.matcher.columns)).to_pylist()):
            change = by_id[batch["product_id"][row].as_py()]
            winner: dict[str, Any] = next(filter(itemgetter("wins"), claims), _NOTHING)
            why = f"{change['before'] or 'unlabelled'} → {change['after'] or 'unlabelled'}: {winner['resolution']}"
            shown.append(sample(batch, row, winner["words"], why))
    return shown
