"""The guard at the socket: the address that is connected is the address that was checked.

A check after the look-up and before the connection could be cheated by a name that resolves anew, and a check in
the resolver never sees addresses written as numbers. So it sits where the socket is made (cases 1 to 7).
"""

from __future__ import annotations

import asyncio
import errno
import socket
from ipaddress import ip_address
from typing import TYPE_CHECKING

from aiohttp.abc import AbstractResolver
from aiohttp.resolver import ThreadedResolver

from wildwear.images.addresses import is_public

if TYPE_CHECKING:
    from aiohappyeyeballs import AddrInfoType, SocketFactoryType
    from aiohttp.abc import ResolveResult


class BlockedAddress(OSError):
    """A socket to an address that is not on the public internet was asked for, and not made.

    The message is the same for every address: with several, the connector passes on one error only if all agree.
    """

    def __init__(self) -> None:
        super().__init__(errno.EACCES, "the name leads to an address that is not on the public internet")


def guarded_sockets(*, allow_private: bool) -> SocketFactoryType:
    """Makes sockets for an aiohttp connector, and raises `BlockedAddress` instead for a private address."""

    def make(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, where = info
        host = str(where[0]).partition("%")[0]
        if not (allow_private or is_public(ip_address(host))):
            raise BlockedAddress
        return socket.socket(family=family, type=kind, proto=protocol)

    return make


class WatchedResolver(AbstractResolver):
    """Looks names up through `inner`, and knows whether the resolver answers at all (case 19).

    A look-up without an answer may be the fault of one name's servers or of the whole resolver. It is the
    resolver's where nothing was answered since, and a name that was answered before is not answered now.
    """

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or ThreadedResolver()
        self._answered_before: str | None = None
        self.answers = 0
        """How many look-ups were answered."""
        self.silent_since: float | None = None
        """When the first of the look-ups that stand unanswered began, by the loop's monotonic clock."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        began = asyncio.get_running_loop().time()
        try:
            found = await self._inner.resolve(host, port, family)
            if not found:
                raise socket.gaierror(socket.EAI_NODATA, "the name has no address")
        except OSError as error:
            if is_answer(error) or await self._answers_another(host):
                self._heard()
            elif self.silent_since is None:
                self.silent_since = began
            raise
        self._answered_before = host
        self._heard()
        return found

    async def close(self) -> None:
        await self._inner.close()

    def _heard(self) -> None:
        self.answers += 1
        self.silent_since = None

    async def _answers_another(self, host: str) -> bool:
        if self._answered_before in (None, host):
            return False
        try:
            await self._inner.resolve(str(self._answered_before), 443, socket.AF_UNSPEC)
        except OSError as error:
            return is_answer(error)
        return True


def is_answer(error: BaseException) -> bool:
    """Whether a failed look-up is the answer that there is no such name, rather than no answer."""
    return isinstance(error, socket.gaierror) and error.errno in (socket.EAI_NONAME, socket.EAI_NODATA)
