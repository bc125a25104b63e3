"""The real server of a page on a port of its own, and what it answers."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wildwear.pages.server import listen, make_server

if TYPE_CHECKING:
    from fastapi import FastAPI

TOKEN = "a-token-of-the-tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server that runs."""

    port: int
    token: str = TOKEN
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str | None] | None = None
    ) -> Answer:
        """One request; a header that is None is left out."""
        sent: dict[str, str | None] = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        if body is not None:
            sent = {"Content-Type": "application/json"} | sent
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            given = {name: value for name, value in sent.items() if value is not None}
            connection.connect()
            with suppress(OSError):  # a server that has heard enough answers, and closes
                connection.request(method, path, body, given)
            response = connection.getresponse()
            return Answer(
                status=response.status,
                headers={name.lower(): value for name, value in response.getheaders()},
                body=response.read(),
            )
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status == 200, answer
        return answer.json

    def post(self, path: str, **body: Any) -> Any:
        answer = self.ask("POST", path, json.dumps(body).encode())
        assert answer.status == 200, answer
        return answer.json


@contextmanager
def running(app: FastAPI) -> Iterator[int]:
    """The real server, in a thread, until the block ends; gives its port."""
    ready = threading.Event()
    with listen(0) as listening:
        server = make_server(app, ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            assert ready.wait(60)
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(60)
