"""`wildwear label`."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import App, Parameter

from wildwear.cli.session import current
from wildwear.queries.settings import LabelSettings
from wildwear.records import Report

app = App(name="label", help_epilogue="Example: wildwear -w shop label --explain Jeans")


@app.default
def label(*, settings: Annotated[LabelSettings, Parameter(name="*", negative="")] = LabelSettings()) -> Report:
    """Give every product the categories whose queries its texts match, and decide between several.

    A query is made of words, "phrases", scopes (title:, description:, category:, brand:, attribute.material:),
    & and | and ! and parentheses; words stand for their plurals and spellings too. The labels are replaced whole.
    """
    from wildwear.cli.output import progress
    from wildwear.queries.stage import label as run
    from wildwear.tables import PRODUCTS

    workspace = current().open()
    with progress("labelling", workspace.table(PRODUCTS).count()) as advance:
        report = run(workspace, settings, advance)
    _show(report, settings)
    return report


def _show(report: Report, settings: LabelSettings) -> None:
    from wildwear.cli.output import print_table, say

    details: Any = report.details
    if settings.explain is not None:
        say(f"{details['category']}: {details['query']}")
        say(f"({len(details['minus'])} minus-terms)\n")
        print_table(["word that decided", "products"], list(details["words"].items()), "Words")
        _show_samples(details["samples"])
    elif settings.diff:
        print_table(["category", "before", "after", "gained", "lost"], details["changes"], "Changes")
        print_table(["from", "to", "products"], details["moves"], "Moved")
        _show_samples(details["samples"])
    else:
        shares = [(name, count) for name, count in details["categories"].items() if count]
        print_table(["category", "products"], shares, "Labels")


def _show_samples(samples: dict[str, list[dict[str, Any]]]) -> None:
    """Products by kind, the words that decided in bold."""
    from rich.text import Text

    from wildwear.cli.output import console

    if current().json:
        return
    for kind, products in samples.items():
        console().print(Text(f"\n{kind}", style="bold underline"))
        for product in products:
            line = Text(f"  {product['product_id']}  ")
            excerpt = Text(product["excerpt"])
            for start, end in product["highlights"]:
                excerpt.stylize("bold green", start, end)
            console().print(line + excerpt)
            console().print(Text(f"      {product['why']}", style="dim"))
