"""A part of a dataset's side: whole groups in an order drawn by a seed, so that a smaller part lies in a larger one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wildwear.datasets.splitting import nested_order
from wildwear.errors import UserError
from wildwear.table import Table


def nested_subset(groups: Sequence[str], ids: Sequence[str], samples: int, seed: int) -> NDArray[np.int64]:
    """Rows, ascending, of the groups that come first by `seed`: as many as bring the count nearest to `samples`.

    At least one group is taken. For one seed the subset of a smaller count lies in that of a larger one, and
    nothing depends on the order of rows.

    >>> groups = ["a", "a", "b", "c", "c", "c"]
    >>> [len(nested_subset(groups, list("123456"), samples, seed=0)) for samples in (1, 3, 6)]
    [3, 3, 6]
    """
    names, component = np.unique(np.array(groups, dtype=np.str_), return_inverse=True)
    order = nested_order(component, names.tolist(), ids, seed)
    ends = 1 + np.flatnonzero(np.diff(component[order], append=-1))
    return np.sort(order[: ends[np.argmin(np.abs(ends - samples))]])


def subset_where(table: Table, side: str, samples: int, seed: int) -> str:
    """The SQL condition for a nested subset of one side; raises `UserError` where the side holds less."""
    rows = table.read(["sample_id", "group"], side)
    if samples > rows.num_rows:
        raise UserError(f"{table.path.stem}@{samples}: there are {rows.num_rows:,} samples where {side}")
    ids = rows["sample_id"].to_pylist()
    chosen = nested_subset(rows["group"].to_pylist(), ids, samples, seed)
    quoted = ", ".join(f"'{ids[row]}'" for row in chosen.tolist())
    return f"{side} AND sample_id IN ({quoted})"


def positions(table: Table, where: str) -> NDArray[np.int64]:
    """Where in the table (in stored order) the rows stand that an SQL condition holds for, ascending."""
    import pyarrow.compute as pc

    chosen, every = (table.read(["sample_id"], which)["sample_id"] for which in (where, None))
    return np.flatnonzero(pc.is_in(every, value_set=chosen.combine_chunks()).to_numpy())
