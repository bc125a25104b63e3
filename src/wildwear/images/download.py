"""Downloads pictures from strangers' servers: checked at every hop, bounded in time and bytes, polite."""

from __future__ import annotations

import asyncio
import ssl
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from wildwear.images.addresses import Refused, checked_address
from wildwear.images.fetch_settings import DownloadSettings
from wildwear.images.guard import BlockedAddress, WatchedResolver, guarded_sockets, is_answer
from wildwear.images.politeness import Host, Hosts, back_off, retry_after
from wildwear.images.robots import Robots
from wildwear.records import Failure

_REDIRECTS = (301, 302, 303, 307, 308)
_WORTH_ANOTHER_TRY = (408, 425, 429)
_LOOKUP_THREADS = 16


class Unfetchable(Exception):
    """A picture that could not be had; `failure` is what its row records.

    `again` says that another attempt in this run makes sense, `blame` that the host itself seems to be ailing,
    `wait` how many seconds it asked for, and `lookup` that its name could not be looked up.
    """

    def __init__(
        self,
        reason: str,
        detail: str = "",
        *,
        transient: bool = False,
        again: bool | None = None,
        blame: bool = False,
        wait: float = 0.0,
        lookup: bool = False,
    ) -> None:
        self.failure = Failure(reason=reason, detail=detail, transient=transient)
        self.again = transient if again is None else again
        self.blame, self.wait, self.lookup = blame, wait, lookup
        super().__init__(f"{reason}: {detail}")


class ResolverDown(Exception):
    """No name can be looked up: nothing is known about the picture, and its row stays as it was."""


class Downloader:
    """One session with its limits; an asynchronous context manager, to be used within one event loop.

    `resolver` looks names up in place of the system's; what it answers is checked all the same.
    """

    def __init__(self, settings: DownloadSettings, resolver: AbstractResolver | None = None) -> None:
        self._settings = settings
        self._inner_resolver = resolver
        self._hosts = Hosts(settings)
        self._all = asyncio.Semaphore(settings.connections)
        self.room = asyncio.Event()
        """Cleared by whoever takes the pictures while there are enough of them: no request begins then."""
        self.room.set()
        self._robots = Robots(settings.user_agent, self._robots_of) if settings.robots else None

    async def open(self) -> None:
        """Makes the session; within the event loop that will download."""
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_LOOKUP_THREADS, "lookup"))
        self._resolver = WatchedResolver(self._inner_resolver)
        connector = aiohttp.TCPConnector(
            limit=0,  # `Hosts` and `_all` hold the limits, so that a slow host takes no place of another
            resolver=self._resolver,
            socket_factory=guarded_sockets(allow_private=self._settings.allow_private_addresses),
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers={
                "User-Agent": self._settings.user_agent,
                "Accept": "image/*,*/*;q=0.5",
                "Accept-Encoding": "identity",
            },
        )

    async def close(self) -> None:
        await self._session.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def download(self, address: str) -> bytes:
        """The bytes that an address leads to, tried again where the failure may pass.

        Raises `Unfetchable`, or `ResolverDown` when names cannot be looked up and waiting did not help.
        """
        answers, attempt = self._resolver.answers, 0
        while True:
            try:
                return await self._follow(address)
            except Unfetchable as problem:
                if problem.lookup and answers == self._resolver.answers:
                    self._check_patience()
                    await asyncio.sleep(back_off(address, 1, self._settings))
                    continue
                attempt, answers = attempt + 1, self._resolver.answers
                if not problem.again or attempt >= self._settings.attempts:
                    raise
                await asyncio.sleep(max(problem.wait, back_off(address, attempt - 1, self._settings)))

    def _check_patience(self) -> None:
        since = self._resolver.silent_since
        if since is not None and _now() - since >= self._settings.resolver_patience:
            raise ResolverDown

    async def _follow(self, address: str) -> bytes:
        """One attempt: the address, and what it redirects to, within one deadline for the requests together."""
        left = self._settings.timeout
        for _ in range(self._settings.redirects + 1):
            url = self._checked(address)
            if self._robots:
                await self._obey(self._robots, url)
            answer, left = await self._ask(url, left)
            if isinstance(answer, bytes):
                return answer
            address = answer
        raise Unfetchable("too_many_redirects", f"more than {self._settings.redirects}")

    def _checked(self, address: str) -> URL:
        try:
            return checked_address(address, allow_private=self._settings.allow_private_addresses)
        except Refused as refused:
            raise Unfetchable(refused.failure.reason, refused.failure.detail) from None

    async def _ask(self, url: URL, left: float) -> tuple[bytes | str, float]:
        """One request in the host's turn: the body, or the address it redirects to; and the seconds left after it."""
        host = self._hosts[url.authority]
        _check_circuit(host)
        async with host.turn(), self._all:
            _check_circuit(host)
            await self.room.wait()
            began = _now()
            try:
                answer = await self._request(url, left)
            except Unfetchable as problem:
                if problem.blame:
                    host.failed(problem.failure)
                else:
                    host.answered()
                host.pause(problem.wait)
                raise
            host.answered()
        return answer, max(0.01, left - (_now() - began))

    async def _request(self, url: URL, seconds: float) -> bytes | str:
        limits = aiohttp.ClientTimeout(total=seconds, sock_connect=self._settings.connect_timeout)
        try:
            async with self._session.get(url, allow_redirects=False, timeout=limits) as response:
                return await self._read(response)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # asyncio's TimeoutError is an OSError
            raise explained(error) from error

    async def _read(self, response: aiohttp.ClientResponse) -> bytes | str:
        status = response.status
        if status in _REDIRECTS and (target := response.headers.get("Location")):
            return str(response.url.join(URL(target)))
        if status != 200:
            raise self._refusal(response)
        if (encoding := response.headers.get("Content-Encoding", "identity").strip().lower()) not in ("identity", ""):
            raise Unfetchable("content_encoding", f"{encoding[:80]}, and identity was asked for")
        return await self._body(response)

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        most = self._settings.max_bytes
        if (response.content_length or 0) > most:
            raise Unfetchable("too_many_bytes", f"{response.content_length}, the limit is {most}")
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_any():
            size += len(chunk)
            if size > most:
                raise Unfetchable("too_many_bytes", f"more than {most}")
            chunks.append(chunk)
        return b"".join(chunks)

    def _refusal(self, response: aiohttp.ClientResponse) -> Unfetchable:
        status = response.status
        transient = status in _WORTH_ANOTHER_TRY or status >= 500
        wait = retry_after(response.headers.get("Retry-After"), self._settings) if transient else 0.0
        return Unfetchable(f"http_{status}", transient=transient, blame=transient, wait=wait)

    async def _obey(self, robots: Robots, url: URL) -> None:
        if not await robots.allows(url):
            raise Unfetchable("robots_excluded", f"by {url.origin()}/robots.txt")

    async def _robots_of(self, url: URL) -> bytes:
        """The robots.txt at `url`; raises `LookupError` where the host says that it has none."""
        try:
            for _ in range(self._settings.redirects + 1):
                answer, _ = await self._ask(url, self._settings.timeout)
                if isinstance(answer, bytes):
                    return answer
                url = self._checked(answer)
        except Unfetchable as problem:
            if problem.failure.reason.startswith("http_4") and not problem.failure.transient:
                raise LookupError from None
            raise
        raise LookupError


