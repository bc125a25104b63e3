"""The file of queries that `label` reads in a workspace: seen at one moment, edited, and written back."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wildwear.errors import EditConflict, StorageError, UnreadableInput
from wildwear.files import read_toml, write_durably
from wildwear.queries.edit import with_match
from wildwear.queries.load import QuerySet, is_shipped, load_queries, queries_in
from wildwear.queries.settings import LabelSettings
from wildwear.queries.stage import queries_file
from wildwear.taxonomy import Taxonomy
from wildwear.workspace import MARKER, Workspace

_NEW = """\
# Queries of this workspace. A block written here stands in place of the one that ships with wildwear.
extends = "shipped"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnQueries:
    """The file, or what stands in for it before there is one."""

    path: Path
    text: str | None
    """None before the first edit: then those that ship are the queries."""

    @property
    def version(self) -> str:
        """A name for what is in it: whoever saves says from what they started."""
        return hashlib.sha256((self.text or "").encode()).hexdigest()[:16] if self.text is not None else "none"

    def queries(self, taxonomy: Taxonomy) -> QuerySet:
        """All queries as `label` would read them; raises as `load_queries`."""
        if self.text is None:
            return load_queries(None, taxonomy)
        return queries_in(_tables(self.path, self.text), self.path.name, taxonomy)

    def edited(self, category: str, match: str, taxonomy: Taxonomy) -> OwnQueries:
        """The file with another query for a category; a block that is new keeps the shipped one's minus-terms.

        Raises `UnknownName`, and `UserError` where the file's text cannot be edited.
        """
        taxonomy.expand(category)
        text = _NEW if self.text is None else self.text
        inherits = is_shipped(category) and _tables(self.path, text).get("extends") == "shipped"
        return OwnQueries(path=self.path, text=with_match(text, category, match, inherits=inherits))


def own_queries(workspace: Workspace, settings: LabelSettings) -> OwnQueries:
    """The file as it is now."""
    path = queries_file(workspace, settings) or workspace.root / "queries.toml"
    try:
        # As bytes: the ends of lines stay what they are.
        return OwnQueries(path=path, text=path.read_bytes().decode())
    except FileNotFoundError as error:
        if settings.queries is None:
            return OwnQueries(path=path, text=None)
        raise UnreadableInput(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableInput(f"{path} is not UTF-8: {error}") from error
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror or error}") from error


def save(edited: OwnQueries, since: str, workspace: Workspace, settings: LabelSettings) -> None:
    """Writes the file durably, unless it is no longer as it was at version `since`: then raises `EditConflict`."""
    assert edited.text is not None
    path = edited.path.resolve()  # a link stays one
    try:
        with _alone(path.parent):
            if own_queries(workspace, settings).version != since:
                raise EditConflict(f"{path.name} was changed by someone else meanwhile: load the page again, then edit")
            write_durably(path, edited.text.encode())
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror or error}") from error


def label_settings(workspace: Workspace) -> LabelSettings:
    """What `wildwear label` runs with when no flag is given: environment before `wildwear.toml` before defaults."""
    table = read_toml(workspace.root / MARKER).get("label", {})
    given: dict[str, Any] = {}
    for name, kind in {"queries": Path, "policy": str, "fields": tuple}.items():
        spoken = os.environ.get(f"WILDWEAR_LABEL_{name.upper()}")
        value = table.get(name) if spoken is None else spoken.split() if kind is tuple else spoken
        if value is not None:
            given[name] = kind(value)
    return LabelSettings(**given)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One writer at a time, over processes and threads."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _tables(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableInput(f"{path} is not TOML: {error}") from error
