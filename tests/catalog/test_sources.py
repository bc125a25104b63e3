from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from wildwear.catalog.reading import open_rows
from wildwear.catalog.settings import ImportSettings
from wildwear.catalog.sources import find_sources
from wildwear.errors import UnreadableInput, UserError


def names(*files: str) -> list[str]:
    return [Path(source.name).name for source in find_sources(ImportSettings(files=files))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.csv", "a.csv", "._a.csv", "sub/c.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("id\n1\n")
    return tmp_path


def test_a_pattern_stands_for_its_files_in_order_of_name(folder: Path) -> None:
    assert names(f"{folder}/*.csv") == ["a.csv", "b.csv"]
    assert names(f"{folder}/**/*.csv") == ["a.csv", "b.csv", "c.csv"]


def test_a_file_named_twice_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert names("b.csv", f"file://{folder}/a.csv", "*.csv", f"{folder}/b.csv") == ["b.csv", "a.csv"]


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(folder: Path) -> None:
    (folder / "export [1].csv").write_text("id\n1\n")
    assert names(f"{folder}/export [1].csv") == ["export [1].csv"]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("none.csv", "there is no such file"),
        ("none*.csv", "no file fits this pattern"),
        ("sub", r"is a folder: name the files in it"),
        ("empty.csv", "is empty"),
        ("pipe", "is a pipe or a device"),
    ],
)
def test_what_is_no_file_is_one_plain_line(folder: Path, given: str, problem: str) -> None:
    (folder / "empty.csv").write_bytes(b"\xef\xbb\xbf \n")
    os.mkfifo(folder / "pipe")
    with pytest.raises(UnreadableInput, match=problem) as caught:
        names(f"{folder}/{given}")
    assert "\n" not in str(caught.value)


def test_no_file_at_all_is_said(folder: Path) -> None:
    with pytest.raises(UnreadableInput, match="no file was named"):
        names()


def _zip_of(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def _tar_of(name: str, link: str | None = None) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo(name)
        if link:
            member.type, member.linkname = tarfile.SYMTYPE, link
        archive.addfile(member, io.BytesIO())
    return buffer.getvalue()


ARCHIVES = {
    "upward.zip": _zip_of("../../evil.csv", b"id\n"),
    "bomb.zip": _zip_of("products.csv", b"\0" * 10_000_000),
    "workbook.xlsx": _zip_of("xl/workbook.xml", b""),
    "disguised.csv": _zip_of("a.csv", b"id\n"),
    "upward.tar": _tar_of("../evil.csv"),
    "link.tar": _tar_of("products.csv", "/etc/passwd"),
    "link.tar.gz": gzip.compress(_tar_of("products.csv", "/etc/passwd")),
    "twice.csv.gz": gzip.compress(gzip.compress(b"id\n1\n")),
    "a.7z": b"7z\xbc\xaf\x27\x1c...",
    "a.csv.xz": b"\xfd7zXZ\0...",
    "a.csv.zst": b"\x28\xb5\x2f\xfd...",
    "a.csv.bz2": b"BZh9...",
    "photo.csv": b"\xff\xd8\xff\xe0...",
    "page.xml": b"\xef\xbb\xbf <!DOCTYPE html><html><p>Please sign in</p></html>",
    "array.json": b'[{"id": 1}]',
    "text.parquet": b"id,title\n",
    "zipped.parquet.gz": gzip.compress(b"PAR1..."),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_h46_archives_and_what_else_is_no_table_are_refused_whole(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(ARCHIVES[name])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UnreadableInput, match=f"{name} .*: ") as caught:
        names(f"{tmp_path}/{name}")
    assert "\n" not in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before


def test_h46_a_gzip_bomb_is_stopped_at_the_cap(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"id,title\n" + b"1,x\n" * 5_000_000))
    settings = ImportSettings(files=(str(path),), max_bytes=2_000_000)
    (source,) = find_sources(settings)
    with (
        pytest.raises(UnreadableInput, match="decompresses to more than --max-bytes 2,000,000"),
        open_rows(source, settings) as reading,
    ):
        for _ in reading.rows:
            pass


def test_a_file_over_the_cap_is_refused_before_it_is_read(folder: Path) -> None:
    with pytest.raises(UnreadableInput, match="5 bytes, more than --max-bytes 4"):
        find_sources(ImportSettings(files=(f"{folder}/a.csv",), max_bytes=4))


def test_caps_below_one_are_refused() -> None:
    with pytest.raises(UserError, match="--max-rows must be at least 1"):
        ImportSettings(max_rows=0)
