"""What a tagger says about a movie, and its form in JSON.

Times are seconds on the movie's clock, written with six digits; see `movies.records`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from wildwear.movies.records import MovieInfo, Shot, TrackPoint
from wildwear.tagging.tags import Outfit, Score


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackTags:
    """One person within one shot (or the whole frame, where nobody looked for people), and what they wear."""

    number: int
    """The track's number within the movie."""
    shot: int
    start: Fraction
    end: Fraction
    """Of the last frame that shows the person, plus how long it is shown."""
    points: tuple[TrackPoint, ...]
    frames: int
    """How many frames the network looked at; 0 for a track that is left out."""
    top: tuple[Score, ...] = ()
    """The most likely categories over all good frames, best first."""
    outfit: Outfit = field(default_factory=Outfit)
    best: Fraction = Fraction(0)
    """When the outfit is best seen."""
    left_out: str = ""
    """Why there are no tags: `face_only`, `too_small`, `too_short`, `blurred`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """One outfit over one shot or several that follow each other."""

    number: int
    start: Fraction
    end: Fraction
    tracks: tuple[int, ...]
    """Numbers of its tracks, in order."""
    top: tuple[Score, ...]
    outfit: Outfit
    best: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieTags:
    """What one movie shows."""

    path: str
    model: str
    """The model's name and the first 12 digits of its checksum."""
    people: str
    """How people were found: the detector's name and checksum, the box file, or `none` (whole frames)."""
    info: MovieInfo
    status: str
    """`ok`, or `partial` where the movie could be decoded in part only."""
    decoded_until: Fraction
    detail: str = ""
    """What is missing, where it is partial."""
    shots: tuple[Shot, ...] = ()
    tracks: tuple[TrackTags, ...] = ()
    appearances: tuple[Appearance, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    """How many tracks and boxes were left out, by reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedMovie:
    """A movie that could not be tagged, and why."""

    path: str
    reason: str
    """A short, countable name, such as `no_video`, `not_a_movie`, `playlist`, `hung`, `crashed`."""
    detail: str = ""
