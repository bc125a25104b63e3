"""The page's server: what the browser can ask for. Clips go by opaque names; nothing that is sent names a file."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query
from fastapi.responses import Response

from wildwear.movies.annotate.agreement_view import agreement_json
from wildwear.movies.annotate.bodies import AnnotationsBody
from wildwear.movies.annotate.session import Sitting
from wildwear.movies.annotate.settings import AnnotateSettings
from wildwear.pages.application import FOREVER, application, page_files, page_router
from wildwear.workspace import Workspace

_Who = Annotated[str, Query(max_length=200)]


def create_app(workspace: Workspace, settings: AnnotateSettings, token: str) -> FastAPI:
    """The application for one annotator; every request must show `token`. Raises `UserError` without clips."""
    sitting = Sitting(workspace, settings)
    routers = (page_router(page_files("movies/annotate/static")), _clips(sitting), _answers(sitting))
    app = application(routers, token=token, verb="clips annotate", close=sitting.close)
    app.state.sitting = sitting
    return app


def _clips(sitting: Sitting) -> APIRouter:
    router, collection = APIRouter(), sitting.collection

    @router.get("/api/clip/{clip}")
    def details(clip: str) -> dict[str, Any]:
        return collection.details(clip)

    @router.get("/sprite/{clip}.jpg")
    def sprite(clip: str) -> Response:
        return Response(collection.picture(clip, "sprite"), media_type="image/jpeg", headers=FOREVER)

    @router.get("/picture/{clip}.jpg")
    def picture(clip: str) -> Response:
        return Response(collection.picture(clip, "picture"), media_type="image/jpeg", headers=FOREVER)

    return router


def _answers(sitting: Sitting) -> APIRouter:
    router = APIRouter()

    @router.get("/api/opening")
    def opening() -> dict[str, Any]:
        return sitting.opening()

    @router.post("/api/annotations")
    def say(body: AnnotationsBody) -> dict[str, list[int]]:
        return {"sequences": list(sitting.say(body))}

    @router.get("/api/own")
    def own(since: Annotated[int, Query(ge=0, lt=2**63)] = 0) -> dict[str, Any]:
        return sitting.own_since(since)

    @router.get("/api/agreement")
    def agree(first: _Who = "", second: _Who = "") -> dict[str, Any]:
        return agreement_json(sitting.words(), sitting.collection, first, second)

    return router
