"""Colours of pictures that are drawn on: one a region, and those of what is written."""

from __future__ import annotations

from wildwear.records import Region

COLOURS = {
    Region.UPPER: (86, 156, 232),
    Region.LOWER: (240, 164, 64),
    Region.FULL: (190, 132, 226),
    Region.ACCESSORY: (104, 192, 138),
}
GROUND, TEXT, FAINT, TRACK = (22, 23, 27), (244, 244, 246), (152, 154, 162), (52, 54, 61)
