"""A local web server for the rendered catalogue's pictures, with what goes wrong on real ones."""

from __future__ import annotations

import re
import sys
import threading
from collections import Counter, OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from wildwear.rendered.catalogue import picture_bytes
from wildwear.rendered.truth import fate

_PICTURE = re.compile(r"/p/(\d{1,12})/([01])\.jpg")
_CACHED = 256


class PictureServer:
    """Serves `/p/INDEX/POSITION.jpg` on 127.0.0.1, from `folder` where it has the file, else drawn on the spot.

    A dead link answers 404; a flaky one 503 to the first request, and the picture to the next. Use it in a `with`.
    """

    def __init__(self, seed: int = 0, *, folder: Path | None = None, side: int = 512, port: int = 0) -> None:
        self.seed, self.folder, self.side = seed, folder, side
        self.answers: Counter[int] = Counter()
        """How many requests were answered with each status."""
        self._refused: set[int] = set()
        self._cache: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.pictures = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """The start of every picture's address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str) -> tuple[int, bytes]:
        """The status and body for a path."""
        match = _PICTURE.fullmatch(path)
        if match is None:
            return 404, b"no such picture"
        index, position = int(match[1]), int(match[2])
        happens = fate(index, self.seed) if position == 0 else "ok"
        if happens == "dead":
            return 404, b"gone"
        if happens == "flaky" and self._first_request(index):
            return 503, b"try again"
        return 200, self._bytes(index, position)

    def _first_request(self, index: int) -> bool:
        with self._lock:
            first = index not in self._refused
            self._refused.add(index)
            return first

    def _bytes(self, index: int, position: int) -> bytes:
        if self.folder and (file := self.folder / f"{index}-{position}.jpg").is_file():
            return file.read_bytes()
        key = (index, position)
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
        data = picture_bytes(index, position, self.seed, self.side)
        with self._lock:
            self._cache[key] = data
            while len(self._cache) > _CACHED:
                self._cache.popitem(last=False)
        return data


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    pictures: PictureServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error of the server's."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        status, body = self.server.pictures.answer(self.path)
        self.server.pictures.answers[status] += 1
        self.send_response(status)
        self.send_header("Content-Type", "image/jpeg" if status == 200 else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing: the counts are in `PictureServer.answers`."""
