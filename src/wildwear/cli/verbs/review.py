"""`wildwear review`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from wildwear.cli.session import current
from wildwear.records import Report
from wildwear.review.settings import ReviewSettings

app = App(name="review", help_epilogue="Example: wildwear -w shop review --on street --who anna")


@app.default
def review(*, settings: Annotated[ReviewSettings, Parameter(name="*")] = ReviewSettings()) -> Report:
    """Look through pictures quickly, and reject or relabel what does not show its category.

    Serves a page on this machine alone and opens it; Ctrl-C ends it. Every decision is on the disk before the page
    says so. What was decided holds for 'split', and stays when products are labelled or fetched anew.
    """
    from wildwear.cli.output import complain, say
    from wildwear.review.stage import review as run

    json = current().json
    tell = complain if json else say
    return run(current().open(), settings, lambda address: tell(f"{address}  (Ctrl-C ends)"))


@app.command(help_epilogue="Example: wildwear review apply street street-reviewed")
def apply(dataset: str, name: str, /) -> Report:
    """Make a dataset without the samples that were rejected, the relabelled ones under their new label.

    For the catalogue there is no need: 'split' heeds what was decided.

    Parameters
    ----------
    dataset
        The dataset that was reviewed with --on; it stays as it is.
    name
        The dataset to make; one of this name is replaced.
    """
    from wildwear.cli.output import progress
    from wildwear.datasets.reviewed import apply_decisions

    workspace = current().open()
    with progress("copying samples", workspace.dataset(dataset).count()) as advance:
        return apply_decisions(workspace, dataset, name, advance)
