"""Finds every literal of every query in a column of texts, in one pass (Aho and Corasick, 1975)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import numpy as np
import pyarrow as pa

from wildwear.queries.fold import FoldedColumn, Ints, fold_column


@dataclass(frozen=True)
class Hits:
    """Where literals stand in a column: parallel arrays, one entry an occurrence, in the order of the text."""

    literals: Ints
    """Which literal, as an index into those that the automaton was made from."""
    positions: Ints
    """Where it begins in the folded column."""
    column: FoldedColumn = field(repr=False)

    @cached_property
    def rows(self) -> Ints:
        return self.column.rows(self.positions)

    def taken(self, indices: Ints) -> Hits:
        return Hits(self.literals[indices], self.positions[indices], self.column)

    def offsets(self) -> Ints:
        """Where each occurrence begins in its text as written, in characters."""
        return self.column.offsets(self.positions, self.rows)


class Automaton:
    """A compiled set of folded literals. Occurrences are whole words, and may overlap.

    >>> hits = Automaton(["shirt", "t shirt"]).find(pa.array(["Red", "Soft T-Shirt", "shirts"]))
    >>> hits.literals.tolist(), hits.rows.tolist(), hits.offsets().tolist()
    ([1, 0], [1, 1], [5, 7])
    """

    def __init__(self, literals: Sequence[str]) -> None:
        from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

        # A separator on both sides makes every match a whole word; overlapping ones may share it.
        patterns = [f" {literal} ".encode() for literal in literals]
        self._find = BytesAhoCorasick(patterns, MatchKind.Standard, Implementation.DFA).find_matches_as_indexes

    def find(self, texts: pa.Array) -> Hits:
        """All occurrences in an array of strings; null is empty."""
        return self.find_in(fold_column(texts))

    def find_in(self, column: FoldedColumn) -> Hits:
        """All occurrences in a column that is folded already."""
        return Hits(*self.places(column.data), column)

    def places(self, data: bytes) -> tuple[Ints, Ints]:
        """Which literal occurs in folded data, and where each occurrence begins."""
        found = self._find(data, True)
        flat = np.fromiter(chain.from_iterable(found), np.int64, 3 * len(found)).reshape(-1, 3)
        return flat[:, 0], flat[:, 1] + 1
