from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wildwear.catalog.images_folder import read_images_folder, write_images_folder
from wildwear.catalog.references import BadReference, ImageBase, split_references
from wildwear.errors import UserError
from wildwear.workspace import Workspace


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("/m/h/mh01.jpg", "m/h/mh01.jpg"),
        ("m//h/./mh01.jpg", "m/h/mh01.jpg"),
        ("m\\h\\mh01.jpg", "m/h/mh01.jpg"),
        ("a b%20c?.jpg", "a b%20c?.jpg"),
        ("http://x.org/a.jpg", "http://x.org/a.jpg"),
        ("HTTPS://x.org/a b.jpg", "HTTPS://x.org/a%20b.jpg"),
        ("//cdn.x.org/a.jpg?v=1&w=2", "https://cdn.x.org/a.jpg?v=1&w=2"),
    ],
)
def test_references_become_addresses_or_relative_paths(reference: str, path: str) -> None:
    assert ImageBase().resolve(reference) == path


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("/m/h/a.jpg", "https://x.org/media/m/h/a.jpg"),
        ("a b.jpg", "https://x.org/media/a%20b.jpg"),
        ("a%20b.jpg", "https://x.org/media/a%20b.jpg"),
        ("50%.jpg", "https://x.org/media/50%25.jpg"),
        ("kleid-grün.jpg?v=1", "https://x.org/media/kleid-gr%C3%BCn.jpg?v=1"),
        ("http://y.org/a.jpg", "http://y.org/a.jpg"),
    ],
)
def test_paths_are_joined_to_an_address_with_percent_encoding(reference: str, address: str) -> None:
    assert ImageBase.parse("https://x.org/media/").resolve(reference) == address


@pytest.mark.parametrize(
    "reference",
    ["../etc/passwd", "a/../../b", "a\\..\\b", "file:///etc/passwd", "data:image/png;base64,xx", "ftp://x.org/a.jpg",
     "C:\\a.jpg", "http:///a.jpg", "http://[::1/a.jpg", "a\x00b.jpg", "a\nb", "a\u202eb.jpg", "/", "."],
)  # fmt: skip
def test_h08_anything_else_is_refused(reference: str) -> None:
    with pytest.raises(BadReference):
        ImageBase(prefix="https://x.org").resolve(reference)
    with pytest.raises(BadReference):
        ImageBase().resolve(reference)


@given(st.text())
def test_what_is_accepted_is_an_address_or_stays_below_the_folder(reference: str) -> None:
    for base in (ImageBase(), ImageBase(prefix="https://x.org/media")):
        try:
            resolved = base.resolve(reference)
        except ValueError:
            continue
        if urlsplit(resolved).scheme in ("http", "https") and "://" in resolved:
            continue
        assert not resolved.startswith("/") and ".." not in resolved.split("/")


def test_an_absolute_path_below_the_folder_becomes_relative(tmp_path: Path) -> None:
    base = ImageBase.parse(str(tmp_path))
    assert base.resolve(f"{tmp_path.resolve()}/m/a.jpg") == "m/a.jpg"


@pytest.mark.parametrize("images", ["no/such/folder", "s3://bucket/images", "ftp://x.org/a", "http://"])
def test_images_that_are_neither_a_folder_nor_an_address_are_refused(images: str) -> None:
    with pytest.raises(UserError, match="--images"):
        ImageBase.parse(images)


@pytest.mark.parametrize(
    ("cell", "references"),
    [
        ("a.jpg,b.jpg", ["a.jpg", "b.jpg"]),
        ("a.jpg; b c.jpg |d.jpg\ne.jpg", ["a.jpg", "b c.jpg", "d.jpg", "e.jpg"]),
        ("http://x/w_1,h_2/a.jpg,http://x/b.jpg", ["http://x/w_1,h_2/a.jpg", "http://x/b.jpg"]),
        ("a.jpg|http://x/b.jpg|c,d.jpg", ["a.jpg", "http://x/b.jpg", "c,d.jpg"]),
        ("http://x/a.jpg https://y/b.jpg", ["http://x/a.jpg", "https://y/b.jpg"]),
        ('["http://x/a,b.jpg", "c.jpg", null, 3]', ["http://x/a,b.jpg", "c.jpg"]),
        ("[broken.jpg", ["[broken.jpg"]),
        ("no_selection", []),
        ("", []),
    ],
)
def test_a_cell_may_hold_several_references(cell: str, references: list[str]) -> None:
    assert split_references(cell) == references


@pytest.mark.parametrize("name", ["images", 'quo"ted', "back\\slash", "grün \x7f", "new\nline"])
def test_the_images_folder_is_remembered_whatever_it_is_called(workspace: Workspace, tmp_path: Path, name: str) -> None:
    assert read_images_folder(workspace) is None
    write_images_folder(workspace, tmp_path / name)
    assert read_images_folder(workspace) == (tmp_path / name).resolve()


def test_a_broken_images_file_says_what_to_do(workspace: Workspace) -> None:
    (workspace.root / "images.toml").write_text("folder =")
    with pytest.raises(UserError, match="--images"):
        read_images_folder(workspace)
