"""Many movies at once, by one Daft plan: on this machine, or on a Ray cluster."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyarrow as pa

from wildwear.errors import StorageError, UnreadableInput
from wildwear.models.runtimes import thread_count
from wildwear.models.settings import RuntimeOptions
from wildwear.movies.isolation import Ended, run_isolated
from wildwear.movies.probing import Unreadable
from wildwear.runner import Worker, map_rows
from wildwear.tagging.movies.analysis import Job, Progressed, tag_movie
from wildwear.tagging.movies.tags import FailedMovie
from wildwear.tagging.outputs.base import storage

Listener = Callable[[str, Progressed], None]
"""Hears from any thread how far a movie is."""

_RESULT = pa.struct([("reason", pa.string()), ("detail", pa.string()), ("log", pa.large_binary())])
_MOST_MEMORY = 4 << 30  # bytes that one movie may take: 8K takes a quarter of it
_listeners: dict[int, Listener] = {}
"""Who listens, by a number that can be sent where a function cannot; on another machine nobody does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A movie that is done: its log is there, or it failed."""

    place: int
    """In the list of jobs."""
    failed: FailedMovie | None


def tag_movies(jobs: Sequence[Job], *, at_once: int, runner: str, listener: Listener) -> Iterator[Finished]:
    """Tags movies into their logs, each in a process of its own, and yields them as they are done.

    One that hangs, crashes or cannot be decoded fails alone. `at_once` limits how many run on one machine; 0 stands
    for as many as it has cores.
    """
    token = id(listener)
    _listeners[token] = listener
    rows = pa.table({"place": range(len(jobs))})
    make = partial(_worker, token, tuple(jobs), at_once, runner != "native")
    try:
        batches = map_rows(rows, ["place"], make, _RESULT, keep=["place"], batch_rows=1, runner=runner)
        for batch in batches:
            for row in batch.to_pylist():
                yield _finished(jobs[row["place"]], row["place"], row["result"])
    finally:
        del _listeners[token]


def _finished(job: Job, place: int, result: dict[str, str | bytes | None]) -> Finished:
    if result["reason"]:
        failed = FailedMovie(path=job.movie, reason=str(result["reason"]), detail=str(result["detail"]))
        return Finished(place=place, failed=failed)
    if isinstance(result["log"], bytes):
        with storage(Path(job.log)):
            Path(job.log).parent.mkdir(parents=True, exist_ok=True)
            Path(job.log).write_bytes(result["log"])
    return Finished(place=place, failed=None)


def _worker(token: int, jobs: Sequence[Job], at_once: int, send_log: bool) -> Worker:
    """Runs jobs that are sent to this machine; threads of one process share it."""
    cores = thread_count(RuntimeOptions())
    slots = max(1, min(at_once or cores, cores, len(jobs)))
    room = threading.Semaphore(slots)

    def work(rows: pa.RecordBatch) -> pa.Array:
        results = []
        for place in rows["place"].to_pylist():
            job = _with_threads(jobs[place], max(1, cores // slots))
            with room:
                results.append(_run(job, token, send_log))
        return pa.array(results, _RESULT)

    return work


def _with_threads(job: Job, threads: int) -> Job:
    """The job with its share of the cores, unless it says how many it takes."""
    options = job.options if job.options.threads else replace(job.options, threads=threads)
    return replace(job, options=options, limits=replace(job.limits, threads=options.threads))


def _run(job: Job, token: int, send_log: bool) -> dict[str, str | bytes | None]:
    def hear(message: object) -> None:
        listener = _listeners.get(token)
        if listener is not None and isinstance(message, Progressed):
            listener(job.movie, message)

    ended = run_isolated(
        tag_movie, (job,), silence_seconds=job.settings.silence, on_message=hear, memory_bytes=_MOST_MEMORY
    )
    if isinstance(ended.error, StorageError):
        raise ended.error
    if ended.status != "ok":
        return {"reason": _reason(ended), "detail": _detail(ended), "log": None}
    return {"reason": None, "detail": None, "log": Path(job.log).read_bytes() if send_log else None}


def _reason(ended: Ended) -> str:
    if isinstance(ended.error, Unreadable):
        return ended.error.reason
    return "no_boxes" if isinstance(ended.error, UnreadableInput) else ended.status


def _detail(ended: Ended) -> str:
    """One line, without the path, which is said beside it."""
    detail = ended.error.detail if isinstance(ended.error, Unreadable) else str(ended.error or ended.detail)
    return " ".join(detail.split())
