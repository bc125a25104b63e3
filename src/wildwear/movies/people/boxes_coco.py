"""People as a file in COCO's JSON form gives them.

An image is a frame: `id`, `width`, `height`, `timestamp` (seconds: a number, or text such as `"21715/24"`), and the
film in `video`, in the `videos` entry that `video_id` names, or else as the folder of `file_name`. An annotation is a
person: `image_id`, `bbox` (left, top, width, height in pixels of the image), and perhaps `score` and `track_id`. Where
there are categories, those named `person` count.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

from wildwear.errors import UnreadableInput
from wildwear.movies.people.given import GivenBox, GivenBoxes, file_key, left_out, of_movie
from wildwear.records import Rejection

_LARGEST = 512 << 20  # bytes
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,12})?(/[1-9][0-9]{0,8})?")
_PERSON = "person"

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Image:
    movie: str
    time: Fraction
    width: float
    height: float


def coco_people(path: Path, movie: str) -> GivenBoxes:
    """The people of `movie` (a film's file name, without its extension).

    Raises `UnreadableInput` where the file cannot be read, is not of this form, or has no box of the movie.
    """
    content = _read(path)
    rejections: list[Rejection] = []
    images = _images(content, path, rejections)
    persons = _persons(content, path)
    boxes: list[GivenBox] = []
    for row, entry in enumerate(_entries(content, "annotations", path), 1):
        image = images.get(str(entry.get("image_id")))
        if (persons is not None and entry.get("category_id") not in persons) or (image and image.movie != movie):
            continue
        box = _box(entry, image) if image else None
        if box is None:
            reason = "box" if image else "no_image"
            rejections.append(Rejection(source=str(path), row=row, reason=reason, detail=f"annotation {row}"))
        else:
            boxes.append(box)
    movies = tuple(dict.fromkeys(image.movie for image in images.values()))
    return of_movie(file_key(path), movie, boxes, movies, left_out(rejections, len(boxes) + len(rejections)))


def _read(path: Path) -> Entry:
    try:
        if not path.is_file():
            raise UnreadableInput(f"{path} is not there, or not a file")
        if path.stat().st_size > _LARGEST:
            raise UnreadableInput(f"{path} has {path.stat().st_size:,} bytes; {_LARGEST:,} are read at most")
        content = json.loads(path.read_bytes(), parse_float=_exactly)
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableInput(f"{path} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise UnreadableInput(f"{path} is not of COCO's form: an object with images and annotations")
    return content


def _exactly(text: str) -> Fraction | float:
    """A number with a point as it is written; NaN where its digits would fill the memory."""
    if len(text) > 100 or abs(Decimal(text).adjusted()) > 30:
        return math.nan
    return Fraction(text)


def _entries(content: Entry, name: str, path: Path) -> Iterator[Entry]:
    """The objects of one of COCO's lists."""
    found = content.get(name)
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise UnreadableInput(f"{path} is not of COCO's form: {name!r} should be a list of objects")
    yield from found


def _images(content: Entry, path: Path, rejections: list[Rejection]) -> dict[str, _Image]:
    """The frames by their id."""
    videos = {}
    if "videos" in content:
        videos = {str(entry.get("id")): str(entry.get("name", "")) for entry in _entries(content, "videos", path)}
    images = {}
    for row, entry in enumerate(_entries(content, "images", path), 1):
        image = _image(entry, videos)
        if isinstance(image, str):
            rejections.append(Rejection(source=str(path), row=row, reason=image, detail=f"image {row}"))
        else:
            images[str(entry.get("id"))] = image
    return images


def _image(entry: Entry, videos: Mapping[str, str]) -> _Image | str:
    """A frame, or what it lacks."""
    time, width, height = entry.get("timestamp"), _number(entry.get("width")), _number(entry.get("height"))
    if not _SECONDS.fullmatch(str(time)) and not (isinstance(time, Fraction) and time >= 0):
        return "timestamp"
    if not (width > 0 and height > 0):
        return "width_height"
    named = entry.get("video") or videos.get(str(entry.get("video_id")))
    movie = PurePosixPath(str(named)).stem if named else PurePosixPath(str(entry.get("file_name", ""))).parent.name
    return _Image(movie=movie, time=_fraction(time), width=width, height=height) if movie else "video"


def _fraction(time: object) -> Fraction:
    if isinstance(time, Fraction):
        return time
    over, _, under = str(time).partition("/")
    return Fraction(over) / int(under or 1)


def _persons(content: Entry, path: Path) -> frozenset[object] | None:
    """The ids of the categories that are persons; None where the file has no categories."""
    if not content.get("categories"):
        return None
    names = {entry.get("id"): str(entry.get("name")) for entry in _entries(content, "categories", path)}
    persons = frozenset(number for number, name in names.items() if name.casefold() == _PERSON)
    if not persons:
        raise UnreadableInput(f"{path} has no category {_PERSON!r}; it has {', '.join(list(names.values())[:10])}")
    return persons


def _box(entry: Entry, image: _Image) -> GivenBox | None:
    """A person, cut off at the frame's edge; None where that is none."""
    bbox = entry.get("bbox")
    if not isinstance(bbox, list) or len(bbox) != 4:
        return None
    x, y, width, height = map(_number, bbox)
    score = _number(entry.get("score", 1))
    corners = (x / image.width, y / image.height, (x + width) / image.width, (y + height) / image.height)
    left, top, right, bottom = (min(max(corner, 0.0), 1.0) for corner in corners)
    if not (left < right and top < bottom and 0 <= score <= 1):
        return None
    person = str(entry.get("track_id", ""))
    return GivenBox(time=image.time, corners=(left, top, right, bottom), score=score, person=person)


def _number(value: object) -> float:
    """A number; NaN for what is none."""
    return float(value) if isinstance(value, int | Fraction) and -1e9 < value < 1e9 else math.nan
