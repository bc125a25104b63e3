"""Where shots are found to end: in films that the tests write, and so know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.movies.films import (
    NTSC,
    NTSC_FILM,
    FilmForm,
    Picture,
    Scene,
    black,
    clip,
    even,
    moving,
    still,
    uneven,
    write_film,
)

from wildwear.errors import UserError
from wildwear.movies.decoding import open_movie
from wildwear.movies.records import Shot
from wildwear.movies.shots import FRAMES_BEHIND, ShotFinder, ShotSettings

CLIPS = ("walking", "store-aisle", "classroom", "one-by-one")
RATES = [
    pytest.param(NTSC_FILM, id="23.976"),
    pytest.param(NTSC, id="29.97"),
    pytest.param(uneven(Fraction(8), seed=3), id="variable"),
]


def shown(scenes: Sequence[Scene], times: Sequence[Fraction]) -> list[tuple[Fraction, Picture]]:
    """The frames of scenes that follow each other, without a file."""
    frames, begin, left = [], Fraction(0), list(scenes)
    for time in times:
        while time >= begin + left[0].seconds:
            begin += left.pop(0).seconds
        frames.append((time, left[0].look(time - begin)))
    return frames


def shots(frames: Iterable[tuple[Fraction, Picture]], end: Fraction, **options: float) -> list[Shot]:
    finder = ShotFinder(ShotSettings(**options))
    found = [finder.add(time, picture) for time, picture in frames]
    return [shot for shot in [*found, finder.finish(end)] if shot is not None]


def cuts(frames: Iterable[tuple[Fraction, Picture]], **options: float) -> list[Fraction]:
    return [shot.start for shot in shots(frames, Fraction(10**6), **options)[1:]]


def at_25(*scenes: Scene) -> list[tuple[Fraction, Picture]]:
    return shown(scenes, even(Fraction(25), sum((scene.seconds for scene in scenes), Fraction(0))))


def lit(scene: Scene, light: float, since: Fraction, until: Fraction) -> Scene:
    """The scene, brighter for a while."""

    def look(time: Fraction) -> Picture:
        picture = scene.look(time)
        if not since <= time < until:
            return picture
        return np.clip(picture.astype(float) + light, 0, 255).astype(np.uint8)

    return Scene(seconds=scene.seconds, look=look)


def faded(scene: Scene, out: bool) -> Scene:
    """The scene, going to black or coming from it evenly."""

    def look(time: Fraction) -> Picture:
        share = float(time / scene.seconds)
        return (scene.look(time) * (1 - share if out else share)).astype(np.uint8)

    return Scene(seconds=scene.seconds, look=look)


@pytest.mark.parametrize("rate", RATES)
def test_cuts_between_drawn_scenes_are_found_to_the_frame(rate: Fraction | list[Fraction], tmp_path: Path) -> None:
    scenes = [moving(seed, Fraction(length, 10)) for seed, length in enumerate((17, 12, 21, 9, 14))]
    film = write_film(tmp_path / "film.mp4", scenes, rate)
    with open_movie(film.path) as movie:
        frames = [(time, small) for time, small, _ in movie.two_sizes(128, lambda _: True)]
    assert cuts(frames) == list(film.cuts)


@pytest.mark.data
@pytest.mark.parametrize("rate", RATES)
def test_cuts_between_real_clips_are_found_to_the_frame(
    rate: Fraction | list[Fraction], data: Path, tmp_path: Path
) -> None:
    scenes = [clip(data / "movies" / f"{name}.mp4", Fraction(19, 10), Fraction(1, 2)) for name in CLIPS]
    film = write_film(tmp_path / "film.mp4", scenes, rate, FilmForm(width=480, height=270))
    with open_movie(film.path) as movie:
        found = shots(((frame.time, frame.pixels) for frame in movie.frames(side=64)), film.end)
    assert [shot.start for shot in found] == [0, *film.cuts]


@pytest.mark.data
@pytest.mark.parametrize("name", CLIPS)
def test_people_who_come_and_go_are_no_cut(name: str, data: Path) -> None:
    with open_movie(data / "movies" / f"{name}.mp4") as movie:
        frames = [(frame.time, frame.pixels) for frame in movie.frames(side=64, end=Fraction(50))]
    assert cuts(frames) == []
    assert cuts(frames[::3]) == [], "not at a third of the rate, either"


def test_shots_follow_each_other_and_cover_the_movie() -> None:
    found = shots(at_25(moving(1, Fraction(1)), moving(2, Fraction(1)), moving(3, Fraction(1))), Fraction(3))
    assert [(shot.number, shot.start, shot.end) for shot in found] == [(0, 0, 1), (1, 1, 2), (2, 2, 3)]


def test_a_shot_starts_with_the_first_frame_and_not_at_zero() -> None:
    frames = [(time + Fraction(7, 3), picture) for time, picture in at_25(moving(1, Fraction(1)))]
    assert shots(frames, Fraction(4)) == [Shot(number=0, start=Fraction(7, 3), end=Fraction(4))]


def test_a_movie_without_frames_has_no_shot() -> None:
    assert shots([], Fraction(0)) == []


def test_a_movie_of_one_frame_is_one_shot() -> None:
    assert len(shots(at_25(moving(1, Fraction(1, 25))), Fraction(1, 25))) == 1


def test_the_clock_is_the_movies_own_beyond_what_a_float_holds() -> None:
    begin = Fraction(10**15, 7)
    frames = at_25(moving(1, Fraction(1)), moving(2, Fraction(1)))
    assert cuts([(begin + time, picture) for time, picture in frames]) == [begin + 1]


@pytest.mark.parametrize("frames_lit", [1, 2, 4])
def test_a_cameras_flash_is_no_cut(frames_lit: int) -> None:
    scene = lit(moving(4, Fraction(3)), 180, Fraction(1), 1 + Fraction(frames_lit, 25))
    assert cuts(at_25(scene)) == []


def test_a_row_of_flashes_is_no_cut() -> None:
    scene = moving(4, Fraction(3))
    for begin in (Fraction(1), Fraction(5, 4), Fraction(2)):
        scene = lit(scene, 180, begin, begin + Fraction(2, 25))
    assert cuts(at_25(scene)) == []


def test_a_cut_after_a_flash_is_found() -> None:
    scene = lit(moving(4, Fraction(2)), 180, Fraction(1), Fraction(27, 25))
    assert cuts(at_25(scene, moving(5, Fraction(1)))) == [2]


def test_a_fade_through_black_is_one_boundary_where_the_picture_is_gone() -> None:
    going, coming = faded(moving(1, Fraction(1)), out=True), faded(moving(2, Fraction(1)), out=False)
    found = cuts(at_25(moving(1, Fraction(1)), going, coming, moving(2, Fraction(1))))
    assert len(found) == 1
    assert Fraction(9, 5) < found[0] <= 2


def test_a_black_gap_between_two_scenes_is_a_shot_of_its_own() -> None:
    frames = at_25(moving(1, Fraction(1)), black(Fraction(3, 5)), moving(2, Fraction(1)))
    assert cuts(frames) == [1, Fraction(8, 5)]


def test_a_dark_scene_that_flickers_about_black_is_not_cut_up() -> None:
    rng = np.random.default_rng(0)
    levels = rng.integers(6, 18, 100)
    frames = [(Fraction(at, 25), np.full((36, 64, 3), level, np.uint8)) for at, level in enumerate(levels)]
    assert cuts(frames) == []


def test_grain_hides_no_cut_and_makes_none() -> None:
    rng = np.random.default_rng(0)
    frames = at_25(moving(1, Fraction(1)), moving(2, Fraction(1)))
    grainy = [
        (time, np.clip(picture + rng.normal(0, 20, picture.shape), 0, 255).astype(np.uint8)) for time, picture in frames
    ]
    assert cuts(grainy) == [1]


def test_frames_shown_several_times_make_movement_no_cut() -> None:
    """Ten frames a second in a film of thirty, and a picture that moves far between them."""
    wide = np.tile(moving(1, Fraction(1)).look(Fraction(0)), (1, 2, 1))
    frames = [(Fraction(at, 30), wide[:, 12 * (at // 3) :][:, :320]) for at in range(75)]
    assert cuts(frames) == []
    other = [(Fraction(75 + at, 30), moving(2, Fraction(2)).look(Fraction(at // 3, 10))) for at in range(30)]
    assert cuts(frames + other) == [Fraction(75, 30)]


def test_still_pictures_one_after_the_other_are_shots() -> None:
    scenes = [still(moving(seed, Fraction(1)).look(Fraction(0)), Fraction(1)) for seed in range(4)]
    assert cuts(at_25(*scenes)) == [1, 2, 3]


def test_h41_a_change_of_resolution_is_no_cut() -> None:
    small, large = moving(1, Fraction(1)), moving(1, Fraction(1), 640, 360)
    still_small, still_large = (still(scene.look(Fraction(0)), Fraction(1)) for scene in (small, large))
    assert cuts(at_25(still_small, still_large, still_small)) == []


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (300, 2)])
def test_frames_of_any_shape_are_looked_at(size: tuple[int, int]) -> None:
    frames = [(Fraction(at, 25), np.full((*size, 3), 250 * (at // 25), np.uint8)) for at in range(50)]
    assert cuts(frames) == [1]


def test_a_shot_is_told_of_when_it_is_sure_and_not_much_later() -> None:
    finder = ShotFinder(ShotSettings(min_shot=0.1))
    told = [
        time
        for time, picture in at_25(moving(1, Fraction(1)), moving(2, Fraction(1)))
        if finder.add(time, picture) is not None
    ]
    assert len(told) == 1
    assert 1 < told[0] <= 1 + Fraction(FRAMES_BEHIND, 25)


def test_shots_shorter_than_the_least_length_are_part_of_another() -> None:
    frames = at_25(moving(1, Fraction(1)), moving(2, Fraction(1, 5)), moving(3, Fraction(1)))
    assert cuts(frames, min_shot=0.5) == [1]
    assert cuts(frames, min_shot=0.1) == [1, Fraction(6, 5)]


@settings(max_examples=15)
@given(
    lengths=st.lists(st.integers(15, 30), min_size=1, max_size=4),
    gaps=st.lists(st.integers(1, 6), min_size=120, max_size=120),
)
def test_at_any_rate_shots_cover_the_movie_in_order_and_start_at_frames(lengths: list[int], gaps: list[int]) -> None:
    frames, time = [], Fraction(0)
    for seed, length in enumerate(lengths):
        scene = moving(seed, Fraction(1), 64, 36)
        for at in range(length):
            frames.append((time, scene.look(Fraction(at, 25))))
            time += Fraction(gaps[len(frames) % len(gaps)], 60)
    found = shots(frames, time)
    assert [shot.number for shot in found] == list(range(len(found)))
    assert [shot.start for shot in found[1:]] == [shot.end for shot in found[:-1]]
    assert (found[0].start, found[-1].end) == (0, time)
    assert {shot.start for shot in found} <= {time for time, _ in frames}


@pytest.mark.parametrize(("options", "flag"), [({"cut_ratio": 1.0}, "--cut-ratio"), ({"min_shot": 0.0}, "--min-shot")])
def test_settings_that_find_nothing_are_refused(options: dict[str, float], flag: str) -> None:
    with pytest.raises(UserError, match=flag):
        ShotSettings(**options)
