"""`wildwear fetch` as a person calls it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.images.rude_server import RudeServer, answer, serving

from wildwear.cli import main
from wildwear.tables import IMAGES, PRODUCTS
from wildwear.workspace import Workspace


@pytest.fixture
def server() -> Iterator[RudeServer]:
    with serving({"/a.jpg": answer()}) as one:
        yield one


@pytest.fixture
def shop(workspace: Workspace, server: RudeServer) -> Workspace:
    """One product with a picture that is there and one that is gone."""
    row = dict.fromkeys(PRODUCTS.schema.names) | {
        "product_id": "tee",
        "image_urls": [server.url("/a.jpg"), server.url("/gone.jpg")],
    }
    workspace.table(PRODUCTS).replace(pa.Table.from_pylist([row], schema=PRODUCTS.schema))
    return workspace


def call(workspace: Workspace, *words: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["-w", str(workspace.root), *words])
    return int(str(stopped.value.code))


FLAGS = ["fetch", "--all-products", "--allow-private-addresses", "--decoders", "1"]


def test_failed_rows_make_the_status_3_and_a_table(
    shop: Workspace, server: RudeServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(shop, *FLAGS) == 3
    out = capsys.readouterr().out
    assert f"127.0.0.1:{server.port}" in out
    assert "http_404" in out
    assert "next: wildwear embed" in out


def test_json_is_one_object(shop: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(shop, "--json", *FLAGS) == 3
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert report["done"]["pictures stored"] == 1
    assert report["failed"] == {"http_404": 1}


def test_settings_come_from_the_workspace_file_too(shop: Workspace, server: RudeServer) -> None:
    marker = shop.root / "wildwear.toml"
    marker.write_text(marker.read_text() + '\n[fetch]\nall-products = true\nuser-agent-contact = "me@shop.example"\n')
    assert call(shop, "fetch", "--allow-private-addresses", "--decoders", "1") == 3
    assert server.requests[0][1]["user-agent"].endswith("(+me@shop.example)")


@pytest.mark.parametrize(
    ("flags", "status", "said"),
    [
        (["--all-products", "--timeout", "0"], 1, "--timeout 0.0: must be above 0"),
        (["--all-products", "--timeuot", "3"], 2, "--timeout"),
        (["--all-products", "--images", "/no/such/folder"], 1, "/no/such/folder is not there"),
        ([], 1, "run 'wildwear label' first"),
    ],
)
def test_what_cannot_be_honoured_is_one_plain_line(
    shop: Workspace, capsys: pytest.CaptureFixture[str], flags: list[str], status: int, said: str
) -> None:
    assert call(shop, "fetch", *flags) == status
    complaint = capsys.readouterr().err
    assert said in complaint
    assert "Traceback" not in complaint
    assert shop.table(IMAGES).count() == 0


@pytest.mark.data
def test_every_photograph_of_a_real_catalogue_is_stored(workspace: Workspace, data: Path) -> None:
    folder = data / "luma"
    paths = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.jpg"))[::9]
    row = dict.fromkeys(PRODUCTS.schema.names) | {"product_id": "all", "image_urls": paths}
    workspace.table(PRODUCTS).replace(pa.Table.from_pylist([row], schema=PRODUCTS.schema))
    assert call(workspace, "fetch", "--all-products", "--images", str(folder)) == 0
    stored = workspace.table(IMAGES).read(["width", "height", "status"])
    assert len(stored) == len(paths)
    assert set(stored["status"].to_pylist()) == {"ok"}
    assert min(min(stored["width"].to_pylist()), min(stored["height"].to_pylist())) > 256
