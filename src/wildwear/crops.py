"""How what is looked at is named: a stored picture, or a box in one. Vectors and decisions are filed under it."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa


def crop_id(image_id: str, box: Sequence[float] | None) -> str:
    """What a vector is filed under: the picture, or the picture and a box in it.

    >>> crop_id("ab12", [3.0, 4.5, 100.0, 200.0])
    'ab12@3,4.5,100,200'
    """
    return image_id if box is None else f"{image_id}@{','.join(f'{corner:g}' for corner in box)}"


def box_in(crop: str) -> tuple[float, ...] | None:
    """The box that a crop id names, None for a whole picture.

    >>> box_in("ab12@3,4.5,100,200"), box_in("ab12")
    ((3.0, 4.5, 100.0, 200.0), None)
    """
    _, at, corners = crop.partition("@")
    return tuple(float(corner) for corner in corners.split(",")) if at else None


def crop_ids(rows: pa.Table) -> list[str]:
    """The crop id of each row of a dataset or of the images table."""
    images = rows["image_id"].to_pylist()
    boxes = rows["box"].to_pylist() if "box" in rows.column_names else [None] * len(images)
    return [crop_id(image, box) for image, box in zip(images, boxes, strict=True)]
