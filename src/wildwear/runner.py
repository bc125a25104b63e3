"""Runs a function of ours over rows of a table: on this machine, or on a Ray cluster, by the same Daft plan.

The only module that knows Daft. A stage hands over a picklable `make` that builds its worker once a process (a
compiled matcher, a pool of decoders, a model) and gets back its key columns with one result a row, in batches,
while the rest is still running, so that it can commit as it goes.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pyarrow as pa

from wildwear.errors import UserError, WildwearError

Worker = Callable[[pa.RecordBatch], pa.Array]
"""Takes rows, gives one value a row (of the `result_type` given to `map_rows`). Threads of one process share it."""

_QUIET = {
    "DAFT_ANALYTICS_ENABLED": "0",
    "DAFT_PROGRESS_BAR": "0",
    "DAFT_SHOW_QUERY_ID": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DEDUP_LOGS_SKIP_REGEX": "^",  # Ray prints what its nodes report to stdout, where --json has its one object
}
_CONNECT_SECONDS = 5.0  # Ray itself tries for two minutes, and then ends the process


def load_daft() -> ModuleType:
    """Daft, telling nobody that it is used, and leaving the terminal to us; an environment that says so is heeded."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    import daft

    return daft  # type: ignore[no-any-return]


def map_rows(
    rows: pa.Table | str,
    columns: list[str],
    make: Callable[[], Worker],
    result_type: pa.DataType,
    *,
    keep: list[str],
    batch_rows: int = 4096,
    processes: int | None = None,
    where: str | None = None,
    runner: str = "native",
) -> Iterator[pa.RecordBatch]:
    """Yields batches with the columns `keep` and a column `result`, one row an input row, in no promised order.

    `rows` is an Arrow table, or the address of a Lance table (then `where` filters it where it lies). `runner` is
    `native`, or the address of a Ray cluster (`ray`, `ray://host:port`, `host:port`); a cluster that cannot be
    reached is an error before anything runs. One worker is shared by as many threads as there are cores: on a cluster
    one on each of its nodes, which are ready at once for the next call, or in as many `processes`, started for this
    call, where it must be known how many there are.
    """
    daft = load_daft()
    _use_runner(runner)
    if isinstance(rows, str):
        frame = daft.read_lance(rows)
    else:
        frame = daft.from_arrow(rows if runner == "native" else _parts(rows, batch_rows))
    if where is not None:
        frame = frame.where(daft.sql_expr(where))
    mapped = _as_daft_function(make, columns, result_type, batch_rows, None if runner == "native" else processes)
    result = mapped(*(daft.col(name) for name in columns))
    with _plainly(runner):
        for batch in frame.select(*keep, result.alias("result")).to_arrow_iter():
            if batch.num_rows:
                yield batch


@contextmanager
def _plainly(runner: str) -> Iterator[None]:
    """What a worker of a cluster raises comes wrapped in the traces of all that it came through."""
    try:
        yield
    except Exception as error:
        inner: BaseException = error
        while isinstance(cause := getattr(inner, "cause", None), BaseException):
            inner = cause
        if inner is error:
            raise
        if isinstance(inner, WildwearError):
            raise inner from None
        raise WildwearError(f"a worker on {runner!r} failed: {type(inner).__name__}: {inner}") from error


def _parts(rows: pa.Table, batch_rows: int) -> list[pa.Table]:
    """What a cluster hands out; of a single part each of its tasks would get all to take a batch from."""
    return [rows.slice(start, batch_rows) for start in range(0, max(1, rows.num_rows), batch_rows)]


def _as_daft_function(
    make: Callable[[], Worker],
    columns: list[str],
    result_type: pa.DataType,
    batch_rows: int,
    processes: int | None,
) -> Callable[..., Any]:
    daft = load_daft()

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
    if _chosen and _chosen != [runner]:
        raise WildwearError(f"this process runs on {_chosen[0]!r} already: start another one for {runner!r}")
    if _chosen:
        return
    if runner == "native":
        _choose_native()
    else:
        _connect_ray(runner)
    _chosen.append(runner)


def _choose_native() -> None:
    """Daft takes a runner by itself for anything that it is asked (to list remote files), and then no other."""
    daft = load_daft()
    try:
        daft.set_runner_native()
    except ValueError:
        if daft.runners.get_or_create_runner().name != "native":
            raise


def _connect_ray(address: str) -> None:
    daft = load_daft()
    try:
        import ray
    except ImportError:
        raise UserError(f"--runner {address} needs Ray: pip install 'wildwear[ray]'") from None
    try:
        _knock(address)
        if not ray.is_initialized():
            ray.init(
                "auto" if address == "ray" else address,
                log_to_driver=False,
                logging_level="ERROR",
                runtime_env={"env_vars": {name: os.environ[name] for name in _QUIET}},
            )
        daft.set_runner_ray(noop_if_initialized=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise UserError(f"no Ray cluster answers at {address!r}: {' '.join(str(error).split())}") from error


def _knock(address: str) -> None:
    """Raises `OSError` where an address has a port at which nobody answers."""
    place = re.fullmatch(r"(?:ray://)?([^/]+):(\d{1,5})", address)
    if place:
        socket.create_connection((place[1].strip("[]"), int(place[2])), timeout=_CONNECT_SECONDS).close()
