"""`wildwear tag`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from wildwear.cli.session import current
from wildwear.models.settings import DEFAULT_MODEL, RuntimeOptions
from wildwear.records import Report
from wildwear.tagging.movies.settings import MovieSettings
from wildwear.tagging.settings import OutputSettings, TaggerSettings

if TYPE_CHECKING:
    from wildwear.tagging.movies.tags import Appearance
    from wildwear.tagging.outputs.base import Entry
    from wildwear.tagging.outputs.movies import MovieEntry
    from wildwear.workspace import Workspace

app = App(
    name="tag",
    help_epilogue="Example: wildwear tag photos/ --to json,html --out tags · "
    "wildwear tag film.mp4 --people yolox_nano.onnx --to html,overlay",
)

_MOST_ROWS = 200


@app.default
def tag(
    paths: list[str],
    /,
    *,
    model: str = DEFAULT_MODEL,
    output: Annotated[OutputSettings, Parameter(name="*", negative="", show_default=False)] = OutputSettings(),
    tagger: Annotated[TaggerSettings, Parameter(name="*")] = TaggerSettings(),
    movies: Annotated[MovieSettings, Parameter(name="*", group="Movies")] = MovieSettings(),
    options: Annotated[RuntimeOptions, Parameter(name="*")] = RuntimeOptions(),
) -> Report | int:
    """Recognise clothing on photographs and in movies: the likeliest categories, and the outfit by region.

    Parameters
    ----------
    paths
        Pictures, movies, folders (searched whole) or patterns such as 'shots/**/*.jpg'. A file named twice is tagged
        once.
    model
        A model's name (see 'wildwear models list') or its folder.
    """
    from wildwear.errors import UserError
    from wildwear.tagging.movies.finding import split_paths
    from wildwear.tagging.places import check_both

    films, photos = split_paths(paths)
    if not films and movies.people != MovieSettings().people:
        raise UserError(
            f"--people {movies.people} finds people in movies, and no path is one: photographs take --boxes"
        )
    if films and photos:
        check_both(output)
    reports = []
    if films:
        reports.append(_tag_movies(films, model, output, tagger, movies, options))
    if photos:
        reports.append(_tag_photos(photos, model, _for_photos(output) if films else output, tagger, options))
    if any(isinstance(report, int) for report in reports):
        return max(report if isinstance(report, int) else report.exit_status for report in reports)
    return _together([report for report in reports if isinstance(report, Report)])


def _tag_photos(
    paths: list[str], model: str, output: OutputSettings, tagger: TaggerSettings, options: RuntimeOptions
) -> Report | int:
    from wildwear.cli.output import progress
    from wildwear.tagging.stage import make_plan, run
    from wildwear.tagging.tagger import Tagger

    shown = _Objects() if current().json else _Rows()
    plan = make_plan(paths, output, tagger.top, shown)
    ready = Tagger(model, tagger, options, workspace=_workspace())
    with progress("tagging", len(plan.photos)) as advance:
        report = run(ready, plan, advance)
    return _said(report, plan.places, shown)


def _tag_movies(
    films: list[str],
    model: str,
    output: OutputSettings,
    tagger: TaggerSettings,
    movies: MovieSettings,
    options: RuntimeOptions,
) -> Report | int:
    from wildwear.cli.output import progress
    from wildwear.tagging.movies.stage import make_movie_plan, run_movies

    shown = _MovieObjects() if current().json else _MovieRows()
    plan = make_movie_plan(
        films,
        output,
        movies,
        model=model,
        tagger=tagger,
        options=options,
        workspace=_workspace(),
        default=shown,
    )
    with progress("seconds of film") as advance:
        report = run_movies(plan, advance)
    return _said(report, plan.places, shown)


def _said(
    report: Report, places: dict[str, Path | None], shown: _Rows | _Objects | _MovieRows | _MovieObjects
) -> Report | int:
    """The report; where standard output holds tags, what else is to be said goes to stderr."""
    from wildwear.cli.output import complain

    if None in places.values():
        for note in report.notes:
            complain(note)
        return report.exit_status
    return replace(report, notes=(*report.notes, *shown.notes), details={**report.details, **shown.details})


def _for_photos(output: OutputSettings) -> OutputSettings:
    """What is asked for besides the forms that only movies have."""
    from wildwear.tagging.outputs import OUTPUTS
    from wildwear.tagging.outputs.movies import MOVIE_OUTPUTS
    from wildwear.tagging.places import output_names

    names = [name for name in output_names(output.to) if name in OUTPUTS or name not in MOVIE_OUTPUTS]
    return replace(output, to=(",".join(names),))


def _together(reports: Sequence[Report]) -> Report:
    if len(reports) == 1:
        return reports[0]
    first, other = reports
    return Report(
        verb="tag",
        done={**first.done, **other.done},
        skipped={**first.skipped, **other.skipped},
        failed=dict(Counter(first.failed) + Counter(other.failed)),
        notes=(*first.notes, *other.notes),
        details={**first.details, **other.details},
    )


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


class _MovieShown:
    """What both ways of showing movies without an output share."""

    wants_thumbnails = False

    def __init__(self) -> None:
        self.failed: Counter[str] = Counter()
        self.notes: list[str] = []
        self.details: dict[str, Any] = {}

    def check(self, movies: Sequence[str]) -> None: ...

    def begin(self) -> None: ...


class _MovieRows(_MovieShown):
    """A table on the terminal, of the first appearances."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[str, str, str, str]] = []
        self._left_out = 0

    def write(self, entry: MovieEntry) -> None:
        from wildwear.tagging.movies.tags import MovieTags

        if isinstance(entry.tags, MovieTags):
            name = _printable(Path(entry.tags.path).name)
            self._rows += [(name, _when(one), str(one.outfit), _likeliest(one)) for one in entry.tags.appearances]
            self._left_out += len(self._rows[_MOST_ROWS:])
            del self._rows[_MOST_ROWS:]

    def close(self, *, whole: bool = True) -> None:
        from wildwear.cli.output import print_table

        if not whole:
            return
        print_table(["movie", "when", "outfit", "likeliest"], self._rows)
        if self._left_out:
            self.notes.append(f"and {self._left_out:,} more appearances: write them all with --to csv, json or html")


class _MovieObjects(_MovieShown):
    """What `--json` prints where no output is asked for: all tags in the one report."""

    def __init__(self) -> None:
        super().__init__()
        self.details["movies"] = []

    def write(self, entry: MovieEntry) -> None:
        from wildwear.tagging.movies.json_form import to_json

        self.details["movies"].append(to_json(entry.tags))

    def close(self, *, whole: bool = True) -> None: ...


def _when(one: Appearance) -> str:
    return f"{_clock(float(one.start))} – {_clock(float(one.end))}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"


def _likeliest(one: Appearance) -> str:
    return ", ".join(f"{score.category} {score.score:.0%}" for score in one.top[:5])


def _printable(text: str) -> str:
    """A file name without what would move a terminal's cursor or change its colours."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
