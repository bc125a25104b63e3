"""The demonstration's movie: drawn, tagged, and held against what was drawn."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from wildwear.demo.pictures import Seen, data_address, marked
from wildwear.records import Box, Report
from wildwear.rendered.movie import Movie, MovieForm, Take, Walker, write_ava, write_movie
from wildwear.tagging.movies.json_form import from_json
from wildwear.tagging.movies.tags import Appearance, MovieTags, TrackTags

if TYPE_CHECKING:
    from wildwear.workspace import Workspace

BOXES_EVERY = Fraction(1, 5)
"""Seconds between two boxes of a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One take, with what the model says of the people in it."""

    picture: str
    """The frame in its middle, as a `data:` address."""
    start: float
    end: float
    """Seconds."""
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """The movie with what the model says of it."""

    shown: tuple[Shown, ...]
    garments: int
    right: int
    appearances: tuple[Appearance, ...]


def draw(folder: Path, takes: int, seed: int, progress: Callable[[int], None] | None = None) -> Movie:
    """Draws `street.mp4` into the folder, and `people.csv` with where its people are."""
    folder.mkdir(parents=True, exist_ok=True)
    movie = write_movie(folder / "street.mp4", MovieForm(takes=takes, seed=seed), progress)
    write_ava(people_file(movie), movie, BOXES_EVERY)
    return movie


def people_file(movie: Movie) -> Path:
    return movie.path.with_name("people.csv")


def tag(workspace: Workspace, movie: Movie, model: str, out: Path, progress: Callable[[int], None]) -> Report:
    """Tags the movie as `wildwear tag` does."""
    from wildwear.models.settings import RuntimeOptions
    from wildwear.tagging.movies.settings import MovieSettings
    from wildwear.tagging.movies.stage import make_movie_plan, run_movies
    from wildwear.tagging.outputs.movies import MOVIE_OUTPUTS
    from wildwear.tagging.settings import OutputSettings, TaggerSettings

    plan = make_movie_plan(
        [str(movie.path)],
        OutputSettings(to=("json", "html"), out=out),
        MovieSettings(people=f"ava:{people_file(movie)}"),
        model=model,
        tagger=TaggerSettings(),
        options=RuntimeOptions(),
        workspace=workspace,
        default=MOVIE_OUTPUTS["json"].make(None),
    )
    return run_movies(plan, progress)


def held_against_truth(movie: Movie, report: Report) -> Film:
    """What the report's JSON output says, beside what was drawn."""
    outputs: Any = report.details["movie_outputs"]
    tags = from_json(json.loads(Path(outputs["json"]).read_text(encoding="utf-8").splitlines()[0]))
    assert isinstance(tags, MovieTags), tags
    shown = tuple(_shown(movie, tags))
    pairs = [(one.says.split(" + "), one.truth.split(" + ")) for take in shown for one in take.seen]
    return Film(
        shown=shown,
        garments=sum(len(truth) for _, truth in pairs),
        right=sum(len(set(says) & set(truth)) for says, truth in pairs),
        appearances=tags.appearances,
    )


def _shown(movie: Movie, tags: MovieTags) -> Iterator[Shown]:
    from wildwear.movies.decoding import open_movie

    with open_movie(movie.path) as film:
        for take in movie.takes:
            points = take.walkers[0].points
            middle = points[len(points) // 2][0]
            seen = _seen(take, tags.tracks, middle)
            picture = data_address(marked(Image.fromarray(film.frame_at(middle).pixels), seen))
            yield Shown(picture=picture, start=float(take.start), end=float(take.end), seen=tuple(seen))


def _seen(take: Take, tracks: Sequence[TrackTags], time: Fraction) -> list[Seen]:
    """Everybody in a take, each with the track that begins where they are; nobody is left out."""
    there = [track for track in tracks if take.start <= track.points[0].time < take.end and not track.left_out]
    found = []
    for walker in take.walkers:
        nearest = min(there, key=lambda track: _distance(walker, track), default=None)
        worn = () if nearest is None else nearest.outfit.garments
        truth = " + ".join(category for _, category in reversed(walker.outfit))
        found.append(
            Seen(
                box=dict(walker.points)[time],
                says=" + ".join(garment.category for garment in worn) or "nothing certain",
                score=min((garment.score for garment in worn), default=0.0),
                truth=truth,
            )
        )
    return found


def _distance(walker: Walker, track: TrackTags) -> float:
    point = track.points[0]
    box = min(walker.points, key=lambda there: abs(there[0] - point.time))[1]
    return abs(_middle(box) - _middle(point.box))


def _middle(box: Box) -> float:
    return (box.x1 + box.x2) / 2
