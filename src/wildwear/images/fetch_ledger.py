"""Gathers what the workers of `fetch` give, counts it, and commits it to the `images` table every few seconds."""

from __future__ import annotations

import time
from collections import Counter
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from wildwear.images.fetch_plan import host_of
from wildwear.images.fetch_settings import FetchSettings
from wildwear.images.fetch_worker import RESULT, UNREACHED
from wildwear.table import Table
from wildwear.tables import IMAGES

CHANGED = "changed"
PLACEHOLDER = "placeholder"
_FIELDS = {field.name: field for field in IMAGES.fields}


class Ledger:
    """A context manager: leaving it, by an exception too, commits what has come."""

    def __init__(self, images: Table, settings: FetchSettings) -> None:
        self._images, self._settings = images, settings
        self._waiting: list[pa.Table] = []
        self._last_commit = time.monotonic()
        self.addresses = 0
        """How many addresses have their outcome."""
        self.unreached = 0
        """How many addresses have none, for no name could be looked up."""
        self.statuses: Counter[str] = Counter()
        """Rows (a product and an address) by what became of them: a status, or `changed`."""
        self.failures: Counter[tuple[str, str]] = Counter()
        """Failed rows by host and reason."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._commit()

    def add(self, batch: pa.RecordBatch) -> None:
        """Takes a batch as `fetch_plan.wanted` makes it, with a further column `result`."""
        reached = pa.Table.from_batches([batch]).filter(
            pc.not_equal(pc.struct_field(batch["result"], "status"), UNREACHED)
        )
        self.unreached += batch.num_rows - reached.num_rows
        self.addresses += reached.num_rows
        rows = image_rows(reached.combine_chunks(), self._settings.placeholder_products)
        self._count(rows)
        lost = pc.and_(pc.equal(rows["status"], "failed"), pc.is_valid(rows["known"]))
        self._waiting.append(rows.filter(pc.invert(lost)))
        if self._due():
            self._commit()

    def _count(self, rows: pa.Table) -> None:
        self.statuses.update(rows["status"].to_pylist())
        self.statuses[CHANGED] += int(pc.sum(pc.equal(rows["reason"], CHANGED)).as_py() or 0)
        failed = rows.filter(pc.equal(rows["status"], "failed"))
        hosts = map(host_of, failed["url"].to_pylist())
        self.failures.update(zip(hosts, failed["reason"].to_pylist(), strict=True))

    def _due(self) -> bool:
        late = time.monotonic() - self._last_commit >= self._settings.commit_seconds
        return late or sum(map(len, self._waiting)) >= self._settings.commit_rows

    def _commit(self) -> None:
        rows = pa.concat_tables(self._waiting) if self._waiting else ()
        self._waiting = []
        if len(rows) and (self._settings.retry_failed or self._settings.refresh):
            self._images.upsert(rows)
        elif len(rows):
            self._images.append(rows)
        self._last_commit = time.monotonic()


def image_rows(addresses: pa.Table, placeholder_products: int) -> pa.Table:
    """From one row an address to one row a product and address, with the columns of `tables.IMAGES` and `known`.

    `known` is the `image_id` that the table held before. A picture whose address stands on very many products is
    set aside at once, before it is copied for each of them.
    """
    lists = addresses["product_id"].combine_chunks()
    row = pc.list_parent_indices(lists)
    columns = {name: pc.list_flatten(addresses[name]) for name in ("product_id", "position")}
    columns["url"] = addresses["url"].take(row)
    known = pc.list_flatten(addresses["image_id"]).cast(pa.string())
    shared = pc.greater_equal(pc.list_value_length(lists), placeholder_products)
    result = _set_aside(addresses["result"].combine_chunks(), shared)
    for index, field in enumerate(RESULT):
        columns[field.name] = result.field(index).take(row)
    was_changed = pc.fill_null(
        pc.and_(pc.equal(columns["status"], "ok"), pc.not_equal(columns["image_id"], known)), False
    )
    columns["reason"] = pc.if_else(was_changed, CHANGED, columns["reason"])
    columns["detail"] = pc.if_else(was_changed, pc.binary_join_element_wise("was", known, " "), columns["detail"])
    rows = pa.table({name: pc.cast(columns[name], field.type) for name, field in _FIELDS.items()})
    return rows.append_column("known", known)


def _set_aside(result: pa.StructArray, shared: pa.Array) -> pa.StructArray:
    """The results whose picture is a placeholder, without their bytes."""
    aside = pc.and_(shared, pc.equal(pc.struct_field(result, "status"), "ok"))
    fields = {field.name: result.field(index) for index, field in enumerate(RESULT)}
    fields["status"] = pc.if_else(aside, "set_aside", fields["status"])
    fields["reason"] = pc.if_else(aside, PLACEHOLDER, fields["reason"])
    fields["bytes"] = pc.if_else(aside, pa.scalar(None, fields["bytes"].type), fields["bytes"])
    return pa.StructArray.from_arrays(list(fields.values()), names=list(fields))


def without_bytes(rows: pa.Table) -> pa.Table:
    """Rows of `tables.IMAGES`, set aside as placeholders."""
    fixed = {"status": "set_aside", "reason": PLACEHOLDER, "detail": "", "bytes": None}
    for name, value in fixed.items():
        index = rows.schema.get_field_index(name)
        column = pa.array([value] * len(rows), _FIELDS[name].type)
        rows = rows.set_column(index, rows.schema.field(index), column)
    return rows
