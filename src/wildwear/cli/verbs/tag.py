"""`wildwear tag`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from wildwear.cli.session import current
from wildwear.models.settings import DEFAULT_MODEL, RuntimeOptions
from wildwear.records import Report
from wildwear.tagging.settings import OutputSettings, TaggerSettings

if TYPE_CHECKING:
    from wildwear.tagging.outputs.base import Entry
    from wildwear.workspace import Workspace

app = App(name="tag", help_epilogue="Example: wildwear tag photos/ --to json,html --out tags")

_MOST_ROWS = 200


@app.default
def tag(
    paths: list[str],
    /,
    *,
    model: str = DEFAULT_MODEL,
    output: Annotated[OutputSettings, Parameter(name="*", negative="", show_default=False)] = OutputSettings(),
    tagger: Annotated[TaggerSettings, Parameter(name="*")] = TaggerSettings(),
    options: Annotated[RuntimeOptions, Parameter(name="*")] = RuntimeOptions(),
    people: Annotated[str | None, Parameter(show=False)] = None,
) -> Report | int:
    """Recognise clothing on photographs: the likeliest categories, and the outfit by region.

    Parameters
    ----------
    paths
        Pictures, folders (searched whole) or patterns such as 'shots/**/*.jpg'. A file named twice is tagged once.
    model
        A model's name (see 'wildwear models list') or its folder.
    """
    from wildwear.cli.output import complain, progress
    from wildwear.errors import UserError
    from wildwear.tagging.stage import make_plan, run
    from wildwear.tagging.tagger import Tagger

    if people is not None:
        raise UserError("--people: finding people is not there yet; give their boxes with --boxes FILE.csv")
    shown = _Objects() if current().json else _Rows()
    plan = make_plan(paths, output, tagger.top, shown)
    ready = Tagger(model, tagger, options, workspace=_workspace())
    with progress("tagging", len(plan.photos)) as advance:
        report = run(ready, plan, advance)
    if None in plan.places.values():  # standard output holds tags: what else is to be said goes to stderr
        for note in report.notes:
            complain(note)
        return report.exit_status
    return replace(report, notes=(*report.notes, *shown.notes), details={**report.details, **shown.details})


def _workspace() -> Workspace | None:
    """The workspace, whose models hide packaged ones; none is needed unless `-w` names one."""
    session = current()
    named = session.workspace != Path()
    return session.open() if named or (session.workspace / "wildwear.toml").is_file() else None


class _Rows:
    """A table on the terminal, of the first photographs."""

    view_side = 0
    details: dict[str, Any]

    def __init__(self) -> None:
        self.notes: tuple[str, ...] = ()
        self.details = {}
        self._rows: list[tuple[str, str, str]] = []
        self._left_out = 0

    def begin(self) -> None: ...

    def write(self, entry: Entry) -> None:
        from wildwear.tagging.tags import Tags

        if not isinstance(entry.outcome, Tags):
            return
        if len(self._rows) == _MOST_ROWS:
            self._left_out += 1
            return
        for box in entry.outcome.boxes or (entry.outcome,):
            top = ", ".join(f"{score.category} {score.score:.0%}" for score in box.top)
            self._rows.append((_printable(entry.photo.name), str(entry.outcome.outfit), top))

    def close(self, *, whole: bool = True) -> None:
        from wildwear.cli.output import print_table

        if not whole:
            return
        print_table(["photo", "outfit", "likeliest"], self._rows)
        if self._left_out:
            self.notes = (f"and {self._left_out:,} more photographs: write them all with --to csv, json or html",)


class _Objects:
    """What `--json` prints where no output is asked for: all tags in the one report."""

    view_side = 0
    notes: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.details: dict[str, Any] = {"photos": []}

    def begin(self) -> None: ...

    def write(self, entry: Entry) -> None:
        self.details["photos"].append(entry.outcome.to_json())

    def close(self, *, whole: bool = True) -> None: ...


def _printable(text: str) -> str:
    """A file name without what would move a terminal's cursor or change its colours."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
