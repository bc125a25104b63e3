"""`wildwear inspect`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from wildwear.cli.session import current
from wildwear.inspection.settings import InspectSettings
from wildwear.models.settings import RuntimeOptions
from wildwear.records import Report

app = App(name="inspect", help_epilogue="Example: wildwear -w shop inspect")


@app.default
def inspect(
    *,
    settings: Annotated[InspectSettings, Parameter(name="*")] = InspectSettings(),
    options: Annotated[RuntimeOptions, Parameter(name="*")] = RuntimeOptions(),
) -> Report:
    """Let the machine look first: photo modes, suspect labels, look-alikes, placeholders, rare categories.

    What is not embedded yet is embedded. The findings replace those of an earlier run, order the sheets of
    'wildwear review', and are drawn in an HTML report.
    """
    from wildwear.cli.output import print_table, progress
    from wildwear.inspection.stage import inspect
    from wildwear.inspection.summary import COLUMNS, rows_of

    report = inspect(current().open(), settings, options, progress)
    print_table(COLUMNS, rows_of(report.details), str(report.details["collection"]))
    return report
