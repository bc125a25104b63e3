"""The runner gives every row one result, whatever the batches are."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import pytest

from wildwear.errors import UserError, WildwearError
from wildwear.runner import map_rows
from wildwear.tables import LABELS
from wildwear.workspace import Workspace


class Lengths:
    """Counts characters, times a factor."""

    def __init__(self, factor: int) -> None:
        self.factor = factor

    def __call__(self, rows: pa.RecordBatch) -> pa.Array:
        return pa.array([len(word) * self.factor for word in rows["word"].to_pylist()], pa.int64())


@pytest.mark.parametrize("batch_rows", [1, 7, 1000])
def test_each_row_gets_its_own_result(batch_rows: int) -> None:
    words = ["x" * (number % 13) for number in range(100)]
    rows = pa.table({"id": range(100), "word": words})
    batches = map_rows(rows, ["word"], partial(Lengths, 2), pa.int64(), keep=["id"], batch_rows=batch_rows)
    results = {row["id"]: row["result"] for batch in batches for row in batch.to_pylist()}
    assert results == {number: 2 * (number % 13) for number in range(100)}


def test_a_condition_filters_where_the_table_lies(workspace: Workspace) -> None:
    table = workspace.table(LABELS)
    rows = [{"product_id": f"p{number}", "category": "Jeans", "query": "x" * number} for number in range(5)]
    table.upsert(pa.Table.from_pylist(rows, schema=LABELS.schema))

    class Worker(Lengths):
        def __call__(self, rows: pa.RecordBatch) -> pa.Array:
            return super().__call__(rows.rename_columns(["word"]))

    batches = map_rows(
        table.uri, ["query"], partial(Worker, 1), pa.int64(), keep=["product_id"], where="product_id <> 'p3'"
    )
    assert sorted(row["result"] for batch in batches for row in batch.to_pylist()) == [0, 1, 2, 4]


def test_one_process_has_one_runner() -> None:
    list(map_rows(pa.table({"word": ["a"]}), ["word"], partial(Lengths, 1), pa.int64(), keep=["word"]))
    with pytest.raises((WildwearError, UserError), match="runs on 'native' already"):
        list(
            map_rows(pa.table({"word": ["a"]}), ["word"], partial(Lengths, 1), pa.int64(), keep=["word"], runner="ray")
        )
