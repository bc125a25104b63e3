"""What runs in a decoder's own process: requests come in by its standard input, answers leave by its output.

A request is its length (4 bytes, little-endian) and its bytes: a picture, or what else the worker takes. A reply is its
kind (1 byte), its length (4 bytes) and its payload: for `ANSWERED` the packed answer, for `FAILED` JSON. Nothing is
ever unpickled, so a decoder that a picture has taken over cannot take over its parent.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import IO, Protocol, Self

from wildwear.images.decode import DecodeLimits, Packed, Undecodable
from wildwear.records import Failure

READY, ANSWERED, FAILED = b"R", b"A", b"F"
REQUEST, REPLY = struct.Struct("<I"), struct.Struct("<cI")

START_SECONDS = 120
"""How long a decoder may take to start, on a machine that is busy."""


class Packable(Protocol):
    """An answer that can go from one process to another."""

    def pack(self) -> Packed: ...

    @classmethod
    def unpack(cls, packed: Packed, /) -> Self: ...


Worker = Callable[[bytes, DecodeLimits], Packable]


def main(settings: str) -> None:
    """Serves until the parent closes the pipe, or is gone. `settings` is the JSON that `decoders` writes.

    The time limit of a picture is an alarm with its default action: it ends this process in whatever code it hangs.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.alarm(START_SECONDS)
    chosen = json.loads(settings)
    requests, replies = sys.stdin.buffer, _own_output()
    worker = load_worker(chosen["worker"])
    limits = DecodeLimits(**chosen["limits"])
    _limit_memory(chosen["memory_bytes"])
    _single_threaded()
    signal.alarm(0)
    _reply(replies, READY, b"")
    _silence()
    while header := requests.read(REQUEST.size):
        request = requests.read(REQUEST.unpack(header)[0])
        signal.setitimer(signal.ITIMER_REAL, chosen["seconds"])
        kind, payload = _answer(worker, request, limits)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _reply(replies, kind, payload)


def load_worker(path: str) -> Worker:
    """The function that `package.module:name` points at."""
    module, _, name = path.partition(":")
    worker: Worker = getattr(importlib.import_module(module), name)
    return worker


def _answer(worker: Worker, request: bytes, limits: DecodeLimits) -> tuple[bytes, bytes]:
    try:
        return ANSWERED, worker(request, limits).pack()
    except Undecodable as refused:
        failure = refused.failure
    except MemoryError as error:
        failure = Failure(reason="decoder_memory", detail=str(error))
    except Exception as error:
        failure = Failure(reason="corrupt_image", detail=f"{type(error).__name__}: {error}"[:200])
    return FAILED, json.dumps(asdict(failure)).encode()


def _reply(replies: IO[bytes], kind: bytes, payload: bytes) -> None:
    replies.write(REPLY.pack(kind, len(payload)) + payload)
    replies.flush()


def _own_output() -> IO[bytes]:
    """The pipe to the parent, out of reach of anything that prints."""
    pipe = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(pipe, "wb")


def _silence() -> None:
    """Image libraries write their complaints to the standard error by themselves; failures are reported as rows."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)


def _limit_memory(memory_bytes: int) -> None:
    """No core files and, where the system tells and limits address space (Linux), at most this much of it beyond what
    the started process has."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pages = Path("/proc/self/statm")
    if pages.exists():
        limit = int(pages.read_text().split()[0]) * resource.getpagesize() + memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _single_threaded() -> None:
    """One picture, one core: the pool has as many decoders as are wanted, and threads reserve address space."""
    from PIL import AvifImagePlugin

    AvifImagePlugin.DEFAULT_MAX_THREADS = 1


if __name__ == "__main__":
    main(sys.argv[1])
