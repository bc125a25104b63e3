"""Presentation timestamps, mended where they are missing or do not rise."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Generic, TypeVar

T = TypeVar("T")

_SLOWEST, _FASTEST = Fraction(1, 10), Fraction(1000)
"""Frames a second that a header may state and be believed."""
_SOON = 4
"""Steps within which the next frame of an unbroken film is expected, and frames looked ahead where it is not."""
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
        """Each frame with its time. One frame is held back, to see what follows, and a few where time jumps."""
        held: deque[tuple[Fraction | None, T]] = deque()
        for stated_frame in frames:
            held.append(stated_frame)
            while len(held) > self._needed(held[0][0]):
                yield self._next(held)
        while held:
            yield self._next(held)

    def _needed(self, stated: Fraction | None) -> int:
        """How many frames must be held beside one that states `stated`."""
        if stated is None or self._last is None:
            return 1
        return 1 if self._last < stated + self._offset <= self._last + _SOON * self.step else _SOON

    def _next(self, held: deque[tuple[Fraction | None, T]]) -> tuple[Fraction, T]:
        stated, frame = held.popleft()
        time = self._time(stated, [following for following, _ in held])
        self.mended += time != stated and time - self._offset != stated
        if not self._period and self._last is not None:
            self._period = time - self._last
        self._last = time
        return time, frame

    def _time(self, stated: Fraction | None, ahead: list[Fraction | None]) -> Fraction:
        if stated is None:
            return self._guess(ahead)
        last, time = self._last, self._shifted(stated)
        next_times = [following + self._offset for following in ahead if following is not None]
        if last is None or time > last:
            if any(next_time < time and (last is None or last < next_time) for next_time in next_times):
                return self._guess(ahead)
            self._last_stated = stated
            return time
        if self._last_stated is not None and stated > self._last_stated:
            return last + self.step / _CREEP
        if next_times and time < next_times[0] and max(next_times) <= last:
            self._offset += last + self.step - time
            self._last_stated = stated
            self.mended += 1
            return last + self.step
        return self._guess(ahead)

    def _shifted(self, stated: Fraction) -> Fraction:
        """With the offset; without it from where that is what continues the film."""
        time, last = stated + self._offset, self._last
        if self._offset and last is not None and last < stated <= last + _SOON * self.step < time:
            self._offset = Fraction(0)
            return stated
        return time

    def _guess(self, ahead: list[Fraction | None]) -> Fraction:
        """A time for a frame that states none: a step after the last, or less where the frames ahead leave less."""
        last = self._last
        for frames, following in enumerate(ahead, 1):
            if following is None:
                continue
            next_time = following + self._offset
            if last is None:
                return next_time - frames * self.step
            if last < next_time <= last + frames * self.step:
                return last + (next_time - last) / (frames + 1)
        return Fraction(0) if last is None else last + self.step
