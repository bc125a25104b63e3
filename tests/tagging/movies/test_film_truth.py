"""Films whose truth is known, from the first frame to the tags: cuts, times and garments, at any rate of frames."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from tests.movies.films import NTSC, NTSC_FILM, Film, FilmForm, black, clip, still, uneven, write_film

from wildwear.cli import main
from wildwear.rendered.movie import MovieForm, Take, write_movie
from wildwear.tagging.movies.json_form import from_json
from wildwear.tagging.movies.tags import Appearance, MovieTags

RATES: dict[str, Fraction | Sequence[Fraction]] = {
    "23.976": NTSC_FILM,
    "29.97": NTSC,
    "variable": uneven(Fraction(12), seed=3, slowest=20),
}
SILENCE = Fraction(7, 10)
LOSSLESS = {"qp": "0"}
"""So that the same scene has the same pixels in each film."""


class Told:
    """What was said of a film."""

    def __init__(self, film: Film, tags: MovieTags) -> None:
        self.film, self.tags = film, tags
        by_number = {track.number: track for track in tags.tracks}

        def place(appearance: Appearance) -> tuple[int, float]:
            track = by_number[appearance.tracks[0]]
            return track.shot, track.points[0].box.x1

        self.appearances = sorted(tags.appearances, key=place)
        """In order of the shots, and from left to right."""

    def scene(self, first: int, last: int | None = None) -> tuple[Fraction, Fraction]:
        """From when to when scenes `first` to `last` are shown."""
        times = [Fraction(0), *self.film.cuts, self.film.end]
        return times[first], times[(first if last is None else last) + 1]

    def half_a_frame(self, at: Fraction) -> Fraction:
        """Half of how long the frame before or after that time is shown, whichever is shorter."""
        gaps = [
            after - before for before, after in pairwise([*self.film.times, self.film.end]) if before <= at <= after
        ]
        return min(gaps) / 2

    def during(self, start: Fraction, end: Fraction) -> list[Appearance]:
        """Whoever appears between these times, to half a frame."""
        return [
            one
            for one in self.appearances
            if abs(one.start - start) <= self.half_a_frame(start) and abs(one.end - end) <= self.half_a_frame(end)
        ]


def tagged(films: Mapping[str, Film], people: str, folder: Path) -> dict[str, Told]:
    """Tags the films as the command line does."""
    paths = [str(film.path) for film in films.values()]
    with pytest.raises(SystemExit) as ended:
        main(["tag", *paths, "--people", people, "--to", "json", "--out", str(folder / "tags.jsonl")])
    assert ended.value.code == 0
    lines = (folder / "tags.jsonl").read_text().splitlines()
    tags = [told for told in map(from_json, map(json.loads, lines)) if isinstance(told, MovieTags)]
    by_name = {Path(told.path).name: told for told in tags}
    return {rate: Told(film, by_name[film.path.name]) for rate, film in films.items()}


def wear_the_same(one: Appearance, other: Appearance) -> bool:
    """Whether the same garments lead; one that leads by less than a fifth may come second."""
    return _leads(one, other) and _leads(other, one)


def _leads(one: Appearance, other: Appearance) -> bool:
    scores = {score.category: score.score for score in other.top}
    worn = {garment.region: garment.category for garment in other.outfit.garments}
    return all(
        garment.region in worn and scores.get(garment.category, 0) >= 0.8 * scores[worn[garment.region]]
        for garment in one.outfit.garments
    )


# People who walk through three streets, drawn, with their boxes given: nothing else is needed.

DRAWN = MovieForm(takes=3, seconds=Fraction(2), pause=Fraction(0), rate=Fraction(50), width=320, height=180, seed=7)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Told]:
    """The drawn takes with black between them, at each rate."""
    folder = tmp_path_factory.mktemp("drawn")
    movie = write_movie(folder / "source.mp4", DRAWN)
    films = {}
    for name, rate in RATES.items():
        scenes = [
            scene for take in movie.takes for scene in (clip(movie.path, DRAWN.seconds, take.start), black(SILENCE))
        ]
        films[name] = write_film(folder / f"drawn-{name}.mp4", scenes, rate, FilmForm(options=LOSSLESS))
    boxes = folder / "boxes.csv"
    with boxes.open("w", newline="") as handle:
        for film in films.values():
            for number, take in enumerate(movie.takes):
                csv.writer(handle).writerows(rows(film.path.stem, take, number * (DRAWN.seconds + SILENCE)))
    return tagged(films, f"ava:{boxes}", folder)


def rows(film: str, take: Take, begin: Fraction) -> Iterator[tuple[object, ...]]:
    """AVA's rows for a take that begins then: twice a second."""
    for walker in take.walkers:
        for at, box in walker.points[5::25]:
            x1, y1, x2, y2 = box.as_tuple()
            corners = (x1 / DRAWN.width, y1 / DRAWN.height, x2 / DRAWN.width, y2 / DRAWN.height)
            yield film, f"{float(at - take.start + begin):.4f}", *corners, 14, walker.person


