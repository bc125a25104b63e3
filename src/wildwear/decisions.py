"""What people decided about pictures: an append-only log, durable before anyone is told so.

Decisions go by what was looked at (`crop_id`, a hash of the stored bytes), so that they outlive labels, queries and
downloads. The last one on a picture stands: *reject* means that it is not used whatever its label, *relabel* that its
label is another one whatever the queries say, *keep* that its label at that time is right, *clear* takes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from wildwear.append_log import AppendLog
from wildwear.table import Table
from wildwear.tables import DECISIONS
from wildwear.workspace import Workspace

CATALOGUE = "catalogue"
"""The collection of the catalogue's own pictures; a dataset is one by its name."""


class Verdict(StrEnum):
    """What a person says of a picture."""

    KEEP = "keep"
    REJECT = "reject"
    RELABEL = "relabel"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One person's verdict on one picture."""

    crop_id: str
    collection: str
    category: str
    """The label when it was judged; a set's names are joined with `|`."""
    verdict: Verdict
    who: str
    product_id: str | None = None
    becomes: str | None = None
    """The new category, for a relabel and nothing else."""
    audit: str | None = None
    """The sampled audit that it belongs to."""

    def __post_init__(self) -> None:
        assert (self.verdict is Verdict.RELABEL) == (self.becomes is not None), "only a relabel names a category"


@dataclass(slots=True)
class DecisionLog:
    """The log of a workspace; several processes may append to it at once."""

    workspace: Workspace
    _table: Table = field(init=False)
    _log: AppendLog = field(init=False)

    def __post_init__(self) -> None:
        self._table = self.workspace.table(DECISIONS)
        self._log = AppendLog(self._table)

    def append(self, decisions: Sequence[Decision]) -> range:
        """Adds decisions in one commit and gives their sequence numbers; on the disk when this returns."""
        return self._log.append(len(decisions), lambda sequences: _rows(decisions, sequences))

    def last(self) -> int:
        """The newest sequence number, 0 before the first."""
        return self._log.last()

    def since(self, sequence: int, collection: str) -> pa.Table:
        """The decisions on a collection after `sequence`, in their order."""
        rows = self._table.read(where=f"sequence > {sequence} AND collection = {_quoted(collection)}")
        return rows.sort_by("sequence")

    def history(self, collection: str, crop_id: str) -> pa.Table:
        """All that was decided on one picture, in order."""
        where = f"collection = {_quoted(collection)} AND crop_id = {_quoted(crop_id)}"
        return self._table.read(where=where).sort_by("sequence")

    def of_audit(self, audit: str) -> pa.Table:
        """What stands of the pictures judged in a sampled audit, by the decisions of that audit alone."""
        return standing_of(self._table.read(where=f"audit = {_quoted(audit)}"))

    def audited(self, collection: str) -> pa.Table:
        """All decisions on a collection that belong to a sampled audit, in order."""
        return self._table.read(where=f"audit IS NOT NULL AND collection = {_quoted(collection)}").sort_by("sequence")

    def compact(self) -> None:
        """Merges the small files that many commits leave; nobody holds a version of the log for long."""
        self._log.compact()


def standing(workspace: Workspace, collection: str) -> pa.Table:
    """The last verdict on each picture of a collection that has one: the columns of `decisions`, by `crop_id`."""
    return standing_of(workspace.table(DECISIONS).read(where=f"collection = {_quoted(collection)}"))


def standing_of(rows: pa.Table) -> pa.Table:
    """The last decision on each crop, in order of `crop_id`, but for those that are taken back."""
    newest = rows.group_by("crop_id").aggregate([("sequence", "max")])["sequence_max"]
    rows = rows.filter(pc.is_in(rows["sequence"], value_set=newest.combine_chunks()))
    return rows.filter(pc.not_equal(rows["verdict"], Verdict.CLEAR.value)).sort_by("crop_id")


def _rows(decisions: Sequence[Decision], sequences: range) -> pa.Table:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    columns: dict[str, list[object]] = {
        name: [getattr(decision, name) for decision in decisions]
        for name in DECISIONS.schema.names
        if name not in ("sequence", "when")
    }
    columns |= {"sequence": list(sequences), "when": [now] * len(decisions)}
    return pa.table(
        {name: pa.array(columns[name], DECISIONS.schema.field(name).type) for name in DECISIONS.schema.names}
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
