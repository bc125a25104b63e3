"""From candidates (samples without bytes) to a dataset: collapse, split, check for leaks, choose, write.

The pictures stay where they lie until the end and are copied batch by batch; only ids, hashes and labels are held.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wildwear.datasets.settings import SplitSettings
from wildwear.datasets.splitting import (
    SIDES,
    SPLIT_NAMES,
    assign_sides,
    component_keys,
    connected,
    nested_order,
    straddling,
)
from wildwear.errors import LeakError, StorageError, UserError
from wildwear.records import Split
from wildwear.table import Table
from wildwear.tables import SAMPLES

if TYPE_CHECKING:
    import polars as pl

_COPIED_ROWS = 1024
_TOLERANCE = 0.02  # of a side's share

_FILLED_LATER = ("bytes", "width", "height", "dataset", "split", "bag")

CANDIDATES = pa.schema(
    [
        *(field.remove_metadata() for field in SAMPLES.schema if field.name not in _FILLED_LATER),
        pa.field("index", pa.int64()),
    ]
)
"""Samples that may become a dataset; `index` is the row of the table that holds their bytes."""

PLANNED = CANDIDATES.append(pa.field("split", pa.string()))
"""Samples that do, each on its side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The samples of a dataset in order of `sample_id`, and what happened on the way there."""

    rows: pa.Table
    """`PLANNED`."""
    duplicates: int
    """Listings of the same content that agree, beyond the first."""
    contradictions: tuple[str, ...]
    """`source` of listings of the same content whose labels exclude each other; all of them are left out."""
    joined_groups: int
    """Groups that were joined with another one, for an identical or near-duplicate picture."""
    largest_component: int
    """Listings in the largest set that cannot be divided."""
    uneven: bool
    """Whether the sides of an own split are more than `_TOLERANCE` from the shares that were asked for."""
    on_two_sides: Mapping[str, tuple[int, int]]
    """For each thing that must not: how many stand on two sides, and how many listings those have."""

    @property
    def leaks(self) -> Mapping[str, tuple[int, int]]:
        return {what: found for what, found in self.on_two_sides.items() if found[0]}

    @property
    def leaks_in_words(self) -> str:
        return ", ".join(f"{count:,} {what} ({rows:,} samples)" for what, (count, rows) in self.leaks.items())

    def refuse_leaks(self, where: str, remedy: str = "") -> None:
        """Raises `LeakError` if anything stands on two sides."""
        if self.leaks:
            raise LeakError(f"{where}: {self.leaks_in_words} on two sides of the split. {remedy}".rstrip())


def make_plan(candidates: pa.Table, settings: SplitSettings, *, given: bool = False) -> Plan:
    """Plans a dataset of `candidates`; with `given` their `given_split` holds, leaks and all."""
    import polars as pl

    listed, contradictions = _agreeing(_frame(candidates).sort("sample_id", "source", "index"))
    if not listed.height:
        raise UserError("there is nothing to put into the dataset")
    links = _links(listed, settings.near_duplicates)
    component = connected(*links.values())
    keys = component_keys(component, listed["group"].to_list())
    listed = listed.with_columns(component=pl.Series(component))
    if given:
        sides = np.array([SIDES.index(SPLIT_NAMES[side.casefold()]) for side in listed["given_split"]], np.int8)
    else:
        sides = _own_sides(listed, keys, settings)[component]
    kept = _distinct(listed.with_columns(split=pl.Series([SIDES[side].value for side in sides])))
    return Plan(
        rows=_smaller(kept, keys, settings).select(PLANNED.names).to_arrow().cast(PLANNED),
        duplicates=listed.height - kept.height,
        contradictions=tuple(contradictions),
        joined_groups=listed["group"].n_unique() - len(keys),
        largest_component=int(np.bincount(component).max()),
        uneven=not given and _is_uneven(kept["split"], settings),
        on_two_sides={what: straddling(codes, sides) for what, codes in links.items()},
    )


def write_dataset(
    name: str,
    plan: Plan,
    source: Table,
    target: Table,
    progress: Callable[[int], None],
    column: str = "bytes",
) -> list[str]:
    """Replaces `target` by the planned samples in one commit, their bytes taken from that column of `source`.

    Pictures whose bytes are no longer those that their `image_id` was computed from are left out, and named.
    """
    damaged: list[str] = []
    moved: list[int] = []

    def batches() -> Iterator[pa.RecordBatch]:
        for start in range(0, plan.rows.num_rows, _COPIED_ROWS):
            rows = plan.rows.slice(start, _COPIED_ROWS)
            pictures = source.take(rows["index"].to_pylist(), columns=["image_id", column])
            if not pictures["image_id"].equals(rows["image_id"]):
                moved.append(start)
                raise StorageError("other rows than planned")
            ids, stored = pictures["image_id"].to_pylist(), pictures[column].to_pylist()
            whole = [is_whole(image_id, data) for image_id, data in zip(ids, stored, strict=True)]
            damaged.extend(source for source, ok in zip(rows["source"].to_pylist(), whole, strict=True) if not ok)
            yield from _samples(name, rows.filter(whole), pictures[column].filter(pa.array(whole)))
            progress(rows.num_rows)

    try:
        target.replace(batches())
    except StorageError as error:
        if moved:
            raise StorageError(f"{source.path} was changed while its pictures were copied: run this again") from error
        raise
    return damaged


def is_whole(image_id: str, stored: bytes) -> bool:
    """Whether a stored picture's bytes are those that its id names."""
    return hashlib.sha256(stored).hexdigest()[:32] == image_id


