"""Group commit: decisions that arrive during one commit go into the next together."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Full, Queue
from threading import Thread
from typing import Generic, Protocol, TypeVar

from wildwear.errors import StorageError, WildwearError

_WAITING = 1024  # requests
_TOGETHER = 20_000  # decisions in one commit
_COMMITS_BETWEEN_COMPACTIONS = 64


class Busy(WildwearError):
    """More is waited for than a queue holds: the same may be asked again in a second."""


Decision = TypeVar("Decision")
Decision_contra = TypeVar("Decision_contra", contravariant=True)


class Log(Protocol[Decision_contra]):
    """Where decisions of a kind go; `decisions.DecisionLog` is one."""

    def append(self, decisions: Sequence[Decision_contra], /) -> range:
        """Adds them in one commit and gives their sequence numbers; on the disk when this returns."""
        ...

    def compact(self) -> None:
        """Merges the small files that many commits leave."""
        ...


class Committer(Generic[Decision]):
    """One thread that writes the log; a decision's future is done when it is on the disk."""

    def __init__(self, log: Log[Decision]) -> None:
        self._log = log
        self._queue: Queue[tuple[Sequence[Decision], Future[range]] | None] = Queue(_WAITING)
        self._thread = Thread(target=self._run, name="committer", daemon=True)
        self._thread.start()

    def submit(self, decisions: Sequence[Decision]) -> Future[range]:
        """Hands decisions over; the future gives their sequence numbers. Raises `Busy`."""
        future: Future[range] = Future()
        try:
            self._queue.put_nowait((decisions, future))
        except Full:
            raise Busy("too many decisions wait to be written: try again in a second") from None
        return future

    def close(self) -> None:
        """Writes what was handed over, and ends."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        commits = 0
        while (waiting := self._gather()) is not None:
            self._commit(waiting)
            commits += 1
            if commits % _COMMITS_BETWEEN_COMPACTIONS == 0:
                self._compact()
        self._compact()

    def _compact(self) -> None:
        with suppress(StorageError):  # the decisions are there; the next commit says what is wrong with the disk
            self._log.compact()

    def _gather(self) -> list[tuple[Sequence[Decision], Future[range]]] | None:
        """All that waits now, at least one; None at the end."""
        first = self._queue.get()
        if first is None:
            return None
        together = [first]
        while not self._queue.empty() and sum(len(decisions) for decisions, _ in together) < _TOGETHER:
            following = self._queue.get()
            if following is None:
                self._queue.put(None)
                break
            together.append(following)
        return together

    def _commit(self, waiting: list[tuple[Sequence[Decision], Future[range]]]) -> None:
        try:
            sequences = self._log.append([decision for decisions, _ in waiting for decision in decisions])
        except Exception as error:
            for _, future in waiting:
                future.set_exception(error)
            return
        start = 0
        for decisions, future in waiting:
            future.set_result(sequences[start : start + len(decisions)])
            start += len(decisions)
