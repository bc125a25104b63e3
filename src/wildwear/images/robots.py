"""Robots exclusions (RFC 9309), each host's rules read once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.robotparser import RobotFileParser

from yarl import URL

_MAX_BYTES = 512_000


class Robots:
    """Answers whether a user agent may ask for an address.

    `read` gives the bytes of a robots.txt; it raises `LookupError` where there is none (then all is allowed), and
    what else it raises goes through to whoever asked: a host whose rules cannot be read now is not asked now.
    """

    def __init__(self, user_agent: str, read: Callable[[URL], Awaitable[bytes]]) -> None:
        self._user_agent = user_agent
        self._read = read
        self._rules: dict[URL, RobotFileParser] = {}
        self._locks: dict[URL, asyncio.Lock] = {}

    async def allows(self, url: URL) -> bool:
        origin = url.origin()
        async with self._locks.setdefault(origin, asyncio.Lock()):
            if origin not in self._rules:
                self._rules[origin] = await self._parsed(origin)
        return self._rules[origin].can_fetch(self._user_agent, str(url))

    async def _parsed(self, origin: URL) -> RobotFileParser:
        rules = RobotFileParser()
        try:
            text = (await self._read(origin / "robots.txt"))[:_MAX_BYTES]
        except LookupError:
            text = b""
        rules.parse(text.decode("utf-8", "replace").splitlines())
        return rules
