"""Files that lie elsewhere, read from servers that the tests start."""

from __future__ import annotations

import gzip
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wildwear.catalog.reading import open_rows
from wildwear.catalog.settings import ImportSettings
from wildwear.catalog.sources import find_sources
from wildwear.errors import UnreadableInput

from .conftest import Shop


class _Bucket(BaseHTTPRequestHandler):
    """Files by path with byte ranges, and as much of S3's listing as a pattern needs."""

    folder: Path
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        file = self.folder / path.lstrip("/")
        if "list-type=2" in query:
            self._answer(200, self._listing(file))
        elif not file.is_file():
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        else:
            self._send(file.read_bytes())

    def _send(self, content: bytes) -> None:
        wanted = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted is None:
            return self._answer(200, content, {"Accept-Ranges": "bytes"})
        first, last = int(wanted[1]), min(int(wanted[2] or len(content)), len(content) - 1)
        headers = {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
        return self._answer(206, content[first : last + 1], headers)

    def _listing(self, bucket: Path) -> bytes:
        items = "".join(
            f"<Contents><Key>{path.relative_to(bucket)}</Key><Size>{path.stat().st_size}</Size></Contents>"
            for path in sorted(bucket.rglob("*"))
            if path.is_file()
        )
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{items}</ListBucketResult>".encode()

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    handler = type("Handler", (_Bucket,), {"folder": folder})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with _serving(tmp_path) as address:
        yield address


def test_far_files_are_read_as_near_ones_are(tmp_path: Path, address: str) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,title\n1,a\n2\n3,caf\xe9\n")
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    (tmp_path / "c.jsonl").write_text('{"id": 1}\n{broken\n')
    pq.write_table(pa.table({"id": ["1", "2"]}), tmp_path / "d.parquet")
    for name in ("a.csv", "b.csv.gz", "c.jsonl", "d.parquet"):
        results = []
        for file in (f"{address}/{name}", f"{tmp_path}/{name}"):
            settings = ImportSettings(files=(file,))
            (source,) = find_sources(settings)
            with open_rows(source, settings) as reading:
                results.append((source.kind, reading.columns, list(reading.rows)))
        assert results[0] == results[1]


def test_a_pattern_over_a_bucket_is_imported_with_row_numbers(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop.folder / "bucket" / "export").mkdir(parents=True)
    shop.write("bucket/export/a.csv", "id,title\n1,a\n2\n3,c\n")
    shop.write("bucket/export/b.csv", "id,title\n4,d\n")
    shop.write("bucket/export/c.txt", "other")
    for name, value in (("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "y"), ("REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    with _serving(shop.folder) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        shop.take("s3://bucket/export/*.csv")
    assert shop.products.keys() == {"1", "3", "4"}
    assert shop.products["4"].source == "s3://bucket/export/b.csv"
    assert shop.rejections("s3://bucket/export/a.csv") == [(3, "ragged_row")]


def test_a_far_file_that_is_not_there_is_one_plain_line(address: str) -> None:
    with pytest.raises(UnreadableInput, match=r"none\.csv cannot be read: ") as caught:
        find_sources(ImportSettings(files=(f"{address}/none.csv",)))
    assert "\n" not in str(caught.value)


def test_an_address_of_an_unknown_kind_is_one_plain_line() -> None:
    with pytest.raises(UnreadableInput, match=r"nowhere://x/a\.csv cannot be read: "):
        find_sources(ImportSettings(files=("nowhere://x/a.csv",)))
