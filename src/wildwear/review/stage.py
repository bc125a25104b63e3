"""The stage behind `review`: a server on this machine until it is told to end."""

from __future__ import annotations

import secrets
import socket
import webbrowser
from collections.abc import Callable

from wildwear.errors import UserError
from wildwear.records import Report
from wildwear.review.settings import ReviewSettings
from wildwear.workspace import Workspace

_CONNECTIONS = 64


def review(workspace: Workspace, settings: ReviewSettings, announce: Callable[[str], None]) -> Report:
    """Serves the page until Ctrl-C; `announce` gets the address with its token, once it answers there."""
    from wildwear.review.app import create_app
    from wildwear.review.session import Review
    from wildwear.review.summaries import progress

    token = secrets.token_urlsafe(24)
    listening = _listen(settings.port)
    app = create_app(workspace, settings, token)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/?token={token}"
    _serve(app, listening, lambda: _announce(address, settings, announce))
    state: Review = app.state.review
    counts = progress(state)
    return Report(
        verb="review",
        done={name: counts[name] for name in ("judged", "kept", "rejected", "relabelled")},
        notes=(f"{counts['total'] - counts['judged']:,} of {counts['total']:,} pictures are not judged yet",),
        details=counts,
    )


def _announce(address: str, settings: ReviewSettings, announce: Callable[[str], None]) -> None:
    announce(address)
    if settings.open:
        webbrowser.open(address)


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        raise UserError(f"--port {port}: {error.strerror}; take another, or 0 for any that is free") from error
    return listening


def _serve(app: object, listening: socket.socket, started: Callable[[], None]) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started()

    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        http="h11",
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=_CONNECTIONS,
        backlog=128,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=16_384,
    )
    try:
        Server(config).run(sockets=[listening])
    except KeyboardInterrupt:  # uvicorn ends in order, and then raises the signal again
        pass
    finally:
        listening.close()
