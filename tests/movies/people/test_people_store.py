"""Detectors that a workspace keeps by name, fetched or taken from a file."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.movies.people.tiny_detectors import detr, yolox

from wildwear.errors import UnreadableInput, UnsafeModel, UserError
from wildwear.images.fetch_settings import DownloadSettings
from wildwear.models.settings import RuntimeOptions
from wildwear.movies.people.registry import open_detector
from wildwear.movies.people.store import KNOWN, DetectorCard, fetch, kept, register
from wildwear.workspace import Workspace

LOCAL = DownloadSettings(allow_private_addresses=True, attempts=1, timeout=60, requests_per_second=1000)
NETWORK = yolox().SerializeToString()
OTHER = detr(80).SerializeToString()


class Release:
    """A server of one file; `body` can be changed, and each request is counted."""

    def __init__(self, body: bytes) -> None:
        self.body, self.requests = body, 0
        release = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                release.requests += 1
                if self.path == "/gone":
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(release.body)))
                self.end_headers()
                self.wfile.write(release.body)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def card(self, data: bytes = NETWORK, path: str = "/tiny.onnx") -> DetectorCard:
        return DetectorCard(
            name="tiny",
            licence="CC0-1.0",
            origin=self.address + path,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
        )


@pytest.fixture
def release() -> Iterator[Release]:
    release = Release(NETWORK)
    thread = threading.Thread(target=release.server.serve_forever)
    thread.start()
    yield release
    release.server.shutdown()
    thread.join()
    release.server.server_close()


def saved(tmp_path: Path, data: bytes, name: str = "mine.onnx") -> Path:
    (tmp_path / name).write_bytes(data)
    return tmp_path / name


def test_what_is_known_can_be_trusted_to_be_what_it_was() -> None:
    for name, card in KNOWN.items():
        assert card.name == name
        assert card.origin.startswith("https://")
        assert card.licence
        assert len(bytes.fromhex(card.sha256)) == 32
        assert card.size > 1_000_000


def test_a_file_is_taken_with_its_licence_and_checksum_and_can_be_named(tmp_path: Path, workspace: Workspace) -> None:
    card = register(saved(tmp_path, NETWORK), "shop", "MIT", workspace)
    assert kept(workspace) == ({"shop": card}, {})
    assert (card.licence, card.size, card.sha256) == ("MIT", len(NETWORK), hashlib.sha256(NETWORK).hexdigest())
    (tmp_path / "mine.onnx").unlink()
    detector = open_detector("shop", "film.mp4", RuntimeOptions(threads=1), workspace)
    assert detector.key == f"shop@{card.sha256[:12]}"


@pytest.mark.parametrize("licence", ["", "  "])
def test_a_file_without_a_licence_is_not_taken(tmp_path: Path, workspace: Workspace, licence: str) -> None:
    with pytest.raises(UserError, match=r"under which licence mine.onnx may be used: --licence"):
        register(saved(tmp_path, NETWORK), "shop", licence, workspace)
    assert kept(workspace) == ({}, {})


def test_a_known_file_needs_no_licence_said(
    tmp_path: Path, workspace: Workspace, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KNOWN, "tiny", release.card())
    assert register(saved(tmp_path, NETWORK), "tiny", "", workspace).licence == "CC0-1.0"


def test_another_file_does_not_get_a_known_name(tmp_path: Path, workspace: Workspace) -> None:
    with pytest.raises(UserError, match="is not the file known as yolox-nano"):
        register(saved(tmp_path, NETWORK), "yolox-nano", "Apache-2.0", workspace)


@pytest.mark.parametrize("name", ["../up", "", "a/b", ".hidden"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, workspace: Workspace, name: str) -> None:
    with pytest.raises(UserError, match="cannot name a detector"):
        register(saved(tmp_path, NETWORK), name, "MIT", workspace)


def test_h60_a_network_that_is_refused_leaves_the_old_one(tmp_path: Path, workspace: Workspace) -> None:
    old = register(saved(tmp_path, NETWORK), "shop", "MIT", workspace)
    with pytest.raises(UnsafeModel):
        register(saved(tmp_path, NETWORK[:-40]), "shop", "MIT", workspace)
    assert kept(workspace) == ({"shop": old}, {})
    assert open_detector("shop", "film.mp4", workspace=workspace)


def test_h60_a_kept_network_that_was_changed_is_refused(tmp_path: Path, workspace: Workspace) -> None:
    card = register(saved(tmp_path, NETWORK), "shop", "MIT", workspace)
    (workspace.root / "detectors" / f"{card.sha256}.onnx").write_bytes(OTHER)
    with pytest.raises(UnsafeModel, match="does not match its checksum: get shop again"):
        open_detector("shop", "film.mp4", workspace=workspace)


def test_one_network_under_two_names_goes_with_the_last(tmp_path: Path, workspace: Workspace) -> None:
    for name in ("one", "two"):
        register(saved(tmp_path, NETWORK), name, "MIT", workspace)
    register(saved(tmp_path, OTHER), "one", "MIT", workspace)
    assert open_detector("two", "film.mp4", workspace=workspace)
    register(saved(tmp_path, OTHER), "two", "MIT", workspace)
    assert len(list((workspace.root / "detectors").glob("*.onnx"))) == 1
    assert open_detector("two", "film.mp4", workspace=workspace)


def test_a_known_detector_is_fetched_once(release: Release, workspace: Workspace) -> None:
    card = release.card()
    assert fetch(card, workspace, LOCAL) == card
    assert fetch(card, workspace, LOCAL) == card
    assert release.requests == 1
    assert open_detector("tiny", "film.mp4", workspace=workspace).key == f"tiny@{card.sha256[:12]}"


@pytest.mark.parametrize("body", [OTHER, NETWORK[:-1], NETWORK[:-1] + b"!", b"<html>", b""])
def test_h60_a_download_that_is_another_file_is_refused_and_the_old_one_stays(
    release: Release, workspace: Workspace, body: bytes
) -> None:
    old = fetch(release.card(), workspace, LOCAL)
    release.body = body
    with pytest.raises(UnsafeModel, match="another file than the one known as tiny: nothing was kept"):
        fetch(release.card(OTHER + b" "), workspace, LOCAL)
    assert kept(workspace) == ({"tiny": old}, {})


def test_a_download_larger_than_is_known_ends_early(release: Release, workspace: Workspace) -> None:
    release.body = NETWORK * 100
    with pytest.raises(UserError, match="too_many_bytes"):
        fetch(release.card(), workspace, replace(LOCAL, max_bytes=len(NETWORK)))


def test_a_release_that_is_gone_says_how_else_to_get_it(release: Release, workspace: Workspace) -> None:
    with pytest.raises(UserError, match=r"http_404.*'wildwear models get FILE.onnx --as tiny'"):
        fetch(release.card(path="/gone"), workspace, LOCAL)


def test_nothing_in_a_private_network_is_asked_by_default(release: Release, workspace: Workspace) -> None:
    with pytest.raises(UserError, match=r"bad_port|blocked_address"):
        fetch(release.card(), workspace)
    assert release.requests == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": "shop"}', "[" * 100_000, "\udcff"])
def test_a_card_that_is_none_is_named_hides_no_other_and_can_be_replaced(
    tmp_path: Path, workspace: Workspace, text: str
) -> None:
    card = register(saved(tmp_path, NETWORK), "shop", "MIT", workspace)
    register(saved(tmp_path, NETWORK), "other", "MIT", workspace)
    (workspace.root / "detectors" / "shop.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UnreadableInput, match=r"shop.json is not what .* wrote: get shop again"):
        open_detector("shop", "film.mp4", workspace=workspace)
    assert open_detector("other", "film.mp4", workspace=workspace)
    assert register(saved(tmp_path, NETWORK), "shop", "MIT", workspace) == card
    assert open_detector("shop", "film.mp4", workspace=workspace)


@pytest.mark.parametrize("change", [{"sha256": "../" * 21 + "x"}, {"name": "other"}, {"sha256": 3}])
def test_a_card_that_leads_elsewhere_is_refused(
    tmp_path: Path, workspace: Workspace, change: dict[str, object]
) -> None:
    register(saved(tmp_path, NETWORK), "shop", "MIT", workspace)
    path = workspace.root / "detectors" / "shop.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(UnreadableInput, match="is not what"):
        open_detector("shop", "film.mp4", workspace=workspace)
