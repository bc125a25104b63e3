"""The stage behind `clips build`: boxes of people to clips that can be looked at, a film after the other.

Each film is opened in processes of its own, a few dozen windows at a time, and their clips are committed together: a
run that is killed goes on behind the last commit, and a film that takes its decoder down costs its own clips alone.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from wildwear.datasets.ahead import map_ahead
from wildwear.errors import UnreadableInput, UserError
from wildwear.movies.clip_cutting import cut, failed_row
from wildwear.movies.clip_files import take_over
from wildwear.movies.clip_guesses import Guesser, guess_anew
from wildwear.movies.clip_settings import BuildSettings
from wildwear.movies.clip_sources import Source, read_source
from wildwear.movies.clip_windows import Window, in_order, sampled
from wildwear.movies.isolation import Ended, run_isolated
from wildwear.movies.probing import Unreadable
from wildwear.progress import Progress, silent
from wildwear.records import Report
from wildwear.tables import CLIPS
from wildwear.taxonomy import load_taxonomy
from wildwear.workspace import Workspace

_TOGETHER = 48
"""Windows that are cut by one process and committed together."""
_DEATHS = 3
"""Processes that may die over one such part before the rest of it fails too."""
_NAMED = 8
"""Films that a sentence names."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is to be cut."""

    windows: list[Window]
    """All that were chosen."""
    left: list[Window]
    """Those that no earlier run has cut, or tried to."""
    skipped: Mapping[str, int]
    notes: Sequence[str]


def build_clips(
    workspace: Workspace, films: Sequence[Path], settings: BuildSettings, progress: Progress = silent
) -> Report:
    """Cuts clips of the people that the settings' source names out of `films` (files, or folders of them).

    A film belongs to the boxes that bear the stem of its file. Clips that are in the table stay; what was said of them
    in the source is added to the log. Raises `UserError` for a source without a box in these films, two films of one
    stem, or a model that is not there, before it opens a film.
    """
    settings.check_source()
    by_stem = find_films(films)
    guesser = Guesser.load(settings.model, workspace)
    source = read_source(settings, load_taxonomy(workspace.taxonomy_name))
    plan = _plan(workspace, source, by_stem, settings)
    table = workspace.table(CLIPS)
    built: list[Row] = []
    """Without their pictures."""
    with progress("cutting clips", len(plan.left)) as advance:
        parts = map_ahead(lambda part: _cut(by_stem, part, settings), _parts(plan.left), threads=os.cpu_count() or 1)
        for rows in parts:
            table.upsert(pa.Table.from_pylist([guesser.look(row) for row in rows], schema=CLIPS.schema))
            built += [{name: row.get(name) for name in ("movie", "status", "reason", "detail")} for row in rows]
            advance(len(rows))
    anew = guess_anew(table, [window.key.clip_id for window in plan.windows], guesser)
    table.compact()
    said = take_over(workspace, source.words)
    failed = Counter(source.failed) + Counter(row["reason"] for row in built if row["status"] != "ok")
    return Report(
        verb="clips build",
        done={"clips built": len(built) - sum(row["status"] != "ok" for row in built)}
        | {"clips in the table": table.count("status = 'ok'")}
        | ({"words of annotators taken over": said} if settings.annotated else {})
        | ({"clips looked at by another model": anew} if anew else {}),
        skipped=plan.skipped,
        failed=failed,
        notes=(*plan.notes, *source.notes, *_failures(built), "next: wildwear clips annotate --as NAME"),
        details={"films": sorted({window.key.movie for window in plan.windows})},
    )


def find_films(paths: Iterable[Path]) -> dict[str, Path]:
    """Films by the stem of their file; a folder stands for the files in it. Raises `UserError` for a stem twice."""
    films: dict[str, Path] = {}
    for path in paths:
        if not path.exists():
            raise UnreadableInput(f"{path} is not there")
        files = sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.name.startswith("."):
                continue
            if films.setdefault(file.stem, file) != file:
                raise UserError(
                    f"{films[file.stem]} and {file}: boxes name a film by the stem of its file, so give one"
                )
    if not films:
        raise UserError(f"there is no film in {', '.join(map(str, paths))}")
    return films


