"""How often a host is asked: connections and requests a second, pauses it asks for, and a circuit breaker.

All times are the event loop's monotonic clock, in seconds: a clock that jumps moves no deadline (case 70).
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from wildwear.images.fetch_settings import DownloadSettings
from wildwear.records import Failure


class Host:
    """What is known about one host, and the gate that every request to it passes."""

    def __init__(self, settings: DownloadSettings) -> None:
        self._settings = settings
        self._connections = asyncio.Semaphore(settings.connections_per_host)
        self._next_start = 0.0
        self._failures = 0
        self._last_failure: Failure | None = None
        self._closed_until = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Waits until this host may be asked once more, and holds one of its connections meanwhile."""
        async with self._connections:
            await self._pace()
            yield

    def given_up(self) -> Failure | None:
        """The failure that opened this host's circuit, while it is open: nothing is sent then (case 18)."""
        open_ = self._failures >= self._settings.failures_to_give_up and _now() < self._closed_until
        return self._last_failure if open_ else None

    def answered(self) -> None:
        """A request did not fail by the host's fault: the circuit closes."""
        self._failures = 0

    def failed(self, failure: Failure) -> None:
        """A request failed by the host's fault; after several in a row the circuit opens for a while."""
        self._failures += 1
        self._last_failure = failure
        self._closed_until = _now() + self._settings.give_up_seconds

    def pause(self, seconds: float) -> None:
        """Asks nothing more for so long, as the host wished."""
        self._next_start = max(self._next_start, _now() + seconds)

    async def _pace(self) -> None:
        start = max(_now(), self._next_start)
        self._next_start = start + 1 / self._settings.requests_per_second
        if start > _now():
            await asyncio.sleep(start - _now())


class Hosts:
    """The hosts of a run, by name and port."""

    def __init__(self, settings: DownloadSettings) -> None:
        self._settings = settings
        self._by_name: dict[str, Host] = {}

    def __getitem__(self, name: str) -> Host:
        if name not in self._by_name:
            self._by_name[name] = Host(self._settings)
        return self._by_name[name]


def back_off(address: str, attempt: int, settings: DownloadSettings) -> float:
    """Seconds to wait after the failed `attempt` (from 0): exponential, capped, with a jitter that repeats.

    The jitter spreads the addresses of a batch; it depends on the address alone, so that a run repeats exactly.
    """
    ceiling = min(settings.max_wait, settings.first_wait * 2.0**attempt)
    return ceiling * random.Random(f"{attempt} {address}").uniform(0.5, 1.0)


def retry_after(value: str | None, settings: DownloadSettings) -> float:
    """Seconds that a Retry-After header asks for (a number, or a date by the wall clock), capped (case 16)."""
    if value is None:
        return 0.0
    if re.fullmatch(r"\s*[0-9]{1,9}\s*", value, re.ASCII):
        return min(float(value), settings.max_wait)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    seconds = (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(0.0, seconds), settings.max_wait)


def _now() -> float:
    return asyncio.get_running_loop().time()
