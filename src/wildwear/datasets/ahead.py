"""Works ahead of the consumer in threads: in order, and with bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_END = object()


def map_ahead(
    function: Callable[[Item], Result], items: Iterable[Item], *, threads: int = 2, ahead: int | None = None
) -> Iterator[Result]:
    """Like `map`, with at most `ahead` results (default: twice the threads) computed before they are asked for.

    >>> list(map_ahead(str, range(3), threads=2))
    ['0', '1', '2']
    """
    pending: deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="ahead")
    try:
        for item in items:
            pending.append(pool.submit(function, item))
            if len(pending) > (2 * threads if ahead is None else ahead):
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def read_ahead(items: Generator[Item], count: int) -> Iterator[Item]:
    """The items, up to `count` of them made by a thread of their own before they are asked for.

    >>> list(read_ahead((number for number in range(3)), 2))
    [0, 1, 2]
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    try:
        pending = deque(pool.submit(next, items, _END) for _ in range(count))
        while (item := pending.popleft().result()) is not _END:
            pending.append(pool.submit(next, items, _END))
            yield item  # type: ignore[misc]
    finally:
        pool.shutdown(cancel_futures=True)
        items.close()
