"""The stage behind `tag` for movies: what is asked for, checked first; then movie by movie into the outputs."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wildwear.errors import UserError
from wildwear.models.settings import RuntimeOptions
from wildwear.movies.records import Shot
from wildwear.records import Report
from wildwear.tagging.movies.analysis import Job
from wildwear.tagging.movies.film_clock import FilmClock
from wildwear.tagging.movies.films_at_once import Finished, tag_movies
from wildwear.tagging.movies.json_form import appearance_from_json, info_from_json, time
from wildwear.tagging.movies.kept import tags_in, thumbnail_in
from wildwear.tagging.movies.progress_log import Recorded, read_log
from wildwear.tagging.movies.settings import MovieSettings
from wildwear.tagging.movies.tags import FailedMovie, MovieTags
from wildwear.tagging.outputs.movies import MOVIE_OUTPUTS, MovieEntry, MovieOutput
from wildwear.tagging.places import output_places
from wildwear.tagging.settings import OutputSettings, TaggerSettings

if TYPE_CHECKING:
    from wildwear.workspace import Workspace

_SAMPLES = 5
_GIVEN = ("ava:", "coco:")


@dataclass(slots=True, kw_only=True)
class MoviePlan:
    """Which movies are to be tagged, with what, and where the tags go."""

    movies: list[str]
    model: str
    """Its folder."""
    settings: MovieSettings
    tagger: TaggerSettings
    options: RuntimeOptions
    outputs: list[MovieOutput]
    places: dict[str, Path | None]
    """Where each output ends up; None is standard output."""
    workspace: Path | None = None
    done: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    samples: list[str] = field(default_factory=list)
    """The first few failures and movies that are whole only in part, as sentences."""


def make_movie_plan(
    movies: Sequence[str],
    output: OutputSettings,
    settings: MovieSettings,
    *,
    model: str,
    tagger: TaggerSettings,
    options: RuntimeOptions,
    workspace: Workspace | None,
    default: MovieOutput,
) -> MoviePlan:
    """Checks all that is cheap to check, the model and the detector among it; raises `UserError` for what cannot be.

    `default` takes the tags where no output is asked for.
    """
    from wildwear.models.registry import find_model, load_model

    if output.boxes is not None:
        raise UserError(f"--boxes {output.boxes} is for photographs: movies take boxes by --people ava: or coco:FILE")
    places = output_places(output.to, output.out, MOVIE_OUTPUTS)
    outputs = [MOVIE_OUTPUTS[name].make(place) for name, place in places.items()] or [default]
    for one in outputs:
        one.check(movies)
    load_model(model, workspace, options)
    _check_people(settings.people, movies, options, workspace)
    return MoviePlan(
        movies=list(movies),
        model=str(find_model(model, workspace).resolve()),
        settings=settings,
        tagger=tagger,
        options=options,
        outputs=outputs,
        places=places,
        workspace=None if workspace is None else workspace.root.resolve(),
    )


def run_movies(plan: MoviePlan, progress: Callable[[int], None] | None = None) -> Report:
    """Tags the movies of a plan and writes its outputs; a movie that fails is counted by its reason.

    What a run that was killed has found of these movies is not looked for again. `progress` moves in seconds of film.
    """
    whole = False
    with ExitStack() as held:
        jobs = [_job(plan, movie, _logs(plan, held)) for movie in plan.movies]
        for output in plan.outputs:
            output.begin()
        try:
            for entry in _entries(plan, jobs, progress):
                for output in plan.outputs:
                    output.write(entry)
                _count(plan, entry.tags)
            whole = True
        finally:
            for output in plan.outputs:
                output.close(whole=whole)
        for job in jobs:
            Path(job.log).unlink(missing_ok=True)
    return _report(plan)


def _check_people(people: str, movies: Sequence[str], options: RuntimeOptions, workspace: Workspace | None) -> None:
    """Opens the detector once; a file of boxes need only be there, since it may lack a movie."""
    from wildwear.movies.people.registry import open_detector

    if people.startswith(_GIVEN):
        file = people.partition(":")[2]
        if not Path(file).is_file():
            raise UserError(f"--people {people}: there is no file {file}")
        return
    open_detector(people, movies[0], options, workspace)


def _logs(plan: MoviePlan, held: ExitStack) -> Path:
    """Where logs lie: beside the outputs, or nowhere for long where these are not kept either."""
    places = [place for place in plan.places.values() if place is not None]
    if not places:
        return Path(held.enter_context(tempfile.TemporaryDirectory(prefix="wildwear-")))
    first = places[0]
    return first.parent if first.suffix else first


def _job(plan: MoviePlan, movie: str, logs: Path) -> Job:
    path = os.path.realpath(movie)
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    return Job(
        movie=path,
        log=str(logs.resolve() / f".{Path(movie).stem[:80]}-{digest}.progress.draft"),
        model=plan.model,
        workspace=str(plan.workspace or ""),
        settings=plan.settings,
        tagger=plan.tagger,
        options=plan.options,
    )


def _entries(plan: MoviePlan, jobs: Sequence[Job], progress: Callable[[int], None] | None) -> Iterator[MovieEntry]:
    """Each movie in the order they were given, when it is done and those before it are."""
    clock = FilmClock({job.movie: Path(job.movie).name for job in jobs}, progress)
    waiting: dict[int, Finished] = {}
    following = 0
    for finished in tag_movies(
        jobs, at_once=plan.settings.films_at_once, runner=plan.settings.runner, listener=clock.hear
    ):
        clock.done(jobs[finished.place].movie)
        waiting[finished.place] = finished
        while following in waiting:
            yield _entry(plan, plan.movies[following], jobs[following], waiting.pop(following).failed)
            following += 1


def _entry(plan: MoviePlan, movie: str, job: Job, failed: FailedMovie | None) -> MovieEntry:
    if failed is not None:
        return MovieEntry(tags=FailedMovie(path=movie, reason=failed.reason, detail=failed.detail))
    recorded = read_log(Path(job.log))
    for sentence in (recorded.end or {}).get("notes", ()):
        _sample(plan, f"{movie}: {sentence}")
    tracks = [track for shot in recorded.shots for track in shot["tracks"]]
    pictures = {track["tags"]["number"]: thumbnail_in(track) for track in tracks}
    return MovieEntry(
        tags=_tags(movie, recorded),
        thumbnails={number: picture for number, picture in pictures.items() if picture is not None},
    )


def _tags(movie: str, recorded: Recorded) -> MovieTags:
    end: dict[str, Any] = recorded.end or {}
    return MovieTags(
        path=movie,
        model=recorded.header["model"],
        people=recorded.header["people"],
        info=info_from_json(movie, end["info"]),
        status=end["status"],
        decoded_until=time(end["decoded_until"]),
        detail=end["detail"],
        shots=tuple(
            Shot(number=number, start=Fraction(shot["start"]), end=Fraction(shot["end"]))
            for number, shot in enumerate(recorded.shots)
        ),
        tracks=tuple(tags_in(track) for shot in recorded.shots for track in shot["tracks"]),
        appearances=tuple(map(appearance_from_json, end["appearances"])),
        left_out=end["left_out"],
    )


def _count(plan: MoviePlan, tags: MovieTags | FailedMovie) -> None:
    if isinstance(tags, FailedMovie):
        plan.failed[tags.reason] += 1
        _sample(plan, f"{tags.path}: {tags.reason}: {tags.detail}")
        return
    plan.done["movies"] += 1
    plan.done["shots"] += len(tags.shots)
    plan.done["people in shots"] += sum(not track.left_out for track in tags.tracks)
    plan.done["appearances"] += len(tags.appearances)
    plan.left_out.update(tags.left_out)
    if tags.status == "partial":
        plan.failed["partial"] += 1
        _sample(plan, f"{tags.path}: partial: {tags.detail}")


def _sample(plan: MoviePlan, sentence: str) -> None:
    if len(plan.samples) < _SAMPLES:
        plan.samples.append(sentence)


def _report(plan: MoviePlan) -> Report:
    failed = plan.failed + sum((output.failed for output in plan.outputs), Counter())
    notes = [*plan.samples, *(sentence for output in plan.outputs for sentence in output.notes)]
    if plan.settings.people == "none":
        notes.append("whole frames were tagged, and nobody was looked for: say --people FILE.onnx to find people")
    return Report(
        verb="tag",
        done={"movies": 0} | dict(plan.done),
        skipped={f"people left out: {reason}": count for reason, count in sorted(plan.left_out.items())},
        failed=dict(failed),
        notes=(*notes, *(f"wrote {place}" for place in plan.places.values() if place is not None)),
        details={"movie_outputs": {name: str(place) for name, place in plan.places.items()}},
    )