@pytest.mark.parametrize("rate", RATES)
def test_shots_of_a_drawn_film_begin_with_the_first_frame_of_each_scene(drawn: Mapping[str, Told], rate: str) -> None:
    told = drawn[rate]
    assert [shot.start for shot in told.tags.shots] == pytest.approx([0, *told.film.cuts], abs=1e-4)


@pytest.mark.parametrize("rate", RATES)
def test_whoever_walks_appears_from_cut_to_cut_and_across_the_silence(drawn: Mapping[str, Told], rate: str) -> None:
    told = drawn[rate]
    spans = [told.scene(0, 2), told.scene(2), told.scene(4)]
    assert [len(told.during(*span)) for span in spans] == [1, 1, 1]
    assert len(told.appearances) == 3


@pytest.mark.parametrize("rate", RATES)
def test_a_drawn_film_has_the_same_tags_at_every_rate(drawn: Mapping[str, Told], rate: str) -> None:
    assert all(map(wear_the_same, drawn[rate].appearances, drawn["23.976"].appearances))


# Real people, found by a detector.

REAL = {"walking": Fraction(2), "store-aisle": Fraction(3, 2), "classroom": Fraction(3, 2)}
"""Clips, and how many seconds of each."""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Mapping[str, Told]:
    """The clips with black, and a picture that stands still, between them, at each rate."""
    folder, movies = tmp_path_factory.mktemp("real"), data / "movies"
    films = {}
    for name, rate in RATES.items():
        walking, aisle, classroom = (clip(movies / f"{name}.mp4", seconds) for name, seconds in REAL.items())
        room = clip(movies / "one-by-one.mp4", SILENCE).look(Fraction(0))
        scenes = [walking, black(SILENCE), aisle, still(room, SILENCE), classroom]
        form = FilmForm(width=480, height=270, options=LOSSLESS)
        films[name] = write_film(folder / f"real-{name}.mp4", scenes, rate, form)
    return tagged(films, str(data / "models" / "yolox_nano.onnx"), folder)


@pytest.mark.data
@pytest.mark.parametrize("rate", RATES)
def test_shots_begin_with_the_first_frame_of_each_scene(real: Mapping[str, Told], rate: str) -> None:
    told = real[rate]
    assert [shot.start for shot in told.tags.shots] == pytest.approx([0, *told.film.cuts], abs=1e-4)


@pytest.mark.data
@pytest.mark.parametrize("rate", RATES)
def test_real_people_appear_from_cut_to_cut(real: Mapping[str, Told], rate: str) -> None:
    told = real[rate]
    assert [len(told.during(*told.scene(number))) for number in range(4)] == [2, 0, 2, 0]
    assert len(told.during(*told.scene(4))) == 4


@pytest.mark.data
@pytest.mark.parametrize("rate", RATES)
def test_the_same_scene_has_the_same_tags_at_every_rate(real: Mapping[str, Told], rate: str) -> None:
    told, reference = real[rate].appearances, real["23.976"].appearances
    assert len(told) == len(reference)
    assert all(map(wear_the_same, told, reference))
