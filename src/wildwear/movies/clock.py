"""Presentation timestamps, mended where they are missing or do not rise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Generic, TypeVar

T = TypeVar("T")

_SANE_RATES = (Fraction(1, 10), Fraction(1000))


class Clock(Generic[T]):
    """Gives each frame its time on the movie's clock; times rise strictly.

    `period` is how long a frame is shown on average, for where the stream does not say better; 0 where unknown.
    """

    def __init__(self, period: Fraction) -> None:
        self.mended = 0
        """How many timestamps were missing or did not rise."""
        sane = period and _SANE_RATES[0] <= 1 / period <= _SANE_RATES[1]
        self._period = period if sane else Fraction(0)

    def times(self, frames: Iterable[tuple[Fraction | None, T]]) -> Iterator[tuple[Fraction, T]]:
        """Each frame with its time. A single timestamp far ahead is told by the next one, which is why one frame is
        held back."""
        last: Fraction | None = None
        for stated, frame, following in _with_next(frames):
            time = self._mend(stated, last, following)
            if last is not None and time == stated:
                self._period = self._period or time - last
            last = time
            yield time, frame

    def _mend(self, stated: Fraction | None, last: Fraction | None, following: Fraction | None) -> Fraction:
        if stated is not None and last is None and (following is None or stated < following):
            return stated
        if stated is not None and last is not None and stated > last:
            runs_ahead = following is not None and last < following <= stated
            if not runs_ahead:
                return stated
        self.mended += 1
        if last is None:
            step = self.step
            return max(Fraction(0), following - step) if following is not None else stated or Fraction(0)
        step = self.step
        if following is not None and last < following <= last + step:
            return (last + following) / 2
        return last + step

    @property
    def step(self) -> Fraction:
        """Seconds from a frame to the next where nothing else says."""
        return self._period or Fraction(1, 25)


def _with_next(
    frames: Iterable[tuple[Fraction | None, T]],
) -> Iterator[tuple[Fraction | None, T, Fraction | None]]:
    held: tuple[Fraction | None, T] | None = None
    for stated, frame in frames:
        if held is not None:
            yield *held, stated
        held = stated, frame
    if held is not None:
        yield *held, None
