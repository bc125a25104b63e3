"""A drawn movie: people who walk through streets, take by take, with who is where and what they wear known."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import numpy as np
from PIL import Image

from wildwear.records import Box, Region
from wildwear.rendered.backdrop import backdrop
from wildwear.rendered.walkers import POSES, Actor, Pose, actor

_CYCLE = Fraction(1)
"""Two steps, seconds."""
_SPEED = 0.9
"""Body units a second."""
_WALK = 14
"""The number of walking among AVA's actions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieForm:
    """What is drawn, and how it is written."""

    takes: int = 4
    """Shots that show people, each before a street of its own."""
    seconds: Fraction = Fraction(2)
    """How long each of them is."""
    pause: Fraction = Fraction(1, 2)
    """Black between two of them, seconds."""
    rate: Fraction = Fraction(24000, 1001)
    """Frames a second."""
    width: int = 640
    height: int = 360
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Walker:
    """Somebody in a take."""

    person: int
    """From 1; the same person wears the same in every take."""
    outfit: tuple[tuple[Region, str], ...]
    """A full-body garment, or a lower and an upper one: region and category."""
    points: tuple[tuple[Fraction, Box], ...]
    """Where the person is in each frame; boxes in pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One shot: from `start` up to, and without, `end`, seconds; the times are those of frames."""

    start: Fraction
    end: Fraction
    walkers: tuple[Walker, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Movie:
    """A movie that was drawn, with its truth."""

    path: Path
    form: MovieForm
    takes: tuple[Take, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How an actor walks through a take."""

    actor: Actor
    column: float
    """Of the body's middle when the take begins, pixels."""
    speed: float
    """Pixels a second, to the right."""

    def at(self, seconds: Fraction, height: int) -> tuple[Pose, int, int]:
        """The pose at a time of the take, and where its picture lies in the frame."""
        pose = self.actor.poses[int(seconds / _CYCLE * POSES) % POSES]
        left = round(self.column + self.speed * float(seconds) - pose.picture.width / 2)
        return pose, left, round(height * 0.97) - pose.picture.height


def write_movie(path: Path, form: MovieForm = MovieForm(), progress: Callable[[int], None] | None = None) -> Movie:
    """Draws the movie of that seed into an MP4 (H.264); `progress` is told of each frame."""
    cast = [actor(person, form.height, form.seed) for person in range(1, form.takes + 1)]
    ways = [_ways(number, cast, form) for number in range(form.takes)]
    _encode(path, _pictures(ways, form), form, progress)
    return Movie(path=path, form=form, takes=tuple(_take(number, there, form) for number, there in enumerate(ways)))


def write_ava(path: Path, movie: Movie, every: Fraction = Fraction(1)) -> None:
    """Writes where people are, in the form of AVA's annotations, for the first frame of every so many seconds."""
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        for take in movie.takes:
            for walker in take.walkers:
                writer.writerows(_ava_rows(walker, movie, every))


def _ava_rows(walker: Walker, movie: Movie, every: Fraction) -> Iterator[tuple[object, ...]]:
    """One row a time: video, seconds, corners as fractions, action, person."""
    for _, points in groupby(walker.points, lambda point: point[0] // every):
        time, box = next(points)
        x1, y1, x2, y2 = box.as_tuple()
        wide, high = movie.form.width, movie.form.height
        corners = (f"{part:.4f}" for part in (x1 / wide, y1 / high, x2 / wide, y2 / high))
        yield movie.path.stem, f"{float(time):.6f}", *corners, _WALK, walker.person


def _times(form: MovieForm, start: Fraction, end: Fraction) -> list[Fraction]:
    """When frames are shown from `start` up to, and without, `end`."""
    return [at / form.rate for at in range(-int(-start * form.rate // 1), -int(-end * form.rate // 1))]


def _take_times(number: int, form: MovieForm) -> tuple[list[Fraction], list[Fraction]]:
    """The frames of a take, and the black ones after it."""
    start = number * (form.seconds + form.pause)
    pause = form.pause if number < form.takes - 1 else Fraction(0)
    end = start + form.seconds
    return _times(form, start, end), _times(form, end, end + pause)


def _ways(number: int, cast: Sequence[Actor], form: MovieForm) -> list[_Way]:
    """Who walks where: the person of the take's number, and in every other take the one before, side by side."""
    rng = np.random.default_rng([form.seed, 12, number])
    there = [cast[number], *([cast[number - 1]] if number % 2 else [])]
    lanes = rng.permutation(len(there))
    ways = []
    for lane, one in zip(lanes.tolist(), there, strict=True):
        speed = _SPEED * one.unit * (1 if rng.random() < 0.5 else -1)
        middle = form.width * (lane + 0.5) / len(there)
        ways.append(_Way(actor=one, column=middle - speed * float(form.seconds) / 2, speed=speed))
    return ways


def _pictures(ways: Sequence[Sequence[_Way]], form: MovieForm) -> Iterator[Image.Image]:
    black = Image.new("RGB", (form.width, form.height))
    for number, there in enumerate(ways):
        rng = np.random.default_rng([form.seed, 13, number])
        street = backdrop(form.width, form.height, float(rng.uniform(0.66, 0.74)), rng)
        ground = Image.fromarray((np.clip(street, 0, 1) * 255).astype(np.uint8))
        shown, pause = _take_times(number, form)
        for time in shown:
            picture = ground.copy()
            for way in there:
                pose, left, top = way.at(time - shown[0], form.height)
                picture.paste(pose.picture, (left, top), pose.mask)
            yield picture
        yield from (black for _ in pause)


def _take(number: int, ways: Sequence[_Way], form: MovieForm) -> Take:
    shown, _ = _take_times(number, form)
    return Take(
        start=shown[0],
        end=shown[-1] + 1 / form.rate,
        walkers=tuple(
            Walker(
                person=way.actor.person,
                outfit=way.actor.outfit,
                points=tuple((time, _box(way, time - shown[0], form)) for time in shown),
            )
            for way in ways
        ),
    )


def _box(way: _Way, seconds: Fraction, form: MovieForm) -> Box:
    pose, left, top = way.at(seconds, form.height)
    x1, y1, x2, y2 = pose.box.as_tuple()
    return Box(
        x1=max(0.0, left + x1),
        y1=max(0.0, top + y1),
        x2=min(float(form.width), left + x2),
        y2=min(float(form.height), top + y2),
    )


def _encode(
    path: Path, pictures: Iterator[Image.Image], form: MovieForm, progress: Callable[[int], None] | None
) -> None:
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=form.rate)
        stream.width, stream.height, stream.pix_fmt = form.width, form.height, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "20"}
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
            frame.pts, frame.time_base = number, 1 / form.rate
            container.mux(stream.encode(frame))
            if progress:
                progress(1)
        container.mux(stream.encode())
