"""What is inspected: each picture, or box of one, once, whatever the rows that show it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wildwear.crops import crop_ids
from wildwear.decisions import CATALOGUE
from wildwear.embedding import STORED
from wildwear.errors import UserError
from wildwear.table import Snapshot, Table
from wildwear.tables import IMAGES, LABELS, PRODUCTS
from wildwear.taxonomy import Taxonomy
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Pictures in order of `crops`, as parallel columns of length N."""

    name: str
    """`catalogue`, or the name of a dataset."""
    table: Table
    where: str
    """Which rows of the table hold pictures."""
    pictures: Snapshot
    crops: pa.Array
    """What a decision or a vector goes by; sorted, each once."""
    place: NDArray[np.int64]
    """Where in `pictures` its picture lies."""
    labels: pa.Array
    """Lists of the names that its rows give it, sorted; empty for one without a label."""
    group: NDArray[np.int64]
    """A number for each product, sender or photograph that a split keeps whole; the first that shows it."""
    owners: pa.Array
    """Lists of the numbers of all of them that show this picture."""
    phash: NDArray[np.uint64]
    split: pa.Array
    """The side of a dataset; null in the catalogue."""

    def __len__(self) -> int:
        return len(self.place)

    @property
    def is_catalogue(self) -> bool:
        return self.name == CATALOGUE

    @property
    def shown(self) -> NDArray[np.int64]:
        """M × 2: a picture's row, and the number of one that shows it."""
        columns = pc.list_parent_indices(self.owners), self.owners.flatten()
        return np.stack([np.asarray(column.to_numpy(), np.int64) for column in columns], axis=1)

    @property
    def images(self) -> pa.Array:
        """The id of the picture of each, whatever box in it is meant."""
        return pc.list_element(pc.split_pattern(self.crops, "@", max_splits=1), 0)

    @property
    def whole(self) -> Table:
        """The table, for readers that are to look at its pictures whole and not at the boxes in them."""
        fields = tuple(field for field in self.table.spec.fields if field.name != "box")
        return replace(self.table, spec=replace(self.table.spec, fields=fields))

    def rows(self, rows: NDArray[np.int64]) -> Self:
        """Those pictures alone, in that order."""
        columns = {name: getattr(self, name)[rows] for name in ("place", "group", "phash")}
        taken = {name: getattr(self, name).take(pa.array(rows)) for name in ("crops", "labels", "owners", "split")}
        return replace(self, **columns, **taken)

    def read(self, rows: NDArray[np.int64]) -> list[bytes]:
        """The stored JPEGs of those pictures."""
        if not len(rows):
            return []
        stored: list[bytes] = self.pictures.take(self.place[rows].tolist(), ["bytes"])["bytes"].to_pylist()
        return stored

    def label_sets(self, taxonomy: Taxonomy) -> tuple[list[str], NDArray[np.bool_]]:
        """The C categories that occur, umbrellas expanded, and N × C: which are right for each picture."""
        names = self.labels.values.unique().to_pylist()
        meant = {name: taxonomy.expand(name) if _known(name, taxonomy) else frozenset({name}) for name in names}
        found = frozenset().union(*meant.values())
        classes = [name for name in taxonomy.names if name in found] + sorted(found - set(taxonomy.names))
        column = {name: number for number, name in enumerate(classes)}
        matrix = np.zeros((len(self), len(classes)), bool)
        for row, given in enumerate(self.labels.to_pylist()):
            matrix[row, [column[name] for one in given for name in meant[one]]] = True
        return classes, matrix


def open_collection(workspace: Workspace, on: str | None) -> Collection:
    """The catalogue's stored pictures with their products' labels, or the samples of dataset `on`.

    Raises `UnknownName` for a dataset that is not there, and `UserError` where there are no pictures yet.
    """
    return _catalogue(workspace) if on is None else _dataset(workspace, on)


def _catalogue(workspace: Workspace) -> Collection:
    import polars as pl

    table = workspace.table(IMAGES)
    if not table.count(STORED):
        raise UserError(f"{workspace.root} has no pictures yet: run 'wildwear fetch' first")
    pictures = table.snapshot()
    rows = pl.DataFrame(table.read(["product_id", "image_id", "phash", "status"])).with_row_index("place")
    products = pl.DataFrame(workspace.table(PRODUCTS).read(["product_id", "group_id"]))
    claims = pl.DataFrame(workspace.table(LABELS).read(["product_id", "category"], "wins = true"))
    frame = (
        rows.filter(pl.col("status") == "ok")
        .join(products, on="product_id", how="left", maintain_order="left")
        .join(claims.group_by("product_id").agg(labels="category"), on="product_id", how="left", maintain_order="left")
        .select(
            "place",
            "phash",
            crop="image_id",
            labels=pl.col("labels").fill_null([]),
            group=pl.coalesce("group_id", "product_id"),
            split=pl.lit(None, pl.String),
        )
    )
    return _collected(CATALOGUE, table, STORED, pictures, frame)


def _dataset(workspace: Workspace, name: str) -> Collection:
    import polars as pl

    table = workspace.dataset(name)
    if not table.count():
        raise UserError(f"dataset {name} has no samples: make it again with 'split' or 'dataset import'")
    if name == CATALOGUE:
        raise UserError(f"a dataset named {name!r} cannot be inspected: that names the catalogue's own pictures")
    pictures = table.snapshot()
    rows = table.read(["image_id", "box", "phash", "labels", "group", "split"])
    columns = {column: pl.Series(rows[column]) for column in ("phash", "labels", "group", "split")}
    frame = pl.DataFrame({"crop": pl.Series(crop_ids(rows), dtype=pl.String), **columns}).with_row_index("place")
    return _collected(name, table, "true", pictures, frame)


def _collected(name: str, table: Table, where: str, pictures: Snapshot, frame: pl.DataFrame) -> Collection:
    import polars as pl

    once = (
        frame.with_columns(pl.col("group").rank("dense").cast(pl.Int64))
        .group_by("crop")
        .agg(
            pl.col("place", "phash", "split").first(),
            labels=pl.col("labels").explode().drop_nulls().unique().sort(),
            group=pl.col("group").min(),
            owners=pl.col("group").unique().sort(),
        )
        .sort("crop")
    )
    return Collection(
        name=name,
        table=table,
        where=where,
        pictures=pictures,
        crops=once["crop"].to_arrow().cast(pa.string()),
        place=once["place"].cast(pl.Int64).to_numpy(),
        labels=once["labels"].to_arrow().cast(pa.list_(pa.string())),
        group=once["group"].to_numpy(),
        owners=once["owners"].to_arrow().cast(pa.list_(pa.int64())),
        phash=once["phash"].cast(pl.UInt64).to_numpy(),
        split=once["split"].to_arrow().cast(pa.string()),
    )


def _known(name: str, taxonomy: Taxonomy) -> bool:
    return name in taxonomy.umbrellas or name in taxonomy.categories
