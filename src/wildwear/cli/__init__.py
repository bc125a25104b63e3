"""The command line: a thin handler a verb, each in a module of its own that is loaded only when it is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter
from cyclopts.config import Env, Toml

from wildwear import __version__
from wildwear.cli.session import Session, use

VERBS = {
    "demo": "The whole way on a rendered catalogue, ending in a report.",
    "init": "Make a workspace.",
    "import": "Read products from a shop's export.",
    "label": "Give products categories by text queries.",
    "fetch": "Download or read the products' pictures and store them.",
    "embed": "Compute feature vectors of stored pictures.",
    "inspect": "Let the machine look first: photo modes, suspect labels, look-alikes, rare categories.",
    "review": "Look through pictures quickly, and reject or relabel what does not show its category.",
    "split": "Turn labelled pictures into a dataset of train, val and test samples, without leaks.",
    "dataset": "Import, list and show datasets of samples.",
    "train": "Train a classifier on one or more datasets.",
    "recipes": "List the recipes that networks are trained by, and print one to copy and change.",
    "evaluate": "Measure models on a dataset, with intervals, per category and region.",
    "reproduce": "Run a table of experiments, and set the results side by side.",
    "clips": "One-second clips of people in films: build, annotate, export.",
    "tag": "Recognise clothing on photographs and in movies.",
    "models": "List, show, check, export and exchange models.",
}

app = App(
    name="wildwear",
    help="Clothing recognition in the wild, trained from the product catalogue a shop already has.",
    help_epilogue="Start with 'wildwear demo', or 'wildwear tag PHOTO'. Each verb has '--help' with an example.",
    version=__version__,
    result_action="return_value",
    exit_on_error=False,
    print_error=False,
)
for _verb, _summary in VERBS.items():
    app.command(f"wildwear.cli.verbs.{_verb.replace('import', 'import_')}:app", name=_verb, help=_summary)


@app.meta.default
def _launch(
    *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    workspace: Annotated[Path, Parameter(name=["--workspace", "-w"], help="The workspace folder.")] = Path(),
    json: Annotated[bool, Parameter(negative="", help="Print one JSON object instead of tables.")] = False,
) -> int:
    session = Session(workspace=workspace, json=json)
    app.config = (Env("WILDWEAR_"), Toml(workspace / "wildwear.toml", must_exist=False))
    with use(session):
        try:
            return session.finish(app(tokens))
        finally:
            session.warn_of_repairs()


def main(argv: Sequence[str] | None = None) -> None:
    """Runs the command line and exits: 0 done, 1 could not, 2 wrong usage, 3 done but some rows failed."""
    from wildwear.cli.output import complain
    from wildwear.errors import WildwearError

    try:
        status = app.meta(sys.argv[1:] if argv is None else list(argv))
    except CycloptsError as error:
        complain(str(error))
        status = 2
    except WildwearError as error:
        complain(str(error))
        status = 1
    except KeyboardInterrupt:
        complain("interrupted; what was committed stays, and the same command goes on from there")
        status = 130
    except BrokenPipeError:
        sys.stderr.close()
        status = 141
    sys.exit(status if isinstance(status, int) else 0)
