"""When several categories claim a product, a named policy decides, and every claim says in words why.

A policy is a list of criteria, the first that tells two claims apart decides between them. Whatever the policy, an
umbrella (Pants) gives way to a category that it contains (Jeans) where both claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wildwear.errors import UnknownName
from wildwear.queries.automaton import Automaton, Hits
from wildwear.queries.evaluate import Matcher, Words
from wildwear.queries.fold import Ints

CRITERIA = {
    "count": "more matches, ",
    "field": "title before text: ",
    "segment": "earlier part of the title: ",
    "head": "head noun ",
    "length": "longer match ",
    "offset": "first mention ",
    "order": "first in the taxonomy: ",
}
"""What can tell two claims apart, and how a resolution says so."""

POLICIES: Mapping[str, tuple[str, ...]] = {
    "head-noun": ("field", "segment", "head", "length", "offset", "order"),
    "title-first": ("field", "length", "offset", "order"),
    "most-matches": ("count", "field", "segment", "head", "length", "offset", "order"),
}
"""`head-noun`: the last word of the title's first part that holds a claim ("denim jacket with hood" is a jacket),
then the description. `title-first`: the title, in it the longest match. `most-matches`: whose words occur most."""

_BREAK_WORDS = "with without w for in by from of and or on over under at to featuring feat plus made like"
"""A title's head noun stands before the first of these: "jacket with hood"."""

