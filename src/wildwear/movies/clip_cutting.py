"""Cuts windows out of one film: the person in the middle frame at full resolution, and the second as a sprite."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from wildwear.datasets.pictures import Crop, cut_out
from wildwear.images.phash import perceptual_hash
from wildwear.movies.clip_windows import Corners, Window
from wildwear.movies.decoding import Movie, Unreadable, open_movie
from wildwear.movies.isolation import Send
from wildwear.movies.records import Frame
from wildwear.records import Box, Failure

CELL_SIDE = 400
"""The longer side of a sprite's cell, pixels, at most."""

_CONTEXT = 0.3
"""How much is shown around the track on each side, as a fraction of its longer side."""
_QUALITY = 80
_STALE = Fraction(1)  # seconds for which a damaged film may stand still


def cut(send: Send, path: str, windows: Sequence[Window], frames: int) -> None:
    """Sends a row of `clips` for each of a film's windows, in order of time; runs in a process of its own.

    A window that the film does not reach, or whose box holds nothing, is a failed row. `frames` are the cells of a
    sprite. Raises `Unreadable` where the film cannot be decoded at all.
    """
    with open_movie(Path(path)) as movie:
        waiting = [_Cutting(window, movie, frames) for window in sorted(windows, key=lambda one: one.start)]
        for frame, time in _shown(movie, sorted({time for one in waiting for time in one.times})):
            send(None)
            past = movie.decoded_until <= time
            for one in waiting:
                if time in one.times and not past:
                    one.add(time, frame)
            while waiting and waiting[0].times[-1] <= time:
                send(waiting.pop(0).row())
        for one in waiting:
            send(one.row())


def _shown(movie: Movie, times: Sequence[Fraction]) -> Iterator[tuple[Frame, Fraction]]:
    """The frame at each of the times, as far as the film reaches."""
    try:
        yield from zip(movie.frames_at(times), times, strict=False)
    except Unreadable as error:
        if error.reason != "past_the_end":
            raise


def failed_row(window: Window, reason: str, detail: str) -> dict[str, Any]:
    """A window that could not be cut, and why."""
    return _common(window) | {"status": "failed", "reason": reason, "detail": detail}


@dataclass(slots=True)
class _Cutting:
    """A window while its frames come in."""

    window: Window
    movie: Movie
    frames: int
    times: list[Fraction] = field(init=False)
    """When the cells are, rising; the middle one at the timestamp."""
    _view: tuple[int, int, int, int] = field(init=False)
    """What a cell shows: left, top, right, bottom in pixels of the frame."""
    _size: tuple[int, int] = field(init=False)
    """Width and height of a cell, pixels."""
    _cells: list[tuple[Fraction, NDArray[np.uint8]]] = field(init=False, default_factory=list)
    _picture: Crop | Failure | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        middle = self.window.key.time
        step = 2 * (self.window.end - middle) / self.frames
        times = (middle + (number - self.frames // 2) * step for number in range(self.frames))
        self.times = [time for time in times if time >= 0]
        self._view = _view([self.window.at(time) for time in self.times], self._width, self._height)
        left, top, right, bottom = self._view
        scale = min(1.0, CELL_SIDE / max(right - left, bottom - top))
        self._size = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))

    @property
    def _width(self) -> int:
        return self.movie.info.width

    @property
    def _height(self) -> int:
        return self.movie.info.height

    def add(self, time: Fraction, frame: Frame) -> None:
        """Takes what it needs of the frame that is shown at `time`."""
        left, top, right, bottom = self._view
        cell = Image.fromarray(frame.pixels[top:bottom, left:right])
        self._cells.append((time, np.asarray(cell.resize(self._size, Image.Resampling.BILINEAR, reducing_gap=2.0))))
        if time == self.window.key.time and self.movie.damaged and time - frame.time > _STALE:
            self._picture = Failure(
                reason="damaged", detail=f"nothing decodes between {float(frame.time):.3f} s and it"
            )
        elif time == self.window.key.time:
            box = _in_pixels(self.window.key.corners, self._width, self._height)
            self._picture = cut_out(frame.pixels, box, perceptual_hash(frame.pixels))

    def row(self) -> dict[str, Any]:
        """What is kept."""
        if self._picture is None:
            detail = f"it ends at {float(max(self.movie.decoded_until, self.movie.info.duration)):.3f} s"
            return failed_row(self.window, "past_the_end", detail)
        if isinstance(self._picture, Failure):
            return failed_row(self.window, self._picture.reason, self._picture.detail)
        return _common(self.window) | self._of_picture(self._picture) | self._of_sprite() | {"status": "ok"}

    def _of_picture(self, picture: Crop) -> dict[str, Any]:
        assert picture.box is not None
        return {
            "width": self._width,
            "height": self._height,
            "image_id": picture.image_id,
            "picture": picture.bytes,
            "box": list(picture.box.as_tuple()),
            "phash": picture.phash,
        }

    def _of_sprite(self) -> dict[str, Any]:
        import simplejpeg

        sprite = np.ascontiguousarray(np.concatenate([cell for _, cell in self._cells], axis=1))
        return {
            "sprite": simplejpeg.encode_jpeg(sprite, quality=_QUALITY, colorspace="RGB", colorsubsampling="420"),
            "cells": [{"time": _seconds(time), "box": self._in_cell(time)} for time, _ in self._cells],
            "cell_width": self._size[0],
            "cell_height": self._size[1],
        }

    def _in_cell(self, time: Fraction) -> list[float]:
        left, top, right, bottom = self._view
        x1, y1, x2, y2 = self.window.at(time)
        across, down = right - left, bottom - top
        placed = (
            (x1 * self._width - left) / across,
            (y1 * self._height - top) / down,
            (x2 * self._width - left) / across,
            (y2 * self._height - top) / down,
        )
        return [min(1.0, max(0.0, value)) for value in placed]


def _common(window: Window) -> dict[str, Any]:
    return {
        "clip_id": window.key.clip_id,
        "movie": window.key.movie,
        "person": window.key.person,
        "timestamp": window.key.timestamp,
        "start": _seconds(window.start),
        "end": _seconds(window.end),
        "track": [{"time": _seconds(time), "box": list(corners)} for time, corners in window.track],
    }


def _view(track: Sequence[Corners], width: int, height: int) -> tuple[int, int, int, int]:
    """What shows the whole track with its surroundings, within the frame, at least a pixel wide and high."""
    x1, y1 = min(box[0] for box in track) * width, min(box[1] for box in track) * height
    x2, y2 = max(box[2] for box in track) * width, max(box[3] for box in track) * height
    extra = _CONTEXT * max(x2 - x1, y2 - y1)
    left, top = min(max(0, math.floor(x1 - extra)), width - 1), min(max(0, math.floor(y1 - extra)), height - 1)
    right, bottom = max(left + 1, min(width, math.ceil(x2 + extra))), max(top + 1, min(height, math.ceil(y2 + extra)))
    return left, top, right, bottom


def _in_pixels(corners: Corners, width: int, height: int) -> Box:
    x1, y1, x2, y2 = corners
    return Box(x1=x1 * width, y1=y1 * height, x2=x2 * width, y2=y2 * height)


def _seconds(time: Fraction) -> float:
    return round(float(time), 6)
