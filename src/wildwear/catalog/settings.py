"""What an import can be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from cyclopts import Parameter

from wildwear.errors import UserError

Format = Literal["auto", "magento", "shopify", "merchant", "abo", "amazon_reviews", "table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSettings:
    """Which files are read, and how."""

    files: Annotated[tuple[str, ...], Parameter(parse=False)] = ()
    """Files, glob patterns, or addresses such as `s3://bucket/*.parquet`."""
    format: Format = "auto"
    """Whose export it is; auto goes by the names of the columns, or of the elements of a feed. merchant is a Google
    Merchant feed (XML or TSV), abo Amazon Berkeley Objects, amazon_reviews the items of Amazon Reviews 2023, and table
    any other with a row a product."""
    images: str | None = None
    """Where the pictures lie that the catalogue names by a path: a folder, or the start of their http(s) address."""
    column: Annotated[tuple[str, ...], Parameter(negative="")] = ()
    """What a column holds, as ROLE=COLUMN: id, group, title, description, brand, category, images, attributes or
    attribute.NAME. Repeat the flag for more, or for several columns of one role; 'ROLE=' takes a guess back."""
    encoding: str = "utf-8"
    """How text files are encoded, such as cp1252."""
    max_rows: int = 20_000_000
    """A file with more rows is refused."""
    max_bytes: int = 32 * 2**30
    """A file with more bytes, after decompression, is refused."""
    max_cell: int = 1_000_000
    """A row with a longer cell (in characters) is refused."""
    batch_rows: int = 20_000
    """So many rows are committed at a time."""

    def __post_init__(self) -> None:
        for name in ("max_rows", "max_bytes", "max_cell", "batch_rows"):
            if getattr(self, name) < 1:
                raise UserError(f"--{name.replace('_', '-')} must be at least 1, and is {getattr(self, name)}")
