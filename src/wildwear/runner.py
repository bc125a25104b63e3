"""Runs a function of ours over rows of a table: on this machine, or on a Ray cluster, by the same Daft plan.

The only module that knows Daft. A stage hands over a picklable `make` that builds its worker once a process (a
compiled matcher, a pool of decoders, a model) and gets back its key columns with one result a row, in batches,
while the rest is still running, so that it can commit as it goes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from wildwear.errors import UserError, WildwearError

Worker = Callable[[pa.RecordBatch], pa.Array]
"""Takes rows, gives one value a row (of the `result_type` given to `map_rows`). Threads of one process share it."""


def map_rows(
    rows: pa.Table | str,
    columns: list[str],
    make: Callable[[], Worker],
    result_type: pa.DataType,
    *,
    keep: list[str],
    batch_rows: int = 4096,
    concurrency: int = 1,
    where: str | None = None,
    runner: str = "native",
) -> Iterator[pa.RecordBatch]:
    """Yields batches with the columns `keep` and a column `result`, one row an input row, in no promised order.

    `rows` is an Arrow table, or the address of a Lance table (then `where` filters it where it lies). `runner` is
    `native`, or the address of a Ray cluster (`ray`, `ray://host:port`, `host:port`); a cluster that cannot be
    reached is an error before anything runs. `concurrency` is how many worker processes a cluster runs; on this machine
    one worker is shared by as many threads as there are cores.
    """
    import daft

    _use_runner(runner)
    frame = daft.read_lance(rows) if isinstance(rows, str) else daft.from_arrow(rows)
    if where is not None:
        frame = frame.where(daft.sql_expr(where))
    if runner != "native":
        frame = frame.into_batches(batch_rows)
    mapped = _as_daft_function(make, columns, result_type, batch_rows, None if runner == "native" else concurrency)
    result = mapped(*(daft.col(name) for name in columns))
    for batch in frame.select(*keep, result.alias("result")).to_arrow_iter():
        if batch.num_rows:
            yield batch


def _as_daft_function(
    make: Callable[[], Worker],
    columns: list[str],
    result_type: pa.DataType,
    batch_rows: int,
    processes: int | None,
) -> Callable[..., Any]:
    import daft

    # Nested, so that a Ray worker gets the class by value and needs nothing but an installed wildwear.
    @daft.cls(max_concurrency=processes, use_process=False)
    class Mapped:
        def __init__(self) -> None:
            self.worker = make()

        @daft.method.batch(  # type: ignore[untyped-decorator, unused-ignore]
            return_dtype=daft.DataType.from_arrow_type(result_type), batch_size=batch_rows
        )
        def __call__(self, *series: Any) -> Any:
            arrays = [one.to_arrow() for one in series]
            return self.worker(pa.RecordBatch.from_arrays(arrays, names=columns))

    return Mapped()


_chosen: list[str] = []


def _use_runner(runner: str) -> None:
    """Daft holds one runner a process: the first choice stays, and another one is refused."""
    import daft

    if _chosen and _chosen != [runner]:
        raise WildwearError(f"this process runs on {_chosen[0]!r} already: start another one for {runner!r}")
    if _chosen:
        return
    if runner == "native":
        daft.set_runner_native()
    else:
        _connect_ray(runner)
    _chosen.append(runner)


def _connect_ray(address: str) -> None:
    import daft

    try:
        import ray  # noqa: F401
    except ImportError:
        raise UserError(f"--runner {address} needs Ray: pip install 'wildwear[ray]'") from None
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        daft.set_runner_ray("auto" if address == "ray" else address, noop_if_initialized=True)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise UserError(f"no Ray cluster answers at {address!r}: {str(error).splitlines()[0]}") from error
