"""Which pictures are still to be fetched, as a table with one row an address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa

from wildwear.errors import UserError
from wildwear.images.addresses import has_scheme
from wildwear.images.fetch_settings import FetchSettings
from wildwear.tables import IMAGES, LABELS, PRODUCTS
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    import polars as pl

_KEY = ["product_id", "url"]
_HOST = r"^[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)"


def wanted(workspace: Workspace, settings: FetchSettings) -> pa.Table:
    """The pictures to fetch: `url`, and as lists `product_id`, `position`, `image_id` of the products that show it.

    `image_id` is what the `images` table holds now, or null. Hosts are interleaved in proportion, so that every
    stretch of the table asks all of them. Raises `UserError` where there are no products or no labels yet.
    """
    import polars as pl

    references = _references(workspace, settings)
    stored = _frame(workspace.table(IMAGES).read([*_KEY, "status", "transient", "image_id"]))
    if settings.retry_failed:
        left = references.join(stored.filter(pl.col("transient")), on=_KEY)
    elif settings.refresh:
        left = references.join(stored, on=_KEY, how="left")
    else:
        left = references.join(stored, on=_KEY, how="anti").with_columns(image_id=pl.lit(None, pl.String))
    addresses = left.sort(_KEY).group_by("url", maintain_order=True).agg("product_id", "position", "image_id")
    return _interleaved(addresses).to_arrow()


def count_hosts(addresses: pa.Table) -> int:
    """How many hosts a table as `wanted` makes it has; the images folder counts as one."""
    return int(_frame(addresses.select(["url"]))["url"].str.extract(_HOST).n_unique())


def count_unlabelled(workspace: Workspace) -> int:
    """How many products hold no label."""
    return workspace.table(PRODUCTS).count() - len(_labelled(workspace))


def host_of(reference: str) -> str:
    """The host and port of an address, for counting; a path in the images folder has the host `(folder)`.

    >>> host_of("https://CDN.example.com/a.jpg"), host_of("m/h/mh01.jpg")
    ('cdn.example.com', '(folder)')
    """
    if not has_scheme(reference):
        return "(folder)"
    found = re.match(_HOST, reference.strip())
    host = found[1].rpartition("@")[2].lower()[:100] if found else ""
    return host or f"({reference.partition(':')[0][:20]}:)"


def _references(workspace: Workspace, settings: FetchSettings) -> pl.DataFrame:
    """Every (product, address) once: the product's own pictures by their position, then those of its variants."""
    import polars as pl

    products = workspace.table(PRODUCTS)
    if not products.count():
        raise UserError(f"{workspace.root} holds no products yet: run 'wildwear import FILE' first")
    labelled = None if settings.all_products else _labelled(workspace)
    none = pl.lit([], pl.List(pl.String))
    of_variants = pl.col("variants").list.eval(pl.element().struct.field("image_urls").explode())
    frame = (
        _frame(products.read(["product_id", "image_urls", "variants"]))
        .lazy()
        .filter(pl.lit(True) if labelled is None else pl.col("product_id").is_in(labelled.implode()))
        .select("product_id", url=pl.col("image_urls").fill_null(none).list.concat(of_variants.fill_null(none)))
        .with_columns(pl.col("url").list.drop_nulls().list.unique(maintain_order=True))
        .with_columns(position=pl.int_ranges(pl.col("url").list.len(), dtype=pl.Int32))
        .explode("url", "position")
        .filter(pl.col("url").str.len_bytes() > 0)
    )
    return frame.collect()


def _labelled(workspace: Workspace) -> pl.Series:
    labels = _frame(workspace.table(LABELS).read(["product_id"], where="wins"))
    if not len(labels):
        raise UserError(
            f"{workspace.root} holds no labels yet: run 'wildwear label' first, or fetch for every product "
            "with --all-products"
        )
    return labels["product_id"].unique()


def _interleaved(addresses: pl.DataFrame) -> pl.DataFrame:
    """Orders the rows by how far each is through the rows of its own host."""
    import polars as pl

    host = pl.col("url").str.extract(_HOST).fill_null("")
    through = (pl.int_range(pl.len()).over(host) + 0.5) / pl.len().over(host)
    return addresses.sort(through, maintain_order=True)


def _frame(table: pa.Table) -> pl.DataFrame:
    import polars as pl

    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame
