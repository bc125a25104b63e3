"""Why products got a category, or nearly did."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import partial
from typing import Any

import pyarrow as pa

from wildwear.queries.evaluate import Matcher
from wildwear.queries.load import Block, QuerySet
from wildwear.queries.relax import any_side, minus_terms, without_minus, without_scopes
from wildwear.queries.resolve import WORD_TYPE, Resolver
from wildwear.queries.samples import Sample, sample, spread
from wildwear.queries.settings import LabelSettings
from wildwear.queries.stage import Labeller, Progress, mapped
from wildwear.queries.syntax import And, Not, Or, Query
from wildwear.records import Report
from wildwear.tables import PRODUCTS
from wildwear.workspace import Workspace

CAME_IN = "came in"
LOST = "lost to another category"
MINUS = "held off by a minus-term"
ELSEWHERE = "has the words, but not in the field asked for"
ONE_SIDE = "has one side of an &"
NEAR = (MINUS, ELSEWHERE, ONE_SIDE)
OUTCOMES = (CAME_IN, LOST, *NEAR)
"""What can be said of a product and a category: each that concerns the category has one of these."""

_BLOCKERS = "minus-terms"
OUTCOME_TYPE = pa.struct([("outcome", pa.string()), ("why", pa.string()), ("words", pa.list_(WORD_TYPE))])


class NearMisses:
    """What a worker runs on products that a block does not match: each row's outcome, None where it has none."""

    def __init__(self, block: Block, policy: str, fields: tuple[str, ...]) -> None:
        self.probes = _probes(block)
        self._matcher = Matcher(list(self.probes.values()), fields)
        self._resolver = Resolver(tuple(self.probes), {}, policy)
        self.columns = self._matcher.columns

    def __call__(self, batch: pa.RecordBatch) -> list[dict[str, Any] | None]:
        claims = self._resolver.resolve(self._matcher, self._matcher.words(self._matcher.match(batch)))
        return [self._outcome(row) for row in claims.by_row(batch.num_rows, self._resolver.names).to_pylist()]

    def _outcome(self, claims: list[dict[str, Any]]) -> dict[str, Any] | None:
        found = {claim["category"]: claim["words"] for claim in claims}
        for outcome in NEAR:
            if outcome in found:
                decisive = found[_BLOCKERS if outcome == MINUS else outcome]
                return {"outcome": outcome, "why": _why(outcome, decisive[0]), "words": found[outcome]}
        return None


class Explainer:
    """What a worker runs: a batch of products to one `OUTCOME_TYPE` a row, null where the category has no part."""

    def __init__(self, queries: QuerySet, category: str, policy: str, fields: tuple[str, ...]) -> None:
        block = queries.block(category)
        self._category = block.category
        self._labeller = Labeller(queries, policy, fields)
        self._near = NearMisses(block, policy, fields)
        self.columns = sorted({*self._labeller.matcher.columns, *self._near.columns})

    def __call__(self, batch: pa.RecordBatch) -> pa.Array:
        outcomes = [self._claimed(claims) for claims in self._labeller(batch).to_pylist()]
        others = [row for row, outcome in enumerate(outcomes) if outcome is None]
        for row, near in zip(others, self._near(batch.take(pa.array(others, pa.int64()))), strict=True):
            outcomes[row] = near
        return pa.array(outcomes, OUTCOME_TYPE)

    def _claimed(self, claims: list[dict[str, Any]]) -> dict[str, Any] | None:
        for claim in claims:
            if claim["category"] == self._category:
                outcome = CAME_IN if claim["wins"] else LOST
                return {"outcome": outcome, "why": claim["resolution"], "words": claim["words"]}
        return None


def explain(
    workspace: Workspace, queries: QuerySet, settings: LabelSettings, progress: Progress | None = None
) -> Report:
    """Counts, samples and deciding words of the category `settings.explain`; commits nothing."""
    assert settings.explain is not None
    block = queries.block(settings.explain)
    make = partial(Explainer, queries, block.category, settings.policy, settings.fields)
    explainer = make()
    places: dict[str, list[int]] = defaultdict(list)
    words: Counter[str] = Counter()
    row = 0
    for _, outcomes in mapped(workspace, explainer.columns, make, OUTCOME_TYPE, settings, progress):
        for found in outcomes.to_pylist():
            if found is not None:
                places[found["outcome"]].append(row)
                if found["outcome"] == CAME_IN:
                    words[found["words"][0]["word"]] += 1
            row += 1
    counts = {outcome: len(places[outcome]) for outcome in OUTCOMES}
    samples = {
        outcome: _samples(workspace, explainer, spread(places[outcome], settings.sample))
        for outcome in OUTCOMES
        if places[outcome]
    }
    return Report(
        verb="label",
        done={f"{block.category}: {CAME_IN}": counts[CAME_IN]},
        skipped={outcome: count for outcome, count in counts.items() if outcome != CAME_IN and count},
        notes=("nothing was committed",),
        details={
            "category": block.category,
            "query": str(block.match),
            "minus": [str(term) for term in block.minus],
            "counts": counts,
            "words": dict(sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))),
            "samples": samples,
        },
    )


def _samples(workspace: Workspace, explainer: Explainer, rows: list[int]) -> list[Sample]:
    columns = sorted({"product_id", "title", *explainer.columns})
    products = workspace.table(PRODUCTS).take(rows, columns).combine_chunks().to_batches()[0]
    outcomes = explainer(products.select(explainer.columns)).to_pylist()
    return [sample(products, row, found["words"], found["why"]) for row, found in enumerate(outcomes)]


def _probes(block: Block) -> dict[str, Query]:
    """Weaker forms of a block's query by the outcome that they show, and what it excludes."""
    query = block.query
    minus = tuple(map(Not, block.minus))
    probes = {
        MINUS: without_minus(query),
        ELSEWHERE: And((without_scopes(block.match), *minus)) if minus else without_scopes(block.match),
        ONE_SIDE: And((any_side(block.match), *minus)) if minus else any_side(block.match),
    }
    blockers = minus_terms(query)
    if blockers:
        probes[_BLOCKERS] = Or(blockers) if len(blockers) > 1 else blockers[0]
    return {name: probe for name, probe in probes.items() if probe != query}


def _why(outcome: str, word: dict[str, Any]) -> str:
    where = f"'{word['word']}' at {word['field']}:{word['offset']}"
    return {MINUS: f"but for {where}", ELSEWHERE: f"only {where}", ONE_SIDE: f"only {where}"}[outcome]
