"""The page's server: what the browser can ask for. Numbers name items; nothing a browser sends names a file."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import asdict
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, FastAPI, HTTPException, Path, Query
from fastapi.responses import Response

from wildwear.errors import UserError
from wildwear.pages.application import FOREVER, application, page_files, page_router
from wildwear.review import audit as audits
from wildwear.review.bodies import AuditBody, DecisionsBody
from wildwear.review.details import describe
from wildwear.review.query_view import router as query_view
from wildwear.review.session import Review
from wildwear.review.settings import ReviewSettings
from wildwear.review.sheets import Order, SheetRequest, Wanted, choose, sheet_json
from wildwear.review.summaries import overview, progress
from wildwear.workspace import Workspace

_NUMBER = Annotated[int, Path(ge=0, lt=2**31)]


def create_app(workspace: Workspace, settings: ReviewSettings, token: str) -> FastAPI:
    """The application for one collection; every request must show `token`. Raises `UserError` without pictures."""
    review = Review(workspace, settings)
    files = page_files("review/static")
    queries = query_view(workspace, review.collection, files)
    routers = (page_router(files), _pictures(review), _decisions(review), _audits(review), queries)
    app = application(routers, token=token, verb="review", close=review.close)
    app.state.review = review
    return app


def _pictures(review: Review) -> APIRouter:
    router, collection = APIRouter(), review.collection

    @router.get("/api/collection")
    def overall() -> dict[str, Any]:
        review.judgements.catch_up()
        return overview(review)

    @router.get("/api/progress")
    def so_far() -> dict[str, int]:
        return progress(review)

    @router.get("/api/sheet")
    def sheet(
        category: str = "",
        mode: str = "",
        source: str = "",
        query: Annotated[str, Query(max_length=20_000)] = "",
        order: Order = "suspicious",
        seed: Annotated[int, Query(ge=0, lt=2**63)] = 0,
        state: Wanted = "all",
    ) -> Response:
        review.judgements.catch_up()
        states = review.judgements.states()
        request = SheetRequest(category=category, mode=mode, source=source, order=order, seed=seed, state=state)
        items = choose(collection, request, states, review.matching(query) if query else None)
        becomes = review.judgements.destinations(items)
        body = sheet_json(collection, review.sheets.add(items), items, states, becomes)
        return Response(body, media_type="application/json")

    @router.get("/sprite/{sheet}/{number}.jpg")
    async def sprite(sheet: str, number: _NUMBER) -> Response:
        items = review.sheets.sprite(sheet, number)
        if items is None:
            raise HTTPException(404, "no such sheet: ask for it again")
        drawn = await asyncio.wrap_future(review.sprites.get(sheet, number, items))
        return Response(drawn, media_type="image/jpeg", headers=FOREVER)

    @router.get("/picture/{item}.jpg")
    def stored(item: _NUMBER) -> Response:
        data = collection.pictures.read(np.array([review.known(item)]))[0]
        if not data:
            raise HTTPException(404, "that picture is not there any more")
        return Response(data, media_type="image/jpeg", headers=FOREVER)

    @router.get("/api/item/{item}")
    def details(item: _NUMBER) -> dict[str, Any]:
        return describe(review.workspace, collection, review.known(item))

    return router


def _decisions(review: Review) -> APIRouter:
    router = APIRouter()

    @router.post("/api/decisions")
    def decide(body: DecisionsBody) -> dict[str, list[int]]:
        return {"sequences": list(review.decide(body))}

    @router.get("/api/changes")
    def changes(since: Annotated[int, Query(ge=0, lt=2**63)] = 0) -> dict[str, Any]:
        return review.changes(since)

    return router


def _audits(review: Review) -> APIRouter:
    router, collection = APIRouter(), review.collection

    @router.post("/api/audit")
    def begin(body: AuditBody) -> dict[str, Any]:
        review.judgements.catch_up()
        seed = secrets.randbits(32) if body.seed is None else body.seed
        drawn = audits.draw(review.standing_in(body.category), body.size, seed)
        if not len(drawn):
            raise UserError(f"there is no picture in {body.category} to draw from")
        crops = tuple(str(collection.crop.of(item)) for item in drawn.tolist())
        audit = audits.Audit(collection=collection.name, category=body.category, seed=seed, crop_ids=crops)
        audits.save(review.workspace, audit)
        return {"audit": audit.name, "category": body.category, "items": drawn.tolist()}

    @router.get("/api/audit/{name}")
    def so_far(name: str) -> dict[str, Any]:
        return asdict(audits.outcome(review.workspace, name)) | review.sample(name)

    return router
