"""How fast samples go through training, and what share of the time is waited for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

_SECONDS_BETWEEN_FIGURES = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What went through in a stretch of time."""

    samples: int = 0
    seconds: float = 0.0
    waited: float = 0.0
    """Seconds of them that the first process waited for its samples."""

    @property
    def figures(self) -> dict[str, float]:
        seconds = max(self.seconds, 1e-9)
        return {"images_per_second": self.samples / seconds, "waiting": self.waited / seconds}

    def __str__(self) -> str:
        figures = self.figures
        return f"{figures['images_per_second']:,.0f} images/s · {100 * figures['waiting']:.0f} % waiting for data"

    def __add__(self, other: Speed) -> Speed:
        return Speed(
            samples=self.samples + other.samples,
            seconds=self.seconds + other.seconds,
            waited=self.waited + other.waited,
        )


class Pace:
    """Counts steps as they end; what is between a `rested` and the step before counts as no time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._marked = clock()
        self._recent = Speed()
        self.whole = Speed()
        """All steps so far."""

    def add(self, samples: int, waited: float) -> None:
        """A step has ended."""
        now = self._clock()
        step = Speed(samples=samples, seconds=now - self._marked, waited=waited)
        self._marked = now
        self._recent, self.whole = self._recent + step, self.whole + step

    def rested(self) -> None:
        """Something else was done since the last step."""
        self._marked = self._clock()

    def told(self) -> Speed | None:
        """The speed since it was told last, once in a while."""
        if self._recent.seconds < _SECONDS_BETWEEN_FIGURES:
            return None
        recent, self._recent = self._recent, Speed()
        return recent
