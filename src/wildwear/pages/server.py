"""A server on this machine that shows one page until it is told to end."""

from __future__ import annotations

import secrets
import socket
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from wildwear.errors import UserError

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

CONNECTIONS = 64
MAX_HEADERS = 16_384


def serve_page(
    create: Callable[[str], FastAPI], *, port: int, open_browser: bool, announce: Callable[[str], None]
) -> FastAPI:
    """Serves what `create` makes for a token until Ctrl-C; `announce` gets the address, once it answers there.

    Returns the application, closed. Raises `UserError` where the port is taken, and what `create` raises.
    """
    token = secrets.token_urlsafe(24)
    with listen(port) as listening:
        app = create(token)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/?token={token}"

        def started() -> None:
            announce(address)
            if open_browser:
                webbrowser.open(address)

        with suppress(KeyboardInterrupt):  # uvicorn ends in order, and then raises the signal again
            make_server(app, started).run(sockets=[listening])
    return app


def listen(port: int) -> socket.socket:
    """A socket on 127.0.0.1; raises `UserError` where the port is taken."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        raise UserError(f"--port {port}: {error.strerror}; take another, or 0 for any that is free") from error
    return listening


def make_server(app: FastAPI, started: Callable[[], None]) -> uvicorn.Server:
    """A server with limits to what strangers may cost; `started` is called when it answers."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started()

    return Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="on",
            log_level="warning",
            access_log=False,
            server_header=False,
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=5,
            h11_max_incomplete_event_size=MAX_HEADERS,
        )
    )