def _plan(workspace: Workspace, source: Source, films: Mapping[str, Path], settings: BuildSettings) -> _Plan:
    here = [window for window in source.windows if window.key.movie in films]
    if not here:
        raise UserError(
            f"none of the boxes of {source.name} is in these films ({_names(films)}): it speaks of "
            f"{_names(source.movies) or 'none'}, and a film's file is named for them"
        )
    chosen = sampled(here, settings.sample, settings.seed)
    stored = workspace.table(CLIPS).read(["clip_id", "status"])
    status = dict(zip(stored["clip_id"].to_pylist(), stored["status"].to_pylist(), strict=True))
    again = {None, "failed"} if settings.retry_failed else {None}
    before = Counter(status.get(one.key.clip_id) for one in chosen)
    missing = Counter(window.key.movie for window in source.windows if window.key.movie not in films)
    unused = films.keys() - {window.key.movie for window in source.windows}
    return _Plan(
        windows=chosen,
        left=[one for one in chosen if status.get(one.key.clip_id) in again],
        skipped={
            **source.skipped,
            "boxes of films that are not here": missing.total(),
            "boxes that were not drawn": len(here) - len(chosen),
            "clips that were there": before["ok"],
            "boxes that failed before (--retry-failed)": 0 if settings.retry_failed else before["failed"],
        },
        notes=[
            *([f"films that are not here, {len(missing):,}: {_names(missing)}"] if missing else ()),
            *([f"films without a box, {len(unused):,}: {_names(unused)}"] if unused else ()),
        ],
    )


def _parts(windows: Sequence[Window]) -> Iterator[list[Window]]:
    """Windows of one film, as many as are cut together."""
    part: list[Window] = []
    for window in sorted(windows, key=in_order):
        if part and (len(part) == _TOGETHER or window.key.movie != part[0].key.movie):
            yield part
            part = []
        part.append(window)
    if part:
        yield part


def _cut(films: Mapping[str, Path], part: Sequence[Window], settings: BuildSettings) -> list[Row]:
    """A row for each window, in their order. Where the process ends early, the window that it was at has failed, and
    another goes on behind it."""
    rows: dict[str, Row] = {}
    left, reason, detail = list(part), "", ""
    for _ in range(_DEATHS):
        ended = run_isolated(
            cut,
            (str(films[part[0].key.movie]), left, settings.frames),
            silence_seconds=settings.silence,
            on_message=lambda row: rows.update({row["clip_id"]: row}),
        )
        left = [window for window in left if window.key.clip_id not in rows]
        if not left:
            break
        reason, detail = _why(ended)
        if isinstance(ended.error, Unreadable):
            break
        at = left.pop(0)
        rows[at.key.clip_id] = failed_row(at, reason, detail)
    for window in left:
        rows[window.key.clip_id] = failed_row(window, reason, detail)
    return [rows[window.key.clip_id] for window in part]


def _why(ended: Ended) -> tuple[str, str]:
    """The reason and its detail."""
    if isinstance(ended.error, Unreadable):
        return ended.error.reason, ended.error.detail
    return ended.status, ended.detail


def _failures(rows: Sequence[Row]) -> Iterator[str]:
    """What went wrong with each film, once for each reason."""
    failed = Counter((row["movie"], row["reason"]) for row in rows if row["status"] != "ok")
    details = {(row["movie"], row["reason"]): row["detail"] for row in rows if row["status"] != "ok"}
    for (movie, reason), count in list(failed.items())[:_NAMED]:
        yield f"{movie}: {count:,} clips failed: {reason} ({details[movie, reason]})"
    if len(failed) > _NAMED:
        yield f"... and {len(failed) - _NAMED:,} more such, in the table 'clips'"


def _names(names: Iterable[str]) -> str:
    listed = sorted(names)
    further = f" and {len(listed) - _NAMED:,} more" if len(listed) > _NAMED else ""
    return ", ".join(listed[:_NAMED]) + further
