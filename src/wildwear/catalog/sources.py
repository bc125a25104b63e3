"""The files of a catalogue: found by name or pattern, near or far, and refused where they are no plain table."""

from __future__ import annotations

import codecs
import glob
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from wildwear.catalog.settings import ImportSettings
from wildwear.errors import UnreadableInput, WildwearError
from wildwear.runner import load_daft

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Kind = Literal["delimited", "jsonl", "parquet", "xml"]

_REMOTE = re.compile(r"(?!file:)[A-Za-z][A-Za-z0-9+.-]*://")
_NUMBERED = re.compile(r"^\s*\d+:\s*")  # Daft numbers the causes of an error
_HEAD_BYTES = 4096
_BUFFER_BYTES = 2**20

_ARCHIVE = "archives are not opened: unpack it and import the files in it"
_COMPRESSED = "only gzip is read: decompress it first"
_REFUSED = (
    (0, b"PK", "is a zip archive or an Excel workbook", "unpack it, or save the workbook as CSV"),
    (257, b"ustar", "is a tar archive", _ARCHIVE),
    (0, b"7z\xbc\xaf\x27\x1c", "is a 7z archive", _ARCHIVE),
    (0, b"Rar!", "is a rar archive", _ARCHIVE),
    (0, b"BZh", "is compressed by bzip2", _COMPRESSED),
    (0, b"\xfd7zXZ\0", "is compressed by xz", _COMPRESSED),
    (0, b"\x28\xb5\x2f\xfd", "is compressed by zstd", _COMPRESSED),
    (0, b"\xd0\xcf\x11\xe0", "is an old Excel workbook", "save it as CSV"),
    (0, b"SQLite format 3", "is a database", "export the products as CSV"),
    (0, b"%PDF", "is a PDF", "export the products as CSV"),
    (0, b"\xff\xd8\xff", "is a picture", "name the products' table; pictures go with --images"),
    (0, b"\x89PNG", "is a picture", "name the products' table; pictures go with --images"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file to read."""

    name: str
    """Its absolute path, or its address."""
    kind: Kind
    gzipped: bool = False

    @contextmanager
    def open(self, settings: ImportSettings) -> Iterator[io.BufferedReader]:
        """The file's bytes, decompressed; more than `settings.max_bytes` of them raise `UnreadableInput`."""
        with _open_raw(self.name) as raw:
            if self.gzipped:
                with gzip.GzipFile(fileobj=raw) as unzipped:
                    yield io.BufferedReader(_Capped(unzipped, self.name, settings.max_bytes), _BUFFER_BYTES)
            else:
                yield raw


def find_sources(settings: ImportSettings) -> list[Source]:
    """The files that names and patterns stand for, each once, in the order given (a pattern's in order of name).

    Raises `UnreadableInput` where a file is missing, unreadable, an archive, or larger than it may be, and where a
    pattern fits nothing. An archive is refused whole, whatever it holds.
    """
    if not settings.files:
        raise UnreadableInput("no file was named: give the shop's export, such as products.csv")
    names = dict.fromkeys(name for given in settings.files for name in _expand(given))
    return [_inspect(name, settings) for name in names]


def _expand(given: str) -> list[str]:
    given = given.removeprefix("file://")
    if _REMOTE.match(given):
        return _expand_remote(given) if glob.has_magic(given.partition("://")[2].partition("?")[0]) else [given]
    path = Path(given).expanduser()
    if path.is_dir():
        raise UnreadableInput(f"{given} is a folder: name the files in it, such as '{given.rstrip('/')}/*.csv'")
    if path.is_file():
        return [str(path.absolute())]
    if path.exists():
        raise UnreadableInput(f"{given} is a pipe or a device: save what comes out of it to a file first")
    # Unlike Path.glob, this passes over hidden files, such as the ._products.csv that some systems leave.
    found = sorted(name for name in glob.glob(str(path), recursive=True) if Path(name).is_file())  # noqa: PTH207
    if not found:
        problem = "no file fits this pattern" if glob.has_magic(given) else "there is no such file"
        raise UnreadableInput(f"{given}: {problem} (in {Path.cwd()})")
    return [str(Path(name).absolute()) for name in found]


def _expand_remote(pattern: str) -> list[str]:
    with plainly(pattern):
        return sorted(load_daft().from_glob_path(pattern).to_pydict()["path"])


def _inspect(name: str, settings: ImportSettings) -> Source:
    with plainly(name), _open_raw(name) as raw:
        head = raw.read(_HEAD_BYTES)
        gzipped = head.startswith(b"\x1f\x8b")
        if gzipped:
            raw.seek(0)
            with gzip.GzipFile(fileobj=raw) as unzipped:
                head = unzipped.read(_HEAD_BYTES)
    for offset, magic, what, remedy in _REFUSED:
        if head.startswith(magic, offset):
            raise UnreadableInput(f"{name} {what}: {remedy}")
    if head.startswith(b"\x1f\x8b"):
        raise UnreadableInput(f"{name} is compressed twice: decompress it first")
    _check_size(name, settings)
    return Source(name=name, kind=_kind(name, head, gzipped), gzipped=gzipped)


def _check_size(name: str, settings: ImportSettings) -> None:
    if _REMOTE.match(name):
        return
    size = Path(name).stat().st_size
    if size > settings.max_bytes:
        raise UnreadableInput(f"{name} has {size:,} bytes, more than --max-bytes {settings.max_bytes:,} allows")


def _kind(name: str, head: bytes, gzipped: bool) -> Kind:
    suffix = Path(name.removesuffix(".gz").partition("?")[0]).suffix.lower()
    start = _text_start(head)
    if not start:
        raise UnreadableInput(f"{name} is empty")
    if head.startswith(b"PAR1"):
        if gzipped:
            raise UnreadableInput(f"{name} is a compressed Parquet file: decompress it first")
        return "parquet"
    if suffix in (".parquet", ".pq"):
        raise UnreadableInput(f"{name} is not a Parquet file: give it the suffix of what it is, such as .csv or .jsonl")
    if start.startswith(b"<"):
        if start.lower().startswith((b"<!doctype html", b"<html")):
            raise UnreadableInput(f"{name} is a web page, perhaps one that says what went wrong: look at it")
        return "xml"
    if suffix in (".json", ".jsonl", ".ndjson") and start.startswith(b"["):
        raise UnreadableInput(f"{name} is one JSON array: write one object a line, as by jq -c '.[]'")
    if suffix in (".json", ".jsonl", ".ndjson") or (start.startswith(b"{") and suffix not in (".csv", ".tsv", ".tab")):
        return "jsonl"
    return "delimited"


def _text_start(head: bytes) -> bytes:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    return head.removeprefix(codecs.BOM_UTF8).lstrip()


@contextmanager
def _open_raw(name: str) -> Iterator[io.BufferedReader]:
    if not _REMOTE.match(name):
        with Path(name).open("rb") as handle:
            yield handle
        return
    # Read as a stream rather than by daft.read_csv, so that far files have row numbers and caps as near ones do.
    with load_daft().File(name).open() as handle:
        yield io.BufferedReader(_Far(handle), _BUFFER_BYTES)


class _Far(io.RawIOBase):
    """A remote file that Daft has opened, as Python's streams want it."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer)
        data: bytes = self._handle.read(len(target))
        target[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._handle.seek(offset, whence))

    def tell(self) -> int:
        return int(self._handle.tell())


class _Capped(io.RawIOBase):
    """A stream that refuses to give more than `limit` bytes, so that a small file cannot fill the disk."""

    def __init__(self, stream: gzip.GzipFile, name: str, limit: int) -> None:
        self._stream, self._name, self._limit, self._given = stream, name, limit, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer)
        data = self._stream.read(len(target))
        self._given += len(data)
        if self._given > self._limit:
            raise UnreadableInput(
                f"{self._name} decompresses to more than --max-bytes {self._limit:,} allows; rows before stay imported"
            )
        target[: len(data)] = data
        return len(data)


@contextmanager
def plainly(name: str) -> Iterator[None]:
    """Turns what opening, decompressing and decoding raise into one plain `UnreadableInput`."""
    try:
        yield
    except WildwearError:
        raise
    except (OSError, EOFError, ValueError, zlib.error) as error:  # what Daft raises are ValueErrors
        raise UnreadableInput(f"{name} cannot be read: {reason_of(error)}") from error


def reason_of(error: Exception) -> str:
    """What went wrong, on one line."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0] if len(lines) == 1 else f"{lines[0]}: {_NUMBERED.sub('', lines[-1])}"
