"""A Lance table: the only code that opens, commits or repairs one.

A commit is atomic: a stage that is killed leaves the last committed version, and runs again from there. Lance itself
calls no fsync, so that a power cut can leave an empty newest manifest: every commit here is followed by one, and a
table whose newest version cannot be read falls back to the newest that can, saying what is lost. Versions that
neither that nor a reader needs any more are removed at the end of a stage.
"""

from __future__ import annotations

import fcntl
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa

from wildwear.errors import SchemaError, StorageError, UserError
from wildwear.files import fsync
from wildwear.tables import VERSION_KEY, TableSpec

if TYPE_CHECKING:
    from lance import LanceDataset

_LAST_MANIFEST = 2**64 - 1  # Lance names the manifest of version v by 2**64 - 1 - v
_FRAGMENTS_WORTH_COMPACTING = 64
_KEPT_VERSIONS = 3  # for the fallback
_READERS_SECONDS = 3600.0  # how long a reader may be at work on a version that is no longer the newest
_READ_AHEAD_BYTES = 64 << 20  # Lance reads up to 2 GB ahead of a consumer that is slower than the disk

_TROUBLES = (
    "No space left on device",
    "Read-only file system",
    "Permission denied",
    "Operation not permitted",
    "Input/output error",
    "File too large",
    "Disk quota exceeded",
    "Too many open files",
    "Cannot allocate memory",
)

_local = threading.local()  # which locks this thread holds

