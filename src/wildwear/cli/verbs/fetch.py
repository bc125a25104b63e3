"""`wildwear fetch`."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import App, Parameter

from wildwear.cli.session import current
from wildwear.images.fetch_settings import FetchSettings
from wildwear.records import Report

app = App(name="fetch", help_epilogue="Example: wildwear fetch --user-agent-contact me@example.org")


@app.default
def fetch(*, settings: Annotated[FetchSettings, Parameter(name="*", negative="")] = FetchSettings()) -> Report:
    """Download or read the products' pictures, check them, scale them to a short side of 256 and store them.

    Goes on where an interrupted run was. A picture that cannot be had is a row with a reason, and the exit status
    is then 3; those whose failure may pass are tried again with --retry-failed.
    """
    from wildwear.cli.output import print_table, progress
    from wildwear.images import fetch as stage

    workspace = current().open()
    with progress("fetching") as advance:
        report = stage.fetch(workspace, settings, advance)
    failures: Any = report.details["failures"]
    if failures:
        rows = [(one["host"], one["reason"], one["pictures"]) for one in failures]
        print_table(("host", "reason", "pictures"), rows[:30], "pictures that could not be had")
    return report
