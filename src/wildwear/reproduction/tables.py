"""Tables as text: for a terminal, Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from wildwear.evaluation.bootstrap import Difference, Estimate
from wildwear.evaluation.story import p_value, percent, signed
from wildwear.reproduction.results import RowResult, TableResult

NAMES = {"top1": "top-1", "top3": "top-3", "top5": "top-5", "macro": "macro"}
NOTHING = "–"
_GLUE = "\N{NO-BREAK SPACE}"


def interval(estimate: Estimate) -> str:
    return f"{percent(estimate.low)} to {percent(estimate.high)}"


def signed_interval(gain: Difference) -> str:
    return f"{signed(gain.low)} to {signed(gain.high)}"


def chance(p: float) -> str:
    """A p-value with its letter, as in `p 0.031`, which no line break parts."""
    return f"p {p_value(p)}".replace(" ", _GLUE)


def columns(table: TableResult) -> list[str]:
    """The heads: for each figure ours, published and the gain, where the table has any."""
    heads = ["trained on"]
    for name in table.spec.figures:
        heads.append(f"{NAMES[name]}, %")
        heads += [f"{NAMES[name]} published"] * any(name in row.published for row in table.rows)
        heads += [f"{NAMES[name]} gain"] * any(row.against for row in table.rows)
    return [*heads, "seeds", "samples seen"]


def cells(table: TableResult) -> Iterator[list[str]]:
    """The rows under `columns`."""
    for row in table.rows:
        line = [row.title]
        for name in table.spec.figures:
            line.append(_ours(row, name))
            if any(name in other.published for other in table.rows):
                line.append(f"{row.published[name]:.1f}" if name in row.published else NOTHING)
            if any(other.against for other in table.rows):
                line.append(_gain(row, name))
        yield [*line, *_run(row)]


def to_markdown(table: TableResult) -> str:
    """A Markdown table with its title and what it rests on."""
    lines = [f"## {table.spec.title}", "", _line(columns(table)), _line(["---"] * len(columns(table)))]
    lines += [_line(row) for row in cells(table)]
    states = [f"- {row.title}: {row.state}" for row in table.rows if row.state]
    compared = sorted({f"- {row.title} is compared with {row.against}" for row in table.rows if row.against})
    return "\n".join([*lines, "", *compared, *states]).rstrip() + "\n"


def to_csv(table: TableResult) -> str:
    """One line a row and figure, plain numbers: what a spreadsheet or a script reads."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_CSV)
    for row in table.rows:
        for name in table.spec.figures:
            ours, gain = row.ours.get(name), row.gains.get(name)
            writer.writerow(
                [
                    _safe(row.title),
                    row.run,
                    name,
                    *(_number(ours, one) for one in ("value", "low", "high")),
                    row.published.get(name, ""),
                    _safe(row.against),
                    *(_number(gain, one) for one in ("value", "low", "high", "p")),
                    row.seeds,
                    row.seen or "",
                    _safe(row.state),
                ]
            )
    return out.getvalue()


def to_json(table: TableResult) -> dict[str, Any]:
    """Everything, accuracies as shares of 1."""
    return asdict(table)


def brief(table: TableResult) -> tuple[list[str], list[list[str]]]:
    """Heads and rows for a terminal: half of an interval's width behind ±, a star where a gain's leaves zero out."""
    heads, rows = ["trained on"], [[row.title] for row in table.rows]
    for name in table.spec.figures:
        cells: dict[str, list[str]] = {NAMES[name]: [], "published": [], "gain": []}
        for row in table.rows:
            ours, gain = row.ours.get(name), row.gains.get(name)
            cells[NAMES[name]].append(f"{percent(ours.value)} ± {_half(ours)}" if ours else "")
            cells["published"].append(f"{row.published[name]:.1f}" if name in row.published else "")
            cells["gain"].append(f"{signed(gain.value)} ± {_half(gain)}{'*' * gain.shown}" if gain else "")
        for head, column in cells.items():
            if any(column) or head == NAMES[name]:
                heads.append(head)
                rows = [[*row, cell] for row, cell in zip(rows, column, strict=True)]
    heads.append("seeds")
    return heads, [
        [*row, f"{one.seeds}/{one.wanted}" if one.run else ""] for row, one in zip(rows, table.rows, strict=True)
    ]


_CSV = (
    *("row", "run", "figure", "ours", "low", "high", "published", "against", "gain", "gain_low", "gain_high", "p"),
    *("seeds", "samples_seen", "state"),
)


def _half(estimate: Estimate) -> str:
    return percent((estimate.high - estimate.low) / 2)


def _ours(row: RowResult, name: str) -> str:
    ours = row.ours.get(name)
    return f"{percent(ours.value)} ({interval(ours)})" if ours else NOTHING


def _gain(row: RowResult, name: str) -> str:
    gain = row.gains.get(name)
    return f"{signed(gain.value)} ({signed_interval(gain)}), {chance(gain.p)}" if gain else ""


def _run(row: RowResult) -> list[str]:
    if not row.run:
        return ["", ""]
    return [f"{row.seeds} of {row.wanted}", f"{row.seen:,}" if row.seen else NOTHING]


def _line(texts: Sequence[str]) -> str:
    return f"| {' | '.join(text.replace('|', chr(92) + '|') for text in texts)} |"


def _number(estimate: Estimate | None, name: str) -> str:
    return "" if estimate is None else f"{100 * getattr(estimate, name):.3f}" if name != "p" else f"{estimate.p:.4f}"  # type: ignore[attr-defined]


def _safe(text: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text
