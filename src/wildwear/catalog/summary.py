"""What an import tells: counts, the first rows of everything that went wrong, and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import PurePosixPath

from wildwear.catalog.fields import BAD_REFERENCE, CLEANED, UNKNOWN_PICTURE, Remark
from wildwear.catalog.intake import DUPLICATE, Tally
from wildwear.records import Report

_SAMPLES = 3

REMEDIES = {
    "bad_encoding": "say how the file is encoded, such as --encoding cp1252",
    "ragged_row": "quote cells that hold the separator or a line break",
    "unclosed_quote": "close the quote, and double quotes within a cell",
    "line_too_long": "split or shorten the line",
    "bad_json": "write one JSON object a line",
    "no_id": "fill the id in, or name another column with --column id=COLUMN",
    "no_title": "fill the title in, or name another column with --column title=COLUMN",
    "bad_xml": "escape &, < and > in texts, or put them in CDATA",
    "product_refused": "mend the row that begins the product",
    DUPLICATE: "keep one row a product, or fold variants with --column group=COLUMN",
}
_SHORTEN = "shorten the cell, or check that --column names the right one"


class Remarks:
    """What was noticed about rows that were taken, with the first few of each kind."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._first: dict[str, list[str]] = {}

    def add(self, remark: Remark, source: str, row: int) -> None:
        self.counts[remark.kind] += 1
        first = self._first.setdefault(remark.kind, [])
        if len(first) < _SAMPLES:
            first.append(f"{PurePosixPath(source).name} row {row} ({remark.detail})")

    def notes(self) -> list[str]:
        """One sentence a kind."""
        return [
            f"{kind}: {', '.join(self._first[kind])}{' and others' if count > _SAMPLES else ''}"
            for kind, count in self.counts.items()
        ]


def summarise(formats: Mapping[str, str], tally: Tally, remarks: Remarks) -> Report:
    """The report of an import; `formats` names the format that each file was read as."""
    return Report(
        verb="import",
        done={
            "products": tally.products,
            "products added": tally.added,
            "products updated": tally.updated,
            "variants folded": tally.variants,
            "pictures named": tally.pictures,
        },
        skipped={
            "products unchanged": tally.unchanged,
            **tally.skipped,
            **{kind: remarks.counts[kind] for kind in (BAD_REFERENCE, UNKNOWN_PICTURE)},
        },
        failed=dict(tally.rejected),
        notes=(
            *_rejection_notes(tally),
            *remarks.notes(),
            *_picture_notes(tally),
            *_format_notes(formats),
            "next: wildwear label",
        ),
        details={"files": list(formats), "formats": dict(formats), CLEANED: remarks.counts[CLEANED]},
    )


def _rejection_notes(tally: Tally) -> list[str]:
    notes = [
        f"not taken: {PurePosixPath(one.source).name} row {one.row}: {one.reason}{one.detail and ': ' + one.detail}"
        for one in sorted(tally.first_rejections, key=lambda one: (one.source, one.row))
    ]
    total = sum(tally.rejected.values())
    if total > len(notes):
        notes.append(f"not taken: {total - len(notes):,} further rows; all stand in the table 'rejections'")
    notes += [f"remedy for {reason}: {_remedy(reason)}" for reason in tally.rejected if _remedy(reason)]
    return notes


def _remedy(reason: str) -> str:
    return REMEDIES.get(reason, _SHORTEN if reason.endswith("_too_long") else "")


def _format_notes(formats: Mapping[str, str]) -> list[str]:
    files: dict[str, list[str]] = {}
    for source, name in formats.items():
        files.setdefault(name, []).append(PurePosixPath(source).name)
    return [
        f"read as {name}: {', '.join(them[:_SAMPLES])}{f' and {len(them) - _SAMPLES} more' if them[_SAMPLES:] else ''}"
        for name, them in files.items()
    ]


def _picture_notes(tally: Tally) -> list[str]:
    if tally.products and not tally.pictures:
        return ["no pictures are named: say which column holds them with --column images=COLUMN"]
    return []
