"""The stage `fetch`: from the products' image references to rows of the `images` table."""

from __future__ import annotations

import fcntl
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from wildwear.errors import StorageError, UserError, WildwearError
from wildwear.images.addresses import has_scheme
from wildwear.images.duplicates import placeholders
from wildwear.images.fetch_ledger import CHANGED, Ledger, without_bytes
from wildwear.images.fetch_plan import count_hosts, count_unlabelled, wanted
from wildwear.images.fetch_settings import FetchSettings
from wildwear.images.fetch_worker import RESULT, MakeFetcher
from wildwear.images.folder import is_below
from wildwear.records import Report
from wildwear.runner import map_rows
from wildwear.table import Table
from wildwear.tables import IMAGES
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

_MIN_BATCH, _MAX_BATCH = 16, 1024
_SECONDS_A_BATCH = 10.0
_BATCHES = 16
_SAMPLE = 100


class Progress(Protocol):
    """What is told how far the stage is, in addresses."""

    def __call__(self, count: int = 1, /) -> None: ...

    def total(self, count: int, /) -> None: ...


def fetch(
    workspace: Workspace,
    settings: FetchSettings,
    progress: Progress | None = None,
    *,
    resolver: Callable[[], AbstractResolver] | None = None,
) -> Report:
    """Fetches the pictures that `fetch_plan.wanted` names and commits a row for each, as it goes.

    Killed at any point and run again, it goes on where it was. `resolver` makes what looks names up in the worker
    processes, in place of the system's. Raises `UserError` where the settings cannot be honoured, `WildwearError`
    when no name can be looked up any more: then the rows that were not reached are left as they were.
    """
    with _alone(workspace):
        addresses = wanted(workspace, settings)
        folder = _images_folder(workspace, settings, addresses)
        if progress:
            progress.total(len(addresses))
        ledger = Ledger(workspace.table(IMAGES), settings)
        results = _fetched(addresses, MakeFetcher(settings=settings, folder=folder, resolver=resolver))
        with closing(results), ledger:
            for batch in results:
                ledger.add(batch)
                if progress:
                    progress(batch.num_rows)
                if ledger.unreached:
                    break
        if ledger.unreached:
            raise WildwearError(
                f"no host name can be looked up: {len(addresses) - ledger.addresses} of {len(addresses)} addresses "
                "stay as they were. Run 'wildwear fetch' again when the network is back"
            )
        aside = set_placeholders_aside(workspace.table(IMAGES), settings)
        workspace.table(IMAGES).compact()
    unlabelled = 0 if settings.all_products else count_unlabelled(workspace)
    return _report(workspace, ledger, aside, unlabelled)


def _fetched(addresses: pa.Table, make: MakeFetcher) -> Generator[pa.RecordBatch, None, None]:
    """Batches of the addresses' rows with a column `result` of type `RESULT`."""
    if not len(addresses):
        return
    yield from map_rows(
        addresses,
        ["url"],
        make,
        RESULT,
        keep=addresses.column_names,
        batch_rows=_batch_rows(addresses, make.settings),
        processes=make.settings.workers,
        runner=make.settings.runner,
    )


def _batch_rows(addresses: pa.Table, settings: FetchSettings) -> int:
    """So many that the limits a host allow them within seconds, for only whole batches are committed; but more with
    more hosts, for a batch waits for its slowest picture."""
    in_time = settings.requests_per_second * count_hosts(addresses) * _SECONDS_A_BATCH
    return int(max(_MIN_BATCH, min(_MAX_BATCH, in_time, len(addresses) // _BATCHES)))


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Holds the workspace's fetch lock: two runs would fetch the same pictures and write their rows twice."""
    try:
        lock = (workspace.root / "fetch.lock").open("w")
    except OSError as error:
        raise StorageError(f"cannot write in {workspace.root}: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"another fetch is running in {workspace.root}: wait for it, or end it") from None
        yield


def _images_folder(workspace: Workspace, settings: FetchSettings, addresses: pa.Table) -> Path | None:
    """Where relative references are read; raises `UserError` where it is not known, or plainly the wrong one."""
    from wildwear.catalog.images_folder import read_images_folder

    stated = settings.images or read_images_folder(workspace)
    folder = stated.resolve() if stated else None
    if folder is not None and not folder.is_dir():
        raise UserError(f"the images folder {folder} is not there: say where it is with --images DIR")
    sample = addresses["url"].slice(0, _SAMPLE).to_pylist()
    if not sample or any(map(has_scheme, sample)):
        return folder
    if folder is None:
        raise UserError(f"the pictures are named by paths, such as {sample[0]!r}: say where they lie with --images DIR")
    if not workspace.table(IMAGES).count() and not any(is_below(folder, path) for path in sample):
        raise UserError(
            f"{folder} holds none of the first {len(sample)} pictures, such as {sample[0]!r}: "
            "give the folder that the paths start from with --images DIR"
        )
    return folder


def set_placeholders_aside(images: Table, settings: FetchSettings) -> int:
    """Sets aside the picture that stands on very many products, a shop's "no image available" (case 34).

    Such a row keeps its `image_id` and hash and loses its bytes. Gives how many rows were set aside now.
    """
    shown = images.read(["product_id", "image_id"], where="status != 'failed'")
    many = placeholders(shown["image_id"].to_pylist(), shown["product_id"].to_pylist(), settings.placeholder_products)
    aside = 0
    for image_id in sorted(many):
        rows = images.read(where=f"image_id = '{image_id}' AND status = 'ok'")
        if rows.num_rows:
            images.upsert(without_bytes(rows))
            aside += rows.num_rows
    return aside


def _report(workspace: Workspace, ledger: Ledger, aside: int, unlabelled: int) -> Report:
    table = workspace.table(IMAGES)
    statuses = ledger.statuses
    by_reason: Counter[str] = Counter()
    for (_, reason), count in ledger.failures.items():
        by_reason[reason] += count
    notes = []
    if by_reason and table.count("transient"):
        notes.append("some failures may pass: wildwear fetch --retry-failed")
    if table.count("status = 'ok'"):
        notes.append("next: wildwear embed")
    return Report(
        verb="fetch",
        done={
            "pictures stored": max(0, statuses["ok"] - aside),
            "pictures changed since they were fetched": statuses[CHANGED],
            "pictures in the workspace": table.count("status = 'ok'"),
        },
        skipped={
            "placeholder pictures set aside": statuses["set_aside"] + aside,
            "products without a label, whose pictures --all-products takes too": unlabelled,
        },
        failed=dict(by_reason.most_common()),
        notes=tuple(notes),
        details={
            "failures": [
                {"host": host, "reason": reason, "pictures": count}
                for (host, reason), count in ledger.failures.most_common()
            ]
        },
    )
