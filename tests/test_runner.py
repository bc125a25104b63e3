"""The runner gives every row one result, whatever the batches are."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from functools import partial
from importlib.util import find_spec

import pyarrow as pa
import pytest
from tests.conftest import skip
from tests.ray_cluster import TwoNodes

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


def test_rows_are_mapped_where_daft_was_asked_something_before() -> None:
    program = """
import pyarrow as pa
from functools import partial
from tests.test_runner import Lengths
from wildwear.runner import load_daft, map_rows
load_daft().from_pydict({"path": ["a"]}).to_pydict()
list(map_rows(pa.table({"word": ["a"]}), ["word"], partial(Lengths, 1), pa.int64(), keep=["word"]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


MAP = """
import sys
import pyarrow as pa
from wildwear.errors import WildwearError
from wildwear.runner import map_rows

runner, work, processes = sys.argv[1], sys.argv[2], int(sys.argv[3]) or None
rows = pa.table({"word": ["a"] * 99})

def worker(rows):
    return eval(work)

try:
    list(map_rows(rows, ["word"], lambda: worker, pa.string(), keep=["word"], processes=processes, runner=runner))
except WildwearError as error:
    print(type(error).__name__, error, sep=": ")
else:
    print("done")
"""
"""Maps rows in a process of its own, for each has one runner: a runner, what a worker does, in how many processes."""


def command(runner: str, work: str = "rows.column(0)", processes: int = 0) -> list[str]:
    return [sys.executable, "-c", MAP, runner, work, str(processes)]


def run(runner: str, work: str = "rows.column(0)", processes: int = 0) -> str:
    done = subprocess.run(command(runner, work, processes), capture_output=True, text=True, timeout=90, check=True)
    assert done.stderr == ""
    return done.stdout


def test_on_a_terminal_nobody_speaks_but_us() -> None:
    ours, theirs = pty.openpty()
    subprocess.run(command("native"), stdin=theirs, stdout=theirs, stderr=theirs, timeout=90, check=True)
    said = os.read(ours, 10_000)
    os.close(theirs)
    os.close(ours)
    assert said == b"done\r\n"


@pytest.mark.ray
@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1", "nonsense"])
def test_a_cluster_that_does_not_answer_is_one_line_at_once(address: str) -> None:
    if not find_spec("ray"):
        skip("Ray is not installed")
    assert re.fullmatch(f"UserError: no Ray cluster answers at '{address}': .+\n", run(address))


@pytest.mark.ray
@pytest.mark.parametrize("processes", [0, 1])
def test_what_a_worker_of_a_cluster_raises_is_one_line(two_nodes: TwoNodes, processes: int) -> None:
    said = run(two_nodes.address, "rows.column(7)", processes)
    assert re.fullmatch(f"WildwearError: a worker on '{two_nodes.address}' failed: IndexError: .+\n", said)
