"""`wildwear recipes`."""

from __future__ import annotations

from cyclopts import App

from wildwear.cli.session import current
from wildwear.records import Report

app = App(
    name="recipes",
    help="List the recipes that networks are trained by, and print one as a file to copy and change.",
    help_epilogue="Example: wildwear recipes show modern > mine.toml, then wildwear train NAME --recipe mine.toml …",
)


@app.command(name="list")
def list_() -> Report:
    """Show the recipes that can be named."""
    from wildwear.cli.output import print_table
    from wildwear.training.recipe_files import PROBE, load_recipe, recipe_names

    recipes = [load_recipe(name) for name in recipe_names()]
    rows = [(one.name, one.version, one.network.backbone, one.summary) for one in recipes]
    rows.append((PROBE, 1, "any model", "a linear classifier on frozen features; no file"))
    columns = ("name", "version", "backbone", "what it does")
    print_table(columns, rows)
    return Report(verb="recipes list", details={"recipes": [dict(zip(columns, row, strict=True)) for row in rows]})


@app.command
def show(name: str, /) -> Report:
    """Print a recipe whole, as TOML that 'wildwear train --recipe FILE' takes.

    Parameters
    ----------
    name
        A recipe's name, or a FILE.toml: printed with what it leaves out.
    """
    from dataclasses import asdict

    from wildwear.training.recipe_files import load_recipe, to_toml

    recipe = load_recipe(name)
    if not current().json:
        print(to_toml(recipe), end="")  # as it is: what a console makes of texts has no place in a file
    return Report(verb="recipes show", details={"recipe": asdict(recipe)})
