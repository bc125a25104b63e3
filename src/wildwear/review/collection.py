"""What is reviewed, in columns: one number an item, whatever its picture, label and neighbours.

Names are held once and items as codes, so that a million items are a few dozen megabytes. Pictures and texts stay in
the tables, and are read by position from versions that stay open.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wildwear.crops import crop_ids
from wildwear.decisions import CATALOGUE
from wildwear.embedding import STORED
from wildwear.errors import UserError
from wildwear.review.pictures import Pictures
from wildwear.table import Table
from wildwear.tables import IMAGES, INSPECTIONS, LABELS, PRODUCTS
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    import polars as pl

Ints = NDArray[np.int32]

_SEARCH_STEPS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """A column of repeated texts."""

    names: pa.Array
    """The distinct texts, sorted."""
    codes: Ints
    """Which of them each item has; -1 none."""

    def of(self, item: int) -> str | None:
        """The text of an item."""
        code = int(self.codes[item])
        return None if code < 0 else str(self.names[code].as_py())

    def code(self, name: str) -> int:
        """The code of a text, -1 where no item has it."""
        return int(pc.index(self.names, name).as_py())

    def find(self, texts: pa.ChunkedArray | pa.Array) -> NDArray[np.int64]:
        """The code of each text, -1 for one that no item has; a few among a million are searched one by one."""
        if len(texts) * _SEARCH_STEPS < len(self.names):
            return np.array([self._search(text) for text in texts.to_pylist()], np.int64)
        codes = pc.index_in(texts, value_set=self.names, skip_nulls=True)
        return np.asarray(pc.fill_null(codes, -1).to_numpy(), np.int64)

    def _search(self, text: str | None) -> int:
        if text is None:
            return -1
        place = bisect_left(self.names, text, key=lambda held: held.as_py())
        return place if place < len(self.names) and self.names[place].as_py() == text else -1

    def counts(self) -> dict[str, int]:
        """How many items have each."""
        counted = np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))
        return dict(zip(self.names.to_pylist(), counted.tolist(), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """The items under review, numbered from 0 in the order in which their pictures are stored."""

    name: str
    kind: Literal["catalogue", "dataset"]
    pictures: Pictures
    crop: Names
    """What decisions go by."""
    label: Names
    """Its label; the names of a set are joined with `|`; -1 for a picture that no query labels."""
    product: Names
    """Whose picture it is (catalogue only)."""
    main: NDArray[np.int64]
    """By product code, the item with the product's main picture."""
    source: Names
    """The file that its product came from; of a dataset, the side of the split."""
    mode: Names
    guess: Names
    suspicion: NDArray[np.float32]
    """0 to 1; NaN where `inspect` has not judged it, or judged another label than it has now."""
    look_alike: NDArray[np.int64]
    """The group of near-duplicates; -1 alone."""
    inspected: bool

    def __len__(self) -> int:
        return len(self.label.codes)

    @property
    def categories(self) -> list[str]:
        """Every category that some label names, sorted."""
        return sorted({name for label in self.label.names.to_pylist() for name in label.split("|")})

    def labels_with(self, category: str) -> NDArray[np.bool_]:
        """Which labels hold a category, by label code; the entry at -1 (no label) is False."""
        held = [category in label.split("|") for label in self.label.names.to_pylist()]
        return np.array([*held, False])

    def of_products(self, product_ids: Sequence[str]) -> list[int | None]:
        """The item with the main picture of each product, None for one without a picture."""
        codes = self.product.find(pa.array(product_ids, pa.string()))
        return [None if code < 0 else int(self.main[code]) for code in codes.tolist()]


def open_collection(workspace: Workspace, on: str | None) -> Collection:
    """Reads the columns of the catalogue's pictures, or of dataset `on`.

    Raises `UnknownName` for a dataset that is not there, and `UserError` where there are no pictures yet.
    """
    return _dataset(workspace, on) if on is not None else _catalogue(workspace)


