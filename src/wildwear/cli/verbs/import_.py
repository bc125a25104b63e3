"""`wildwear import`."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from wildwear.catalog.settings import ImportSettings
from wildwear.cli.session import current
from wildwear.records import Report

if TYPE_CHECKING:
    from wildwear.catalog.importing import Preview
    from wildwear.records import Product

app = App(
    name="import",
    help_epilogue="""Example: wildwear -w shop import export/*.csv --images media --column title=name

Shopify: wildwear -w shop import products_export_*.csv

Google Merchant: wildwear -w shop import feed.xml

Amazon Berkeley Objects: wildwear -w abo import 'listings_*.json.gz' images.csv.gz --images images/small

Amazon Reviews 2023: wildwear -w amazon import meta_Clothing_Shoes_and_Jewelry.jsonl.gz
""",
)
_DEFAULTS = ImportSettings()
_SHOWN = 160


@app.default
def import_(
    *files: Annotated[str, Parameter(name="FILE", negative="")],
    settings: Annotated[ImportSettings, Parameter(name="*")] = _DEFAULTS,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
) -> Report:
    """Read products from a shop's export: Magento, Shopify, a Google Merchant feed (XML or TSV), Amazon Berkeley
    Objects, Amazon Reviews 2023, or any CSV, TSV, JSON Lines or Parquet table.

    The format is recognised by what is in a file. Variants fold into their parent, HTML becomes text. Products that are
    there already are updated.

    Parameters
    ----------
    files
        Files or patterns, such as 'export/*.csv', here or at s3:// and other addresses.
    dry_run
        Show the format, which column is taken for what and the first three products, and write nothing.
    """
    from wildwear.catalog.importing import import_catalog, preview_import
    from wildwear.cli.output import progress

    settings = replace(settings, files=files)
    if dry_run:
        return _show(preview_import(settings))
    workspace = current().open()
    with progress("rows") as advance:
        return import_catalog(workspace, settings, advance)


def _show(preview: Preview) -> Report:
    from wildwear.cli.output import print_table

    for plan in preview.plans:
        mapping = [(role, ", ".join(names)) for role, names in plan.columns.items()]
        print_table(("what", "from column"), mapping, title=f"{plan.source.name} (format {plan.importer.name})")
    for product in preview.products:
        print_table((f"\n{product.product_id}", ""), _facts(product))
    return Report(
        verb="import",
        notes=("nothing was written; leave --dry-run out to import",),
        details={
            "files": {
                plan.source.name: {"format": plan.importer.name, "columns": plan.columns} for plan in preview.plans
            },
            "products": [asdict(product) for product in preview.products],
        },
    )


def _facts(product: Product) -> list[tuple[str, str]]:
    facts = {
        "title": product.title,
        "description": product.description,
        "brand": product.brand,
        "category": "; ".join(product.category_path),
        "attributes": ", ".join(f"{name}={value}" for name, value in product.attributes.items()),
        "pictures": f"{len(product.image_urls)}: {', '.join(product.image_urls)}",
        "variants": f"{len(product.variants)}: {', '.join(one.product_id for one in product.variants)}",
    }
    return [(name, text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}...") for name, text in facts.items() if text]
