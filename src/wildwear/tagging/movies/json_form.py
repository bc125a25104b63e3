"""What is said of a movie, as JSON and back.

One object a movie::

    {"movie": "films/walking.mp4", "status": "ok", "model": "wildwear-base@0123456789ab",
     "people": "yolox_nano@0123456789ab",
     "info": {"width": 768, "height": 432, "duration": 12.5, "rate": "24000/1001", "codec": "h264", "rotation": 0},
     "decoded_until": 12.5, "detail": "",
     "shots": [[0.0, 6.25], [6.25, 12.5]],
     "tracks": [{"number": 0, "shot": 0, "start": 0.0, "end": 6.25, "frames": 9, "best": 3.2,
                 "top": [{"category": "Dress", "region": "full", "score": 0.61}, ...],
                 "outfit": {"full": {"category": "Dress", "region": "full", "score": 0.87}},
                 "points": [[0.0, 167.0, 150.0, 387.0, 352.0, 0.93], ...]},
                {"number": 1, "shot": 1, "start": 6.3, "end": 6.5, "frames": 0, "left_out": "too_short", ...}],
     "appearances": [{"number": 0, "start": 0.0, "end": 6.25, "tracks": [0], "best": 3.2, "top": [...],
                      "outfit": {...}}],
     "left_out": {"too_short": 1}}
    {"movie": "films/broken.mp4", "status": "failed", "reason": "not_a_movie", "detail": "..."}

Times are seconds on the movie's clock, to the microsecond; a rate is an exact fraction. A point is its time, its box in
pixels of the upright frame (x1, y1, x2, y2) and the detector's score. Shots are their start and end, numbered from 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from wildwear.movies.records import MovieInfo, Shot, TrackPoint
from wildwear.records import Box
from wildwear.tagging.movies.tags import Appearance, FailedMovie, MovieTags, TrackTags
from wildwear.tagging.tags import Outfit, Score


def to_json(tags: MovieTags | FailedMovie) -> dict[str, Any]:
    """The object that `from_json` reads; times lose what is below a microsecond."""
    if isinstance(tags, FailedMovie):
        return {"movie": tags.path, "status": "failed", "reason": tags.reason, "detail": tags.detail}
    return {
        "movie": tags.path,
        "status": tags.status,
        "model": tags.model,
        "people": tags.people,
        "info": info_to_json(tags.info),
        "decoded_until": seconds(tags.decoded_until),
        "detail": tags.detail,
        "shots": [[seconds(shot.start), seconds(shot.end)] for shot in tags.shots],
        "tracks": [track_to_json(track) for track in tags.tracks],
        "appearances": [appearance_to_json(appearance) for appearance in tags.appearances],
        "left_out": dict(tags.left_out),
    }


def from_json(data: Mapping[str, Any]) -> MovieTags | FailedMovie:
    """The inverse of `to_json`; raises `KeyError`, `TypeError` or `ValueError` for anything else."""
    if data["status"] == "failed":
        return FailedMovie(path=data["movie"], reason=data["reason"], detail=data["detail"])
    return MovieTags(
        path=data["movie"],
        model=data["model"],
        people=data["people"],
        info=info_from_json(data["movie"], data["info"]),
        status=data["status"],
        decoded_until=time(data["decoded_until"]),
        detail=data["detail"],
        shots=tuple(Shot(number=i, start=time(a), end=time(b)) for i, (a, b) in enumerate(data["shots"])),
        tracks=tuple(map(track_from_json, data["tracks"])),
        appearances=tuple(map(appearance_from_json, data["appearances"])),
        left_out=dict(data["left_out"]),
    )


def seconds(time: Fraction) -> float:
    """A time as JSON has it.

    >>> seconds(Fraction(1001, 30000))
    0.033367
    """
    return round(float(time), 6)


def time(value: float) -> Fraction:
    """The time that JSON means by a number.

    >>> time(0.033367)
    Fraction(33367, 1000000)
    """
    return Fraction(round(value * 1_000_000), 1_000_000)


def info_to_json(info: MovieInfo) -> dict[str, Any]:
    return {
        "width": info.width,
        "height": info.height,
        "duration": seconds(info.duration),
        "rate": str(info.rate),
        "codec": info.codec,
        "rotation": info.rotation,
    }


def info_from_json(path: str, data: Mapping[str, Any]) -> MovieInfo:
    return MovieInfo(
        path=path,
        width=data["width"],
        height=data["height"],
        duration=time(data["duration"]),
        rate=Fraction(data["rate"]),
        codec=data["codec"],
        rotation=data["rotation"],
    )


def track_to_json(track: TrackTags) -> dict[str, Any]:
    return {
        "number": track.number,
        "shot": track.shot,
        "start": seconds(track.start),
        "end": seconds(track.end),
        "frames": track.frames,
        **({"left_out": track.left_out} if track.left_out else {}),
        **_worn_to_json(track),
        "points": [_point_to_json(point) for point in track.points],
    }


def track_from_json(data: Mapping[str, Any]) -> TrackTags:
    return TrackTags(
        number=data["number"],
        shot=data["shot"],
        start=time(data["start"]),
        end=time(data["end"]),
        points=tuple(map(_point_from_json, data["points"])),
        frames=data["frames"],
        left_out=data.get("left_out", ""),
        **_worn_from_json(data),
    )


def appearance_to_json(appearance: Appearance) -> dict[str, Any]:
    return {
        "number": appearance.number,
        "start": seconds(appearance.start),
        "end": seconds(appearance.end),
        "tracks": list(appearance.tracks),
        **_worn_to_json(appearance),
    }


def appearance_from_json(data: Mapping[str, Any]) -> Appearance:
    return Appearance(
        number=data["number"],
        start=time(data["start"]),
        end=time(data["end"]),
        tracks=tuple(data["tracks"]),
        **_worn_from_json(data),
    )


def _worn_to_json(one: TrackTags | Appearance) -> dict[str, Any]:
    top = [score.to_json() for score in one.top]
    return {"best": seconds(one.best), "top": top, "outfit": one.outfit.to_json()}


def _worn_from_json(data: Mapping[str, Any]) -> dict[str, Any]:
    top = tuple(map(Score.from_json, data["top"]))
    return {"best": time(data["best"]), "top": top, "outfit": Outfit.from_json(data["outfit"])}


def _point_to_json(point: TrackPoint) -> list[float]:
    x1, y1, x2, y2 = (round(side, 2) for side in point.box.as_tuple())
    sides: Sequence[float] = (x1, y1, x2, y2) if x1 < x2 and y1 < y2 else point.box.as_tuple()
    return [seconds(point.time), *map(float, sides), round(point.score, 4)]


def _point_from_json(data: Sequence[float]) -> TrackPoint:
    when, x1, y1, x2, y2, score = data
    return TrackPoint(time=time(when), box=Box(x1=x1, y1=y1, x2=x2, y2=y2), score=score)
