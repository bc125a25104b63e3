"""The stage `label`: reads the products, commits the labels in one streamed commit, in the order of the products."""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wildwear.errors import UserError
from wildwear.queries.evaluate import Matcher
from wildwear.queries.fold import Ints
from wildwear.queries.load import QuerySet, load_queries
from wildwear.queries.resolve import CLAIM_TYPE, Claims, Resolver
from wildwear.queries.settings import LabelSettings
from wildwear.queries.syntax import check_field
from wildwear.records import Report
from wildwear.runner import map_rows
from wildwear.table import Table
from wildwear.tables import LABELS, PRODUCTS
from wildwear.taxonomy import load_taxonomy
from wildwear.workspace import Workspace

CHUNK_ROWS = 65_536
"""Products handed to the runner at once: it may answer in any order, and no more than this is held to restore it."""
CHUNKS_ON_A_CLUSTER = 4
"""How many times as many go to a cluster at once, so that all of its cores have batches."""
BATCH_ROWS = READ_ROWS = 8192
_LISTED = 15
_CHUNK_BYTES = 128 << 20

Progress = Callable[[int], None]


class Labeller:
    """What a worker runs: a batch of products to one list of claims (`CLAIM_TYPE`) a row."""

    def __init__(self, queries: QuerySet, policy: str, fields: tuple[str, ...]) -> None:
        self.matcher = Matcher([block.query for block in queries.blocks], fields)
        self.categories = queries.categories
        self._resolver = Resolver(queries.categories, queries.umbrellas, policy)

    def __call__(self, batch: pa.RecordBatch) -> pa.Array:
        return self._claims(batch).by_row(batch.num_rows, self.categories)

    def winners(self, batch: pa.RecordBatch) -> Ints:
        """For each row which of `categories` wins it, -1 for none."""
        claims = self._claims(batch)
        found = np.full(batch.num_rows, -1, np.int64)
        found[claims.rows[claims.wins]] = claims.queries[claims.wins]
        return found

    def _claims(self, batch: pa.RecordBatch) -> Claims:
        return self._resolver.resolve(self.matcher, self.matcher.words(self.matcher.match(batch)))


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts taken while the labels stream by."""

    products: int = 0
    claims: int = 0
    labelled: int = 0
    categories: Counter[str] = field(default_factory=Counter)
    title_words: Counter[str] = field(default_factory=Counter)
    """Words in the titles of unlabelled products."""

    def add(self, chunk: pa.Table, claims: pa.Array) -> None:
        """Counts a chunk of products and the claims on each."""
        empty = pc.equal(pc.list_value_length(claims), 0)
        self.products += len(chunk)
        self.claims += len(claims.flatten())
        self.labelled += pc.sum(pc.invert(empty)).as_py() or 0
        flat = claims.flatten()
        self.categories.update(_counted(flat.field("category").filter(flat.field("wins"))))
        titles = pc.fill_null(chunk["title"].filter(empty), "")
        words = pc.split_pattern_regex(pc.utf8_lower(titles), r"[^\pL\pN]+")
        self.title_words.update(_counted(words.combine_chunks().flatten()))
        if len(self.title_words) > 200_000:
            self.title_words = Counter(dict(self.title_words.most_common(50_000)))


def label(workspace: Workspace, settings: LabelSettings, progress: Progress | None = None) -> Report:
    """Labels every product of the workspace, or looks what labelling would do (`settings.only_looks`).

    Raises `UserError` where there are no products, and what `load_queries` raises, before anything runs.
    """
    queries = prepared(workspace, settings)
    if settings.explain is not None:
        from wildwear.queries.explain import explain

        return explain(workspace, queries, settings, progress)
    tally = Tally()
    rows = _labels(workspace, queries, settings, tally, progress)
    if settings.diff:
        from wildwear.queries.diff import diff

        return diff(workspace, queries, rows, tally, settings)
    if settings.dry_run:
        for _ in rows:
            pass
    else:
        workspace.table(LABELS).replace(rows)
    return report(tally, queries, settings)


def prepared(workspace: Workspace, settings: LabelSettings) -> QuerySet:
    """Checks all that is cheap to check, and gives the queries."""
    for name in settings.fields:
        check_field(name)
    queries = load_queries(queries_file(workspace, settings), load_taxonomy(workspace.taxonomy_name))
    if settings.explain is not None:
        queries.block(settings.explain)
    if not workspace.table(PRODUCTS).count():
        raise UserError(f"{workspace.root} holds no products yet: run 'wildwear import FILE' first")
    return queries


def queries_file(workspace: Workspace, settings: LabelSettings) -> Path | None:
    """The file named by the settings, else the workspace's own, else none: those that ship."""
    own = workspace.root / "queries.toml"
    return settings.queries or (own if own.exists() else None)