WORD_TYPE = pa.struct([("word", pa.string()), ("field", pa.string()), ("offset", pa.int32())])
CLAIM_TYPE = pa.struct(
    [
        ("category", pa.string()),
        ("words", pa.list_(WORD_TYPE)),
        ("wins", pa.bool_()),
        ("resolution", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims of a batch by row, the winner of a row first; parallel arrays, and for each claim its words."""

    rows: Ints
    queries: Ints
    wins: NDArray[np.bool_]
    resolutions: pa.Array
    words: pa.Array
    """A list a claim, the word that decided first."""

    def by_row(self, row_count: int, names: Sequence[str]) -> pa.Array:
        """One list of `CLAIM_TYPE` a row, for all rows of the batch."""
        offsets = np.searchsorted(self.rows, np.arange(row_count + 1)).astype(np.int32)
        category = pa.array(names, pa.string()).take(pa.array(self.queries))
        fields = [category, self.words, pa.array(self.wins), self.resolutions]
        claims = pa.StructArray.from_arrays(fields, fields=list(CLAIM_TYPE))
        return pa.ListArray.from_arrays(pa.array(offsets), claims)


class Resolver:
    """Decides between the claims of each row of a batch."""

    def __init__(self, names: Sequence[str], umbrellas: Mapping[str, frozenset[str]], policy: str) -> None:
        if policy not in POLICIES:
            raise UnknownName("policy", policy, POLICIES)
        self.names = tuple(names)
        self.criteria = POLICIES[policy]
        self._contains = np.array([[member in umbrellas.get(name, ()) for member in names] for name in names], bool)
        self._breaks = Automaton(_BREAK_WORDS.split())

    def resolve(self, matcher: Matcher, words: Words) -> Claims:
        """The claims that `words` make, one a row and query."""
        placed = _Placed.of(matcher, words, self._breaks)
        values = {name: placed.criterion(name) for name in self.criteria}
        order = np.lexsort([*(values[name] for name in reversed(self.criteria)), placed.queries, placed.rows])
        order = order[placed.taken(order).distinct()]
        placed, values = placed.taken(order), {name: value[order] for name, value in values.items()}
        first, counts = _runs(placed.rows, placed.queries)
        standing = self._standing(placed.rows[first], placed.queries[first], [v[first] for v in values.values()])
        first, counts = first[standing], counts[standing]
        rows, queries = placed.rows[first], placed.queries[first]
        row_starts, row_counts = _runs(rows)
        best = np.repeat(row_starts, row_counts)
        wins = best == np.arange(len(rows))
        rival = np.where(wins, np.minimum(best + 1, len(rows) - 1), best)
        decided = self._deciding([value[first] for value in values.values()], queries, rival)
        said = placed.sayings().take(pa.array(first))
        alone = np.repeat(row_counts == 1, row_counts)
        return Claims(
            rows=rows,
            queries=queries,
            wins=wins,
            resolutions=pc.if_else(
                pa.array(alone),
                _joined("the only claim: ", said),
                self._sentences(queries, said, wins, rival, decided),
            ),
            words=placed.lists(first, counts),
        )

    def _standing(self, rows: Ints, queries: Ints, values: list[Ints]) -> Ints:
        """The order of claims by row and rank; a member of the umbrella that would win moves before it."""
        order = np.lexsort([*reversed(values), rows])
        starts, counts = _runs(rows[order])
        winner = np.repeat(queries[order][starts], counts)
        narrows = np.empty(len(rows), bool)
        narrows[order] = self._contains[winner, queries[order]]
        return np.lexsort([*reversed(values), ~narrows, rows])

    def _deciding(self, values: list[Ints], queries: Ints, rival: Ints) -> Ints:
        """For each claim which criterion tells it from its rival; one past the last where the umbrella rule does."""
        differs = np.array([value != value[rival] for value in values]).reshape(len(values), len(rival))
        narrowed = self._contains[queries, queries[rival]] | self._contains[queries[rival], queries]
        return np.where(narrowed, len(values), differs.argmax(axis=0))

    def _sentences(
        self, queries: Ints, said: pa.Array, wins: NDArray[np.bool_], rival: Ints, decided: Ints
    ) -> pa.Array:
        """For each claim how it won over its rival, or lost to it."""
        reasons = pa.array([*(CRITERIA[name] for name in self.criteria), "narrower "]).take(pa.array(decided))
        rivals = said.take(pa.array(rival))
        their_names = pa.array(self.names, pa.string()).take(pa.array(queries[rival]))
        won = _joined(reasons, said, " beats ", rivals, " (", their_names, ")")
        lost = _joined("loses to ", their_names, ": ", reasons, rivals, " beats ", said)
        return pc.if_else(pa.array(wins), won, lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """Words with what the criteria look at: parallel arrays."""

    rows: Ints
    queries: Ints
    fields: Ints
    """Index into `field_names`."""
    literals: Ints
    """Index into `texts`."""
    offsets: Ints
    """Characters from the beginning of the field."""
    ends: Ints
    segments: Ints
    """Which part of the title, 0 in other fields."""
    field_names: tuple[str, ...]
    texts: pa.Array

    @staticmethod
    def of(matcher: Matcher, words: Words, breaks: Automaton) -> _Placed:
        texts = [text for name, _ in words.hits for text in matcher.literals(name)]
        counts = [len(matcher.literals(name)) for name, _ in words.hits]
        first = np.cumsum(counts) - counts
        each = [hits for _, hits in words.hits]
        literals = np.concatenate([hits.literals + start for hits, start in zip(each, first, strict=True)])
        offsets = np.concatenate([hits.offsets() for hits in each])
        return _Placed(
            rows=words.rows,
            queries=words.queries,
            fields=np.repeat(np.arange(len(each)), [len(hits.literals) for hits in each]),
            literals=literals,
            offsets=offsets,
            ends=offsets + np.array([*map(len, texts)], np.int64)[literals],
            segments=np.concatenate([_segments(name, hits, breaks) for name, hits in words.hits]),
            field_names=tuple(name for name, _ in words.hits),
            texts=pa.array(texts, pa.string()),
        )

    def criterion(self, name: str) -> Ints:
        """The values of one criterion; the smaller is the better."""
        in_title = np.array([field == "title" for field in self.field_names], bool)[self.fields]
        match name:
            case "field":
                return np.where(in_title, 0, 1)
            case "segment":
                return self.segments
            case "head":
                return np.where(in_title, -self.ends, 0)
            case "length":
                return self.offsets - self.ends
            case "offset":
                return self.offsets
            case "order":
                return self.queries
        assert name == "count"
        claim = self.rows * (self.queries.max(initial=0) + 1) + self.queries
        _, inverse, counts = np.unique(claim, return_inverse=True, return_counts=True)
        return -counts[inverse]

    def taken(self, indices: Ints) -> _Placed:
        names = ("rows", "queries", "fields", "literals", "offsets", "ends", "segments")
        return replace(self, **{name: getattr(self, name)[indices] for name in names})

    def distinct(self) -> Ints:
        """Where neighbours differ: a word may stand in several parts of one query."""
        return _runs(self.rows, self.queries, self.fields, self.literals, self.offsets)[0]

    def sayings(self) -> pa.Array:
        """Each word as `'jacket' at title:12`."""
        return _joined("'", self._words(), "' at ", self._fields(), ":", pa.array(self.offsets).cast(pa.string()))

    def lists(self, first: Ints, counts: Ints) -> pa.Array:
        """The words from each of `first` on, `counts` of them, as lists of `WORD_TYPE`."""
        starts = np.cumsum(counts) - counts
        indices = np.arange(counts.sum()) + np.repeat(first - starts, counts)
        parts = [self._words(), self._fields(), pa.array(self.offsets, pa.int32())]
        words = pa.StructArray.from_arrays(parts, fields=list(WORD_TYPE)).take(pa.array(indices))
        return pa.ListArray.from_arrays(pa.array(np.append(starts, len(indices)), pa.int32()), words)

    def _words(self) -> pa.Array:
        return self.texts.take(pa.array(self.literals))

    def _fields(self) -> pa.Array:
        return pa.array(self.field_names, pa.string()).take(pa.array(self.fields))


def _segments(field: str, hits: Hits, breaks: Automaton) -> Ints:
    """Which part of its title each occurrence is in, counting brackets, dashes, commas and prepositions."""
    if field != "title":
        return np.zeros(len(hits.literals), np.int64)
    words = breaks.find_in(hits.column).positions
    by_word = np.searchsorted(words, hits.positions) - np.searchsorted(words, hits.column.starts[hits.rows])
    return by_word + hits.column.breaks_before(hits.positions, hits.rows)


def _runs(*keys: Ints) -> tuple[Ints, Ints]:
    """Where each run of equal keys begins, and how long it is."""
    changes = np.zeros(len(keys[0]), bool)
    changes[:1] = True
    for key in keys:
        changes[1:] |= key[1:] != key[:-1]
    starts = np.flatnonzero(changes)
    return starts, np.diff(np.append(starts, len(changes)))


def _joined(*parts: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")
