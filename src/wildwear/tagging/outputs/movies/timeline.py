"""What the timeline page shows of a movie: places as shares of its length, texts, and data for its script."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from wildwear.movies.records import MovieInfo, TrackPoint
from wildwear.tagging.movies.json_form import seconds
from wildwear.tagging.movies.tags import Appearance, MovieTags, TrackTags
from wildwear.tagging.outputs.movies.base import MovieEntry
from wildwear.tagging.outputs.movies.painting import is_whole
from wildwear.tagging.outputs.page import jpeg_uri
from wildwear.tagging.tags import Outfit, Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One track on the lane of its appearance."""

    left: float
    """Percent of the movie's length."""
    width: float
    start: float
    """Seconds."""
    shot: int
    """From 1, for a reader."""
    text: str
    """When it is, or why it was left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One appearance."""

    number: int
    outfit: Outfit
    top: tuple[Score, ...]
    picture: str
    """A data URI, or nothing."""
    start: float
    """Seconds."""
    best: float
    when: str
    best_when: str
    length: str
    frames: int
    """How many the network looked at."""
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """One movie's part of the page."""

    name: str
    link: str
    """The address of the movie, relative to the page."""
    place: str
    """The same as a path, for a reader."""
    facts: tuple[str, ...]
    problem: str
    """What is missing, where it is partial."""
    length: float
    """Seconds."""
    step: float
    """Seconds from frame to frame."""
    known: float
    """Percent of the length that was decoded."""
    cuts: str
    """A path of lines at the shots' beginnings, in thousandths of the length."""
    rows: tuple[Row, ...]
    left_out: tuple[Strip, ...]
    left_out_counts: tuple[str, ...]
    data: Mapping[str, Any]
    """For the script: the boxes that it draws on the playing movie."""


def film(entry: MovieEntry, page: Path | None) -> Film:
    """The view of a movie on a page that will lie at `page`."""
    tags = entry.tags
    assert isinstance(tags, MovieTags), "a movie that failed has no timeline"
    ends = [tags.info.duration, tags.decoded_until, *(shot.end for shot in tags.shots)]
    length = max(*ends, *(track.end for track in tags.tracks), Fraction(1, 1000))
    tracks = {track.number: track for track in tags.tracks}
    partial = tags.status != "ok"
    return Film(
        name=Path(tags.path).name,
        link=link_to(tags.path, page),
        place=unquote(link_to(tags.path, page), errors="replace"),
        facts=_facts(tags),
        problem=f"Partial: seen as far as {clock(tags.decoded_until)}. {tags.detail}".strip() if partial else "",
        length=seconds(length),
        step=seconds(1 / tags.info.rate) if tags.info.rate else 0.04,
        known=_percent(tags.decoded_until, length) if partial else 100.0,
        cuts="".join(f"M{1000 * float(shot.start / length):.2f} 0v1" for shot in tags.shots if shot.start),
        rows=tuple(_row(one, tracks, length, entry.thumbnails) for one in tags.appearances),
        left_out=tuple(_strip(one, length, readable(one.left_out)) for one in tags.tracks if one.left_out),
        left_out_counts=tuple(f"{count:,} {readable(reason)}" for reason, count in tags.left_out.items() if count),
        data={"width": tags.info.width, "height": tags.info.height, "tracks": _boxes(tags)},
    )


def clock(time: Fraction) -> str:
    """A time as a player shows it, with tenths.

    >>> clock(Fraction(125, 2)), clock(Fraction(3600))
    ('1:02.5', '1:00:00.0')
    """
    tenths = round(time * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    return f"{f'{hours}:{minutes:02}' if hours else minutes}:{rest // 10:02}.{rest % 10}"


def moment(time: Fraction) -> float:
    """Seconds at which a player shows the frame of that time: rounded up, so that it is never the one before."""
    return float(Fraction(ceil(time * 1000), 1000))


def readable(reason: str) -> str:
    return reason.replace("_", " ")


def link_to(movie: str, page: Path | None) -> str:
    """An address of the movie, relative to where the page lies, so that both can be moved together.

    >>> link_to("films/a b#1.mp4", Path("tags/movies.html"))
    '../films/a%20b%231.mp4'
    """
    folder = Path() if page is None else page.parent
    try:
        path = os.path.relpath(movie, folder)
    except ValueError:
        return Path(movie).absolute().as_uri()
    return quote(os.fsencode(Path(path).as_posix()))


def _facts(tags: MovieTags) -> tuple[str, ...]:
    info, shots, outfits = tags.info, len(tags.shots), len(tags.appearances)
    people = "whole frames" if tags.people.startswith("none") else f"people by {_short(tags.people)}"
    return (
        clock(info.duration or tags.decoded_until),
        f"{info.width} × {info.height}",
        *([f"{float(info.rate):.5g} fps"] if info.rate else []),
        f"{shots:,} shot{'s' * (shots != 1)}",
        f"{outfits:,} appearance{'s' * (outfits != 1)}",
        people,
        f"clothes by {_short(tags.model)}",
    )


def _short(key: str) -> str:
    """A key without its checksum.

    >>> _short("yolox_nano@695e750a5d57")
    'yolox_nano'
    """
    return key.partition("@")[0]


def _row(one: Appearance, tracks: Mapping[int, TrackTags], length: Fraction, thumbnails: Mapping[int, bytes]) -> Row:
    members = [tracks[number] for number in one.tracks]
    by_nearness = sorted(members, key=lambda track: abs(track.best - one.best))
    jpeg = next((thumbnails[track.number] for track in by_nearness if track.number in thumbnails), b"")
    return Row(
        number=one.number,
        outfit=one.outfit,
        top=one.top,
        picture=jpeg_uri(jpeg) if jpeg else "",
        start=moment(one.start),
        best=moment(one.best),
        when=f"{clock(one.start)} – {clock(one.end)}",
        best_when=clock(one.best),
        length=f"{float(sum((track.end - track.start for track in members), Fraction(0))):.1f} s",
        frames=sum(track.frames for track in members),
        strips=tuple(_strip(track, length) for track in members),
    )


def _strip(track: TrackTags, length: Fraction, text: str = "") -> Strip:
    left = _percent(track.start, length)
    return Strip(
        left=left,
        width=round(max(0.0, _percent(track.end, length) - left), 4),
        start=moment(track.start),
        shot=track.shot + 1,
        text=text or f"{clock(track.start)} – {clock(track.end)}",
    )


def _percent(time: Fraction, length: Fraction) -> float:
    return round(100 * float(time / length), 4)


def _boxes(tags: MovieTags) -> list[dict[str, Any]]:
    """The tracks, in order of time, with boxes in thousandths of the frame."""
    owner = {number: one.number for one in tags.appearances for number in one.tracks}
    return [
        {
            "row": owner.get(track.number, -1),
            "start": seconds(track.start),
            "end": seconds(track.end),
            "left_out": readable(track.left_out),
            "points": [] if is_whole(track.points, tags.info) else [_place(point, tags.info) for point in track.points],
        }
        for track in sorted(tags.tracks, key=lambda track: track.start)
    ]


def _place(point: TrackPoint, info: MovieInfo) -> list[float]:
    x1, y1, x2, y2 = point.box.as_tuple()
    across, down = 1000 / info.width, 1000 / info.height
    return [round(float(point.time), 3), *(round(side) for side in (x1 * across, y1 * down, x2 * across, y2 * down))]
