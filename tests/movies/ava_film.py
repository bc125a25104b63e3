"""A film that bears an AVA video id: a frame a second from 900 on, each of a grey that tells its second."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from tests.movies.films import FilmForm, Picture, Scene, write_film

FIRST = 900
SIZE = 320, 240


def grey_at(second: int) -> int:
    return 40 + (second - FIRST) * 3


def picture_at(time: Fraction) -> Picture:
    """Grey, with a dark left edge, so that it is no flat picture."""
    picture = np.full((SIZE[1], SIZE[0], 3), grey_at(int(time)), np.uint8)
    picture[:, :8] = 0
    return picture


def write_ava_film(path: Path, last: int = 960) -> Path:
    """A film whose last frame is shown at `last`."""
    seconds = [0, *range(FIRST, last + 1)]
    scene = Scene(seconds=Fraction(last + 1), look=lambda time: picture_at(max(time, Fraction(FIRST))))
    form = FilmForm(width=SIZE[0], height=SIZE[1], b_frames=0, options={"crf": "4"})
    write_film(path, [scene], [Fraction(second) for second in seconds], form)
    return path
