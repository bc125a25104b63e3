"""`wildwear models`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from wildwear.cli.session import current
from wildwear.models.formats.settings import ExportSettings
from wildwear.records import Report

if TYPE_CHECKING:
    from wildwear.workspace import Workspace

app = App(
    name="models",
    help="List, show, check, export and exchange models: the workspace's, and those that come with wildwear.",
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


@app.command(help_epilogue="Example: wildwear models export mine mine-int8 --to onnx-int8 --calibrate street:train")
def export(
    name: str,
    target: Path,
    /,
    *,
    settings: Annotated[ExportSettings, Parameter(name="*")] = ExportSettings(),
) -> Report:
    """Write a model in another form, to be used elsewhere.

    Parameters
    ----------
    name
        A model's name, or a folder.
    target
        Where to put it: a new folder, or for --to onnx, onnx-half and safetensors a new file.
    """
    from wildwear.cli.output import progress
    from wildwear.models.formats.exporting import export

    return export(name, target, _workspace(), settings, progress)


@app.command(help_epilogue="Example: HF_TOKEN=… wildwear models push mine hf://me/street-clothing")
def push(name: str, destination: str, /, *, private: bool = False) -> Report:
    """Publish a model as the Hugging Face hub has it: in a folder, or in a repository of the hub.

    What is there of an earlier push is replaced. The hub's token comes from the environment, as HF_TOKEN.

    Parameters
    ----------
    name
        A model's name, or a folder.
    destination
        A folder, or hf://OWNER/NAME[@BRANCH].
    private
        Make a new repository that others cannot see.
    """
    from wildwear.models.hub import push

    return push(name, destination, _workspace(), private=private)


@app.command(help_epilogue="Example: wildwear models pull hf://me/street-clothing --name street")
def pull(source: str, /, *, name: str) -> Report:
    """Take somebody's model into the workspace: from a folder, or from a repository of the hub.

    Every file is checked before a model of that name is replaced, and nothing in it is run that is not a network.

    Parameters
    ----------
    source
        A folder, or hf://OWNER/NAME[@REVISION].
    name
        What to call it here.
    """
    from wildwear.models.hub import pull

    return pull(source, name, current().open())
