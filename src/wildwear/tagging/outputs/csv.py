"""CSV: one row a photograph, or one a box; opens in a spreadsheet without running anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from wildwear.records import Region
from wildwear.tagging.outputs.base import Entry, TextFile
from wildwear.tagging.tags import FailedPhoto, Outfit, Score

_FORMULA_STARTS = tuple("=+-@\t\r")


class CsvOutput:
    """The columns do not depend on what is found, so that files of several runs can be joined."""

    view_side = 0

    def __init__(self, path: Path | None, top: int) -> None:
        self._file = TextFile(path)
        self._top = top

    def begin(self) -> None:
        self._file.open()
        regions = [name for region in Region for name in (region.value, f"{region.value}_score")]
        top = [name for rank in range(1, self._top + 1) for name in (f"category_{rank}", f"score_{rank}")]
        self._row(["photo", "status", "reason", *regions, "x1", "y1", "x2", "y2", "given", *top])

    def write(self, entry: Entry) -> None:
        outcome = entry.outcome
        if isinstance(outcome, FailedPhoto):
            blank = [""] * (2 * len(Region) + 5 + 2 * self._top)
            self._row([outcome.path, "failed", outcome.reason, *blank])
            return
        head = [outcome.path, "ok", "", *_outfit_cells(outcome.outfit)]
        for box in outcome.boxes:
            self._row([*head, *box.box.as_tuple(), box.given, *self._top_cells(box.top)])
        if not outcome.boxes:
            self._row([*head, "", "", "", "", "", *self._top_cells(outcome.top)])

    def close(self, *, whole: bool = True) -> None:
        self._file.close(whole=whole)

    def _top_cells(self, top: Sequence[Score]) -> list[object]:
        cells: list[object] = [cell for score in top for cell in (score.category, round(score.score, 4))]
        return cells + [""] * (2 * self._top - len(cells))

    def _row(self, cells: Sequence[object]) -> None:
        line = io.StringIO(newline="")
        csv.writer(line).writerow([_safe(cell) for cell in cells])
        self._file.write(line.getvalue())


def _outfit_cells(outfit: Outfit) -> list[object]:
    worn = {score.region: score for score in outfit.garments}
    return [
        cell
        for region in Region
        for cell in ((worn[region].category, round(worn[region].score, 4)) if region in worn else ("", ""))
    ]


def _safe(cell: object) -> object:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front, which makes it text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
