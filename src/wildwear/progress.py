"""How a stage with several phases tells how far it is, without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeAlias

Advance: TypeAlias = Callable[[int], None]
"""Moves a phase on by n."""

Progress: TypeAlias = Callable[[str, int], AbstractContextManager[Advance]]
"""Opens a phase with its description and its total; `cli.output.progress` is one."""

Say: TypeAlias = Callable[[str], None]
"""Says a line that a person should read while the stage is at work; `cli.output.remark` is one."""


@contextmanager
def silent(description: str, total: int) -> Iterator[Advance]:  # noqa: ARG001
    """Tells nobody."""
    yield lambda count: None  # noqa: ARG005


def unheard(text: str) -> None:
    """Says it to nobody."""


def note(advance: Advance, text: str) -> None:
    """Shows `text` beside how far a phase is, where whoever listens has room for it."""
    show = getattr(advance, "note", None)
    if callable(show):
        show(text)
