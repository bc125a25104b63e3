"""What one query holds by, over a whole catalogue: says which products an edit concerns without reading one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wildwear.queries.evaluate import Matcher, Place
from wildwear.queries.postings import NO_ROWS, Postings, Rows, Stop, check, never, union
from wildwear.queries.stage import BATCH_ROWS, Labeller
from wildwear.queries.syntax import Query
from wildwear.table import Snapshot

Codes = NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where one query holds, and by which words."""

    rows: Rows = field(default_factory=lambda: NO_ROWS)
    words: Mapping[Place, Rows] = field(default_factory=dict)
    """For each place the rows where it is among the words that made the query hold."""

    def differs(self, other: Evidence) -> Rows:
        """The rows that do not hold, or not by the same words, in the other: all others resolve as they did."""
        places = self.words.keys() | other.words.keys()
        pairs = [(self.words.get(place, NO_ROWS), other.words.get(place, NO_ROWS)) for place in places]
        return union(np.setxor1d(one, two, assume_unique=True) for one, two in pairs)


def evidence(query: Query, fields: tuple[str, ...], postings: Postings, stop: Stop = never) -> Evidence:
    """Evaluates a query on every product, `fields` being where a bare word looks; raises `Superseded`."""
    matcher = Matcher([query], fields)
    rows_of = postings.find(frozenset[Place]().union(*matcher.groups), stop)
    universe = union(rows_of.values())
    at = {place: np.searchsorted(universe, rows) for place, rows in rows_of.items()}
    groups = np.zeros((len(matcher.groups), len(universe)), bool)
    for number, places in enumerate(matcher.groups):
        for place in places:
            groups[number, at[place]] = True
    holds = matcher.holds(groups)
    witness = matcher.witness(holds, groups)
    words: dict[Place, Rows] = {}
    for number, places in enumerate(matcher.groups):
        for place in places:
            said = rows_of[place][witness[number, at[place]]]
            words[place] = union([words[place], said]) if place in words else said
    return Evidence(rows=universe[holds[0]], words=words)


def winners(labeller: Labeller, products: Snapshot, rows: Rows, stop: Stop = never) -> Codes:
    """Which of the labeller's categories wins each row, -1 for none; raises `Superseded`."""
    found = np.full(len(rows), -1, np.int16)
    for start in range(0, len(rows), BATCH_ROWS):
        check(stop)
        chunk = rows[start : start + BATCH_ROWS]
        texts = products.take(chunk.tolist(), labeller.matcher.columns).combine_chunks().to_batches()[0]
        found[start : start + len(chunk)] = labeller.winners(texts)
    return found
