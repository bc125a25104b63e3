"""Tags of movies as tests write them down: who is where, and wears what."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

from PIL import Image

from wildwear.movies.records import MovieInfo, Shot, TrackPoint
from wildwear.records import Box, Region
from wildwear.tagging.movies.tags import Appearance, FailedMovie, MovieTags, TrackTags
from wildwear.tagging.outputs.movies import MovieEntry, movie_output
from wildwear.tagging.tags import Outfit, Score

DRESS = Score(category="Dress", region=Region.FULL, score=0.6)
TEE = Score(category="Tee", region=Region.UPPER, score=0.7)
JEANS = Score(category="Jeans", region=Region.LOWER, score=0.8)
SHOUT = "<script>document.title='owned'</script>"
CUT = Fraction(2)

Place = tuple[float, float, float, float]


def info(path: str, seconds: Fraction = Fraction(4)) -> MovieInfo:
    rate = Fraction(24000, 1001)
    return MovieInfo(path=path, width=320, height=180, duration=seconds, rate=rate, codec="h264")


def track(number: int, start: float, end: float, *places: Place, shot: int = 0, left_out: str = "") -> TrackTags:
    """Somebody who goes from place to place, at even times."""
    begin, stop = Fraction(start), Fraction(end)
    step = (stop - begin) / len(places)
    points = tuple(
        TrackPoint(time=begin + i * step, box=Box(x1=x1, y1=y1, x2=x2, y2=y2), score=0.9)
        for i, (x1, y1, x2, y2) in enumerate(places)
    )
    frames = 0 if left_out else len(points)
    return TrackTags(
        number=number, shot=shot, start=begin, end=stop, points=points, frames=frames, best=begin, left_out=left_out
    )


def appearance(number: int, tracks: Sequence[TrackTags], outfit: Outfit, top: Iterable[Score] = ()) -> Appearance:
    start, end = tracks[0].start, tracks[-1].end
    numbers = tuple(one.number for one in tracks)
    top = tuple(top) or outfit.garments
    return Appearance(number=number, start=start, end=end, tracks=numbers, top=top, outfit=outfit, best=start)


def movie(path: str = "films/walking.mp4", status: str = "ok", detail: str = "") -> MovieTags:
    """Four seconds with a cut in the middle: a dress in both shots, a pair in the first, and a face in the second."""
    tracks = (
        track(0, 0, 2, (20, 20, 80, 160), (60, 20, 120, 160)),
        track(1, 0.5, 2, (200, 30, 260, 170)),
        track(2, 2, 4, (100, 20, 160, 160), shot=1),
        track(3, 3, 4, (250, 120, 310, 170), shot=1, left_out="face_only"),
    )
    return MovieTags(
        path=path,
        model="tiny@0123456789ab",
        people="boxes.csv@0123456789ab",
        info=info(path),
        status=status,
        decoded_until=Fraction(4) if status == "ok" else Fraction(3),
        detail=detail,
        shots=(Shot(number=0, start=Fraction(0), end=CUT), Shot(number=1, start=CUT, end=Fraction(4))),
        tracks=tracks,
        appearances=(
            appearance(0, (tracks[0], tracks[2]), Outfit(full=DRESS), (DRESS, TEE)),
            appearance(1, (tracks[1],), Outfit(upper=TEE, lower=JEANS)),
        ),
        left_out={"face_only": 1, "too_small": 2},
    )


def thumbnail() -> bytes:
    jpeg = io.BytesIO()
    Image.new("RGB", (30, 60), (180, 60, 90)).save(jpeg, "JPEG")
    return jpeg.getvalue()


def write(name: str, place: Path, *tags: MovieTags | FailedMovie) -> Path:
    output = movie_output(name, place)
    output.check([one.path for one in tags])
    output.begin()
    for one in tags:
        output.write(MovieEntry(tags=one, thumbnails={0: thumbnail()} if isinstance(one, MovieTags) else {}))
    output.close()
    assert not output.failed, output.notes
    return place
