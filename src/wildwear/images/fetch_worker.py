"""What runs in each worker process of `fetch`: an event loop that downloads while decoder processes decode."""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa

from wildwear.images.addresses import Refused, has_scheme
from wildwear.images.decode import DecodeLimits, StoredPicture
from wildwear.images.decoders import DecoderPool
from wildwear.images.fetch_settings import DownloadSettings, FetchSettings
from wildwear.images.folder import Unreadable, read_below
from wildwear.records import Failure
from wildwear.tables import IMAGES

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

    from wildwear.images.download import Downloader

T = TypeVar("T")

_OF_A_PICTURE = (
    "image_id",
    "bytes",
    "width",
    "height",
    "phash",
    "status",
    "reason",
    "detail",
    "transient",
)
RESULT = pa.struct([IMAGES.schema.field(name).remove_metadata() for name in _OF_A_PICTURE])
"""What became of one picture, as columns of `tables.IMAGES`; the status may also be `UNREACHED`."""

UNREACHED = "unreached"
"""The status of a picture about which nothing is known, for no name could be looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeFetcher:
    """Builds a `Fetcher` in the process where it will run."""

    settings: FetchSettings
    folder: Path | None
    """Where relative references are read."""
    resolver: Callable[[], AbstractResolver] | None = None
    """Makes what looks names up, within the event loop; the system's resolver by default."""

    def __call__(self) -> Fetcher:
        return Fetcher(self)


class Fetcher:
    """Takes batches of image references and gives a `RESULT` for each."""

    def __init__(self, made: MakeFetcher) -> None:
        self._folder = made.folder
        self._settings = made.settings
        limits = DecodeLimits(max_pixels=made.settings.max_pixels, max_bytes=made.settings.max_bytes)
        self._pool = DecoderPool(made.settings.decoders or os.cpu_count() or 1, limits)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=_run, args=[self._loop], daemon=True, name="fetch").start()
        self._wait_for(self._open(made.resolver))
        weakref.finalize(self, _shut, self._loop, self._downloader, self._pool)

    def __call__(self, batch: pa.RecordBatch) -> pa.Array:
        """One result a row of the batch's first column, the references; they are fetched side by side."""
        return pa.array(self._wait_for(self._fetch_all(batch.column(0).to_pylist())), RESULT)

    async def _open(self, resolver: Callable[[], AbstractResolver] | None) -> None:
        from wildwear.images.download import Downloader

        self._files = asyncio.Semaphore(self._pool.capacity)
        self._undecoded = 0
        self._downloader = Downloader(_share(self._settings), resolver() if resolver else None)
        await self._downloader.open()

    async def _fetch_all(self, references: list[str]) -> list[dict[str, Any]]:
        return await asyncio.gather(*(self._fetch(reference) for reference in references))

    async def _fetch(self, reference: str) -> dict[str, Any]:
        from wildwear.images.download import ResolverDown, Unfetchable

        try:
            if has_scheme(reference):
                return _row(await self._decoded(await self._downloader.download(reference)))
            async with self._files:
                return _row(await self._decoded(await asyncio.to_thread(self._read, reference)))
        except (Unfetchable, Unreadable, Refused) as problem:
            return _row(problem.failure)
        except ResolverDown:
            return {"status": UNREACHED}
        except Exception as error:  # one poisonous row must not take its batch along (case 73)
            detail = f"{type(error).__name__}: {error}"[:200]
            return _row(Failure(reason="internal_error", detail=detail, transient=True))

    def _read(self, reference: str) -> bytes:
        if self._folder is None:
            raise Unreadable("no_images_folder", "a path, and no images folder was given")
        return read_below(self._folder, reference, self._settings.max_bytes)

    async def _decoded(self, data: bytes) -> StoredPicture | Failure:
        self._undecoded += 1
        self._make_room()
        try:
            return await asyncio.wrap_future(self._pool.submit(data))
        finally:
            self._undecoded -= 1
            self._make_room()

    def _make_room(self) -> None:
        """Downloads wait while decoding lags behind, so that memory stays bounded."""
        if self._undecoded < 2 * self._pool.capacity:
            self._downloader.room.set()
        else:
            self._downloader.room.clear()

    def _wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def _run(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def _shut(loop: asyncio.AbstractEventLoop, downloader: Downloader, pool: DecoderPool) -> None:
    """Ends what a `Fetcher` started; does not wait for the loop, whose thread may be the one that calls this."""

    async def leave() -> None:
        await downloader.close()
        loop.stop()

    asyncio.run_coroutine_threadsafe(leave(), loop)
    pool.close(cancel=True)


def _share(settings: FetchSettings) -> DownloadSettings:
    """One worker's part of the limits, which hold for all workers of a cluster together."""
    if settings.runner == "native":
        return settings
    return replace(
        settings,
        requests_per_second=settings.requests_per_second / settings.workers,
        connections_per_host=max(1, settings.connections_per_host // settings.workers),
        connections=max(1, settings.connections // settings.workers),
    )


def _row(outcome: StoredPicture | Failure) -> dict[str, Any]:
    if isinstance(outcome, Failure):
        return {
            "status": "failed",
            "reason": outcome.reason,
            "detail": outcome.detail,
            "transient": outcome.transient,
        }
    return {
        "status": "ok",
        "reason": "",
        "detail": "",
        "transient": False,
        "image_id": outcome.image_id,
        "bytes": outcome.bytes,
        "width": outcome.width,
        "height": outcome.height,
        "phash": outcome.phash,
    }
