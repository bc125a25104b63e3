"""`wildwear models`."""

from __future__ import annotations

from dataclasses import replace
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
    help="List, show, check, export and exchange models, and get detectors of people.",
    help_epilogue="Example: wildwear models card wildwear-base",
)


def _workspace() -> Workspace | None:
    """Models can be looked at outside a workspace, too."""
    from wildwear.workspace import MARKER

    session = current()
    return session.open() if (session.workspace / MARKER).is_file() else None


@app.command(name="list")
def list_() -> Report:
    """Show the models that can be named, and the detectors of people for movies."""
    from wildwear.cli.output import print_table
    from wildwear.models.manage import list_models
    from wildwear.movies.people.manage import list_detectors

    workspace = _workspace()
    report, people = list_models(workspace), list_detectors(workspace)
    columns = ("name", "recipe", "classes", "pixels", "megabytes")
    models = report.details["models"]
    assert isinstance(models, list)
    if models:
        print_table((*columns, "data"), [(*(m[c] for c in columns), ", ".join(m["data"])) for m in models])
    _print_detectors(people)
    failed = {"unreadable": report.failed["unreadable"] + people.failed["unreadable"]}
    return replace(
        report,
        done={**report.done, **people.done},
        failed=failed,
        notes=(*report.notes, *people.notes),
        details={**report.details, **people.details},
    )


def _print_detectors(report: Report) -> None:
    from wildwear.cli.output import print_table

    columns = ("name", "licence", "megabytes", "SHA-256", "is here")
    detectors = report.details["detectors"]
    assert isinstance(detectors, list)
    rows = [
        (one["name"], one["licence"], round(one["size"] / 1e6, 1), one["sha256"][:12], "yes" if one["here"] else "no")
        for one in detectors
    ]
    print_table(columns, rows, "\ndetectors of people, for tag --people")


@app.command(help_epilogue="Example: wildwear models get yolox_m.onnx --as yolox-m --licence Apache-2.0")
def get(
    name: str,
    /,
    *,
    called: Annotated[str | None, Parameter(name="--as")] = None,
    licence: Annotated[str, Parameter(show_default=False)] = "",
) -> Report:
    """Show what is known of a model: classes, data, metrics, checksums. With --json, all of it.

    A detector of people that is known but not here is downloaded once, and nothing else ever is; its licence, origin
    and checksum are shown and kept with it. With --as, a detector's ONNX file on this machine is taken instead.

    Parameters
    ----------
    name
        A model's name or folder, a detector's name, or with --as its ONNX file.
    called
        What to call the detector in that file.
    licence
        Under which licence that file may be used.
    """
    from wildwear.cli.output import say
    from wildwear.errors import UserError
    from wildwear.models.card import read_card
    from wildwear.models.manage import describe
    from wildwear.models.page import written_from
    from wildwear.models.registry import find_model, model_folders
    from wildwear.movies.people.manage import get_detector, is_detector, register_detector

    if called is not None:
        return register_detector(Path(name), called, licence, current().open())
    if licence:
        raise UserError("--licence goes with --as NAME, for a detector's file")
    workspace = _workspace()
    if name not in model_folders(workspace) and is_detector(name, workspace):
        return get_detector(name, current().open(), say)
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
