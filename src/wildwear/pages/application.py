"""What every page's application is made of: its routes behind the guard, its files, and how it says no."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException as StarletteHTTPException

from wildwear.errors import StorageError, UnknownName, UserError, WildwearError
from wildwear.pages.committer import Busy
from wildwear.pages.security import Guard, Refused, problem

FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
"""For what an address stands for as long as the server runs."""

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}

PageFiles = dict[str, tuple[Traversable, str]]


def application(routers: Iterable[APIRouter], *, token: str, verb: str, close: Callable[[], None]) -> FastAPI:
    """An application that answers only to who shows `token`; `verb` printed it, and `close` is called at the end."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        close()

    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    for router in routers:
        app.include_router(router)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(WildwearError, _failed)
    app.add_middleware(Guard, token=token, verb=verb)
    return app


def page_files(folder: str) -> PageFiles:
    """Each file of a page (in `folder` of this package, or shared by all pages) by its name, with its media type.

    A fixed table, so that no name that a browser sends ever reaches the disk.
    """
    return {
        entry.name: (entry, kind)
        for place in ("pages/static", folder)
        for entry in (files("wildwear") / place).iterdir()
        for ending, kind in _TYPES.items()
        if entry.name.endswith(ending)
    }


def page_router(table: PageFiles) -> APIRouter:
    """The routes `/`, which is `index.html`, and `/static/NAME`."""
    router = APIRouter()

    @router.get("/")
    def index() -> Response:
        return file("index.html")

    @router.get("/static/{name}")
    def file(name: str) -> Response:
        if name not in table:
            raise HTTPException(404, "no such file")
        content, kind = table[name]
        return Response(content.read_bytes(), media_type=kind, headers={"Cache-Control": "no-cache"})

    return router


def _malformed(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "too_long":
        return problem(413, "too_many", first["msg"])
    where = ".".join(str(part) for part in first["loc"])
    return problem(422, "malformed", f"{where}: {first['msg']}")


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)
    if isinstance(error, Refused):
        return error.answer()
    kind = {400: "malformed", 404: "not_found", 405: "wrong_method"}.get(error.status_code, "refused")
    return problem(error.status_code, kind, str(error.detail))


def _failed(_request: Request, error: Exception) -> Response:
    if isinstance(error, Busy):
        return problem(503, "busy", str(error), {"Retry-After": "1"})
    if isinstance(error, UnknownName):
        return problem(404, f"unknown_{error.kind}", str(error))
    if isinstance(error, UserError):
        return problem(422, "refused", str(error))
    kind = "storage" if isinstance(error, StorageError) else "failed"
    return problem(500, kind, str(error))
