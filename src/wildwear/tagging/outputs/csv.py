"""CSV: one row a photograph, or one a box; opens in a spreadsheet without running anything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wildwear.tagging.outputs.base import Entry, TextFile
from wildwear.tagging.outputs.rows import OUTFIT_COLUMNS, csv_line, outfit_cells, top_cells, top_columns
from wildwear.tagging.tags import FailedPhoto


class CsvOutput:
    """The columns do not depend on what is found, so that files of several runs can be joined."""

    view_side = 0

    def __init__(self, path: Path | None, top: int) -> None:
        self._file = TextFile(path)
        self._top = top

    def begin(self) -> None:
        self._file.open()
        box = ["x1", "y1", "x2", "y2", "given"]
        self._row(["photo", "status", "reason", *OUTFIT_COLUMNS, *box, *top_columns(self._top)])

    def write(self, entry: Entry) -> None:
        outcome = entry.outcome
        if isinstance(outcome, FailedPhoto):
            blank = [""] * (len(OUTFIT_COLUMNS) + 5 + 2 * self._top)
            self._row([outcome.path, "failed", outcome.reason, *blank])
            return
        head = [outcome.path, "ok", "", *outfit_cells(outcome.outfit)]
        for box in outcome.boxes:
            self._row([*head, *box.box.as_tuple(), box.given, *top_cells(box.top, self._top)])
        if not outcome.boxes:
            self._row([*head, "", "", "", "", "", *top_cells(outcome.top, self._top)])

    def close(self, *, whole: bool = True) -> None:
        self._file.close(whole=whole)

    def _row(self, cells: Sequence[object]) -> None:
        self._file.write(csv_line(cells))
