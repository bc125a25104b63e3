"""Where training stands, kept in one file that is there whole or not at all, with the one before it beside it."""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wildwear.errors import StorageError, UserError
from wildwear.files import fsync

NEWEST, PREVIOUS = "checkpoint.pt", "checkpoint-before.pt"
_DIGEST = 32  # bytes of SHA-256 before the tensors


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """All that the next step depends on, beside the data and the settings."""

    run: Mapping[str, Any]
    """What the training is (settings, data versions, split hashes), as JSON; another one cannot go on from here."""
    step: int
    """How many steps are done."""
    states: Mapping[str, Any]
    """State dicts of tensors and plain values, by what they are the state of."""
    history: tuple[Mapping[str, Any], ...] = ()
    """One entry an epoch, as JSON."""
    tally: tuple[float, ...] = ()
    """What was counted in the epoch that is going on."""


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """The folder of one training's checkpoints."""

    folder: Path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One training at a time; raises `UserError` while another process is at it. A process that dies lets go."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        lock = self.folder.with_name(f"{self.folder.name}.lock")
        with lock.open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise UserError(f"{self.folder}: another process trains this model right now") from None
            try:
                yield
            finally:
                lock.unlink(missing_ok=True)

    def save(self, checkpoint: Checkpoint) -> None:
        """Puts `checkpoint` in place of the newest, which becomes the one before; a kill leaves one that loads."""
        newest, draft = self.folder / NEWEST, self.folder / f"{NEWEST}.draft"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as handle:
                for part in _encode(checkpoint):
                    handle.write(part)
                handle.flush()
                os.fsync(handle.fileno())
            if newest.exists():
                newest.replace(self.folder / PREVIOUS)
            draft.replace(newest)
            fsync(self.folder)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise StorageError(f"cannot write the checkpoint {newest}: {error.strerror or error}") from error

    def load(self) -> Checkpoint | None:
        """The newest checkpoint that is whole, or None where there is none."""
        for name in (NEWEST, PREVIOUS):
            try:
                data = (self.folder / name).read_bytes()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise StorageError(f"cannot read {self.folder / name}: {error.strerror or error}") from error
            if (checkpoint := _decode(data)) is not None:
                return checkpoint
        return None

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """In words, where two descriptions of a training differ.

    >>> differences({"seed": 0, "loss": {"mixup": 0.2}}, {"seed": 0, "loss": {"mixup": 0.0}})
    ['loss.mixup was 0.2 and is 0.0']
    """
    old, new = dict(_flat(before)), dict(_flat(now))
    there = [*new, *(key for key in old if key not in new)]
    return [
        f"{key} was {old.get(key, 'not there')} and is {new.get(key, 'not there')}"
        for key in there
        if old.get(key) != new.get(key)
    ]


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _encode(checkpoint: Checkpoint) -> tuple[bytes, memoryview]:
    import torch

    told = {"run": checkpoint.run, "history": checkpoint.history, "tally": checkpoint.tally}
    buffer = io.BytesIO()
    torch.save({"told": json.dumps(told), "step": checkpoint.step, "states": dict(checkpoint.states)}, buffer)
    data = buffer.getbuffer()
    return hashlib.sha256(data).digest(), data


def _decode(data: bytes) -> Checkpoint | None:
    """None for bytes that `_encode` did not write, or not to their end."""
    import torch

    digest, rest = data[:_DIGEST], memoryview(data)[_DIGEST:]
    if hashlib.sha256(rest).digest() != digest:
        return None
    stored = torch.load(io.BytesIO(rest), map_location="cpu", weights_only=True)  # noqa: TID251
    told = json.loads(stored["told"])
    return Checkpoint(
        run=told["run"],
        step=stored["step"],
        states=stored["states"],
        history=tuple(told["history"]),
        tally=tuple(told["tally"]),
    )
