"""The query view: the queries of all categories, what an edit of one would change, and saving it."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from itertools import chain
from typing import Any, TypeVar

import pyarrow.compute as pc
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from wildwear.errors import EditConflict, QuerySyntaxError, WildwearError
from wildwear.pages.application import PageFiles
from wildwear.queries.own import OwnQueries, label_settings, own_queries, save
from wildwear.queries.postings import Stop, Superseded, check
from wildwear.queries.preview import Previewer
from wildwear.review.collection import Collection
from wildwear.tables import LABELS, PRODUCTS
from wildwear.taxonomy import Taxonomy
from wildwear.workspace import Workspace

_LOOK_SECONDS = 0.05
"""How often it is looked whether the browser still waits."""
_GIVE_WAY_SECONDS = 0.02
"""How long what is prepared ahead waits between two parts, so that questions come first."""

T = TypeVar("T")


class QueryBody(BaseModel):
    """An edited query of a category."""

    category: str
    text: str


class SaveBody(QueryBody):
    """An edited query, and the version of the file that the editor started from."""

    version: str


def router(workspace: Workspace, collection: Collection, table: PageFiles) -> APIRouter:
    """The page `/queries` and what it asks for; products show the picture of `collection` that is theirs."""
    view = _QueryView(workspace, collection)

    @asynccontextmanager
    async def lifespan(_app: object) -> AsyncIterator[None]:
        yield
        view.close()

    routes = APIRouter(lifespan=lifespan)

    @routes.get("/queries")
    def page() -> Response:
        content, kind = table["queries.html"]
        return Response(content.read_bytes(), media_type=kind, headers={"Cache-Control": "no-cache"})

    @routes.get("/api/queries")
    def queries() -> dict[str, Any]:
        view.prepare()
        return view.overview()

    @routes.post("/api/queries/preview")
    async def preview(body: QueryBody, request: Request) -> Response:
        try:
            return JSONResponse(await _while_waited_for(request, lambda stop: view.preview(body, stop)))
        except Superseded:
            return Response(status_code=204)

    @routes.post("/api/queries/save")
    def save_query(body: SaveBody) -> JSONResponse:
        try:
            return JSONResponse(view.save(body))
        except EditConflict as error:
            return JSONResponse({"error": {"type": "edit_conflict", "message": str(error)}}, 409)

    return routes


class _QueryView:
    """What the endpoints stand on."""

    def __init__(self, workspace: Workspace, collection: Collection) -> None:
        self._workspace, self._collection = workspace, collection
        self._previewer = Previewer(workspace, label_settings(workspace))
        self._one_at_a_time = threading.Lock()
        self._closing = threading.Event()
        self._preparing: threading.Thread | None = None

    def prepare(self) -> None:
        """Begins what previews need, in a thread that gives way to them."""
        if self._preparing is None or not self._preparing.is_alive():
            self._preparing = threading.Thread(target=self._prepare, name="query-view")
            self._preparing.start()

    def close(self) -> None:
        self._closing.set()
        if self._preparing is not None:
            self._preparing.join()

    def _prepare(self) -> None:
        # What goes wrong here is said to whoever asks for a preview.
        with suppress(WildwearError, Superseded):
            more = True
            while more and not self._closing.wait(_GIVE_WAY_SECONDS):
                with self._one_at_a_time:
                    more = self._previewer.prepare(self._closing.is_set)

    def overview(self) -> dict[str, Any]:
        """Every category of the taxonomy: its query as written, and how many products it has by the labels there are.

        `minus` are the numbers of the entries in `minus_terms` that the category's query excludes.
        """
        taxonomy = self._previewer.taxonomy
        own = self._own()
        blocks = {block.category: block for block in own.queries(taxonomy).blocks}
        terms = {str(term): 0 for block in blocks.values() for term in block.minus}
        numbers = {term: number for number, term in enumerate(terms)}
        wins = pc.value_counts(self._workspace.table(LABELS).read(["category"], "wins")["category"]).to_pylist()
        counts = Counter({count["values"]: count["counts"] for count in wins})
        listed = []
        for name in (*taxonomy.names, *taxonomy.umbrellas):
            block = blocks.get(name)
            listed.append(
                {
                    "category": name,
                    "region": _region(taxonomy, name),
                    "text": block.text if block else "",
                    "file": block.source if block else "",
                    "minus": [numbers[str(term)] for term in block.minus] if block else [],
                    "count": counts[name],
                }
            )
        return {
            "queries": listed,
            "minus_terms": list(terms),
            "file": str(own.path),
            "version": own.version,
            "products": self._workspace.table(PRODUCTS).count(),
            "labelled": self._workspace.table(LABELS).exists,
        }

    def preview(self, body: QueryBody, stop: Stop) -> dict[str, Any]:
        """What would change; for a query that cannot be read, what is wrong with it, and at which character."""
        with self._one_at_a_time:
            check(stop)
            try:
                found = asdict(self._previewer.preview(body.category, body.text, stop))
            except QuerySyntaxError as error:
                return {"ok": False, "error": {"message": error.problem, "position": error.position}}
        changes = (found[name]["products"] for name in ("comes_in", "falls_out", "holds"))
        shown = [*chain.from_iterable(changes), *found["near_products"]]
        items = self._collection.of_products([product["product_id"] for product in shown])
        for product, item in zip(shown, items, strict=True):
            product["item"] = item
        return {"ok": True, **found}

    def save(self, body: SaveBody) -> dict[str, Any]:
        """Writes the query into the file that `label` reads."""
        taxonomy = self._previewer.taxonomy
        edited = self._own().edited(body.category, body.text, taxonomy)
        edited.queries(taxonomy)
        save(edited, body.version, self._workspace, self._previewer.settings)
        return {"file": str(edited.path), "version": edited.version}

    def _own(self) -> OwnQueries:
        return own_queries(self._workspace, self._previewer.settings)


def _region(taxonomy: Taxonomy, name: str) -> str:
    """Where it is worn; an umbrella over several regions says so."""
    regions = {taxonomy.region(member).value for member in taxonomy.expand(name)}
    return regions.pop() if len(regions) == 1 else "several"


async def _while_waited_for(request: Request, work: Callable[[Stop], T]) -> T:
    """Runs `work` in a thread, and tells it to stop when the browser has given up: it does for each newer edit."""
    given_up = threading.Event()
    running = asyncio.create_task(asyncio.to_thread(work, given_up.is_set))
    while not running.done():
        await asyncio.wait({running}, timeout=_LOOK_SECONDS)
        if await request.is_disconnected():
            given_up.set()
    return await running
