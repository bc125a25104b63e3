"""`wildwear reproduce`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from wildwear.cli.session import current
from wildwear.records import Report
from wildwear.reproduction.settings import ReproduceSettings
from wildwear.training.settings import RunSettings

app = App(
    name="reproduce",
    help_epilogue="Example: wildwear reproduce experiments/independent.toml --recipe probe --init wildwear-base",
)

_PLAN = ("run", "starts from", "recipe", "samples", "epochs", "steps", "seen in all", "seeds done")


@app.default
def reproduce(
    file: Path,
    /,
    *,
    settings: Annotated[ReproduceSettings, Parameter(name="*", negative="")] = ReproduceSettings(),
    how: Annotated[RunSettings, Parameter(name="*", negative="", group="Running a recipe of networks")] = RunSettings(),
) -> Report:
    """Run a table of experiments: train and measure what is not done yet, then print it, draw it, report it.

    Parameters
    ----------
    file
        The experiments, such as experiments/paper.toml. A call that is stopped goes on where it was.
    """
    from wildwear.cli.output import in_words, print_table, progress, remark, say
    from wildwear.reproduction.stage import reproduce

    report = reproduce(current().open(), file, settings, how, progress, remark)
    details: Any = report.details
    if settings.dry_run:
        print_table(_PLAN, details["table"])
        left = details["seconds_left"]
        if left is not None:
            say(f"at the pace of the runs that are done: about {in_words(left)}")
    for table in details.get("tables", ()):
        print_table(table["heads"], table["cells"], table["spec"]["title"])
    if any("*" in cell for table in details.get("tables", ()) for row in table["cells"] for cell in row[1:]):
        say("± is half of a 95 % interval over seeds and groups; * marks a gain whose interval leaves zero out")
    return report
