"""One training in one process or many: who speaks, how the others are waited for, and how all stop together."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from wildwear.errors import ProcessLost, StorageError, WildwearError

if TYPE_CHECKING:
    import torch
    from accelerate import Accelerator

_SILENCE = 10.0  # seconds in which the first process says what all have seen
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_TRACES_OF_COMMUNICATION = ("gloo", "nccl", "connection", "distbackend")


def is_first() -> bool:
    """Whether this is the process that speaks and writes; torchrun and accelerate number them in RANK."""
    return int(os.environ.get("RANK", "0")) == 0


def process_count() -> int:
    return int(os.environ.get("WORLD_SIZE", "1"))


@contextmanager
def first_speaks() -> Iterator[None]:
    """What every process finds wrong is said once: the others end after the first, without a word."""
    try:
        yield
    except (StorageError, ProcessLost):
        raise
    except WildwearError as error:
        if is_first():
            raise
        time.sleep(_SILENCE)
        raise SystemExit(1) from error


def start(tracker: str, folder: str, timeout_seconds: int) -> Accelerator:
    """Joins the other processes: gloo between CPUs, the device's own way between GPUs."""
    import torch
    from accelerate import Accelerator, InitProcessGroupKwargs

    waiting = InitProcessGroupKwargs(timeout=timedelta(seconds=timeout_seconds))
    on_cpus = process_count() > 1 and not torch.accelerator.is_available()
    return Accelerator(
        cpu=on_cpus,
        mixed_precision="no",  # the loop's own autocast says what computes in bf16
        kwargs_handlers=[waiting],
        log_with=tracker or None,
        project_dir=folder,
    )


@contextmanager
def noticing_lost_processes() -> Iterator[None]:
    """Raises `ProcessLost` where the communication with another process breaks off, or takes longer than its limit."""
    try:
        yield
    except RuntimeError as error:
        told = f"{type(error).__name__} {error}".lower()
        if process_count() > 1 and any(trace in told for trace in _TRACES_OF_COMMUNICATION):
            raise ProcessLost(
                f"process {os.environ.get('RANK')} of {process_count()} ends, since another one has ended or hangs: "
                "look at what that one said; the same command goes on from the last checkpoint"
            ) from error
        raise


def end_at_once(status: int) -> NoReturn:
    """Ends the process after communication broke off: its threads may still wait, and abort an ordinary exit."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


class StopRequests:
    """SIGINT and SIGTERM, noted in place of dying from them; the third one is no longer patient."""

    def __init__(self) -> None:
        self.count = 0

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Notes signals until the end of the block; outside of the main thread there are none to note."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self.count >= 3:
            raise KeyboardInterrupt


def summed(accelerator: Accelerator, values: torch.Tensor) -> torch.Tensor:
    """The sum of a tensor over all processes, which all get; it must be on the process's device."""
    return accelerator.reduce(values, reduction="sum")
