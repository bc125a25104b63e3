"""Decoding in processes of their own: a picture that kills, hangs or bloats its decoder costs its own row alone."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from dataclasses import asdict
from types import TracebackType
from typing import Generic, Self, TypeVar

from wildwear.errors import WildwearError
from wildwear.images.decode import DecodeLimits, StoredPicture
from wildwear.images.decoder_child import ANSWERED, FAILED, READY, REPLY, REQUEST, Packable
from wildwear.records import Failure

MEMORY_BYTES = 2_000_000_000
SECONDS = 20.0
_START_ATTEMPTS = 3
"""What one picture may take, unless a pool is told otherwise."""

Answer = TypeVar("Answer", bound=Packable)


class ChildPool(Generic[Answer]):
    """Processes that run a worker on requests, each with a limit of memory and of wall-clock time a request.

    One that dies, hangs or runs out of memory answers its request with the `Failure` `decoder_died`,
    `decoder_timeout` or `decoder_memory`; another takes its place and the run goes on. From asyncio:
    `await asyncio.wrap_future(pool.submit(request))`. Leaving the `with` block normally finishes what was submitted;
    leaving it by an exception cancels what has not begun. Memory is limited on Linux alone.
    """

    def __init__(
        self,
        processes: int,
        worker: str,
        answer: type[Answer],
        limits: DecodeLimits,
        *,
        memory_bytes: int = MEMORY_BYTES,
        seconds: float = SECONDS,
    ) -> None:
        """`worker` is the `package.module:function` that takes a request and the limits, and gives an `answer`.

        Raises `WildwearError` where a process does not start.
        """
        if processes < 1 or memory_bytes < 1 or seconds <= 0:
            raise ValueError(f"a pool needs processes, memory and time: {processes=}, {memory_bytes=}, {seconds=}")
        self._answer = answer
        self._limits = limits
        settings = {"limits": asdict(limits), "memory_bytes": memory_bytes, "seconds": seconds, "worker": worker}
        self.capacity = 4 * processes
        """How many requests in flight keep every process busy; `submit` never blocks, so the caller holds to this."""
        self._closed = False
        self._jobs: queue.SimpleQueue[tuple[bytes, Future[Answer | Failure]] | None] = queue.SimpleQueue()
        decoders = _started([_Decoder(json.dumps(settings)) for _ in range(processes)])
        self._threads = [threading.Thread(target=self._serve, args=[decoder], daemon=True) for decoder in decoders]
        for thread in self._threads:
            thread.start()

    def submit(self, request: bytes) -> Future[Answer | Failure]:
        """Queues a request and returns at once; the future holds what became of it, never the worker's exception."""
        if self._closed:
            raise RuntimeError("this pool of decoders is closed")
        future: Future[Answer | Failure] = Future()
        self._jobs.put((request, future))
        return future

    def close(self, *, cancel: bool = False) -> None:
        """Waits for what was submitted, or with `cancel` only for what has begun, and ends the decoders."""
        self._closed = True
        while cancel and not self._jobs.empty():
            job = self._jobs.get()
            if job:
                job[1].cancel()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close(cancel=kind is not None)

    def _serve(self, decoder: _Decoder) -> None:
        while job := self._jobs.get():
            request, future = job
            if not future.set_running_or_notify_cancel():
                continue
            try:
                answer = decoder.ask(request)
                future.set_result(answer if isinstance(answer, Failure) else self._answer.unpack(answer))
            except Exception as error:  # a replacement that does not start must not leave the caller waiting
                future.set_exception(error)
        decoder.stop()


class DecoderPool(ChildPool[StoredPicture]):
    """Takes the bytes of pictures and gives them as the tables keep them."""

    def __init__(
        self,
        processes: int,
        limits: DecodeLimits | None = None,
        *,
        memory_bytes: int = MEMORY_BYTES,
        seconds: float = SECONDS,
        worker: str = "wildwear.images.decode:store",
    ) -> None:
        limits = limits or DecodeLimits()
        super().__init__(processes, worker, StoredPicture, limits, memory_bytes=memory_bytes, seconds=seconds)

    def submit(self, request: bytes) -> Future[StoredPicture | Failure]:
        if len(request) <= self._limits.max_bytes:
            return super().submit(request)
        future: Future[StoredPicture | Failure] = Future()
        future.set_result(Failure(reason="too_many_bytes", detail=f"{len(request)} bytes"))
        return future


def _started(decoders: list[_Decoder]) -> list[_Decoder]:
    """Decoders that have all come up, side by side; where one does not, none is left."""
    try:
        for decoder in decoders:
            decoder.await_start()
    except WildwearError:
        for decoder in decoders:
            decoder.stop()
        raise
    return decoders


class _Decoder:
    """One child process, replaced when it is gone. Used by one thread."""

    def __init__(self, settings: str) -> None:
        self._command = [sys.executable, "-P", "-m", "wildwear.images.decoder_child", settings]
        self._process = self._start()

    def ask(self, request: bytes) -> bytes | Failure:
        """The packed answer, or what became of it."""
        if self._process.returncode is not None:
            self._process = self._start()
            self.await_start()
        try:
            kind, payload = self._exchange(request)
        except (EOFError, BrokenPipeError):
            return self._cause_of_death()
        if kind == ANSWERED:
            return payload
        assert kind == FAILED
        failure = Failure(**json.loads(payload))
        if failure.reason == "decoder_memory":
            self.stop()
        return failure

    def await_start(self) -> None:
        """Waits until the child is ready; one that is killed before that is started again, a few times."""
        for left in reversed(range(_START_ATTEMPTS)):
            try:
                kind, _ = self._read_reply()
            except EOFError:
                self.stop()
                if left:
                    self._process = self._start()
            else:
                assert kind == READY
                return
        raise WildwearError(f"a picture decoder did not start: exit status {self._process.returncode}")

    def stop(self) -> None:
        """Closes the child's input, upon which it ends, and reaps it."""
        with contextlib.suppress(BrokenPipeError):
            self._requests.close()
        self._process.wait()
        self._replies.close()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment())
        assert process.stdin and process.stdout
        self._requests, self._replies = process.stdin, process.stdout
        return process

    def _exchange(self, request: bytes) -> tuple[bytes, bytes]:
        self._requests.write(REQUEST.pack(len(request)))
        self._requests.write(request)
        self._requests.flush()
        return self._read_reply()

    def _read_reply(self) -> tuple[bytes, bytes]:
        kind, length = REPLY.unpack(self._read(REPLY.size))
        return kind, self._read(length)

    def _read(self, length: int) -> bytes:
        data = self._replies.read(length)
        if len(data) < length:
            raise EOFError
        return data

    def _cause_of_death(self) -> Failure:
        """Both are worth another try: a machine out of memory or very busy kills decoders too."""
        self.stop()
        status = self._process.returncode
        if status == -signal.SIGALRM:
            return Failure(reason="decoder_timeout", detail="took longer than the limit", transient=True)
        detail = f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        return Failure(reason="decoder_died", detail=detail, transient=True)


def _environment() -> dict[str, str]:
    """The parent's, with its import path, and without threads that would reserve memory in every child.

    glibc gives large buffers back to the system at once, and every picture would fault its pages in anew: a third of
    the time of decoding. Keeping them costs what the largest picture took.
    """
    path = os.pathsep.join(entry for entry in sys.path if entry)
    keep = str(1 << 30)
    memory = {"MALLOC_MMAP_THRESHOLD_": keep, "MALLOC_TRIM_THRESHOLD_": keep}
    return {**os.environ, **memory, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
