"""How verbs speak: tables and progress on a terminal, one JSON object for machines, problems on stderr."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from wildwear.cli.session import current
from wildwear.records import Report

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

_SECONDS_BETWEEN_LINES = 60.0


def console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True, emoji=False)


def print_report(report: Report, *, as_json: bool) -> None:
    """A person gets aligned counts; a machine gets the report as JSON on stdout."""
    if as_json:
        print(json.dumps(asdict(report), ensure_ascii=False, default=str))
        return
    out = console()
    for title, counts, style in (
        ("", report.done, "bold"),
        ("skipped", report.skipped, "yellow"),
        ("failed", report.failed, "red"),
    ):
        for name, count in counts.items():
            if count or not title:
                out.print(f"[{style}]{count:>12,}[/]  {title and title + ': '}{name}")
    for note in report.notes:
        out.print(note, markup=False)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
    """A table for a person; numbers go to the right. Prints nothing under `--json`."""
    if current().json:
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[index], int | float) for row in rows)
        table.add_column(column, justify="right" if numeric else "left")
    for row in rows:
        table.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else str(cell)) for cell in row))
    console().print(table)


def say(text: str) -> None:
    """A line for a person, on stdout; nothing under `--json`."""
    if not current().json:
        console().print(text, markup=False)


def warn(text: str) -> None:
    """A line on stderr that does not stop the work."""
    print(f"warning: {text}", file=sys.stderr)


def remark(text: str) -> None:
    """A line for a person on stderr while a stage is at work; above the progress bar where there is one."""
    print(text, file=sys.stderr, flush=True)


def complain(text: str) -> None:
    """The one plain line that says what could not be done."""
    print(f"wildwear: {text}", file=sys.stderr)


@contextmanager
def progress(description: str, total: int | None = None) -> Iterator[Advance]:
    """A progress bar on a terminal's stderr, with a note beside it; gives a function that moves it on by n.

    Where stderr is no terminal, a phase that has notes is told in a plain line once in a while.
    """
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class _Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="progress.data.speed")

    bar: Progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        console=console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task(description, total=total, note="")
        yield Advance(bar, task)


class Advance:
    """Moves a progress bar on; may be handed to a stage as its `progress` callback."""

    def __init__(self, bar: Progress, task: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._bar, self._task, self._clock = bar, task, clock
        self._began = self._told = clock()

    def __call__(self, count: int = 1) -> None:
        self._bar.advance(self._task, count)  # type: ignore[arg-type]

    def total(self, count: int) -> None:
        self._bar.update(self._task, total=count)  # type: ignore[arg-type]

    def note(self, text: str) -> None:
        """Shows `text` beside the bar, or in a line of its own once a minute where there is no bar."""
        self._bar.update(self._task, note=text)  # type: ignore[arg-type]
        if self._bar.disable and self._clock() - self._told >= _SECONDS_BETWEEN_LINES:
            self._told = self._clock()
            remark(f"{self._state()} · {text}")

    def _state(self) -> str:
        task = self._bar.tasks[self._task]
        so_far = f"{task.description} {task.completed:,.0f}"
        if not (task.total and task.completed):
            return so_far
        left = (self._clock() - self._began) / task.completed * (task.total - task.completed)
        return f"{so_far} of {task.total:,.0f}, {in_words(left)} left"


def in_words(seconds: float) -> str:
    """A span of time to two places.

    >>> [in_words(seconds) for seconds in (8, 200, 9000, 200000)]
    ['8 s', '3 min 20 s', '2 h 30 min', '2 d 7 h']
    """
    units = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
    for place, (unit, length) in enumerate(units):
        if seconds >= length:
            whole, rest = divmod(round(seconds), length)
            smaller = units[place + 1 : place + 2]
            return " ".join([f"{whole} {unit}", *(f"{rest // size} {name}" for name, size in smaller if rest // size)])
    return "0 s"
