"""`wildwear dataset`: import, list, show, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from wildwear.cli.session import current
from wildwear.datasets.settings import (
    Columns,
    DeepFashionSettings,
    ExportSettings,
    ImportSettings,
    LocaliseSettings,
    SplitSettings,
)
from wildwear.records import Report

if TYPE_CHECKING:
    from wildwear.datasets.entries import Entries

app = App(name="dataset", help_epilogue="Example: wildwear dataset show wild --contact-sheet wild.png")
_import = App(
    name="import",
    help="Make a dataset of a table, a folder of pictures, or a benchmark.",
    help_epilogue="Example: wildwear dataset import folder photos --name mine",
    default_parameter=Parameter(negative_iterable=()),
)
app.command(_import)

Settings = Annotated[ImportSettings, Parameter(name="*")]
Splitting = Annotated[SplitSettings, Parameter(name="*")]


@_import.command(help_epilogue="Example: wildwear dataset import table labels.csv --name wild --labels wild-garments")
def table(
    path: Path,
    /,
    *,
    name: str,
    columns: Annotated[Columns, Parameter(name="*")] = Columns(),
    settings: Settings = ImportSettings(),
    split: Splitting = SplitSettings(),
) -> Report:
    """Make a dataset of a table (CSV, TSV, JSON Lines, Parquet) that names a picture and a label in each row.

    A label is a category, an umbrella, or what --labels maps to a set of them. Several, as `coat|jeans|hat`, become
    one sample for each region of the body, for which any of that region's is right. With a box the sample is what
    lies in it, kept from the full resolution with its surroundings.

    Parameters
    ----------
    path
        The table.
    name
        The dataset to make; one of this name is replaced.
    """
    from wildwear.datasets.entries import read_table

    return _imported(name, read_table(path, columns), settings, split)


@_import.command(help_epilogue="Example: wildwear dataset import folder photos --name mine --given-split use")
def folder(
    path: Path, /, *, name: str, settings: Settings = ImportSettings(), split: Splitting = SplitSettings()
) -> Report:
    """Make a dataset of pictures in folders that are named for their class: Jeans/1.jpg, or train/Jeans/1.jpg.

    Parameters
    ----------
    path
        The folder of folders.
    name
        The dataset to make; one of this name is replaced.
    """
    from wildwear.datasets.entries import read_folder

    return _imported(name, read_folder(path), settings, split)


@_import.command(help_epilogue="Example: wildwear dataset import deepfashion ~/DeepFashion --name deepfashion")
def deepfashion(
    path: Path,
    /,
    *,
    name: str,
    settings: Annotated[DeepFashionSettings, Parameter(name="*")] = DeepFashionSettings(),
) -> Report:
    """Make datasets of DeepFashion's Category and Attribute Prediction Benchmark, in both of its layouts.

    One reading of the pictures gives NAME, with the official split, and NAME-grouped, whose sides share no product.

    Parameters
    ----------
    path
        The folder with Anno or Anno_coarse, Eval and Img, all unpacked.
    name
        The dataset to make; one of this name is replaced, and so is NAME-grouped.
    """
    from wildwear.cli.output import print_table, progress
    from wildwear.datasets.deepfashion import import_deepfashion
    from wildwear.datasets.summary import COLUMNS, category_rows

    report = import_deepfashion(current().open(), name, path, settings, progress)
    made: Any = report.details["datasets"]
    for title, details in made.items():
        print_table(COLUMNS, category_rows(details), f"dataset {title}")
    return report


@app.command(name="list")
def list_() -> Report:
    """List the datasets of the workspace, with their samples on each side."""
    from wildwear.cli.output import print_table
    from wildwear.datasets.summary import summarise
    from wildwear.taxonomy import load_taxonomy

    workspace = current().open()
    taxonomy = load_taxonomy(workspace.taxonomy_name)
    found = [summarise(name, workspace.dataset(name), taxonomy) for name in workspace.dataset_names()]
    print_table(
        ("dataset", "samples", *(found[0].splits if found else ()), "groups", "boxes", "categories", "split"),
        [
            (
                one.name,
                one.samples,
                *one.splits.values(),
                one.groups,
                one.boxes,
                len(one.categories),
                one.split_hash[:12],
            )
            for one in found
        ],
    )
    return Report(
        verb="dataset list",
        done={"datasets": len(found)},
        notes=() if found else ("next: wildwear split NAME, or wildwear dataset import",),
        details={one.name: one.to_json() for one in found},
    )


@app.command
def show(name: str, /, *, contact_sheet: Path | None = None, category: str | None = None) -> Report:
    """Count what a dataset holds, by category and side, and draw it.

    Parameters
    ----------
    name
        The dataset.
    contact_sheet
        Write a PNG with samples of each label, their boxes drawn, to this file.
    category
        Fill the contact sheet with samples that may be of this category.
    """
    from wildwear.cli.output import print_table
    from wildwear.datasets.contact_sheet import write_contact_sheet
    from wildwear.datasets.summary import COLUMNS, category_rows, summarise, summary_notes
    from wildwear.taxonomy import load_taxonomy

    workspace = current().open()
    samples = workspace.dataset(name)
    summary = summarise(name, samples, load_taxonomy(workspace.taxonomy_name))
    done = {"samples": summary.samples, "groups": summary.groups, "boxes": summary.boxes}
    if contact_sheet:
        done[f"samples drawn in {contact_sheet}"] = write_contact_sheet(samples, contact_sheet, category=category)
    print_table(COLUMNS, category_rows(summary.to_json()), f"dataset {name}")
    print_table(("set, of which any is right", "samples"), list(summary.sets.items())[:20])
    return Report(verb="dataset show", done=done, notes=summary_notes(summary), details=summary.to_json())


@app.command(help_epilogue="Example: wildwear dataset export wild --to parquet wild-parquet --split val")
def export(name: str, out: Path, /, *, settings: Annotated[ExportSettings, Parameter(name="*")]) -> Report:
    """Write a dataset to a folder in a format that others read.

    The folder is there whole or not at all: a run that is stopped leaves none, and the same command starts anew.

    Parameters
    ----------
    name
        The dataset.
    out
        The folder to make.
    """
    from wildwear.cli.output import progress
    from wildwear.datasets.exporting import export_dataset

    workspace = current().open()
    total = workspace.dataset(name).count(f"split = '{settings.split}'" if settings.split else None)
    with progress("writing samples", total) as advance:
        return export_dataset(workspace, name, out, settings, advance)


@app.command(help_epilogue="Example: wildwear dataset localise tagged weak --model first")
def localise(
    name: str, target: str, /, *, settings: Annotated[LocaliseSettings, Parameter(name="*")] = LocaliseSettings()
) -> Report:
    """Give labels of whole photographs of people a box each, where a model finds them likeliest shown.

    For photographs of one person from head to foot. Whole pictures with several labels teach little; a box for each
    label makes them samples like others.

    Parameters
    ----------
    name
        The dataset of whole photographs.
    target
        The dataset to make; one of this name is replaced.
    """
    from wildwear.cli.output import progress
    from wildwear.datasets.localise import localise

    return localise(current().open(), name, target, settings, progress)


def _imported(name: str, found: Entries, settings: ImportSettings, split: SplitSettings) -> Report:
    from wildwear.cli.output import print_table, progress
    from wildwear.datasets.importing import import_samples
    from wildwear.datasets.summary import COLUMNS, category_rows

    with progress("storing pictures", len(found.entries)) as advance:
        report = import_samples(current().open(), name, found, settings, split, advance)
    print_table(COLUMNS, category_rows(report.details), f"dataset {name}")
    return report