def _samples(name: str, rows: pa.Table, pictures: pa.ChunkedArray) -> list[pa.RecordBatch]:
    sizes = [jpeg_size(picture) for picture in pictures.to_pylist()]
    columns = {field: rows[field] for field in rows.column_names}
    columns |= {
        "bytes": pictures,
        "width": pa.array([width for width, _ in sizes], pa.int32()),
        "height": pa.array([height for _, height in sizes], pa.int32()),
        "dataset": pa.array([name] * rows.num_rows, pa.string()),
        "bag": pa.nulls(rows.num_rows, pa.string()),
    }
    table = pa.table({field.name: columns[field.name] for field in SAMPLES.schema})
    return list(table.combine_chunks().to_batches())


def jpeg_size(stored: bytes) -> tuple[int, int]:
    """Width and height of a stored picture."""
    import simplejpeg

    height, width, _, _ = simplejpeg.decode_jpeg_header(stored)
    return width, height


def _frame(rows: pa.Table) -> pl.DataFrame:
    import polars as pl

    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _agreeing(listed: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Listings whose labels agree, with what they agree on; and the sources of those that exclude each other.

    `Pants` and `Jeans` for the same content agree on `Jeans`; `Dress` and `Jeans` on nothing.
    """
    import polars as pl

    again = listed.filter(pl.col("sample_id").is_duplicated())
    common: dict[str, set[str]] = {}
    for one, labels in zip(again["sample_id"], again["labels"].to_list(), strict=True):
        common[one] = common.get(one, set(labels)) & set(labels)
    contradictory = pl.col("sample_id").is_in([one for one, labels in common.items() if not labels])
    agreed = pl.DataFrame(
        {"sample_id": list(common), "agreed": [sorted(labels) for labels in common.values()]},
        schema={"sample_id": pl.String, "agreed": pl.List(pl.String)},
    )
    left = listed.filter(~contradictory).join(agreed, on="sample_id", how="left", maintain_order="left")
    return left.with_columns(labels=pl.coalesce("agreed", "labels")), listed.filter(contradictory)["source"].to_list()


def _links(listed: pl.DataFrame, near_duplicates: int) -> dict[str, NDArray[np.int64]]:
    """What connects samples, as one code a row: rows with the same code must stand on the same side."""
    from wildwear.images.duplicates import near_duplicate_groups

    links = {
        "groups": listed["group"].rank("dense").to_numpy().astype(np.int64),
        "identical pictures": listed["image_id"].rank("dense").to_numpy().astype(np.int64),
    }
    if near_duplicates >= 0:
        links["near-duplicate pictures"] = near_duplicate_groups(listed["phash"].to_numpy(), near_duplicates)
    return links


def _own_sides(listed: pl.DataFrame, keys: list[str], settings: SplitSettings) -> NDArray[np.int8]:
    kept = _distinct(listed)
    return assign_sides(kept["component"].to_numpy(), keys, kept["labels"].to_list(), settings)


def _is_uneven(split: pl.Series, settings: SplitSettings) -> bool:
    val, test = (split.to_list().count(side) / len(split) for side in (Split.VAL, Split.TEST))
    return max(abs(val - settings.val), abs(test - settings.test)) > _TOLERANCE


def _distinct(listed: pl.DataFrame) -> pl.DataFrame:
    return listed.unique("sample_id", keep="first", maintain_order=True)


def _smaller(kept: pl.DataFrame, keys: list[str], settings: SplitSettings) -> pl.DataFrame:
    if settings.size is None:
        return kept
    if settings.size > kept.height:
        raise UserError(f"--size {settings.size}: there are {kept.height} samples in all")
    order = nested_order(kept["component"].to_numpy(), keys, kept["sample_id"].to_list(), settings.seed)
    return kept[np.sort(order[: settings.size])]
