"""What every verb knows without being told: which workspace, and whether a machine or a person reads the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wildwear.workspace import Workspace


@dataclass(slots=True, kw_only=True)
class Session:
    """One call of the command line."""

    workspace: Path
    json: bool = False
    _opened: Workspace | None = None

    def open(self) -> Workspace:
        """The workspace named by `-w`; raises `NotAWorkspace` where there is none."""
        from wildwear.workspace import Workspace

        if self._opened is None:
            self._opened = Workspace.open(self.workspace)
        return self._opened

    def warn_of_repairs(self) -> None:
        """Says what was lost and repaired in the workspace, whether the verb succeeded or not."""
        from wildwear.cli.output import warn

        for notice in self._opened.notices if self._opened else ():
            warn(notice)

    def finish(self, result: object) -> int:
        """Prints a verb's report and gives the exit status."""
        from wildwear.cli.output import print_report
        from wildwear.records import Report

        if isinstance(result, Report):
            print_report(result, as_json=self.json)
            return result.exit_status
        return result if isinstance(result, int) else 0


_session: ContextVar[Session] = ContextVar("session")


@contextmanager
def use(session: Session) -> Iterator[None]:
    token = _session.set(session)
    try:
        yield
    finally:
        _session.reset(token)


def current() -> Session:
    """The session of the call that is running."""
    return _session.get()
