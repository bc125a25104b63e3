"""Where clips come from: AVA's boxes, our own tracks, or a file of annotated clips."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from wildwear.errors import UnreadableInput
from wildwear.movies.ava import read_ava
from wildwear.movies.clip_files import read_annotated
from wildwear.movies.clip_log import Annotation
from wildwear.movies.clip_settings import BuildSettings
from wildwear.movies.clip_windows import KeyBox, Window, in_order, rounded, windows_of_boxes, windows_of_tags
from wildwear.records import Rejection
from wildwear.tagging.movies.tags import FailedMovie, MovieTags
from wildwear.taxonomy import Taxonomy

_QUOTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a source of boxes says."""

    name: str
    windows: tuple[Window, ...]
    """In order of film and time."""
    words: tuple[Annotation, ...] = ()
    """What people said of these clips."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    """Rows that could not be taken, by reason."""
    notes: tuple[str, ...] = ()

    @property
    def movies(self) -> list[str]:
        return sorted({window.key.movie for window in self.windows})


def read_source(settings: BuildSettings, taxonomy: Taxonomy) -> Source:
    """Reads what the settings name; raises `UnreadableInput` for a file of another kind."""
    seconds = Fraction(settings.seconds).limit_denominator(1000)
    if settings.ava:
        return _of_ava(settings.ava, settings.excluded, seconds)
    if settings.annotated:
        return _of_annotated(settings.annotated, taxonomy, seconds)
    assert settings.tracks
    return _of_tags(settings.tracks, seconds, Fraction(settings.every).limit_denominator(1000))


def _of_ava(path: Path, excluded: Path | None, seconds: Fraction) -> Source:
    found = read_ava(path, excluded)
    boxes = [
        KeyBox(movie=box.video, person=box.person, timestamp=box.timestamp, corners=rounded(box.corners))
        for box in found.boxes
    ]
    notes = (f"{path} holds boxes that a detector made",) if found.predicted else ()
    return Source(
        name=str(path),
        windows=tuple(windows_of_boxes(boxes, seconds)),
        skipped={
            "rows for a further action of a box": found.rows
            - len(found.rejections)
            - len(found.boxes)
            - len(found.excluded),
            "boxes at excluded timestamps": len(found.excluded),
        },
        failed=Counter(one.reason for one in found.rejections),
        notes=(*notes, *_quoted(found.rejections)),
    )


def _of_annotated(path: Path, taxonomy: Taxonomy, seconds: Fraction) -> Source:
    found = read_annotated(path, taxonomy)
    return Source(
        name=str(path),
        windows=tuple(windows_of_boxes(found.boxes, seconds)),
        words=found.words,
        failed=Counter(one.reason for one in found.rejections),
        notes=tuple(_quoted(found.rejections)),
    )


def _of_tags(path: Path, seconds: Fraction, every: Fraction) -> Source:
    windows: list[Window] = []
    skipped: Counter[str] = Counter()
    for tags in _movies(path):
        if isinstance(tags, FailedMovie):
            skipped[f"films that were not tagged: {tags.reason}"] += 1
            continue
        windows += windows_of_tags(tags, Path(tags.path).stem, seconds, every)
        skipped.update({f"tracks left out: {reason}": count for reason, count in _left_out(tags).items()})
    return Source(name=str(path), windows=tuple(sorted(windows, key=in_order)), skipped=skipped)


def _movies(path: Path) -> Iterator[MovieTags | FailedMovie]:
    from wildwear.tagging.movies.json_form import from_json

    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    yield from_json(json.loads(line))
                except (KeyError, TypeError, ValueError) as error:
                    raise UnreadableInput(
                        f"{path}, line {number}, holds no tags of a film ({error}): "
                        "write them with 'wildwear tag FILMS --people DETECTOR --to json'"
                    ) from error
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UnreadableInput(f"{path} is no JSON Lines file: {error}") from error


def _left_out(tags: MovieTags) -> Counter[str]:
    return Counter(track.left_out for track in tags.tracks if track.left_out)


def _quoted(rejections: Iterable[Rejection]) -> Iterator[str]:
    held = list(rejections)
    for one in held[:_QUOTED]:
        yield f"{one.source}, row {one.row}: {one.reason} ({one.detail})"
    if len(held) > _QUOTED:
        yield f"... and {len(held) - _QUOTED:,} more such rows"
