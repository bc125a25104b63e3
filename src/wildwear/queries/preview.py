"""What an edited query would change, before it is saved: which products come in, which fall out, what nearly comes in.

The edit is tried on the text of the file that it would be saved to, so that a preview says what `label` will do. Only
products for which the query holds by other words than before can change hands; those alone are labelled anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wildwear.errors import QuerySyntaxError
from wildwear.queries.evidence import evidence, winners
from wildwear.queries.explain import NEAR, NearMisses
from wildwear.queries.load import Block, QuerySet
from wildwear.queries.postings import HELD_BYTES, NO_ROWS, Rows, Stop, never, union
from wildwear.queries.samples import spread
from wildwear.queries.settings import LabelSettings
from wildwear.queries.shown import Shown, near_products, shown_products
from wildwear.queries.standing import Standings, standings
from wildwear.queries.syntax import parse
from wildwear.taxonomy import load_taxonomy
from wildwear.workspace import Workspace

SHOWN = 200
"""Products of each kind that are shown; all are counted."""
SHOWN_NEAR = 60
"""Products that nearly come in, of all kinds together."""
LONGEST = 20_000
"""Characters of a query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Products that come in, or that fall out."""

    count: int
    """Those that the category wins, or no longer wins."""
    only_match: int
    """Those that match, or no longer do, and that another category has on both sides."""
    products: list[Shown]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsChange:
    """What `label --diff` will say of the category once the edit is saved: against the labels that are committed."""

    before: int
    after: int
    gained: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """An edited query beside the one that is saved."""

    before: int
    """Products that the category wins."""
    after: int
    matched_before: int
    """Products that its query holds for, whoever wins."""
    matched_after: int
    comes_in: Change
    falls_out: Change
    holds: Change
    """What the category has by the edited query; products of it are shown only where the edit changes nothing."""
    near: dict[str, int]
    """Products that nearly come in, by how (`explain.NEAR`)."""
    near_products: list[Shown]
    labels: LabelsChange


class Previewer:
    """Previews edits of a workspace's queries; not for several threads at once. The texts of the catalogue are held in
    memory, up to `held_bytes` of them."""

    def __init__(self, workspace: Workspace, settings: LabelSettings, held_bytes: int = HELD_BYTES) -> None:
        self.workspace, self.settings = workspace, settings
        self.taxonomy = load_taxonomy(workspace.taxonomy_name)
        self._held_bytes = held_bytes
        self._state: Standings | None = None

    def prepare(self, stop: Stop = never) -> bool:
        """Does a part of what previews need ahead of them: reads the texts, then finds out who wins each product now.

        Says whether there is more to do; raises as `preview`.
        """
        state = self._current()
        state.postings.read(self.settings.fields, stop)
        return state.find_out_more(stop)

    def preview(self, category: str, text: str, stop: Stop = never) -> Preview:
        """What `text` as the query of a category changes against the saved one.

        Raises `QuerySyntaxError` with the position in `text`, `UnknownName`, `UserError` where there are no products
        or the file cannot be edited, and `Superseded` when `stop` says so.
        """
        if len(text) > LONGEST:
            problem = f"a query has at most {LONGEST:,} characters"
            raise QuerySyntaxError(problem, "", 0, category, position=LONGEST)
        state = self._current()
        parse(text, category)
        edited = state.own.edited(category, text, self.taxonomy).queries(self.taxonomy)
        return _Edit(state, edited, edited.block(category), stop).preview()

    def _current(self) -> Standings:
        """The catalogue and the queries as they are now; what is held is kept while they stay as they were."""
        self._state = standings(self.workspace, self.settings, self.taxonomy, self._held_bytes, self._state)
        return self._state


class _Edit:
    """One edited query, held against what is saved."""

    def __init__(self, state: Standings, edited: QuerySet, block: Block, stop: Stop) -> None:
        self._state, self._block, self._stop = state, block, stop
        self._fields, self._category = state.settings.fields, block.category
        self._before = state.standing(block.category, stop)
        self._held = evidence(block.query, self._fields, state.postings, stop)
        self._changed = changed = self._held.differs(self._before.evidence)
        self._labeller = state.labeller_of(edited) if len(changed) else state.labeller
        codes = winners(self._labeller, state.products, changed, stop)
        won = changed[codes == edited.categories.index(block.category)]
        self._won = union([_less(self._before.won, changed), won])

    def preview(self) -> Preview:
        before, after = self._before, self._held
        near, products = self._near()
        return Preview(
            before=len(before.won),
            after=len(self._won),
            matched_before=len(before.evidence.rows),
            matched_after=len(after.rows),
            comes_in=self._change(self._won, before.won, after.rows, before.evidence.rows, incoming=True),
            falls_out=self._change(before.won, self._won, before.evidence.rows, after.rows, incoming=False),
            holds=self._holds(),
            near=near,
            near_products=products,
            labels=self._labels(),
        )

    def _change(self, won: Rows, lost: Rows, matched: Rows, unmatched: Rows, *, incoming: bool) -> Change:
        """Products of one side that are not on the other."""
        wins = _less(won, lost)
        only_match = _less(_less(matched, unmatched), won)
        rows = _spread(wins, SHOWN)
        rows = np.concatenate([rows, _spread(only_match, SHOWN - len(rows))])
        sides = (self._labeller, self._state.labeller)
        claiming, other = sides if incoming else sides[::-1]
        shown = shown_products(self._state.products, rows, self._category, claiming, other)
        return Change(count=len(wins), only_match=len(only_match), products=shown)

    def _holds(self) -> Change:
        lost = _less(self._held.rows, self._won)
        rows = NO_ROWS
        if not len(self._changed):
            rows = np.concatenate([_spread(self._won, SHOWN // 2), _spread(lost, SHOWN // 2)])
        shown = shown_products(self._state.products, rows, self._category, self._labeller, self._labeller)
        return Change(count=len(self._won), only_match=len(lost), products=shown)

    def _near(self) -> tuple[dict[str, int], list[Shown]]:
        """Those that match a weaker form of the query, counted by the first that they match; and a few of each."""
        near = NearMisses(self._block, self._state.settings.policy, self._fields)
        seen, found = self._held.rows, {}
        for outcome in NEAR:
            if outcome in near.probes:
                rows = evidence(near.probes[outcome], self._fields, self._state.postings, self._stop).rows
                found[outcome] = _less(rows, seen)
                seen = union([seen, rows])
        kinds = [rows for rows in found.values() if len(rows)]
        shown = [_spread(rows, SHOWN_NEAR // len(kinds)) for rows in kinds]
        products = near_products(self._state.products, np.concatenate([NO_ROWS, *shown]), near, self._state.labeller)
        return {outcome: len(rows) for outcome, rows in found.items()}, products

    def _labels(self) -> LabelsChange:
        labelled, gone = self._state.labelled(self._category)
        return LabelsChange(
            before=len(labelled) + gone,
            after=len(self._won),
            gained=len(_less(self._won, labelled)),
            lost=len(_less(labelled, self._won)) + gone,
        )


def _less(rows: Rows, others: Rows) -> Rows:
    return np.setdiff1d(rows, others, assume_unique=True)


def _spread(rows: Rows, count: int) -> Rows:
    return rows[spread(range(len(rows)), count)] if count else NO_ROWS
