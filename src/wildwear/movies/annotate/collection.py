"""The clips that can be looked at, in the order in which they are shown; their pictures stay in the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal

from wildwear.errors import StorageError, UnknownName, UserError
from wildwear.table import Table
from wildwear.tables import CLIPS
from wildwear.workspace import Workspace

_DETAILS = ["movie", "person", "timestamp", "start", "end", "cells", "cell_width", "cell_height", "box", "top"]
_PLAYABLE = "status = 'ok'"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipName:
    """A clip as the list of all has it."""

    clip_id: str
    movie: str
    start: float
    """Seconds on the movie's clock."""


class ClipCollection:
    """The clips of a workspace. A page may stay open while `clips build` rewrites the table: what it began with is
    read from the version that it began with, and found again where that is gone."""

    def __init__(self, workspace: Workspace) -> None:
        self._table: Table = workspace.table(CLIPS)
        self.clips = _names(self._table)
        if not self.clips:
            raise UserError(f"{workspace.root} has no clips to look at: run 'wildwear clips build' first")
        self._known = {clip.clip_id for clip in self.clips}
        self._open = self._table.snapshot(), _places(self._table)
        self._lock = Lock()
        self.version = self._open[0].version
        """Of the table, when the page began."""

    def __contains__(self, clip_id: str) -> bool:
        return clip_id in self._known

    def known(self, clip_id: str) -> str:
        """The name itself; raises `UnknownName` for one that no clip has."""
        if clip_id not in self._known:
            raise UnknownName("clip", clip_id, ["those of this page"])
        return clip_id

    def details(self, clip_id: str) -> dict[str, Any]:
        """All that is known of a clip but its pictures."""
        return self._read(clip_id, _DETAILS)

    def picture(self, clip_id: str, which: Literal["picture", "sprite"]) -> bytes:
        """A picture of a clip, as JPEG."""
        return bytes(self._read(clip_id, [which])[which])

    def _read(self, clip_id: str, columns: Sequence[str]) -> dict[str, Any]:
        was = self._open
        try:
            return self._taken(self.known(clip_id), columns)
        except StorageError:
            with self._lock:
                if self._open is was:
                    self._open = self._table.snapshot(), _places(self._table)
        return self._taken(clip_id, columns)

    def _taken(self, clip_id: str, columns: Sequence[str]) -> dict[str, Any]:
        snapshot, places = self._open
        if clip_id not in places:
            raise UnknownName("clip", clip_id, ["those of this page"])
        row: dict[str, Any] = snapshot.take([places[clip_id]], list(columns)).to_pylist()[0]
        return row


def _names(table: Table) -> list[ClipName]:
    """By movie, one person after the other in the order in which they come on, each in order of time."""
    rows = table.read(["movie", "start", "person", "clip_id"], _PLAYABLE).to_pylist()
    rows.sort(key=lambda row: (row["movie"], row["start"], row["clip_id"]))
    comes_on: dict[tuple[str, str], float] = {}
    for row in rows:
        comes_on.setdefault(_person(row), row["start"])
    rows.sort(key=lambda row: (row["movie"], comes_on[_person(row)], _person(row)))
    return [ClipName(clip_id=row["clip_id"], movie=row["movie"], start=row["start"]) for row in rows]


def _person(row: Mapping[str, Any]) -> tuple[str, str]:
    """Whom a clip shows; somebody without a name is only like himself."""
    return row["movie"], row["person"] or row["clip_id"]


def _places(table: Table) -> dict[str, int]:
    return {clip: place for place, clip in enumerate(table.read(["clip_id"])["clip_id"].to_pylist())}
