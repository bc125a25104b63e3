"""The texts that a query's fields name, as columns of strings."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wildwear.queries.fold import fold

_COLUMN_OF = {"category": "category_path", "attribute": "attributes"}
_APART = "  "
"""Between several values of one field: two separators, which no phrase spans."""


def columns_for(fields: Iterable[str]) -> list[str]:
    """The columns of `tables.PRODUCTS` that hold these fields."""
    bases = (field.partition(".")[0] for field in fields)
    return sorted({_COLUMN_OF.get(base, base) for base in bases})


def field_texts(batch: pa.RecordBatch, field: str) -> pa.Array:
    """One text a row of a batch of products; several values (paths, attributes) are joined."""
    base, _, attribute = field.partition(".")
    column = batch.column(_COLUMN_OF.get(base, base))
    if base == "category":
        return pc.binary_join(column.cast(pa.list_(pa.string())), _APART)
    if base == "attribute":
        return _attribute_texts(column, attribute)
    return column


def _attribute_texts(column: pa.Array, attribute: str) -> pa.Array:
    """The values of the attribute of that name (of all, for an empty one), however its name is spelt."""
    pairs = column.flatten()
    names, values = pairs.field("name"), pairs.field("value").cast(pa.string())
    wanted = fold(attribute).strip()
    keep = np.array([not wanted or fold(name or "").strip() == wanted for name in names.to_pylist()], bool)
    lengths = np.asarray(pc.fill_null(pc.list_value_length(column), 0), np.int64)
    ends = np.concatenate([[0], np.cumsum(lengths)])
    kept_before = np.concatenate([[0], np.cumsum(keep)])
    offsets = pa.array(kept_before[ends], pa.int32())
    kept = pc.fill_null(values.filter(pa.array(keep)), "")
    return pc.binary_join(pa.ListArray.from_arrays(offsets, kept), _APART)
