"""The drawn movie shows what its truth says."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from wildwear.records import Region
from wildwear.rendered.movie import Movie, MovieForm, write_ava, write_movie
from wildwear.rendered.wardrobe import BY_CATEGORY

FORM = MovieForm(takes=3, seconds=Fraction(1), width=320, height=180, seed=5)


@pytest.fixture(scope="module")
def movie(tmp_path_factory: pytest.TempPathFactory) -> Movie:
    told: list[int] = []
    made = write_movie(tmp_path_factory.mktemp("movie") / "drawn.mp4", FORM, told.append)
    assert sum(told) == len(frames(made.path))
    return made


def frames(path: Path) -> list[tuple[Fraction, NDArray[np.uint8]]]:
    with av.open(path) as container:
        return [
            (frame.pts * frame.time_base, frame.to_ndarray(format="rgb24").astype(np.uint8))
            for frame in container.decode(video=0)
            if frame.pts is not None and frame.time_base is not None
        ]


def test_takes_are_where_the_picture_is_not_black(movie: Movie) -> None:
    light = [time for time, pixels in frames(movie.path) if pixels.mean() > 10]
    told = [time for take in movie.takes for time, _ in take.walkers[0].points]
    assert light == told
    assert all(take.start == take.walkers[0].points[0][0] < take.end for take in movie.takes)


def test_who_moves_is_inside_the_boxes(movie: Movie) -> None:
    shown = dict(frames(movie.path))
    for take in movie.takes:
        times = [time for time, _ in take.walkers[0].points]
        first, last = shown[times[0]].astype(int), shown[times[-1]].astype(int)
        changed = np.abs(first - last).max(axis=2) > 80
        inside = np.zeros_like(changed)
        for walker in take.walkers:
            for _, box in (walker.points[0], walker.points[-1]):
                inside[int(box.y1) - 2 : int(box.y2) + 2, int(box.x1) - 2 : int(box.x2) + 2] = True
        assert changed.sum() > 100
        assert (changed & ~inside).sum() <= 0.02 * changed.sum()


def test_a_person_wears_the_same_in_every_take_and_a_whole_outfit(movie: Movie) -> None:
    worn: dict[int, set[tuple[tuple[Region, str], ...]]] = {}
    for take in movie.takes:
        for walker in take.walkers:
            worn.setdefault(walker.person, set()).add(walker.outfit)
    assert all(len(outfits) == 1 for outfits in worn.values())
    regions = {tuple(region for region, _ in outfits.pop()) for outfits in worn.values()}
    assert regions <= {(Region.FULL,), (Region.LOWER, Region.UPPER)}
    assert sum(len(take.walkers) for take in movie.takes) > len(worn) == FORM.takes


def test_outfits_are_of_the_wardrobe(movie: Movie) -> None:
    garments = {one for take in movie.takes for walker in take.walkers for one in walker.outfit}
    assert all(BY_CATEGORY[category].region is region for region, category in garments)


def test_the_same_seed_draws_the_same_movie_and_another_one_another(movie: Movie, tmp_path: Path) -> None:
    again = write_movie(tmp_path / "drawn.mp4", FORM)
    assert again.takes == movie.takes
    assert again.path.read_bytes() == movie.path.read_bytes()
    other = write_movie(tmp_path / "other.mp4", MovieForm(takes=1, seconds=Fraction(1, 4), width=160, height=90))
    assert other.takes[0].walkers != movie.takes[0].walkers


def test_ava_rows_are_fractions_a_row_a_second_and_person(movie: Movie, tmp_path: Path) -> None:
    write_ava(tmp_path / "boxes.csv", movie, every=Fraction(1, 2))
    with (tmp_path / "boxes.csv").open(newline="") as handle:
        rows = list(csv.reader(handle))
    boxes = {
        (time, walker.person): box for take in movie.takes for walker in take.walkers for time, box in walker.points
    }
    rounded = {(f"{float(time):.6f}", str(person)): box for (time, person), box in boxes.items()}
    assert len({(row[1], row[7]) for row in rows}) == len(rows) >= 2 * sum(len(take.walkers) for take in movie.takes)
    for video, time, x1, _, _, y2, action, person in rows:
        box = rounded[time, person]
        assert (video, action) == ("drawn", "14")
        assert float(x1) * FORM.width == pytest.approx(box.x1, abs=0.1)
        assert float(y2) * FORM.height == pytest.approx(box.y2, abs=0.1)
