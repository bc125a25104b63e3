"""`wildwear models`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

from wildwear.cli.session import current
from wildwear.records import Report

if TYPE_CHECKING:
    from wildwear.workspace import Workspace

app = App(
    name="models",
    help="List, show, copy and check models: those of the workspace, and those that come with wildwear.",
    help_epilogue="Example: wildwear models card wildwear-base",
)


def _workspace() -> Workspace | None:
    """Models can be looked at outside a workspace, too."""
    from wildwear.workspace import MARKER

    session = current()
    return session.open() if (session.workspace / MARKER).is_file() else None


@app.command(name="list")
def list_() -> Report:
    """Show the models that can be named."""
    from wildwear.cli.output import print_table
    from wildwear.models.manage import list_models

    report = list_models(_workspace())
    columns = ("name", "recipe", "classes", "pixels", "megabytes")
    models = report.details["models"]
    assert isinstance(models, list)
    if models:
        print_table((*columns, "data"), [(*(m[c] for c in columns), ", ".join(m["data"])) for m in models])
    return report


@app.command
def get(name: str, /) -> Report:
    """Show what is known of a model: classes, data, metrics, checksums. With --json, all of it.

    Parameters
    ----------
    name
        A model's name, or a folder.
    """
    from wildwear.cli.output import say
    from wildwear.models.card import read_card
    from wildwear.models.manage import describe
    from wildwear.models.page import written_from
    from wildwear.models.registry import find_model

    workspace = _workspace()
    say(written_from(read_card(find_model(name, workspace))))
    return describe(name, workspace)


@app.command
def card(name: str, /) -> Report:
    """Print a model's card: what it is for, what it learned from, how well it does, its licence.

    Parameters
    ----------
    name
        A model's name, or a folder.
    """
    from wildwear.cli.output import say
    from wildwear.models.page import card_page
    from wildwear.models.registry import find_model

    page = card_page(find_model(name, _workspace()))
    say(page)
    return Report(verb="models card", details={"page": page})


@app.command
def check(name: str, /) -> Report:
    """Verify a model's files against their checksums, and run its self-test.

    Parameters
    ----------
    name
        A model's name, or a folder.
    """
    from wildwear.models.manage import check

    return check(name, _workspace())


@app.command
def export(name: str, folder: Path, /) -> Report:
    """Copy a model to a new folder, to be used elsewhere.

    Parameters
    ----------
    name
        A model's name, or a folder.
    folder
        Where to put it; must not be there yet.
    """
    from wildwear.models.manage import export

    return export(name, folder, _workspace())
