"""Servers that misbehave, names that lie, and a small internet of public addresses that all end on this machine."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import simplejpeg
from aiohttp.abc import AbstractResolver, ResolveResult

Handler = Callable[[asyncio.StreamWriter], Awaitable[None]]
Answer = bytes | Handler


def picture(shade: int = 0, side: int = 300) -> bytes:
    """A JPEG whose bytes depend on `shade`."""
    ramp = (np.arange(side, dtype=np.uint32) * 200 // side + shade).astype(np.uint8)
    return bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(np.tile(ramp[:, None, None], (1, side, 3)))))


PICTURE = picture()


def answer(body: bytes = PICTURE, status: str = "200 OK", **headers: str) -> bytes:
    """An HTTP response; a header `content_length` takes the place of the right one, and "" leaves it out."""
    stated = {"content_type": "image/jpeg", "content_length": str(len(body))} | headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in stated.items() if value]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + body


def redirect(to: str) -> bytes:
    return answer(b"", "302 Found", location=to)


@dataclass
class RudeServer:
    """Answers each path as told; a list of answers is used up one a request, the last one stays."""

    routes: dict[str, Answer | list[Answer]]
    port: int = 0
    requests: list[tuple[str, dict[str, str], float]] = field(default_factory=list)
    """Path, headers (lower case) and the time of every request."""
    open_now: int = 0
    most_open: int = 0
    delay: float = 0.0
    """Seconds before each answer."""

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.requests]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.open_now += 1
                self.most_open = max(self.most_open, self.open_now)
                try:
                    await asyncio.sleep(self.delay)
                    await self._reply(head.decode("latin-1"), writer)
                finally:
                    self.open_now -= 1
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _reply(self, head: str, writer: asyncio.StreamWriter) -> None:
        first, *lines = head.strip().split("\r\n")
        path = first.split(" ")[1]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self.requests.append((path, headers, asyncio.get_running_loop().time()))
        reply = self.routes.get(path, answer(b"", "404 Not Found"))
        if isinstance(reply, list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        if isinstance(reply, bytes):
            writer.write(reply)
            await writer.drain()
        else:
            await reply(writer)
            raise asyncio.CancelledError


@contextmanager
def serving(routes: dict[str, Any] | None = None, tls: ssl.SSLContext | None = None) -> Iterator[RudeServer]:
    """A server on 127.0.0.1, in a thread of its own."""
    server = RudeServer(routes or {})
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def run() -> None:
        listening = await asyncio.start_server(server.handle, "127.0.0.1", 0, ssl=tls, limit=1 << 20)
        server.port = listening.sockets[0].getsockname()[1]
        ready.set()
        async with listening:
            await stop.wait()

    async def main() -> None:
        task = asyncio.create_task(run())
        await task
        for other in asyncio.all_tasks() - {asyncio.current_task()}:
            other.cancel()
        await asyncio.sleep(0)

    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(main()))
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


class Names(AbstractResolver):
    """Answers look-ups from a table: a list of addresses, an error, or several of these, used up one a look-up."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.table = table
        self.asked: list[str] = []

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
        self.asked.append(host)
        found = self.table.get(host, socket.gaierror(socket.EAI_NONAME, "no such name"))
        if isinstance(found, tuple):
            found, self.table[host] = found[0], found[1:] or found
        if isinstance(found, Exception):
            raise found
        return [
            ResolveResult(
                hostname=host,
                host=one,
                port=port,
                family=socket.AF_INET6 if ":" in one else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for one in found
        ]

    async def close(self) -> None:
        pass


class SilentNames(Names):
    """A resolver that is down."""

    def __init__(self) -> None:
        super().__init__({})

    async def resolve(self, host: str, port: int = 0, family: Any = socket.AF_INET) -> list[ResolveResult]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


class Internet:
    """Public addresses, each a port of this machine; no other connection leaves, and every attempt is written down."""

    def __init__(self, hosts: dict[str, int]) -> None:
        self.hosts = hosts
        self.attempts: list[str] = []
        internet = self

        class RoutedSocket(socket.socket):
            def connect(self, where: Any) -> None:
                internet.attempts.append(where[0])
                if where[0] not in internet.hosts:
                    raise OSError(errno.ENETUNREACH, "Network is unreachable")
                super().connect(("127.0.0.1", internet.hosts[where[0]]))

        self.socket = RoutedSocket
