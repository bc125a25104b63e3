"""Draws the people of a movie, and what they wear, into its frames."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from wildwear.movies.records import MovieInfo, TrackPoint
from wildwear.records import Box, Region
from wildwear.tagging.movies.tags import MovieTags, TrackTags
from wildwear.tagging.outputs.colours import COLOURS, FAINT, GROUND, TEXT
from wildwear.tagging.tags import Outfit, Score

Colour = tuple[int, ...]
Pixels = NDArray[np.uint8]

_WHOLE = 0.9
"""A box over this share of the frame stands for the whole frame, and is not drawn."""
_ROUNDING = 1e-6
"""Seconds that times lose in JSON."""


@dataclass(frozen=True, slots=True)
class _Chip:
    """A label, ready to be laid over a frame."""

    colours: NDArray[np.float32]
    """H × W × 3, already weighted."""
    rest: NDArray[np.float32]
    """H × W × 1: how much of the frame shows through, 0 to 1."""


@dataclass(frozen=True, slots=True)
class _Worn:
    """How one track is drawn."""

    track: TrackTags
    above: Colour
    """Of the upper half of its box."""
    below: Colour
    top: tuple[_Chip, ...]
    bottom: tuple[_Chip, ...]


class Painter:
    """Paints the frames of one movie, all of one size."""

    def __init__(self, tags: MovieTags, width: int, height: int) -> None:
        self._across, self._down = width / tags.info.width, height / tags.info.height
        self._line = max(2, round(max(width, height) / 340))
        self._font = ImageFont.load_default(max(11, round(max(width, height) / 58)))
        self._info = tags.info
        outfits = {number: one.outfit for one in tags.appearances for number in one.tracks}
        self._worn = [self._prepared(track, outfits.get(track.number, track.outfit)) for track in tags.tracks]
        self._starts = np.array([float(track.start) for track in tags.tracks]) - _ROUNDING
        self._ends = np.array([float(track.end) for track in tags.tracks]) - _ROUNDING

    def paint(self, pixels: Pixels, time: Fraction) -> None:
        """Draws into H × W × 3 what is on screen at a time: boxes first, so that no box crosses a label."""
        on = (self._starts <= float(time)) & (float(time) < self._ends)
        shown = [(self._worn[index], self._place(self._worn[index].track, time)) for index in np.flatnonzero(on)]
        boxed = [(worn, place) for worn, place in shown if place is not None]
        for worn, place in boxed:
            _draw_box(pixels, place, worn, self._line)
        for worn, place in boxed:
            _lay_labels(pixels, place, worn)
        corner = self._line * 4
        for worn in (worn for worn, place in shown if place is None):
            for chip in (*worn.top, *worn.bottom):
                _lay(pixels, chip, corner, pixels.shape[0] - 4 * self._line - chip.rest.shape[0])
                corner += chip.rest.shape[1] + self._line * 2

    def _place(self, track: TrackTags, time: Fraction) -> tuple[int, int, int, int] | None:
        """Where its box is in the frame, x1, y1, x2, y2; None for one that stands for the whole frame."""
        if is_whole(track.points, self._info):
            return None
        x1, y1, x2, y2 = box_at(track.points, time).as_tuple()
        return round(x1 * self._across), round(y1 * self._down), round(x2 * self._across), round(y2 * self._down)

    def _prepared(self, track: TrackTags, outfit: Outfit) -> _Worn:
        if track.left_out:
            chip = self._chip(track.left_out.replace("_", " "), "", (70, 72, 80), TEXT)
            return _Worn(track, FAINT, FAINT, (chip,), ())
        if not outfit.garments:
            return _Worn(track, TEXT, TEXT, (self._chip(str(outfit), "", (70, 72, 80), TEXT),), ())
        colours = [COLOURS[one.region] for one in outfit.garments]
        top = tuple(self._garment(one) for one in outfit.garments if one.region is not Region.LOWER)
        bottom = tuple(self._garment(one) for one in outfit.garments if one.region is Region.LOWER)
        below = COLOURS[Region.LOWER] if bottom else colours[0]
        return _Worn(track, colours[0], below, top, bottom)

    def _garment(self, one: Score) -> _Chip:
        return self._chip(one.category, f"{one.score:.0%}", COLOURS[one.region], GROUND)

    def _chip(self, text: str, share: str, ground: Colour, ink: Colour) -> _Chip:
        size = self._font.size if isinstance(self._font, ImageFont.FreeTypeFont) else 11
        pad, tall = round(size * 0.5), round(size * 1.55)
        probe = ImageDraw.Draw(Image.new("RGBA", (1, 1)))
        words, number = probe.textlength(text, self._font), probe.textlength(share, self._font)
        wide = round(words + 2 * pad + (number + pad * 0.7 if share else 0))
        picture = Image.new("RGBA", (wide, tall))
        draw = ImageDraw.Draw(picture)
        draw.rounded_rectangle((0, 0, wide - 1, tall - 1), round(size * 0.25), fill=(*ground, 235))
        draw.text((pad, tall / 2), text, ink, self._font, anchor="lm")
        faded = tuple(round(0.75 * a + 0.25 * b) for a, b in zip(ink, ground, strict=True))
        draw.text((wide - pad, tall / 2), share, faded, self._font, anchor="rm")
        values = np.asarray(picture, np.float32)
        opacity = values[..., 3:] / np.float32(255)
        return _Chip(values[..., :3] * opacity, 1 - opacity)


def is_whole(points: Sequence[TrackPoint], info: MovieInfo) -> bool:
    """Whether a track stands for the whole frame and not for somebody in it."""
    box = points[0].box
    return (box.x2 - box.x1) * (box.y2 - box.y1) >= _WHOLE * info.width * info.height


def box_at(points: Sequence[TrackPoint], time: Fraction) -> Box:
    """The box at a time: on the way from one point to the next, and the nearest before the first and after the last.

    >>> def at(time, x): return TrackPoint(time=Fraction(time), box=Box(x1=x, y1=0, x2=x + 10, y2=9), score=1.0)
    >>> box_at([at(0, 0), at(2, 20)], Fraction(1))
    Box(x1=10.0, y1=0.0, x2=20.0, y2=9.0)
    """
    after = bisect_right(points, time, key=lambda point: point.time)
    if after in (0, len(points)):
        return points[max(0, after - 1)].box
    one, two = points[after - 1], points[after]
    share = float((time - one.time) / (two.time - one.time))
    x1, y1, x2, y2 = (a + share * (b - a) for a, b in zip(one.box.as_tuple(), two.box.as_tuple(), strict=True))
    return Box(x1=x1, y1=y1, x2=x2, y2=y2)


def _draw_box(pixels: Pixels, place: tuple[int, int, int, int], worn: _Worn, line: int) -> None:
    """Two halves, each in the colour of what is worn there, on a dark edge that shows on light ground."""
    x1, y1, x2, y2 = place
    thin = max(1, line // 2) if worn.track.left_out else line
    middle = (y1 + y2) // 2
    for grown, above, below in ((1, GROUND, GROUND), (0, worn.above, worn.below)):
        width, left, right = thin + grown, x1 - grown, x2 + grown
        _fill(pixels, left, y1 - grown, right, y1 - grown + width, above)
        _fill(pixels, left, y2 + grown - width, right, y2 + grown, below)
        for x in (left, right - width):
            _fill(pixels, x, y1, x + width, middle, above)
            _fill(pixels, x, middle, x + width, y2, below)


def _fill(pixels: Pixels, x1: int, y1: int, x2: int, y2: int, colour: Colour) -> None:
    pixels[max(0, y1) : max(0, y2), max(0, x1) : max(0, x2)] = colour


def _lay_labels(pixels: Pixels, place: tuple[int, int, int, int], worn: _Worn) -> None:
    """Above and below the box where there is room, else inside it."""
    x1, y1, _, y2 = place
    y = y1
    for chip in worn.top:
        y -= chip.rest.shape[0]
    y = max(0, y)
    for chip in worn.top:
        _lay(pixels, chip, x1, y)
        y += chip.rest.shape[0]
    for chip in worn.bottom:
        _lay(pixels, chip, x1, y2)


def _lay(pixels: Pixels, chip: _Chip, x: int, y: int) -> None:
    """Lays a label over the frame, moved so that all of it can be seen; cut where it is larger than the frame."""
    height, width = pixels.shape[:2]
    x = max(0, min(x, width - chip.rest.shape[1]))
    y = max(0, min(y, height - chip.rest.shape[0]))
    under = pixels[y : y + chip.rest.shape[0], x : x + chip.rest.shape[1]]
    tall, wide = under.shape[:2]
    under[:] = (under * chip.rest[:tall, :wide] + chip.colours[:tall, :wide]).astype(np.uint8)
