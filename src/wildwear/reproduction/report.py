"""An experiment as one HTML file with everything inside, and its tables as JSON, CSV and Markdown beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from wildwear import __version__
from wildwear.errors import StorageError
from wildwear.evaluation.figures import COLOURS, change_by_category
from wildwear.evaluation.story import percent, signed
from wildwear.files import write_durably
from wildwear.reproduction import tables
from wildwear.reproduction.figures import learning_curves
from wildwear.reproduction.plan import Plan, Run, as_json
from wildwear.reproduction.results import FigureResult, TableResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that a report shows."""

    plan: Plan
    tables: tuple[TableResult, ...]
    figures: tuple[FigureResult, ...]
    failed: Mapping[str, str]
    """Why runs failed, by id."""
    rounds: int
    warnings: tuple[str, ...]


def write_report(folder: Path, found: Findings) -> Path:
    """Writes `report.html`, `report.json` and `table-N.csv` and `.md` into a folder; gives the page's path."""
    texts = {"report.html": render(found), "report.json": _json(found)}
    for number, table in enumerate(found.tables, 1):
        texts[f"table-{number}.csv"] = tables.to_csv(table)
        texts[f"table-{number}.md"] = tables.to_markdown(table)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            write_durably(folder / name, text.encode())
    except OSError as error:
        raise StorageError(f"cannot write the report {folder}: {error.strerror or error}") from error
    return folder / "report.html"


def render(found: Findings) -> str:
    """The page; the same findings give the same bytes."""
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        percent=percent,
        signed=signed,
        interval=tables.interval,
        signed_interval=tables.signed_interval,
        chance=tables.chance,
        count=lambda number: f"{number:,}",
    )
    text = (files("wildwear.reproduction") / "templates" / "report.html.j2").read_text(encoding="utf-8")
    drawn = [Markup(_drawn(figure)) for figure in found.figures]
    return environment.from_string(text).render(
        it=found,
        experiment=found.plan.experiment,
        drawn=drawn,
        budgets=budgets(found.plan),
        short=list(filter(None, map(in_short, found.tables))),
        compared=any(row.gains and row.seen for table in found.tables for row in table.rows),
        names=tables.NAMES,
        colours=COLOURS,
        version=__version__,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What the runs of one arm and size cost, seed by seed alike but for whole groups."""

    run: Run
    """The first of them."""
    title: str
    seeds: int
    done: int

    @property
    def start(self) -> str:
        """What they start from: an arm's run of the same seed, or a model."""
        return self.run.parent.rpartition(".")[0] if self.run.parent else self.run.init

    @property
    def total(self) -> int:
        return self.run.work.total if self.run.work else 0


def budgets(plan: Plan) -> list[Budget]:
    """One entry for each arm and size, in the plan's order."""
    by_title: dict[str, list[Run]] = {}
    for run in plan.runs.values():
        by_title.setdefault(run.title, []).append(run)
    return [
        Budget(
            run=runs[0],
            title=plan.experiment.arms[runs[0].arm].title or runs[0].arm,
            seeds=len(runs),
            done=sum(run.done for run in runs),
        )
        for runs in by_title.values()
    ]


def _drawn(figure: FigureResult) -> str:
    if figure.changes is not None:
        return change_by_category(figure.changes)
    return learning_curves(figure) if figure.curves else ""


def _json(found: Findings) -> str:
    values: dict[str, Any] = {
        "experiment": found.plan.experiment.name,
        "title": found.plan.experiment.title,
        "wildwear": __version__,
        "rounds": found.rounds,
        "absent": dict(found.plan.absent),
        "failed": dict(found.failed),
        "warnings": list(found.warnings),
        "runs": [as_json(run) for run in found.plan.runs.values()],
        "tables": [tables.to_json(table) for table in found.tables],
        "figures": [asdict(figure) for figure in found.figures],
    }
    text = json.dumps(values, indent=1, ensure_ascii=False, default=str)
    return re.sub(r"\[\n[^][{}]*\]", lambda held: re.sub(r"\n\s*", " ", held[0]), text) + "\n"


def in_short(table: TableResult) -> str:
    """A sentence about the row with the largest gain; empty where nothing is compared yet."""
    name = table.spec.figures[0]
    best = max((row for row in table.rows if row.gains), key=lambda row: row.gains[name].value, default=None)
    if best is None:
        return ""
    gain = best.gains[name]
    sure = tables.chance(gain.p) if gain.shown else f"{tables.chance(gain.p)}: it may be chance"
    return (
        f"{table.spec.title}: {best.title} is at {percent(best.ours[name].value)} % {tables.NAMES[name]}, "
        f"{signed(gain.value)} points against {best.against} "
        f"({tables.signed_interval(gain)}, {sure})"
    )


def unequal(found: Sequence[TableResult]) -> list[str]:
    """Sentences about rows that are compared at different budgets."""
    said = []
    for table in found:
        by_title = {row.title: row for row in table.rows}
        for row in table.rows:
            other = by_title.get(row.against)
            if other and row.seen and other.seen and not 0.9 <= row.seen / other.seen <= 1.1:
                said.append(
                    f"{table.spec.title}: {row.title} saw {row.seen:,} samples in training, and {other.title}, "
                    f"with which it is compared, {other.seen:,}"
                )
    return said
