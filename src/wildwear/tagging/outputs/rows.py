"""Rows of CSV that open in a spreadsheet without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from wildwear.records import Region
from wildwear.tagging.tags import Outfit, Score

OUTFIT_COLUMNS = tuple(name for region in Region for name in (region.value, f"{region.value}_score"))
_FORMULA_STARTS = tuple("=+-@\t\r")


def csv_line(cells: Sequence[object]) -> str:
    """One row; text that a spreadsheet would run as a formula gets an apostrophe in front, which makes it text.

    >>> csv_line(["=1+1", -1])
    "'=1+1,-1\\r\\n"
    """
    line = io.StringIO(newline="")
    csv.writer(line).writerow([_safe(cell) for cell in cells])
    return line.getvalue()


def outfit_cells(outfit: Outfit) -> list[object]:
    """What belongs under `OUTFIT_COLUMNS`."""
    worn = {score.region: score for score in outfit.garments}
    return [
        cell
        for region in Region
        for cell in ((worn[region].category, round(worn[region].score, 4)) if region in worn else ("", ""))
    ]


def top_columns(count: int) -> list[str]:
    return [name for rank in range(1, count + 1) for name in (f"category_{rank}", f"score_{rank}")]


def top_cells(top: Sequence[Score], count: int) -> list[object]:
    """What belongs under `top_columns(count)`."""
    cells: list[object] = [cell for score in top[:count] for cell in (score.category, round(score.score, 4))]
    return cells + [""] * (2 * count - len(cells))


def _safe(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
