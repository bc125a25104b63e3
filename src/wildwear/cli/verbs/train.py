"""`wildwear train`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from wildwear.cli.session import current
from wildwear.records import Report
from wildwear.training.settings import TrainSettings

app = App(
    name="train", help_epilogue="Example: wildwear train mine --recipe probe --on shop --on street:train*2 --l2 0.01"
)


@app.default
def train(name: str, /, *, settings: Annotated[TrainSettings, Parameter(name="*", negative="")]) -> Report:
    """Train a classifier on one or more datasets; it is written to the workspace's models.

    Parameters
    ----------
    name
        The model to make; one of this name is replaced when the new one is whole.
    """
    from wildwear.cli.output import print_table, progress
    from wildwear.training.recipes import train

    report = train(current().open(), name, settings, progress)
    figures = report.details.get("val")
    if isinstance(figures, dict) and figures:
        columns = ("dataset", "samples", "top-1", "top-3", "top-5", "macro")
        rows = [(of, *(_cell(value) for value in row.values())) for of, row in figures.items()]
        print_table(columns, rows, "on the val side")
    return report


def _cell(value: float) -> str:
    return f"{100 * value:.1f} %" if isinstance(value, float) else f"{value:,}"