def explained(error: Exception) -> Unfetchable:
    """What went wrong with a request, as a failure to record."""
    cause: Exception = getattr(error, "os_error", error)
    if isinstance(cause, BlockedAddress):
        return Unfetchable("blocked_address", str(cause.strerror))
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        if is_answer(cause):
            return Unfetchable("unknown_host", "no such name", transient=True, again=False, blame=True)
        return Unfetchable("lookup_failed", "the name cannot be looked up now", transient=True, lookup=True)
    if isinstance(error, aiohttp.ClientConnectorCertificateError | ssl.SSLCertVerificationError):
        return Unfetchable("tls_certificate", str(getattr(error, "certificate_error", error))[:200])
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return Unfetchable("tls", str(error)[:200], transient=True, blame=True)
    if isinstance(error, TimeoutError):
        return Unfetchable("timeout", "no whole answer within the time limit", transient=True, blame=True)
    if isinstance(error, aiohttp.ClientPayloadError):
        return Unfetchable("truncated", "fewer bytes than were promised", transient=True)
    if isinstance(error, aiohttp.ClientConnectorError):
        return Unfetchable("unreachable", str(error.os_error.strerror or cause)[:200], transient=True, blame=True)
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return Unfetchable("bad_address", str(error)[:200])
    if isinstance(error, aiohttp.ClientResponseError):
        return Unfetchable("bad_response", str(error.message)[:200], transient=True, blame=True)
    return Unfetchable("connection_lost", type(error).__name__, transient=True, blame=True)


def _check_circuit(host: Host) -> None:
    if failure := host.given_up():
        raise Unfetchable(failure.reason, failure.detail, transient=failure.transient, again=False)


def _now() -> float:
    return asyncio.get_running_loop().time()
