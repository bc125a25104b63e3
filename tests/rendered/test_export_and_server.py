"""What a rendered shop hands over, and how its server behaves."""

from __future__ import annotations

import csv
import socket
import struct
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from PIL import Image

from wildwear.catalog.importing import import_catalog
from wildwear.catalog.settings import ImportSettings
from wildwear.rendered.catalogue import picture_bytes, products
from wildwear.rendered.export import EXPORT_COLUMNS, write_export, write_pictures, write_street
from wildwear.rendered.server import PictureServer
from wildwear.rendered.street import street_scene
from wildwear.rendered.truth import fate, truth
from wildwear.tables import PRODUCTS
from wildwear.workspace import Workspace


def get(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def first(name: str) -> int:
    return next(index for index in range(3000) if fate(index, 0) == name)


def test_pictures_are_served_as_they_were_drawn_and_the_same_at_the_second_request() -> None:
    with PictureServer(side=96) as server:
        index = first("ok")
        assert get(f"{server.url}/p/{index}/0.jpg") == (200, picture_bytes(index, 0, side=96))
        assert get(f"{server.url}/p/{index}/0.jpg") == (200, picture_bytes(index, 0, side=96))
        assert server.answers[200] == 2


def test_a_dead_link_answers_404_and_a_flaky_one_503_once() -> None:
    with PictureServer(side=64) as server:
        assert get(f"{server.url}/p/{first('dead')}/0.jpg")[0] == 404
        flaky = f"{server.url}/p/{first('flaky')}/0.jpg"
        assert [get(flaky)[0] for _ in range(3)] == [503, 200, 200]
        assert server.answers == {404: 1, 503: 1, 200: 2}


@pytest.mark.parametrize(
    "path", ["/", "/p/1/2.jpg", "/p/x/0.jpg", "/p/1/0.jpg/..", "/../etc/passwd", "/p/9999999999999/0.jpg"]
)
def test_anything_else_is_404(path: str) -> None:
    with PictureServer(side=64) as server:
        assert server.answer(path)[0] == 404


def test_a_client_that_hangs_up_is_not_worth_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    with PictureServer(side=64) as server:
        for _ in range(3):
            rude = socket.create_connection(("127.0.0.1", int(server.url.rsplit(":", 1)[1])))
            rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            rude.sendall(b"GET /p/1/0.jpg HTTP/1.1\r\n")
            rude.close()
        assert get(f"{server.url}/p/{first('ok')}/0.jpg")[0] == 200
    assert capfd.readouterr().err == ""


def test_a_folder_of_drawn_pictures_is_served_instead_of_drawing(tmp_path: Path) -> None:
    index = first("ok")
    (tmp_path / f"{index}-0.jpg").write_bytes(b"from the folder")
    with PictureServer(folder=tmp_path, side=64) as server:
        assert get(f"{server.url}/p/{index}/0.jpg") == (200, b"from the folder")


def test_an_export_holds_each_product_its_variants_and_a_draft_now_and_then(tmp_path: Path) -> None:
    with write_export(tmp_path, 160, base_url="http://127.0.0.1:1").open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert tuple(rows[0]) == EXPORT_COLUMNS
    parents = [row for row in rows if not row["parent_sku"] and row["name"]]
    assert [row["sku"] for row in parents] == [f"WW{index:08d}" for index in range(160)]
    assert all(row["description"].startswith("<p><strong>") for row in parents)
    assert {row["parent_sku"] for row in rows if row["parent_sku"]} == {row["sku"] for row in parents}
    assert sum(not row["name"] for row in rows) == 1


def test_the_export_is_imported_as_the_products_that_it_was_made_of(tmp_path: Path, workspace: Workspace) -> None:
    path = write_export(tmp_path, 160, base_url="http://127.0.0.1:1")
    report = import_catalog(workspace, ImportSettings(files=(str(path),)))
    rows = {row["product_id"]: row for row in workspace.table(PRODUCTS).read().to_pylist()}
    assert report.failed == {"no_title": 1}
    assert len(rows) == 160
    for entry in products(160, base_url="http://127.0.0.1:1"):
        row = rows[entry.product.product_id]
        assert (row["title"], row["description"]) == (entry.product.title, entry.product.description)
        assert (row["brand"], tuple(row["image_urls"])) == (entry.product.brand, entry.product.image_urls)
        assert 1 <= len(row["variants"]) <= 5


def test_pictures_and_street_photographs_are_written_in_processes_with_their_boxes(tmp_path: Path) -> None:
    done: list[int] = []
    assert write_pictures(tmp_path / "p", 3, side=64, progress=done.append) == sum(truth(i).pictures for i in range(3))
    assert sum(done) == len(list((tmp_path / "p").iterdir()))
    with write_street(tmp_path / "s", range(6, 8), processes=1).open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert {row["photo"]: row["split"] for row in rows} == {"street-0006.jpg": "train", "street-0007.jpg": "val"}
    expected = [garment.category for index in (6, 7) for garment in street_scene(index).garments]
    assert [row["category"] for row in rows] == expected
    with Image.open(tmp_path / "s" / "photos" / "street-0006.jpg") as photo:
        assert photo.size == (768, 640)
