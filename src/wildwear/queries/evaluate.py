"""Evaluates all queries on a batch of products: one pass over each field, then boolean algebra on columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wildwear.queries.automaton import Automaton, Hits
from wildwear.queries.fields import columns_for, field_texts
from wildwear.queries.fold import Ints
from wildwear.queries.syntax import And, Not, Or, Query, Scope, Text
from wildwear.queries.variants import spellings

BARE_FIELDS = ("title", "description")
"""Where a term without a scope looks."""

Bools = NDArray[np.bool_]
Place: TypeAlias = tuple[str, str]
"""A field and a literal in it."""


@dataclass(frozen=True, slots=True)
class _AnyOf:
    """Holds where any literal of a group occurs (`negated`: where none does)."""

    group: int
    negated: bool


@dataclass(frozen=True, slots=True)
class _Branch:
    """All or any of several parts."""

    every: bool
    parts: tuple[_Node, ...]


_Node: TypeAlias = _AnyOf | _Branch


@dataclass(frozen=True, slots=True)
class Words:
    """The words that made queries hold, one entry a word and query: parallel arrays.

    `rows` and `queries` say whose word it is; `hits[field]` holds the occurrences of a field, those from
    `starts[field]` on in the parallel arrays.
    """

    rows: Ints
    queries: Ints
    hits: tuple[tuple[str, Hits], ...]


@dataclass(frozen=True)
class Matches:
    """Which queries hold for which rows of a batch, and the occurrences they hold by."""

    holds: Bools
    """Queries × rows."""
    groups: Bools
    hits: dict[str, tuple[Hits, Ints]]
    """For each field the occurrences and the group each of them counts for (an occurrence may count for several)."""


class Matcher:
    """A compiled list of queries.

    >>> matcher = Matcher([Text("jeans"), Not(Scope("title", Text("jeans")))])
    >>> batch = pa.record_batch({"title": ["Blue Jean", "Tee"], "description": ["", "goes with jeans"]})
    >>> matcher.match(batch).holds.tolist()
    [[True, True], [False, True]]
    """

    def __init__(self, queries: Sequence[Query], bare_fields: Sequence[str] = BARE_FIELDS) -> None:
        compiler = _Compiler(tuple(bare_fields))
        self._roots = [compiler.node(query, number) for number, query in enumerate(queries)]
        self.groups = tuple(compiler.groups)
        """What the algebra works on: a group of places is there where any of them is."""
        self._query_of_group = np.array([*compiler.owners, -1])[:-1]
        self._fields = {name: _FieldIndex(places) for name, places in compiler.places_by_field().items()}
        self.columns = columns_for(self._fields)
        """The columns of `tables.PRODUCTS` that the queries look at."""

    def match(self, batch: pa.RecordBatch) -> Matches:
        """Evaluates every query on every row of a batch that has `columns`."""
        groups = np.zeros((len(self.groups), batch.num_rows), bool)
        hits = {}
        for name, index in self._fields.items():
            found, members = index.find(field_texts(batch, name))
            groups[members, found.rows] = True
            hits[name] = found, members
        return Matches(self.holds(groups), groups, hits)

    def holds(self, groups: Bools) -> Bools:
        """Which queries hold (queries × rows), by which of `groups` are there (groups × rows)."""
        holds = np.zeros((len(self._roots), groups.shape[1]), bool)
        for number, root in enumerate(self._roots):
            holds[number] = _truth(root, groups)
        return holds

    def witness(self, holds: Bools, groups: Bools) -> Bools:
        """Which groups made queries hold (groups × rows): those on a path of parts that are all true."""
        witness = np.zeros_like(groups)
        for root, rows in zip(self._roots, holds, strict=True):
            _mark(root, rows, groups, witness)
        return witness

    def words(self, matches: Matches) -> Words:
        """The occurrences that made queries hold."""
        witness = self.witness(matches.holds, matches.groups)
        rows, queries, fields = [], [], []
        for name, (hits, members) in matches.hits.items():
            chosen = np.flatnonzero(witness[members, hits.rows])
            fields.append((name, hits.taken(chosen)))
            rows.append(hits.rows[chosen])
            queries.append(self._query_of_group[members[chosen]])
        return Words(_concatenated(rows), _concatenated(queries), tuple(fields))

    def literals(self, field: str) -> list[str]:
        """The literals that `Hits.literals` of a field index."""
        return self._fields[field].literals


class _FieldIndex:
    """The literals looked for in one field, and the groups that each counts for (in compressed sparse rows)."""

    def __init__(self, places: dict[str, list[int]]) -> None:
        self.literals = sorted(places)
        self._automaton = Automaton(self.literals)
        counts = [len(places[literal]) for literal in self.literals]
        self._counts = np.array(counts, np.int64)
        self._first = np.cumsum(self._counts) - self._counts
        self._members = np.array([group for literal in self.literals for group in places[literal]], np.int64)

    def find(self, texts: pa.Array) -> tuple[Hits, Ints]:
        """The occurrences, each once a group that it counts for, and those groups."""
        hits = self._automaton.find(texts)
        counts = self._counts[hits.literals]
        repeated = np.repeat(np.arange(len(counts)), counts)
        nth = np.arange(len(repeated)) - np.repeat(np.cumsum(counts) - counts, counts)
        return hits.taken(repeated), self._members[self._first[hits.literals[repeated]] + nth]


class _Compiler:
    """Turns queries into nodes over groups of literals; negation is pushed down to the groups."""

    def __init__(self, bare_fields: tuple[str, ...]) -> None:
        self.bare_fields = bare_fields
        self.groups: list[frozenset[Place]] = []
        self.owners: list[int] = []
        self._negated: dict[frozenset[Place], int] = {}

    def node(self, query: Query, owner: int) -> _Node:
        return self._node(query, self.bare_fields, False, owner)

    def _node(self, query: Query, fields: tuple[str, ...], negated: bool, owner: int) -> _Node:
        match query:
            case Text():
                return self._group(_places(query, fields), negated, owner)
            case Scope(field, inner):
                return self._node(inner, (field,), negated, owner)
            case Not(inner):
                return self._node(inner, fields, not negated, owner)
            case And(parts) | Or(parts):
                return self._branch(parts, fields, negated, owner, isinstance(query, And) != negated)

    def _branch(
        self, parts: tuple[Query, ...], fields: tuple[str, ...], negated: bool, owner: int, every: bool
    ) -> _Node:
        """Alternatives that are plain words become one group; so do words that must all be absent."""
        plain: set[Place] = set()
        rest = []
        for part in parts:
            places = _plain(part, fields, every != negated)
            if places is None:
                rest.append(self._node(part, fields, negated, owner))
            else:
                plain |= places
        if plain:
            rest.insert(0, self._group(frozenset(plain), every, owner))
        return rest[0] if len(rest) == 1 else _Branch(every, tuple(rest))

    def _group(self, places: frozenset[Place], negated: bool, owner: int) -> _AnyOf:
        """Groups to be absent are shared between queries; those to be present tell whose words they are."""
        if negated and places in self._negated:
            return _AnyOf(self._negated[places], True)
        self.groups.append(places)
        self.owners.append(owner)
        if negated:
            self._negated[places] = len(self.groups) - 1
        return _AnyOf(len(self.groups) - 1, negated)

    def places_by_field(self) -> dict[str, dict[str, list[int]]]:
        found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, group in enumerate(self.groups):
            for field, literal in sorted(group):
                found[field][literal].append(number)
        return found


@lru_cache(16_384)
def _places(text: Text, fields: tuple[str, ...]) -> frozenset[Place]:
    return frozenset((field, literal) for field in fields for literal in spellings(text.text, text.exact))


def _plain(query: Query, fields: tuple[str, ...], under_not: bool) -> frozenset[Place] | None:
    """The places of a query that is words joined by "|", under a "!" or not as asked; None for any other."""
    match query:
        case Text():
            return None if under_not else _places(query, fields)
        case Scope(field, inner):
            return _plain(inner, (field,), under_not)
        case Not(inner):
            return _plain(inner, fields, not under_not)
        case Or(parts) if not under_not:
            found = [_plain(part, fields, False) for part in parts]
            return None if None in found else frozenset().union(*(places for places in found if places))
    return None


def _truth(node: _Node, groups: Bools) -> Bools:
    if isinstance(node, _AnyOf):
        found: Bools = groups[node.group]
        return ~found if node.negated else found
    first, *others = node.parts
    result = _truth(first, groups)
    for part in others:
        result = result & _truth(part, groups) if node.every else result | _truth(part, groups)
    return result


def _mark(node: _Node, holds: Bools, groups: Bools, witness: Bools) -> None:
    """Marks for each group the rows where it helped `node` to hold."""
    if isinstance(node, _Branch):
        for part in node.parts:
            _mark(part, holds & _truth(part, groups), groups, witness)
    elif not node.negated:
        witness[node.group] |= holds & groups[node.group]


def _concatenated(arrays: list[Ints]) -> Ints:
    return np.concatenate(arrays) if arrays else np.zeros(0, np.int64)
