"""`wildwear clips`: build, annotate, agreement, save, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter, default_name_transform

from wildwear.cli.session import current
from wildwear.movies.annotate.settings import AnnotateSettings
from wildwear.movies.clip_settings import BuildSettings, ClipExportSettings
from wildwear.records import Report

app = App(
    name="clips",
    help_epilogue="Example: wildwear clips build films/ --ava ava_val_v2.2.csv --sample 4000",
    default_parameter=Parameter(negative_iterable=()),
)

_MOST_PAIRS = 20


def _signed_as(field: str) -> str:
    """The flag of a setting: `who` is `--as`, for `as` is a word of Python's own."""
    return "as" if field == "who" else default_name_transform(field)


@app.command(help_epilogue="Example: wildwear clips build films/ --ava ava_val_v2.2.csv --sample 4000")
def build(films: list[Path], /, *, settings: Annotated[BuildSettings, Parameter(name="*")] = BuildSettings()) -> Report:
    """Cut clips of a second, each of one person, out of films.

    A box belongs to the film whose file bears its name (FILM.mp4 for FILM). Clips that were cut before stay, so that
    a run that was stopped goes on, and a larger sample adds to a smaller one.

    Parameters
    ----------
    films
        Films, or folders of films.
    """
    from wildwear.cli.output import progress
    from wildwear.movies.clips import build_clips

    return build_clips(current().open(), films, settings, progress)


@app.command(help_epilogue="Example: wildwear clips annotate --as anna")
def annotate(
    *,
    settings: Annotated[AnnotateSettings, Parameter(name="*", name_transform=_signed_as)] = AnnotateSettings(),
) -> Report:
    """Say what people wear in clips, on a page that is quick to work through.

    Serves the page on this machine alone and opens it; Ctrl-C ends it. What is said is on the disk before the page
    says so. Two people say it under two names, and the page shows where they differ.
    """
    from wildwear.cli.output import complain, say
    from wildwear.movies.annotate.stage import annotate as run

    tell = complain if current().json else say
    return run(current().open(), settings, lambda address: tell(f"{address}  (Ctrl-C ends)"))


@app.command(help_epilogue="Example: wildwear clips agreement anna ben")
def agreement(first: str | None = None, second: str | None = None, /) -> Report:
    """Show how far annotators agree: Cohen's kappa, and what one calls what the other calls something else.

    Parameters
    ----------
    first
        An annotator; without names, every two of them who have judged the same clips.
    second
        Another.
    """
    from wildwear.cli.output import print_table
    from wildwear.movies.agreement_report import COLUMNS, agreement_report

    report, pairs = agreement_report(current().open(), first, second)
    if pairs:
        print_table(COLUMNS, [pair.row for pair in pairs])
    for pair in pairs:
        if rows := [(one, other, count) for (one, other), count in pair.differences]:
            print_table(
                (pair.found.first, pair.found.second, "clips"), rows[:_MOST_PAIRS], "what they call differently"
            )
    return report


@app.command(help_epilogue="Example: wildwear clips save ava-fashion.csv")
def save(path: Path, /) -> Report:
    """Write all annotations to a CSV file, without pictures: who has the films makes the same clips of it.

    Parameters
    ----------
    path
        The file to write, for 'wildwear clips build FILMS --annotated FILE'.
    """
    from wildwear.movies.clip_files import save_annotations

    return save_annotations(current().open(), path)


@app.command(help_epilogue="Example: wildwear clips export ava-fashion --annotators 2")
def export(
    name: str, /, *, settings: Annotated[ClipExportSettings, Parameter(name="*")] = ClipExportSettings()
) -> Report:
    """Make a dataset of the annotated clips, with each film on one side.

    Parameters
    ----------
    name
        The dataset to make; one of this name is replaced.
    """
    from wildwear.cli.output import print_table, progress
    from wildwear.datasets.summary import COLUMNS, category_rows
    from wildwear.movies.export_clips import export_clips

    report = export_clips(current().open(), name, settings, progress)
    print_table(COLUMNS, category_rows(report.details), f"dataset {name}")
    return report
