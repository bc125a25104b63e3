"""`wildwear split`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from wildwear.cli.session import current
from wildwear.datasets.settings import PictureSettings, SplitSettings
from wildwear.records import Report

app = App(name="split", help_epilogue="Example: wildwear split shop --val 0.1 --test 0.1")


@app.default
def split(
    name: str,
    /,
    *,
    settings: Annotated[SplitSettings, Parameter(name="*")] = SplitSettings(),
    pictures: Annotated[PictureSettings, Parameter(name="*")] = PictureSettings(),
) -> Report:
    """Turn labelled, stored catalogue pictures into a dataset of train, val and test samples, without leaks.

    Products of one group stand on one side, and so do groups that share a picture or a near-duplicate of one.

    Parameters
    ----------
    name
        The dataset to make; one of this name is replaced.
    """
    from wildwear.cli.output import print_table, progress
    from wildwear.datasets.from_catalog import split_catalog
    from wildwear.datasets.summary import COLUMNS, category_rows

    with progress("copying pictures") as advance:
        report = split_catalog(current().open(), name, settings, advance, pictures)
    print_table(COLUMNS, category_rows(report.details), f"dataset {name}")
    return report
