"""Who may ask: only this machine's own page, with the token that was printed; and what browsers are told.

A page elsewhere can make a browser send requests here, and a name that it owns can be pointed at this machine: so the
`Host` and the `Origin` are checked before the token. Bodies are counted while they stream.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)

MAX_BODY = 1 << 20
BODY_SECONDS = 30.0
_HOSTS = ("127.0.0.1", "localhost")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


class Refused(HTTPException):
    """A request that is answered without being looked at further; one whose body was not read ends its connection."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(status, message, {"Connection": "close"} if status in (408, 413) else None)

    def answer(self) -> JSONResponse:
        """What is sent."""
        return problem(self.status_code, self.kind, self.detail, self.headers)


def problem(status: int, kind: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Every answer that is none: a type for programs and a line for people."""
    return JSONResponse({"error": {"type": kind, "message": message}}, status, headers)


class Guard:
    """ASGI middleware: Host, Origin, token, size and time of the body, and the headers of every answer."""

    def __init__(self, app: ASGIApp, token: str, verb: str) -> None:
        self._app, self._token = app, token.encode()
        self._remedy = f"open the address that 'wildwear {verb}' printed"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        answered = _Answer(send)
        try:
            if await self._entered(scope, answered):
                return
            await self._app(scope, _limited(Headers(scope=scope), receive), answered)
        except Refused as refused:
            await refused.answer()(scope, receive, answered)
        except Exception:
            _log.exception("%s %s", scope["method"], scope["path"])
            if not answered.started:
                failed = problem(500, "failed", "something went wrong here: see the terminal")
                await failed(scope, receive, answered)

    async def _entered(self, scope: Scope, send: Send) -> bool:
        """Whether this was the address that was printed: its token becomes a cookie. Raises `Refused`."""
        headers, port = Headers(scope=scope), int((scope.get("server") or ("", 0))[1] or 0)
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or host not in {f"{name}:{port}" for name in _HOSTS}:
            raise Refused(403, "foreign_host", "this page answers only to its own address on this machine")
        if headers.get("origin", f"http://{host}") != f"http://{host}":
            raise Refused(403, "foreign_origin", "this page answers only to itself")
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token") if scope["path"] == "/" else None
        if given:
            await self._let_in(given[0], port, send)
            return True
        if not self._known(_shown(headers, port)):
            raise Refused(401, "no_token", self._remedy)
        return False

    async def _let_in(self, token: str, port: int, send: Send) -> None:
        if not self._known(token):
            raise Refused(403, "wrong_token", self._remedy)
        cookie = f"{_cookie_name(port)}={token}; Path=/; HttpOnly; SameSite=Strict"
        headers = [(b"location", b"/"), (b"set-cookie", cookie.encode()), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def _known(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self._token)


class _Answer:
    """Sends answers on, with the headers that every one has."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)


def _limited(headers: Headers, receive: Receive) -> Receive:
    """Receives a body of at most `MAX_BODY` bytes within `BODY_SECONDS`; else raises `Refused` while it streams."""
    declared = headers.get("content-length", "0")
    too_large = Refused(413, "too_large", f"a request has at most {MAX_BODY:,} bytes")
    if not declared.isdigit() or int(declared) > MAX_BODY:
        raise too_large
    received = 0
    complete = False
    deadline = asyncio.get_running_loop().time() + BODY_SECONDS

    async def counted() -> Message:
        nonlocal received, complete
        if complete:
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise Refused(408, "too_slow", f"a request is sent within {BODY_SECONDS:.0f} seconds") from None
        received += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if received > MAX_BODY:
            raise too_large
        return message

    return counted


def _shown(headers: Headers, port: int) -> str:
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return token.strip()
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(_cookie_name(port))
    except CookieError:
        return ""
    return cookie.value if cookie else ""


def _cookie_name(port: int) -> str:
    """Cookies do not know ports: two pages on one machine need two names."""
    return f"wildwear-{port}"
