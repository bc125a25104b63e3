"""Which pictures are still to be fetched, as a table with one row an address."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wildwear.errors import UserError
from wildwear.images.addresses import has_scheme
from wildwear.images.fetch_settings import FetchSettings
from wildwear.tables import IMAGES, LABELS, PRODUCTS
from wildwear.workspace import Workspace

_REFERENCES = pa.schema([("product_id", pa.string()), ("url", pa.string()), ("position", pa.int32())])


def wanted(workspace: Workspace, settings: FetchSettings) -> pa.Table:
    """The pictures to fetch: `url`, and as lists `product_id`, `position`, `image_id` of the products that show it.

    `image_id` is what the `images` table holds now, or null. Hosts are interleaved in proportion, so that every
    stretch of the table asks all of them. Raises `UserError` where there are no products or no labels yet.
    """
    references = _references(workspace, settings)
    stored = workspace.table(IMAGES).read(["product_id", "url", "status", "transient", "image_id"])
    if settings.retry_failed:
        left = _with_stored(references, stored.filter(pc.field("transient")), "inner")
    elif settings.refresh:
        left = _with_stored(references, stored, "left outer")
    else:
        new = references.join(stored, ["product_id", "url"], join_type="left anti")
        left = new.append_column("image_id", pa.nulls(len(new), pa.string()))
    return _interleaved(_one_row_an_address(left))


def host_of(reference: str) -> str:
    """The host and port of an address, for counting; a path in the images folder has the host `(folder)`.

    >>> host_of("https://CDN.example.com/a.jpg"), host_of("m/h/mh01.jpg")
    ('cdn.example.com', '(folder)')
    """
    scheme, _, rest = reference.partition(":")
    if not has_scheme(reference):
        return "(folder)"
    if not rest.startswith("//"):
        return f"({scheme[:20]}:)"
    return re.split("[/?#]", rest[2:], maxsplit=1)[0].rpartition("@")[2].lower()[:100] or f"({scheme[:20]}:)"


def _references(workspace: Workspace, settings: FetchSettings) -> pa.Table:
    """Every (product, address) once, with the position of its first mention."""
    products = workspace.table(PRODUCTS)
    if not products.count():
        raise UserError(f"{workspace.root} holds no products yet: run 'wildwear import FILE' first")
    labelled = None if settings.all_products else _labelled(workspace)
    rows = [batch for batch in _mentions(workspace) if batch.num_rows]
    table = pa.Table.from_batches(rows, schema=_REFERENCES)
    return table if labelled is None else table.filter(pc.is_in(table["product_id"], labelled))


def _labelled(workspace: Workspace) -> pa.Array:
    labels = workspace.table(LABELS).read(["product_id"], where="wins")
    if not labels.num_rows:
        raise UserError(
            f"{workspace.root} holds no labels yet: run 'wildwear label' first, or fetch for every product "
            "with --all-products"
        )
    return pc.unique(labels["product_id"])


def _mentions(workspace: Workspace) -> Iterator[pa.RecordBatch]:
    for batch in workspace.table(PRODUCTS).batches(["product_id", "image_urls", "variants"]):
        rows = [
            (product["product_id"], url, position)
            for product in batch.to_pylist()
            for position, url in enumerate(_urls_of(product))
        ]
        columns = list(zip(*rows, strict=True)) or [(), (), ()]
        yield pa.RecordBatch.from_arrays(
            [pa.array(values, field.type) for values, field in zip(columns, _REFERENCES, strict=True)],
            schema=_REFERENCES,
        )


def _urls_of(product: dict[str, object]) -> list[str]:
    """The product's own pictures, then those of its variants, each once."""
    urls: list[str] = list(product["image_urls"] or ())  # type: ignore[call-overload]
    for variant in product["variants"] or ():  # type: ignore[attr-defined]
        urls += variant["image_urls"] or ()
    return list(dict.fromkeys(url for url in urls if url))


def _with_stored(references: pa.Table, stored: pa.Table, how: str) -> pa.Table:
    kept = stored.select(["product_id", "url", "image_id"])
    return references.join(kept, ["product_id", "url"], join_type=how)


def _one_row_an_address(references: pa.Table) -> pa.Table:
    ordered = references.sort_by([("url", "ascending"), ("product_id", "ascending")])
    grouped = ordered.group_by("url", use_threads=False).aggregate(
        [("product_id", "list"), ("position", "list"), ("image_id", "list")]
    )
    return grouped.select(["url", "product_id_list", "position_list", "image_id_list"]).rename_columns(
        ["url", "product_id", "position", "image_id"]
    )


def _interleaved(addresses: pa.Table) -> pa.Table:
    """Orders the rows by how far each is through the rows of its own host."""
    hosts = pa.array([host_of(url) for url in addresses["url"].to_pylist()], pa.string()).dictionary_encode()
    codes = np.asarray(hosts.indices)
    order = np.argsort(codes, kind="stable")
    counts = np.bincount(codes, minlength=1)
    starts = np.cumsum(counts) - counts
    rank = np.empty(len(codes))
    rank[order] = np.arange(len(codes)) - starts[codes[order]]
    return addresses.take(np.argsort((rank + 0.5) / np.maximum(counts, 1)[codes], kind="stable"))
