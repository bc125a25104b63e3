"""A hub on this machine that speaks as much of the protocol as pushing and pulling a model takes."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

COMMIT = "c0ffee" + 34 * "0"


class Hub(ThreadingHTTPServer):
    """One repository, `me/street`; what is asked is kept."""

    def __init__(self, token: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.token = token
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.tokens: set[str] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Is not wanted."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        if not self._may():
            return
        path = self.path.partition("?")[0]
        if path.startswith("/api/models/me/street"):
            files = [{"rfilename": name, "size": len(data)} for name, data in self.server.files.items()]
            self._answer({"id": "me/street", "sha": COMMIT, "siblings": files})
        elif path.startswith("/me/street/resolve/") and (name := path.rpartition("/")[2]) in self.server.files:
            data = self.server.files[name]
            self._send(200, data, {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": COMMIT})
        else:
            self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self._may():
            return
        if "/preupload/" in self.path:
            wanted = json.loads(body)["files"]
            self._answer(
                {"files": [{"path": one["path"], "uploadMode": "regular", "shouldIgnore": False} for one in wanted]}
            )
        elif "/commit/" in self.path:
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "file":
                    self.server.files[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            self._answer({"commitUrl": f"{self.server.address}/me/street/commit/{COMMIT}", "commitOid": COMMIT})
        elif self.path == "/api/validate-yaml":
            self._answer({"errors": [], "warnings": []})
        else:
            self._answer({"url": f"{self.server.address}/me/street", "name": "me/street"})

    def _may(self) -> bool:
        self.server.asked.append(f"{self.command} {self.path}")
        self.server.agents.add(self.headers.get("User-Agent", ""))
        self.server.tokens.add(self.headers.get("Authorization", ""))
        if not self.server.token or self.headers.get("Authorization") == f"Bearer {self.server.token}":
            return True
        self._send(401, b'{"error": "secret-of-the-hub"}', {})
        return False

    def _answer(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(data))}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


@contextmanager
def serving(token: str = "") -> Iterator[Hub]:
    hub = Hub(token)
    thread = Thread(target=hub.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        thread.join()
        hub.server_close()