def mapped(
    workspace: Workspace,
    columns: list[str],
    make: Callable[[], Callable[[pa.RecordBatch], pa.Array]],
    result_type: pa.DataType,
    settings: LabelSettings,
    progress: Progress | None,
) -> Iterator[tuple[pa.Table, pa.Array]]:
    """Chunks of products (with `product_id`, `title` and `columns`), each with one result a row, in table order."""
    times = 1 if settings.runner == "native" else CHUNKS_ON_A_CLUSTER
    for chunk in _chunks(workspace.table(PRODUCTS), sorted({"product_id", "title", *columns}), times):
        numbered = chunk.append_column("position", pa.array(np.arange(len(chunk))))
        answers = map_rows(
            numbered,
            columns,
            make,
            result_type,
            keep=["position"],
            batch_rows=BATCH_ROWS,
            runner=settings.runner,
        )
        done = []
        for answer in answers:
            done.append(answer)
            if progress:
                progress(answer.num_rows)
        table = pa.Table.from_batches(done).sort_by("position")
        assert table["position"].equals(numbered["position"]), "the runner gives every row back once"
        yield chunk, table["result"].cast(result_type).combine_chunks()
        _give_memory_back()


def _give_memory_back() -> None:
    """Asks glibc for what it holds of freed memory: over many chunks in many threads that is a gigabyte."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _chunks(products: Table, columns: list[str], times: int) -> Iterator[pa.Table]:
    """The products in the order of their table, so many at once that neither rows nor bytes get out of hand."""
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in products.batches(columns, batch_rows=READ_ROWS):
        if held and (rows + batch.num_rows > times * CHUNK_ROWS or size + batch.nbytes > times * _CHUNK_BYTES):
            yield pa.Table.from_batches(held)
            held, rows, size = [], 0, 0
        held.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
    if held:
        yield pa.Table.from_batches(held)


def _labels(
    workspace: Workspace, queries: QuerySet, settings: LabelSettings, tally: Tally, progress: Progress | None
) -> Iterator[pa.RecordBatch]:
    """The rows of the labels table."""
    make = partial(Labeller, queries, settings.policy, settings.fields)
    names = dict(zip(queries.categories, (block.name for block in queries.blocks), strict=True))
    for chunk, claims in mapped(workspace, make().matcher.columns, make, pa.list_(CLAIM_TYPE), settings, progress):
        tally.add(chunk, claims)
        yield _rows(chunk["product_id"], claims, names)


def _rows(product_ids: pa.ChunkedArray, claims: pa.Array, names: dict[str, str]) -> pa.RecordBatch:
    flat = claims.flatten()
    category = flat.field("category").dictionary_encode()
    query = pa.array([names[name] for name in category.dictionary.to_pylist()], pa.string()).take(category.indices)
    columns = {
        "product_id": product_ids.combine_chunks().take(pc.list_parent_indices(claims)),
        "category": flat.field("category"),
        "query": query,
        "words": flat.field("words"),
        "wins": flat.field("wins"),
        "resolution": flat.field("resolution"),
    }
    return pa.RecordBatch.from_pydict(columns).select(LABELS.schema.names).cast(LABELS.schema)


def report(tally: Tally, queries: QuerySet, settings: LabelSettings) -> Report:
    """What a person should know after labelling."""
    counts = {name: tally.categories[name] for name in queries.categories}
    unlabelled = tally.products - tally.labelled
    notes = [*_about_rare(counts, settings.rare)]
    if unlabelled:
        words = ", ".join(f"{word} {count:,}" for word, count in frequent_words(tally.title_words, 12))
        notes.append(f"unlabelled titles often hold: {words}" if words else "the unlabelled products have no title")
    notes.append(
        "nothing was committed" if settings.only_looks else "next: wildwear fetch (or label --explain CATEGORY)"
    )
    return Report(
        verb="label",
        done={"products labelled": tally.labelled, "claims of categories": tally.claims},
        skipped={"unlabelled": unlabelled},
        notes=tuple(notes),
        details={
            "categories": counts,
            "unlabelled_title_words": dict(frequent_words(tally.title_words, 50)),
            "committed": not settings.only_looks,
        },
    )


def frequent_words(counts: Counter[str], limit: int) -> list[tuple[str, int]]:
    """The most frequent words of three letters and more; ties in alphabetical order."""
    telling = [(word, count) for word, count in counts.items() if len(word) > 2 and not word.isdigit()]
    return sorted(telling, key=lambda pair: (-pair[1], pair[0]))[:limit]


def _about_rare(counts: dict[str, int], rare: int) -> Iterator[str]:
    few = [f"{name} {count}" for name, count in counts.items() if 0 < count < rare]
    none = [name for name, count in counts.items() if not count]
    if few:
        yield f"rare (fewer than {rare}): {_listed(few)}"
    if none:
        yield f"without a product: {_listed(none)}"


def _listed(names: list[str]) -> str:
    more = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {more} more" if more > 0 else "")


def _counted(values: pa.Array | pa.ChunkedArray) -> dict[str, int]:
    counted = pc.value_counts(values)
    return dict(zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True))
