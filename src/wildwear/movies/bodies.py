"""Where on a person things are worn."""

from __future__ import annotations

from collections.abc import Mapping

from wildwear.records import Box, Region

WORN_AT: Mapping[Region, tuple[float, float]] = {
    Region.FULL: (0.12, 0.95),
    Region.UPPER: (0.12, 0.55),
    Region.LOWER: (0.42, 0.95),
}
"""Top and end of the part, as fractions of the height of somebody who is seen from head to foot."""


def part_of(person: Box, region: Region) -> Box:
    """The part of a person's box where things of that region are worn; all of it for what is worn anywhere.

    >>> part_of(Box(x1=0, y1=0, x2=50, y2=100), Region.LOWER).as_tuple()
    (0, 42.0, 50, 95.0)
    """
    top, end = WORN_AT.get(region, (0.0, 1.0))
    height = person.y2 - person.y1
    return Box(x1=person.x1, y1=person.y1 + top * height, x2=person.x2, y2=person.y1 + end * height)
