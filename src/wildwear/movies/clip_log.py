"""What people say that clips show: an append-only log, durable before anyone is told so.

The last word of each person on a clip stands. Two people answer alike where they name the same set of categories, or
the same reason to discard; where they do not, a word that adjudicates settles it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pyarrow as pa

from wildwear.append_log import AppendLog
from wildwear.tables import CLIP_DECISIONS
from wildwear.workspace import Workspace


class Discard(StrEnum):
    """Why a clip is of no use."""

    FACE_ONLY = "face_only"
    """The box shows a face, and no clothing."""
    NOT_IN_LEXICON = "not_in_lexicon"
    """What is worn is none of the categories."""
    TOO_FEW_PIXELS = "too_few_pixels"
    """Too small or blurred to say."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One person's word on one clip; with neither categories nor a reason it takes back what that person said."""

    clip_id: str
    who: str
    categories: tuple[str, ...] = ()
    """The garment that is meant first, and then others that are worn with it."""
    discard: Discard | None = None
    adjudicates: bool = False
    """Whether it settles a disagreement between others."""

    def __post_init__(self) -> None:
        assert not (self.categories and self.discard), "a clip is of no use, or shows categories"
        assert len(set(self.categories)) == len(self.categories), "a category is named once"

    @property
    def answer(self) -> str:
        """What is compared: the set of categories, or the reason; empty where it takes back.

        >>> Annotation(clip_id="c", who="anna", categories=("Tee", "Jeans")).answer
        'Jeans|Tee'
        """
        return self.discard.value if self.discard else "|".join(sorted(self.categories))


@dataclass(slots=True)
class ClipLog:
    """The log of a workspace; several processes may append to it at once."""

    workspace: Workspace
    _log: AppendLog = field(init=False)

    def __post_init__(self) -> None:
        self._log = AppendLog(self.workspace.table(CLIP_DECISIONS))

    def append(self, annotations: Sequence[Annotation], /) -> range:
        """Adds annotations in one commit and gives their sequence numbers; on the disk when this returns."""
        return self._log.append(len(annotations), lambda sequences: _rows(annotations, sequences))

    def last(self) -> int:
        """The newest sequence number, 0 before the first."""
        return self._log.last()

    def since(self, sequence: int) -> list[Annotation]:
        """All that was said after `sequence`, in order."""
        rows = self._log.table.read(where=f"sequence > {sequence}").sort_by("sequence")
        return [_annotation(row) for row in rows.to_pylist()]

    def compact(self) -> None:
        """Merges the small files that many commits leave."""
        self._log.compact()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What stands: the last word of each person on each clip, by clip and by person."""

    by_clip: Mapping[str, Mapping[str, Annotation]]
    adjudicated: Mapping[str, Annotation]

    def of(self, who: str) -> dict[str, Annotation]:
        """What one person says, by clip; what that person adjudicates is apart."""
        return {clip: said[who] for clip, said in self.by_clip.items() if who in said}

    def of_clip(self, clip_id: str) -> Mapping[str, Annotation]:
        """What is said of one clip, by person."""
        return self.by_clip.get(clip_id, {})

    @property
    def annotators(self) -> list[str]:
        return sorted({who for said in self.by_clip.values() for who in said})


def words_of(workspace: Workspace) -> Words:
    """What stands in a workspace."""
    return standing(ClipLog(workspace).since(0))


def standing(said: Iterable[Annotation]) -> Words:
    """What stands of annotations in the order in which they were given."""
    by_clip: dict[str, dict[str, Annotation]] = {}
    adjudicated: dict[str, Annotation] = {}
    for one in said:
        held, key = (adjudicated, one.clip_id) if one.adjudicates else (by_clip.setdefault(one.clip_id, {}), one.who)
        if one.answer:
            held[key] = one
        else:
            held.pop(key, None)
    return Words(by_clip={clip: said for clip, said in by_clip.items() if said}, adjudicated=adjudicated)


def _rows(said: Sequence[Annotation], sequences: range) -> pa.Table:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    rows = [
        {
            "sequence": sequence,
            "clip_id": one.clip_id,
            "who": one.who,
            "categories": list(one.categories),
            "discard": one.discard,
            "adjudicates": one.adjudicates,
            "when": now,
        }
        for sequence, one in zip(sequences, said, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=CLIP_DECISIONS.schema)


def _annotation(row: Mapping[str, Any]) -> Annotation:
    return Annotation(
        clip_id=row["clip_id"],
        who=row["who"],
        categories=tuple(row["categories"]),
        discard=row["discard"] and Discard(row["discard"]),
        adjudicates=row["adjudicates"],
    )
