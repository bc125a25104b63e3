"""`wildwear train`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from wildwear.cli.session import current
from wildwear.records import Report
from wildwear.training.settings import TrainSettings

app = App(
    name="train",
    help_epilogue=(
        "Examples: wildwear train mine --on shop --on 'street:train*2' --l2 0.01; "
        "wildwear train net --recipe modern --on shop --epochs 10"
    ),
)


@app.default
def train(name: str, /, *, settings: Annotated[TrainSettings, Parameter(name="*", negative="")]) -> Report | int:
    """Train a classifier on one or more datasets; it is written to the workspace's models.

    A recipe of networks runs on a GPU where there is one; 'torchrun --nproc-per-node 2 -m wildwear train …' and
    'accelerate launch -m wildwear train …' run it in several processes. A run that is stopped goes on when the same
    command is given again.

    Parameters
    ----------
    name
        The model to make; one of this name is replaced when the new one is whole.
    """
    from wildwear.cli.output import complain, print_table, progress, remark
    from wildwear.errors import ProcessLost
    from wildwear.progress import silent, unheard
    from wildwear.training.processes import end_at_once, first_speaks, is_first
    from wildwear.training.recipes import train

    try:
        with first_speaks():
            if not is_first():
                train(current().open(), name, settings, silent, unheard)
                return 0
            report = train(current().open(), name, settings, progress, remark)
    except ProcessLost as error:
        complain(str(error))
        end_at_once(1)
    figures = report.details.get("val")
    if isinstance(figures, dict) and figures:
        columns = ("dataset", "samples", "top-1", "top-3", "top-5", "macro")
        rows = [(of, *(_cell(value) for value in row.values())) for of, row in figures.items()]
        print_table(columns, rows, "on the val side")
    return report


def _cell(value: float) -> str:
    return f"{100 * value:.1f} %" if isinstance(value, float) else f"{value:,}"
