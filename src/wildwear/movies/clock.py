"""Presentation timestamps, mended where they are missing or do not rise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Generic, TypeVar

T = TypeVar("T")

_SLOWEST, _FASTEST = Fraction(1, 10), Fraction(1000)
"""Frames a second that a header may state and be believed."""
_SOON = 4
"""Steps within which the next frame of an unbroken film is expected."""
_CREEP = 16
"""Parts of a step by which time goes on while it waits for timestamps that it ran ahead of."""


class Clock(Generic[T]):
    """Gives each frame its time on the movie's clock, in seconds; times rise strictly.

    A missing timestamp, one that falls back and one that leaps ahead of the next are replaced by what the frames beside
    them say. Timestamps that begin anew, as in recordings put one after the other, go on from where time stands.
    """

    def __init__(self, period: Fraction) -> None:
        """`period`: seconds that a frame is shown on average; 0 where unknown."""
        self.mended = 0
        """How many frames did not get the time that they state."""
        believable = period > 0 and _SLOWEST <= 1 / period <= _FASTEST
        self._period = period if believable else Fraction(0)
        self._offset = Fraction(0)
        self._last: Fraction | None = None
        self._last_stated: Fraction | None = None

    @property
    def step(self) -> Fraction:
        """Seconds from a frame to the next where nothing else says."""
        return self._period or Fraction(1, 25)

    def times(self, frames: Iterable[tuple[Fraction | None, T]]) -> Iterator[tuple[Fraction, T]]:
        """Each frame with its time, given what it states. One frame is held back, to see what follows."""
        for stated, frame, following in _with_next(frames):
            time = self._time(stated, following)
            self.mended += time != stated and time - self._offset != stated
            if not self._period and self._last is not None:
                self._period = time - self._last
            self._last = time
            yield time, frame

    def _time(self, stated: Fraction | None, following: Fraction | None) -> Fraction:
        if stated is None:
            return self._guess(following)
        last, time = self._last, self._shifted(stated)
        next_time = None if following is None else following + self._offset
        if last is None or time > last:
            leaps = next_time is not None and next_time < time and (last is None or last < next_time)
            if leaps:
                return self._guess(following)
            self._last_stated = stated
            return time
        if self._last_stated is not None and stated > self._last_stated:
            return last + self.step / _CREEP
        if next_time is not None and time < next_time <= last:
            self._offset += last + self.step - time
            self._last_stated = stated
            self.mended += 1
            return last + self.step
        return self._guess(following)

    def _shifted(self, stated: Fraction) -> Fraction:
        """With the offset; without it from where that is what continues the film."""
        time, last = stated + self._offset, self._last
        if self._offset and last is not None and last < stated <= last + _SOON * self.step < time:
            self._offset = Fraction(0)
            return stated
        return time

    def _guess(self, following: Fraction | None) -> Fraction:
        """A time for a frame that states none, between the last frame and the following."""
        last, next_time = self._last, None if following is None else following + self._offset
        if last is None:
            return Fraction(0) if next_time is None else next_time - self.step
        if next_time is not None and last < next_time <= last + self.step:
            return (last + next_time) / 2
        return last + self.step


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
