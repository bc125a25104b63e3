"""How verbs speak: tables and progress on a terminal, one JSON object for machines, problems on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from wildwear.cli.session import current
from wildwear.records import Report

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


def console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


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


def complain(text: str) -> None:
    """The one plain line that says what could not be done."""
    print(f"wildwear: {text}", file=sys.stderr)


@contextmanager
def progress(description: str, total: int | None = None) -> Iterator[Advance]:
    """A progress bar on a terminal's stderr; gives a function that moves it on by n."""
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
        console=console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task(description, total=total)
        yield Advance(bar, task)


class Advance:
    """Moves a progress bar on; may be handed to a stage as its `progress` callback."""

    def __init__(self, bar: Progress, task: int) -> None:
        self._bar, self._task = bar, task

    def __call__(self, count: int = 1) -> None:
        self._bar.advance(self._task, count)  # type: ignore[arg-type]

    def total(self, count: int) -> None:
        self._bar.update(self._task, total=count)  # type: ignore[arg-type]
