"""One collection under review: its columns, what stands, its sheets and sprites, and the way into the log."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wildwear.decisions import Decision, DecisionLog, Verdict
from wildwear.errors import UnknownName, UserError
from wildwear.pages.committer import Committer
from wildwear.review import audit as audits
from wildwear.review.bodies import DecisionBody, DecisionsBody
from wildwear.review.collection import open_collection
from wildwear.review.judgements import Judgements, State, items_of
from wildwear.review.settings import ReviewSettings
from wildwear.review.sheets import Sheets
from wildwear.review.sprites import Sprites
from wildwear.tables import LABELS
from wildwear.taxonomy import load_taxonomy
from wildwear.workspace import Workspace

_MOST_CHANGES = 10_000


class Review:
    """What the endpoints stand on."""

    def __init__(self, workspace: Workspace, settings: ReviewSettings) -> None:
        self.workspace, self.settings = workspace, settings
        self.taxonomy = load_taxonomy(workspace.taxonomy_name)
        self.collection = open_collection(workspace, settings.on)
        self.judgements = Judgements(workspace, self.collection, self.taxonomy.names)
        self.sheets = Sheets(self.collection)
        self.sprites = Sprites(self.collection, settings.sprite_megabytes)
        self._log = DecisionLog(workspace)
        self._committer = Committer(self._log)

    def close(self) -> None:
        """Writes what waits, and ends the threads."""
        self._committer.close()
        self.sprites.close()

    def known(self, item: int) -> int:
        """The number itself; raises `UnknownName` for one that no item has."""
        if not 0 <= item < len(self.collection):
            raise UnknownName("item", str(item), [f"0 to {len(self.collection) - 1}"])
        return item

    def decide(self, body: DecisionsBody) -> range:
        """Writes decisions; returns when they are on the disk. Raises `UserError` for what cannot be decided."""
        if body.audit is not None:
            audits.load(self.workspace, body.audit)
        if not body.decisions:
            return range(0)
        who = body.who.strip() or self.settings.signed
        decisions = [self._decision(one, who, body.audit) for one in body.decisions]
        return self._committer.submit(decisions).result()

    def changes(self, since: int) -> dict[str, Any]:
        """What was decided after a sequence number, by anybody; at most 10,000 at a time."""
        if since >= self._log.last():
            return {"last": self._log.last(), "changes": []}
        rows = self._log.since(since, self.collection.name)
        last = self._log.last()
        if rows.num_rows > _MOST_CHANGES:
            rows = rows.slice(0, _MOST_CHANGES)
            last = rows["sequence"][-1].as_py()
        items, places = items_of(self.collection, rows["crop_id"])
        taken = (
            rows.select(["sequence", "verdict", "becomes", "who"])
            .take(places)
            .rename_columns(["sequence", "verdict", "category", "who"])
        )
        changes = [{"item": item} | change for item, change in zip(items.tolist(), taken.to_pylist(), strict=True)]
        return {"last": last, "changes": changes}

    def sample(self, audit: str) -> dict[str, Any]:
        """What an audit drew, of what is there still, and how it was judged in that audit; raises `UnknownName`."""
        drawn = audits.load(self.workspace, audit)
        items, places = items_of(self.collection, pa.chunked_array([pa.array(drawn.crop_ids, pa.string())]))
        first = np.unique(places, return_index=True)[1]
        rows = self._log.of_audit(audit)
        verdicts = dict(zip(rows["crop_id"].to_pylist(), rows["verdict"].to_pylist(), strict=True))
        judged = [verdicts.get(drawn.crop_ids[place]) for place in places[first].tolist()]
        return {"category": drawn.category, "items": items[first].tolist(), "verdicts": judged}

    def matching(self, query: str) -> NDArray[np.bool_]:
        """The items whose product was labelled by exactly that query."""
        quoted = query.replace("'", "''")
        products = self.workspace.table(LABELS).read(["product_id"], f"wins = true AND query = '{quoted}'")
        held = pc.is_in(self.collection.product.names, value_set=products["product_id"].combine_chunks())
        return np.append(held.to_numpy(zero_copy_only=False), False)[self.collection.product.codes]

    def standing_in(self, category: str) -> NDArray[np.int64]:
        """The items that are in a category as things stand: rejected ones left out, relabelled ones where they went."""
        states = self.judgements.states()
        labelled = self.collection.labels_with(category)[self.collection.label.codes]
        labelled &= (states != State.REJECT) & (states != State.RELABEL)
        moved = (states == State.RELABEL) & self.judgements.moved_to(category)
        if not (labelled.any() or moved.any()) and category not in self.collection.categories:
            raise UnknownName("category", category, self.collection.categories)
        return np.flatnonzero(labelled | moved)

    def _decision(self, one: DecisionBody, who: str, audit: str | None) -> Decision:
        item = self.known(one.item)
        if (one.verdict is Verdict.RELABEL) != (one.category is not None):
            raise UserError("'relabel' names the category that it becomes, and no other verdict does")
        return Decision(
            crop_id=str(self.collection.crop.of(item)),
            product_id=self.collection.product.of(item),
            collection=self.collection.name,
            category=self.collection.label.of(item) or "",
            verdict=one.verdict,
            becomes=None if one.category is None else self.taxonomy.category(one.category).name,
            who=who,
            audit=audit,
        )