Rows: TypeAlias = pa.Table | pa.RecordBatch | pa.RecordBatchReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One Lance table of a workspace. Reading a table that nobody has written gives no rows."""

    path: Path
    spec: TableSpec
    notices: list[str] = field(default_factory=list, compare=False)
    _synced: set[str] = field(default_factory=set, compare=False, repr=False)

    @property
    def uri(self) -> str:
        return str(self.path)

    @property
    def exists(self) -> bool:
        return any((self.path / "_versions").glob("*.manifest"))

    @property
    def version(self) -> int:
        """The newest committed version, 0 before the first."""
        return int(self._open().version) if self.exists else 0

    @property
    def newest(self) -> int:
        """The number of the newest version, 0 before the first: cheap, whether that version can be read or not."""
        return max(map(_version_of, self._manifests()), default=0)

    def count(self, where: str | None = None) -> int:
        """How many rows there are (that `where`, an SQL condition, holds for)."""
        return int(self._open().count_rows(filter=where)) if self.exists else 0

    def read(self, columns: list[str] | None = None, where: str | None = None) -> pa.Table:
        """All rows at once: for the small columns of a table."""
        return pa.Table.from_batches(self.batches(columns, where), schema=self._schema(columns))

    def batches(
        self, columns: list[str] | None = None, where: str | None = None, batch_rows: int = 8192
    ) -> Iterator[pa.RecordBatch]:
        """Rows as Arrow batches of at most `batch_rows`, in the order they were written."""
        if self.exists:
            yield from self.snapshot().batches(columns, where, batch_rows)

    def take(self, indices: list[int], columns: list[str] | None = None) -> pa.Table:
        """The rows at `indices` (positions in the order of `batches`), in that order."""
        with self._storage("read"):
            return self._open().take(indices, columns=columns)

    def snapshot(self) -> Snapshot:
        """The newest version, kept open: for many small reads, and for positions that must not shift."""
        return Snapshot(table=self, dataset=self._open())

    def upsert(self, rows: Rows) -> None:
        """Inserts rows, or updates those whose key is there; one commit. Keys within `rows` must differ."""
        assert _distinct(rows, self.spec.key), f"rows for {self.path.name} hold a key twice"
        with self._committing() as dataset:
            merge = dataset.merge_insert(list(self.spec.key))
            merge.when_matched_update_all().when_not_matched_insert_all().execute(self._conform(rows))

    def append(self, rows: Rows) -> None:
        """Adds rows whose keys are known to be new; one commit."""
        import lance

        with self._committing():
            lance.write_dataset(self._conform(rows), self.uri, mode="append")

    def replace(self, rows: Rows | Iterable[pa.RecordBatch]) -> None:
        """Puts `rows` in place of all that was there; one commit, streamed, so that a kill leaves the old rows.

        What no one reads any more of the rows that were there is then removed from the disk.
        """
        import lance

        raised: list[BaseException] = []
        if not isinstance(rows, Rows):
            batches = map(self._conform_batch, _remembering(rows, raised))
            rows = pa.RecordBatchReader.from_batches(self.spec.schema, batches)
        try:
            with self._committing():
                lance.write_dataset(self._conform(rows), self.uri, mode="overwrite")
            self._remove_old_versions()
        except StorageError:
            if raised:
                raise raised[0] from None
            raise

    def delete(self, where: str) -> None:
        """Deletes the rows for which the SQL condition `where` holds; one commit."""
        with self._committing() as dataset:
            dataset.delete(where)

    def compact(self, readers_seconds: float = _READERS_SECONDS) -> None:
        """For the end of a stage: merges the small files that many commits leave, and removes versions that no one
        reads any more, `readers_seconds` after they were replaced; the rows and their order stay."""
        if not self.exists:
            return
        if len(self._open().get_fragments()) >= _FRAGMENTS_WORTH_COMPACTING:
            with self._committing() as dataset:
                dataset.optimize.compact_files()
        self._remove_old_versions(readers_seconds)

    # How a table is opened

    def _open(self) -> LanceDataset:
        with self._storage("open"):
            dataset = self._newest_readable()
        return self._migrated(dataset)

    def _newest_readable(self) -> LanceDataset:
        try:
            return self._checked(None)
        except (ValueError, OSError) as error:
            if _trouble(error):  # the disk's fault, or a limit's: what is stored may well be whole
                raise
        with self.locked():
            return self._fall_back()

    def _checked(self, version: int | None) -> LanceDataset:
        """A version (None: the newest); raises `OSError` or `ValueError` where its manifest or a file is damaged."""
        import lance

        wanted = version or max(map(_version_of, self._manifests()))
        dataset = lance.dataset(self.uri, version=version)
        if dataset.version < wanted:
            raise OSError(f"the manifest of version {wanted} says nothing")
        _check_files(dataset, self.path)
        return dataset

    def _manifests(self) -> list[Path]:
        return list((self.path / "_versions").glob("*.manifest"))

    def _fall_back(self) -> LanceDataset:
        """Sets damaged newest versions aside, one by one, until one can be read."""
        damaged: list[Path] = []
        problem = ""
        for manifest in sorted(self._manifests(), key=_version_of, reverse=True):
            try:
                dataset = self._checked(_version_of(manifest))
            except (ValueError, OSError) as error:
                if _trouble(error):
                    raise
                damaged.append(manifest)
                problem = problem or _plain(error)
                continue
            return self._without(damaged, dataset, problem) if damaged else dataset
        raise StorageError(
            f"{self.path}: none of its {len(damaged)} versions can be read ({problem}): "
            "remove that folder and run the stage that writes it again"
        )

    def _without(self, damaged: list[Path], good: LanceDataset, problem: str) -> LanceDataset:
        for manifest in damaged:
            manifest.rename(manifest.with_suffix(".unreadable"))
        (self.path / "_versions" / "latest_version_hint.json").unlink(missing_ok=True)
        fsync(self.path / "_versions")
        lost = ", ".join(str(_version_of(manifest)) for manifest in reversed(damaged))
        self.notices.append(
            f"{self.path.name}: version {lost} cannot be read ({problem}) and is lost; went back to version "
            f"{good.version} with {good.count_rows()} rows. Run the stage that writes it again."
        )
        return self._checked(None)

    def _migrated(self, dataset: LanceDataset) -> LanceDataset:
        """Gives a table of an older schema the columns that came later; refuses one of a newer schema."""
        stored = _schema_version(dataset)
        if stored > self.spec.version:
            raise SchemaError(
                f"{self.path} has schema {stored} and this wildwear reads up to {self.spec.version}: update wildwear"
            )
        if stored == self.spec.version:
            return dataset
        with self._storage("migrate"), self.locked():
            dataset = self._newest_readable()
            missing = [f for f in self.spec.schema if f.name not in dataset.schema.names]
            if missing:
                dataset.add_columns(missing)
            metadata = {key.decode(): value.decode() for key, value in self.spec.schema.metadata.items()}
            dataset.update_schema_metadata(metadata)
            self._sync()
        return dataset

    # How a table is committed

    @contextmanager
    def _committing(self) -> Iterator[LanceDataset]:
        import lance

        with self._storage("write"), self.locked():
            if not self.exists:
                lance.write_dataset(self.spec.schema.empty_table(), self.uri)
            yield self._open()
            self._sync()

    def _remove_old_versions(self, readers_seconds: float = _READERS_SECONDS) -> None:
        """Leaves the newest versions, and all that were the newest within the last `readers_seconds`.

        Where it cannot, the rows are committed all the same: that is a notice, and no failure of the stage.
        """
        since = time.time() - readers_seconds
        try:
            with self.locked():
                manifests = self._manifests()
                kept = max(_KEPT_VERSIONS, 1 + sum(file.stat().st_mtime > since for file in manifests))
                if len(manifests) > kept:
                    self._open().cleanup_old_versions(retain_versions=kept, error_if_tagged_old_versions=False)
        except (OSError, RuntimeError, ValueError) as error:
            self.notices.append(f"{self.path.name}: its old versions cannot be removed: {_plain(error)}")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One committer at a time, over processes and threads; a thread that holds the lock may take it again."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = self.path.absolute().with_suffix(".lock")
        held: set[Path] = _local.__dict__.setdefault("held", set())
        if lock in held:
            yield
            return
        with lock.open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            held.add(lock)
            try:
                yield
            finally:
                held.discard(lock)

    @contextmanager
    def _storage(self, verb: str) -> Iterator[None]:
        """Lance reports everything as ValueError, OSError or RuntimeError: tell them apart from a user's mistake."""
        try:
            yield
        except (OSError, RuntimeError, ValueError) as error:
            if isinstance(error, UserError | pa.ArrowInvalid):
                raise
            raise StorageError(f"cannot {verb} {self.path}: {_plain(error)}") from error

    def _sync(self) -> None:
        """Forces what the last commit wrote to the disk: data first, the manifest that names it last."""
        for folder in ("data", "_deletions", "_indices", "_transactions", "_versions"):
            path = self.path / folder
            if not path.is_dir():
                continue
            for file in path.rglob("*"):
                if file.name not in self._synced and file.is_file():
                    fsync(file)
                    self._synced.add(file.name)
            fsync(path)

    def _schema(self, columns: list[str] | None) -> pa.Schema:
        schema = self._open().schema if self.exists else self.spec.schema
        return schema if columns is None else pa.schema([schema.field(name) for name in columns])

    def _conform(self, rows: Rows) -> pa.Table | pa.RecordBatchReader:
        if isinstance(rows, pa.RecordBatchReader):
            return rows
        table = pa.Table.from_batches([rows]) if isinstance(rows, pa.RecordBatch) else rows
        return table.select(self.spec.schema.names).cast(self.spec.schema)

    def _conform_batch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return batch.select(self.spec.schema.names).cast(self.spec.schema)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One version of a table, open: whatever is committed later, its rows stay and stand where they stood.

    That holds while its files are there: a later stage removes those of versions that were replaced over an hour ago.
    """

    table: Table
    dataset: LanceDataset

    @property
    def version(self) -> int:
        return int(self.dataset.version)

    def batches(
        self, columns: list[str] | None = None, where: str | None = None, batch_rows: int = 8192
    ) -> Iterator[pa.RecordBatch]:
        """Rows as Arrow batches of at most `batch_rows`, in the order they were written."""
        with self.table._storage("read"):
            scanner = self.dataset.scanner(
                columns=columns,
                filter=where,
                batch_size=batch_rows,
                scan_in_order=True,
                io_buffer_size=_READ_AHEAD_BYTES,
            )
            for batch in scanner.to_batches():
                if batch.num_rows:
                    yield batch

    def take(self, indices: list[int], columns: list[str]) -> pa.Table:
        """The rows at `indices` (positions in stored order), in that order."""
        with self.table._storage("read"):
            return self.dataset.take(indices, columns=columns)


def _version_of(manifest: Path) -> int:
    number = int(manifest.stem)
    return _LAST_MANIFEST - number if number > _LAST_MANIFEST // 2 else number


def _schema_version(dataset: LanceDataset) -> int:
    return int((dataset.schema.metadata or {}).get(VERSION_KEY, b"1"))


def _check_files(dataset: LanceDataset, path: Path) -> None:
    """Raises `OSError` where a file of this version is missing, cut off, or zeroed as a power cut leaves it."""
    for fragment in dataset.get_fragments():
        for file in fragment.data_files():
            stored = path / "data" / file.path
            size = stored.stat().st_size
            if file.file_size_bytes and size != file.file_size_bytes:
                raise OSError(f"data file {file.path} has {size} bytes, and should have {file.file_size_bytes}")
            if not _any_byte(stored, -4):
                raise OSError(f"data file {file.path} ends in zeros")
        deletions = fragment.deletion_file()
        if deletions and not _any_byte(path / deletions, 0):
            raise OSError(f"deletion file {deletions} is empty")


def _any_byte(file: Path, at: int) -> bool:
    """Whether any of the four bytes at `at` (from the end if negative) is there and not zero."""
    with file.open("rb") as handle:
        handle.seek(at, os.SEEK_END if at < 0 else os.SEEK_SET)
        return any(handle.read(4))


def _distinct(rows: Rows, key: tuple[str, ...]) -> bool:
    """Whether no two rows have the same key; a stream is taken at its word."""
    if isinstance(rows, pa.RecordBatchReader):
        return True
    table = pa.Table.from_batches([rows]) if isinstance(rows, pa.RecordBatch) else rows
    return bool(table.group_by(list(key)).aggregate([]).num_rows == table.num_rows)


def _remembering(batches: Iterable[pa.RecordBatch], raised: list[BaseException]) -> Iterator[pa.RecordBatch]:
    """Passes batches on, and keeps what their source raises: on the way through Lance it becomes a line of text."""
    try:
        yield from batches
    except BaseException as error:
        raised.append(error)
        raise


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _plain(error: Exception) -> str:
    """One line, without the place in Lance's source where the error was raised."""
    return _trouble(error) or re.sub(r", /\S+\.rs:.*", "", _first_line(error))


def _trouble(error: Exception) -> str:
    """What the operating system refused, in its own words, if it is that."""
    told = str(error)
    return next((known.lower() for known in _TROUBLES if known in told), "")


def in_batches(rows: Iterable[Any], size: int, to_table: Callable[[list[Any]], pa.Table]) -> Iterator[pa.Table]:
    """Gathers single rows into tables of at most `size`."""
    held: list[Any] = []
    for row in rows:
        held.append(row)
        if len(held) == size:
            yield to_table(held)
            held = []
    if held:
        yield to_table(held)
