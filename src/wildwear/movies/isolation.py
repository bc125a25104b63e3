"""Work on files that are not trusted, in a process of its own that may die, hang or eat memory.

The process imports the function by its name; it is no fork and does not import the caller's main module. It ends when
the caller ends, however that happens.
"""

from __future__ import annotations

import contextlib
import copy
import ctypes
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Literal

Send = Callable[[object], None]
"""`send(None)` says no more than "I am alive"; anything else reaches `on_message` as well."""

_SECONDS_TO_START = 300
"""Until the process has begun: imports take long on a busy machine."""
_SECONDS_BETWEEN_LOOKS = 0.25
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Ended:
    """How the process ended."""

    status: Literal["ok", "failed", "hung", "crashed", "no_memory"]
    """`failed` is an exception of Python's: `error`. `crashed` is a process that died."""
    detail: str = ""
    value: Any = None
    """What the function returned, where it is `ok`."""
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class _Begun:
    """The first message: the function is imported and its arguments are there."""


@dataclass(frozen=True, slots=True)
class _Gone:
    """The process can no longer be heard."""


def run_isolated(
    function: Callable[..., object],
    arguments: Sequence[object] = (),
    *,
    silence_seconds: float,
    on_message: Callable[[Any], None] | None = None,
    memory_bytes: int | None = None,
) -> Ended:
    """Calls `function(send, *arguments)` in a process of its own and waits for its end.

    Args:
        function: of a module's top level, importable by its name; it says that it is alive by `send`.
        silence_seconds: after which a process that has sent nothing is ended as `hung`.
        on_message: called here, in order, with what the function sends.
        memory_bytes: resident memory above which the process is ended as `no_memory` (where `/proc` tells it).
    """
    # The process is told what to do, and heard, by a thread: no pipe can block the watch over the clock.
    incoming: Queue[object] = Queue(maxsize=64)
    with _process() as (process, channel):
        task = (function, tuple(arguments))
        talk = threading.Thread(target=_converse, args=(channel, task, incoming), daemon=True)
        talk.start()
        try:
            return _watch(process, incoming, silence_seconds, on_message, memory_bytes)
        finally:
            _end(process)
            _drain(talk, incoming)


def _watch(
    process: subprocess.Popen[bytes],
    incoming: Queue[object],
    silence_seconds: float,
    on_message: Callable[[Any], None] | None,
    memory_bytes: int | None,
) -> Ended:
    allowed, heard = float(_SECONDS_TO_START), time.monotonic()
    while True:
        if memory_bytes is not None and _resident_bytes(process.pid) > memory_bytes:
            return Ended("no_memory", f"it took more than {memory_bytes / 1e9:.2g} GB of memory")
        try:
            message = incoming.get(timeout=_SECONDS_BETWEEN_LOOKS)
        except Empty:
            if time.monotonic() - heard > allowed:
                return Ended("hung", f"nothing was heard of it for {allowed:g} s")
            continue
        if isinstance(message, Ended):
            return message
        if isinstance(message, _Gone):
            return _died(process)
        if not isinstance(message, _Begun) and message is not None and on_message is not None:
            on_message(message)
        allowed, heard = silence_seconds, time.monotonic()


@contextlib.contextmanager
def _process() -> Iterator[tuple[subprocess.Popen[bytes], Connection]]:
    ours, theirs = Pipe()
    command = [sys.executable, "-P", "-c", f"from {__name__} import _serve; _serve({theirs.fileno()})"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    with ours:
        with theirs:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=environment,
                start_new_session=True,
            )
        with process:
            yield process, ours


def _converse(channel: Connection, task: object, incoming: Queue[object]) -> None:
    try:
        channel.send(task)
        while True:
            incoming.put(channel.recv())
    except Exception:  # the process is gone, or what it sends cannot be read
        incoming.put(_Gone())


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _drain(talk: threading.Thread, incoming: Queue[object]) -> None:
    while talk.is_alive():
        with contextlib.suppress(Empty):
            incoming.get(timeout=0.05)


def _died(process: subprocess.Popen[bytes]) -> Ended:
    try:
        status = process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        return Ended("crashed", "it closed its way to us")
    if status == -signal.SIGKILL:
        return Ended("no_memory", "it was ended by SIGKILL, as the system does when memory runs out")
    if status < 0:
        return Ended("crashed", f"it was ended by {signal.Signals(-status).name}")
    return Ended("crashed", f"it ended with status {status} before it was done")


def _resident_bytes(process_id: int) -> int:
    try:
        return int(Path(f"/proc/{process_id}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def _serve(number: int) -> None:
    """What the process does: hears its task and sends what comes of it."""
    _die_with_parent()
    os.set_inheritable(number, False)
    channel, lock = Connection(number), threading.Lock()

    def send(message: object) -> None:
        with lock:
            channel.send(message)

    send(_outcome(channel, send))


def _outcome(channel: Connection, send: Send) -> Ended:
    try:
        function, arguments = channel.recv()
        threading.Thread(target=_end_with, args=(channel,), daemon=True).start()
        send(_Begun())
        ended = Ended("ok", value=function(send, *arguments))
        pickle.dumps(ended)
        return ended
    except MemoryError:
        return Ended("no_memory", "there was no memory left")
    except Exception as error:
        detail = traceback.format_exception_only(error)[-1].strip()
        return Ended("failed", detail, error=_portable(error))


def _portable(error: Exception) -> Exception | None:
    """The error, where it survives being sent."""
    try:
        pickle.dumps(error)
        return copy.copy(error)
    except Exception:
        return None


def _end_with(channel: Connection) -> None:
    """Whoever asked is gone when the channel ends: then this process ends at once."""
    with contextlib.suppress(EOFError, OSError):
        channel.recv()
    os.killpg(0, signal.SIGKILL)


def _die_with_parent() -> None:
    """Linux ends this process with its parent, even while it hangs inside a decoder."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
