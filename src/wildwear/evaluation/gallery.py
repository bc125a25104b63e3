"""Small pictures of single samples, to lie inside a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wildwear.images.thumbnail import data_address
from wildwear.table import Table


def pictures_of(table: Table, sample_ids: Iterable[str], *, boxes: bool = True) -> Mapping[str, str]:
    """`data:` addresses of JPEGs, at most 180 pixels high and wide, of samples: what lies in their box, or all."""
    wanted = ", ".join(f"'{one}'" for one in sorted(sample_ids))
    if not wanted:
        return {}
    rows = table.read(["sample_id", "bytes", "box"], f"sample_id IN ({wanted})").to_pylist()
    drawn = ((row["sample_id"], data_address(row["bytes"], row["box"] if boxes else None)) for row in rows)
    return {one: address for one, address in drawn if address}