def _catalogue(workspace: Workspace) -> Collection:
    import polars as pl

    images = workspace.table(IMAGES)
    if not images.count(STORED):
        raise UserError(f"{workspace.root} has no pictures yet: run 'wildwear fetch' first")
    stored = pl.DataFrame(images.read(["product_id", "position", "image_id", "status"])).with_row_index("place")
    products = pl.DataFrame(workspace.table(PRODUCTS).read(["product_id", "source"]))
    claims = pl.DataFrame(workspace.table(LABELS).read(["product_id", "category"], "wins = true"))
    labels = claims.rename({"category": "label"})
    if claims["product_id"].is_duplicated().any():
        labels = claims.group_by("product_id").agg(label=pl.col("category").unique().sort().str.join("|"))
    frame = (
        stored.filter(pl.col("status") == "ok")
        .rename({"image_id": "crop_id"})
        .join(products, on="product_id", how="left", maintain_order="left")
        .join(labels, on="product_id", how="left", maintain_order="left")
    )
    return _collected(workspace, CATALOGUE, "catalogue", images, frame)


def _dataset(workspace: Workspace, name: str) -> Collection:
    import polars as pl

    table = workspace.dataset(name)
    if not table.count():
        raise UserError(f"dataset {name} has no samples: make it again with 'split' or 'dataset import'")
    rows = table.read(["image_id", "box", "labels", "split"])
    whole = rows["box"].null_count == rows.num_rows
    frame = pl.DataFrame(
        {
            "crop_id": pl.Series(rows["image_id"] if whole else crop_ids(rows), dtype=pl.String),
            "product_id": pl.Series(pa.nulls(rows.num_rows, pa.string())),
            "position": pl.Series(pa.nulls(rows.num_rows, pa.int32())),
            "label": pl.Series(rows["labels"]).list.sort().list.join("|").replace("", None),
            "source": pl.Series(rows["split"]),
        }
    ).with_row_index("place")
    return _collected(workspace, name, "dataset", table, frame)


def _collected(
    workspace: Workspace,
    name: str,
    kind: Literal["catalogue", "dataset"],
    table: Table,
    frame: pl.DataFrame,
) -> Collection:
    import polars as pl

    columns = ["crop_id", "category", "mode", "suspicion", "guess", "look_alike"]
    quoted = name.replace("'", "''")
    inspected = pl.DataFrame(workspace.table(INSPECTIONS).read(columns, f"collection = '{quoted}'"))
    frame = frame.join(inspected, on="crop_id", how="left", maintain_order="left")
    judged = pl.col("category").replace(_sorted_sets(inspected["category"]))
    frame = frame.with_columns(suspicion=pl.when(judged == pl.col("label")).then("suspicion"))
    crop, product = _names(frame["crop_id"]), _names(frame["product_id"])
    return Collection(
        name=name,
        kind=kind,
        pictures=Pictures(table, crop.names, crop.codes, frame["place"].to_numpy().astype(np.int64)),
        crop=crop,
        label=_names(frame["label"]),
        product=product,
        main=_main(product, frame["position"].fill_null(0).to_numpy()),
        source=_names(frame["source"]),
        mode=_names(frame["mode"]),
        guess=_names(frame["guess"]),
        suspicion=frame["suspicion"].fill_null(float("nan")).to_numpy().astype(np.float32),
        look_alike=frame["look_alike"].fill_null(-1).to_numpy().astype(np.int64),
        inspected=bool(inspected.height),
    )


def _main(product: Names, positions: NDArray[np.int32]) -> NDArray[np.int64]:
    order = np.lexsort((positions, product.codes))
    codes, first = np.unique(product.codes[order], return_index=True)
    return order[first][codes >= 0]


def _sorted_sets(labels: pl.Series) -> dict[str, str]:
    """The sets among those labels with their names in order."""
    return {one: "|".join(sorted(one.split("|"))) for one in labels.unique() if one and "|" in one}


def _names(column: pl.Series) -> Names:
    encoded = pc.dictionary_encode(column.to_arrow())
    order = pc.array_sort_indices(encoded.dictionary)
    code = np.full(len(order) + 1, -1, np.int32)  # one more, for what has no text
    code[order.to_numpy()] = np.arange(len(order))
    indices = pc.fill_null(encoded.indices, len(order)).to_numpy(zero_copy_only=False)
    return Names(names=encoded.dictionary.take(order), codes=code[indices])
