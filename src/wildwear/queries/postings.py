"""Which products hold a literal: for one version of a catalogue whose texts are read and folded once, then held."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from wildwear.queries.automaton import Automaton
from wildwear.queries.evaluate import Place
from wildwear.queries.fields import columns_for, field_texts
from wildwear.queries.fold import Ints, fold_column
from wildwear.table import Snapshot

Rows: TypeAlias = NDArray[np.int32]
"""Positions in the products table, ascending, each once."""
Stop: TypeAlias = Callable[[], bool]
"""Whether nobody waits for the answer any more."""

NO_ROWS: Rows = np.zeros(0, np.int32)
HELD_BYTES = 1 << 30
_HELD_POSTINGS = 32 << 20
_CHUNK_ROWS = 8192
_APART_UP_TO = 50
"""So many literals are looked for one by one: an automaton of one literal searches fifty times as fast."""


class Superseded(Exception):
    """An answer that nobody waits for any more."""


def check(stop: Stop) -> None:
    """Raises `Superseded` when it is time to."""
    if stop():
        raise Superseded


def never() -> bool:
    """A `Stop` for who waits to the end."""
    return False


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some products' texts in one field, folded."""

    first: int
    data: bytes
    starts: Ints


class Postings:
    """Finds literals in the texts of `products`. A field is held in memory, folded, if it fits into what is left of
    `held_bytes`; else it is read anew for each search.

    Not for several threads at once.
    """

    def __init__(self, products: Snapshot, held_bytes: int = HELD_BYTES) -> None:
        self._products = products
        self._room = held_bytes
        self._held: dict[str, list[_Chunk]] = {}
        self._too_large: set[str] = set()
        self._known: OrderedDict[Place, Rows] = OrderedDict()

    def find(self, places: Iterable[Place], stop: Stop = never) -> Mapping[Place, Rows]:
        """The rows of each place (a field and a folded literal); raises `Superseded`."""
        wanted = set(places)
        missing: dict[str, list[str]] = defaultdict(list)
        for field, literal in sorted(wanted - self._known.keys()):
            missing[field].append(literal)
        for field, literals in missing.items():
            for literal, rows in zip(literals, self._search(field, literals, stop), strict=True):
                self._known[field, literal] = rows
        found = {}
        for place in wanted:
            self._known.move_to_end(place)
            found[place] = self._known[place]
        self._forget()
        return found

    def read(self, fields: Iterable[str], stop: Stop = never) -> None:
        """Reads texts before they are searched, those that fit."""
        for field in set(fields) - self._held.keys() - self._too_large:
            for _ in self._chunks(field):
                check(stop)

    def _forget(self) -> None:
        """Drops what was not asked for lately, so that memory stays bounded."""
        held = sum(map(len, self._known.values()))
        while held > _HELD_POSTINGS and len(self._known) > 1:
            held -= len(self._known.popitem(last=False)[1])

    def _search(self, field: str, literals: list[str], stop: Stop) -> list[Rows]:
        automata = [Automaton([one]) for one in literals] if len(literals) <= _APART_UP_TO else [Automaton(literals)]
        found: list[list[Rows]] = [[] for _ in automata]
        which: list[Ints] = []
        for chunk in self._chunks(field):
            check(stop)
            for automaton, into in zip(automata, found, strict=True):
                literal, positions = automaton.places(chunk.data)
                into.append((np.searchsorted(chunk.starts, positions, "right") - 1 + chunk.first).astype(np.int32))
                if len(automata) < len(literals):
                    which.append(literal)
        if len(automata) == len(literals):
            return [_distinct(rows) for rows in found]
        return _apart(np.concatenate([*found[0], NO_ROWS]), np.concatenate([*which, NO_ROWS]), len(literals))

    def _chunks(self, field: str) -> Iterator[_Chunk]:
        if field in self._held:
            yield from self._held[field]
            return
        held: list[_Chunk] | None = None if field in self._too_large else []
        size = 0
        for chunk in self._read(field):
            size += len(chunk.data) + chunk.starts.nbytes
            if held is not None and size <= self._room:
                held.append(chunk)
            elif held is not None:
                held = None
                self._too_large.add(field)
            yield chunk
        if held is not None:
            self._held[field] = held
            self._room -= size

    def _read(self, field: str) -> Iterator[_Chunk]:
        first = 0
        for batch in self._products.batches(columns_for([field]), batch_rows=_CHUNK_ROWS):
            folded = fold_column(field_texts(batch, field))
            yield _Chunk(first, folded.data, folded.starts)
            first += batch.num_rows


def union(rows: Iterable[Rows]) -> Rows:
    """The rows that are in any."""
    return _distinct(np.sort(np.concatenate([NO_ROWS, *rows])))


def _distinct(rows: Rows | list[Rows]) -> Rows:
    """Ascending rows, each once."""
    flat = np.concatenate([NO_ROWS, *rows]) if isinstance(rows, list) else rows
    new = np.ones(len(flat), bool)
    new[1:] = flat[1:] != flat[:-1]
    return np.compress(new, flat)


def _apart(rows: Rows, which: Ints, count: int) -> list[Rows]:
    """The rows of each of `count` literals."""
    order = np.argsort(which, kind="stable")
    ends = np.searchsorted(which[order], np.arange(count + 1))
    return [_distinct(rows[order[ends[one] : ends[one + 1]]]) for one in range(count)]
