"""The cells of one row by what they mean: cleaned, checked, and refused with a reason."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from wildwear.catalog.attributes import parse_attributes, united_in_order
from wildwear.catalog.references import BadReference, ImageBase, split_references
from wildwear.catalog.text import holds_controls, is_undecoded, plain_text

Columns: TypeAlias = Mapping[str, tuple[str, ...]]
"""For each role (`id`, `title`, `attribute.color`, …) the columns that hold it, in order."""

ATTRIBUTE = "attribute."
CLEANED = "control characters removed"
BAD_REFERENCE = "picture references that are no http(s) address and no path below --images"

UNKNOWN_PICTURE = "pictures that the table of pictures does not know"

_LONGEST = {"id": 200, "group": 200, "title": 2_000, "brand": 500, "category": 5_000}
_NESTED_IMAGE = ("hi_res", "large", "url", "src", "link", "thumb")


class RowRejected(ValueError):
    """A row that is not taken; `reason` is a short, countable name."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something about a row that was taken all the same."""

    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """One row, seen through the roles of its columns."""

    cells: Mapping[str, Any]
    columns: Columns
    base: ImageBase
    max_cell: int
    remarks: list[Remark] = field(default_factory=list)

    def values(self, role: str) -> Iterator[Any]:
        """What stands in the role's columns, blanks left out."""
        for column in self.columns.get(role, ()):
            value = self.cells.get(column)
            if value is not None and value != "":
                yield value

    def texts(self, role: str) -> list[str]:
        """The role's cells as plain texts, each once; raises `RowRejected` for one that is too long or undecoded."""
        texts = (self.plain(one, role) for value in self.values(role) for one in flat(value))
        return [text for text in dict.fromkeys(texts) if text]

    def text(self, role: str) -> str:
        """The role's first text, or ""."""
        return next(iter(self.texts(role)), "")

    def raw(self, role: str) -> str:
        """The role's first cell as it stands, for an importer that takes it apart; checked as `texts` are."""
        return next((self._checked(one, role) for value in self.values(role) for one in flat(value)), "")

    def plain(self, text: str, role: str) -> str:
        """Plain text of something that stands in a cell of `role`."""
        self._checked(text, role)
        if holds_controls(text):
            self.remarks.append(Remark(kind=CLEANED, detail=role))
        plain = plain_text(text)
        return self._within(plain, role, _LONGEST.get(role, self.max_cell))

    def images(self, role: str = "images") -> tuple[str, ...]:
        """The pictures' addresses or paths in order, each once; what is neither is left out with a remark."""
        return self.resolved(reference for value in self.values(role) for reference in self._references(value))

    def _references(self, value: Any) -> Iterator[str]:
        for cell in _image_cells(value):
            yield from split_references(self._checked(cell, "images"))

    def resolved(self, references: Iterable[str]) -> tuple[str, ...]:
        """References as `images` gives them, for an importer that finds them itself."""
        return united_in_order(self._resolved(references))

    def _resolved(self, references: Iterable[str]) -> Iterator[str]:
        for reference in references:
            try:
                yield self.base.resolve(self._checked(reference, "images"))
            except BadReference as error:
                self.remarks.append(Remark(kind=BAD_REFERENCE, detail=f"{reference[:80]!r}: {error}"))

    def attributes(self) -> dict[str, str]:
        """What the roles `attribute.NAME` and `attributes` hold; a column of its own wins."""
        found: dict[str, str] = {}
        for role in self.columns:
            if role.startswith(ATTRIBUTE) and (texts := self.texts(role)):
                found[role.removeprefix(ATTRIBUTE)] = "|".join(texts)
        for value in self.values("attributes"):
            for name, text in self._pairs(value):
                if name and text:
                    found.setdefault(name, text)
        return found

    def _pairs(self, value: Any) -> Iterator[tuple[str, str]]:
        pairs = value if isinstance(value, dict) else _pairs_in(self._checked(str(value), "attributes"))
        for name, one in pairs.items():
            texts = (self.plain(text, "attributes") for text in flat(one))
            yield self.plain(str(name), "attributes"), "|".join(text for text in texts if text)

    def _checked(self, text: str, role: str) -> str:
        self._within(text, role, self.max_cell)
        if is_undecoded(text):
            raise RowRejected("bad_encoding", f"{role} holds bytes that are not text in this encoding")
        return text

    def _within(self, text: str, role: str, longest: int) -> str:
        if len(text) > longest:
            raise RowRejected(f"{role}_too_long", f"{len(text):,} characters, and {longest:,} are allowed")
        return text


def flat(value: Any) -> Iterator[str]:
    """The texts within a cell that may be a number, a list or an object.

    >>> list(flat([1.0, "a", {"value": "b"}, None]))
    ['1', 'a', 'b']
    """
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from flat(one)
    elif isinstance(value, dict):
        yield from flat(value.get("value", value.get("name")))
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "surrogateescape")
    elif isinstance(value, float):
        if not math.isnan(value):
            yield str(int(value)) if value.is_integer() else str(value)
    elif value is not None:
        yield str(value)


def _image_cells(value: Any) -> Iterator[str]:
    """Like `flat`, for lists of objects that name one picture in several sizes: the largest is taken."""
    if isinstance(value, list):
        for one in value:
            yield from _image_cells(one)
    elif isinstance(value, dict):
        chosen = next((value[name] for name in _NESTED_IMAGE if value.get(name)), None)
        yield from _image_cells(chosen)
    else:
        yield from flat(value)


def _pairs_in(cell: str) -> dict[str, Any]:
    if cell.lstrip().startswith("{"):
        try:
            decoded = json.loads(cell)
        except (ValueError, RecursionError):
            decoded = None
        if isinstance(decoded, dict):
            return decoded
    return dict(parse_attributes(cell))
