"""The stage: from image references to rows, whatever the servers, the files and the machine do."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.images.rude_server import RudeServer, SilentNames, answer, picture, serving

from wildwear.errors import UserError, WildwearError
from wildwear.images.decode import DecodeLimits, store
from wildwear.images.fetch import fetch
from wildwear.images.fetch_plan import host_of, wanted
from wildwear.images.fetch_settings import FetchSettings
from wildwear.images.folder import read_below
from wildwear.tables import IMAGES, LABELS, PRODUCTS
from wildwear.workspace import Workspace


def settings(**changes: Any) -> FetchSettings:
    quick: dict[str, Any] = {
        "allow_private_addresses": True,
        "all_products": True,
        "decoders": 1,
        "timeout": 2.0,
        "connect_timeout": 0.5,
        "first_wait": 0.01,
        "max_wait": 0.1,
        "requests_per_second": 1000.0,
        "resolver_patience": 0.2,
    }
    return FetchSettings(**(quick | changes))


def put_products(workspace: Workspace, images: dict[str, list[str]], variants: list[str] | None = None) -> None:
    folded = [{"product_id": "v", "title": "", "image_urls": variants}] if variants else []
    rows = [
        {
            "product_id": product_id,
            "group_id": product_id,
            "title": product_id,
            "image_urls": urls,
            "variants": folded,
            "row": row,
        }
        for row, (product_id, urls) in enumerate(images.items())
    ]
    whole = [dict.fromkeys(PRODUCTS.schema.names) | row for row in rows]
    workspace.table(PRODUCTS).replace(pa.Table.from_pylist(whole, schema=PRODUCTS.schema))


def put_labels(workspace: Workspace, wins: dict[str, bool]) -> None:
    rows = [
        dict.fromkeys(LABELS.schema.names) | {"product_id": product_id, "category": "Tee", "wins": won}
        for product_id, won in wins.items()
    ]
    workspace.table(LABELS).replace(pa.Table.from_pylist(rows, schema=LABELS.schema))


def rows(workspace: Workspace) -> dict[tuple[str, str], dict[str, Any]]:
    """The images table by product and address."""
    table = workspace.table(IMAGES).read()
    found = {(row["product_id"], row["url"]): row for row in table.to_pylist()}
    assert len(found) == len(table), "a key stands twice"
    return found


def reasons(workspace: Workspace) -> dict[str, str]:
    return {url: row["reason"] for (_, url), row in rows(workspace).items()}


@pytest.fixture
def server() -> Iterator[RudeServer]:
    with serving() as one:
        yield one


def test_a_picture_becomes_a_row_with_its_stored_form(workspace: Workspace, server: RudeServer) -> None:
    server.routes["/a.jpg"] = answer(picture(7, side=600))
    put_products(workspace, {"tee": [server.url("/a.jpg")]})
    report = fetch(workspace, settings())
    stored = store(picture(7, side=600), DecodeLimits())
    row = rows(workspace)["tee", server.url("/a.jpg")]
    assert (row["image_id"], row["bytes"], row["phash"]) == (stored.image_id, stored.bytes, stored.phash)
    assert (row["width"], row["height"], row["position"]) == (600, 600, 0)
    assert (row["status"], row["reason"], row["transient"]) == ("ok", "", False)
    assert report.done["pictures stored"] == 1
    assert report.exit_status == 0


def test_only_products_that_hold_a_label_are_fetched(workspace: Workspace, server: RudeServer) -> None:
    server.routes |= {f"/{name}.jpg": answer(picture(n)) for n, name in enumerate(("won", "lost", "none"))}
    put_products(workspace, {name: [server.url(f"/{name}.jpg")] for name in ("won", "lost", "none")})
    put_labels(workspace, {"won": True, "lost": False})
    fetch(workspace, settings(all_products=False))
    assert server.paths() == ["/won.jpg"]


def test_without_products_or_labels_the_remedy_is_named(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="no products yet: run 'wildwear import"):
        fetch(workspace, settings())
    put_products(workspace, {"tee": ["http://x.example/a.jpg"]})
    with pytest.raises(UserError, match=r"run 'wildwear label' first, or .* --all-products"):
        fetch(workspace, settings(all_products=False))


def test_an_address_is_asked_once_for_all_that_show_it(workspace: Workspace, server: RudeServer) -> None:
    server.routes |= {"/a.jpg": answer(picture(1)), "/b.jpg": answer(picture(2))}
    a, b = server.url("/a.jpg"), server.url("/b.jpg")
    put_products(workspace, {"one": [a, b, a], "two": [b, a]}, variants=[a])
    fetch(workspace, settings())
    assert sorted(server.paths()) == ["/a.jpg", "/b.jpg"]
    positions = {key: row["position"] for key, row in rows(workspace).items()}
    assert positions == {("one", a): 0, ("one", b): 1, ("two", b): 0, ("two", a): 1}


def test_what_is_there_is_not_asked_again(workspace: Workspace, server: RudeServer) -> None:
    server.routes["/a.jpg"] = answer()
    put_products(workspace, {"tee": [server.url("/a.jpg"), server.url("/gone.jpg")]})
    fetch(workspace, settings())
    before = rows(workspace)
    report = fetch(workspace, settings())
    assert len(server.requests) == 2
    assert rows(workspace) == before
    assert report.done["pictures stored"] == 0


def test_retry_failed_tries_the_transient_failures_alone(workspace: Workspace, server: RudeServer) -> None:
    server.routes |= {"/ok.jpg": answer(), "/busy.jpg": answer(b"", "503 Busy")}
    put_products(workspace, {"tee": [server.url(f"/{name}.jpg") for name in ("ok", "busy", "gone")]})
    report = fetch(workspace, settings(attempts=1))
    assert report.failed == {"http_503": 1, "http_404": 1}
    assert report.exit_status == 3
    assert any("--retry-failed" in note for note in report.notes)
    server.routes["/busy.jpg"] = answer(picture(3))
    server.requests.clear()
    report = fetch(workspace, settings(retry_failed=True))
    assert server.paths() == ["/busy.jpg"]
    assert report.failed == {}
    assert reasons(workspace) == {
        server.url("/ok.jpg"): "",
        server.url("/busy.jpg"): "",
        server.url("/gone.jpg"): "http_404",
    }


def test_failures_are_counted_by_host_and_reason(workspace: Workspace, server: RudeServer) -> None:
    put_products(workspace, {"tee": [server.url("/1.jpg"), server.url("/2.jpg"), "ftp://old.example/a.jpg"]})
    report = fetch(workspace, settings())
    host = f"127.0.0.1:{server.port}"
    assert report.details["failures"] == [
        {"host": host, "reason": "http_404", "pictures": 2},
        {"host": "old.example", "reason": "bad_scheme", "pictures": 1},
    ]


def test_h01_private_addresses_are_blocked_without_the_flag(workspace: Workspace, server: RudeServer) -> None:
    put_products(workspace, {"tee": ["http://127.0.0.1:8080/a.jpg", "http://169.254.169.254/"]})
    fetch(workspace, settings(allow_private_addresses=False))
    assert set(reasons(workspace).values()) == {"blocked_address"}
    assert server.requests == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An images folder with one picture, and another picture outside it."""
    folder = tmp_path / "media"
    (folder / "m").mkdir(parents=True)
    (folder / "m" / "a b.jpg").write_bytes(picture(5))
    (tmp_path / "secret.jpg").write_bytes(picture(6))
    return folder


def test_h08_nothing_outside_the_images_folder_is_read(workspace: Workspace, folder: Path) -> None:
    (folder / "link.jpg").symlink_to(folder.parent / "secret.jpg")
    (folder / "up").symlink_to(folder.parent)
    (folder / "inside.jpg").symlink_to(folder / "m" / "a b.jpg")
    outside = ["../secret.jpg", "m/../../secret.jpg", str(folder.parent / "secret.jpg"), "link.jpg", "up/secret.jpg"]
    put_products(workspace, {"tee": ["m/a b.jpg", "inside.jpg", *outside, "file:///etc/passwd", "..\\secret.jpg"]})
    fetch(workspace, settings(images=folder))
    found = reasons(workspace)
    assert {url for url, reason in found.items() if reason == "outside_folder"} == {*outside, "..\\secret.jpg"}
    assert found["m/a b.jpg"] == found["inside.jpg"] == ""
    assert found["file:///etc/passwd"] == "bad_scheme"


@given(reference=st.text(st.sampled_from("./\\ab~%\0"), max_size=12))
def test_h08_no_path_whatever_leads_out_of_the_folder(reference: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.getbasetemp() / "h08"
    (root / "in").mkdir(parents=True, exist_ok=True)
    for name in ("a", "b", "in/a"):
        (root / name).write_bytes(name.encode())
    try:
        assert read_below(root / "in", reference, 100) == b"in/a"
    except Exception as problem:
        assert hasattr(problem, "failure"), repr(problem)


def test_files_that_are_missing_large_or_no_files_are_failed_rows(workspace: Workspace, folder: Path) -> None:
    os.mkfifo(folder / "pipe.jpg")
    (folder / "large.jpg").write_bytes(bytes(3000))
    put_products(workspace, {"tee": ["none.jpg", "m", "pipe.jpg", "large.jpg", "x" * 300]})
    fetch(workspace, settings(images=folder, max_bytes=2000))
    assert reasons(workspace) == {
        "none.jpg": "missing_file",
        "m": "unreadable_file",
        "pipe.jpg": "unreadable_file",
        "large.jpg": "too_many_bytes",
        "x" * 300: "unreadable_file",
    }


def test_paths_without_an_images_folder_name_the_remedy(workspace: Workspace, tmp_path: Path) -> None:
    put_products(workspace, {"tee": ["m/a.jpg"]})
    with pytest.raises(UserError, match=r"'m/a\.jpg': say where they lie with --images"):
        fetch(workspace, settings())
    with pytest.raises(UserError, match="is not there"):
        fetch(workspace, settings(images=tmp_path / "none"))
    with pytest.raises(UserError, match=r"holds none of the first 1 pictures, such as 'm/a\.jpg': give the folder"):
        fetch(workspace, settings(images=tmp_path))


def test_the_folder_given_to_import_is_the_default(workspace: Workspace, folder: Path) -> None:
    from wildwear.catalog.images_folder import write_images_folder

    write_images_folder(workspace, folder)
    put_products(workspace, {"tee": ["m/a b.jpg"]})
    assert fetch(workspace, settings()).done["pictures stored"] == 1


def test_h15_what_is_no_image_is_told_by_its_bytes(workspace: Workspace, server: RudeServer) -> None:
    server.routes |= {
        "/page.jpg": answer(b"<!doctype html><title>Sorry</title>"),
        "/right.txt": answer(content_type="text/plain"),
        "/cut.jpg": answer(picture()[:-400]),
        "/empty.jpg": answer(b""),
        "/drawing.svg": answer(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    }
    put_products(workspace, {"tee": [server.url(path) for path in server.routes]})
    report = fetch(workspace, settings())
    found = {url.rpartition("/")[2]: reason for url, reason in reasons(workspace).items()}
    assert (found["page.jpg"], found["right.txt"], found["empty.jpg"]) == ("not_an_image", "", "empty")
    assert found["cut.jpg"] in ("truncated_image", "corrupt_image")
    assert sum(report.failed.values()) == 4


def test_h19_when_no_name_can_be_looked_up_the_rows_stay_as_they_were(workspace: Workspace, folder: Path) -> None:
    urls = [f"http://shop{n}.example/{n}.jpg" for n in range(40)]
    put_products(workspace, {"tee": ["m/a b.jpg", *urls]})
    with pytest.raises(WildwearError, match=r"no host name can be looked up: 4[01] of 41 .* 'wildwear fetch' again"):
        fetch(workspace, settings(images=folder), resolver=SilentNames)
    assert set(reasons(workspace).values()) <= {""}


def test_h20_other_bytes_at_the_same_address_are_flagged(workspace: Workspace, server: RudeServer) -> None:
    server.routes |= {"/a.jpg": answer(picture(1)), "/b.jpg": answer(picture(2)), "/c.jpg": answer(picture(3))}
    put_products(workspace, {"tee": [server.url(f"/{name}.jpg") for name in "abc"]})
    fetch(workspace, settings())
    before = rows(workspace)
    server.routes |= {"/a.jpg": answer(picture(9)), "/c.jpg": answer(b"", "404 Gone")}
    report = fetch(workspace, settings(refresh=True))
    after = rows(workspace)
    a, b, c = (("tee", server.url(f"/{name}.jpg")) for name in "abc")
    assert (after[a]["status"], after[a]["reason"]) == ("ok", "changed")
    assert after[a]["detail"] == f"was {before[a]['image_id']}"
    assert after[a]["image_id"] == store(picture(9)).image_id
    assert (after[b], after[c]) == (before[b], before[c])
    assert report.done["pictures changed since they were fetched"] == 1
    assert report.failed == {"http_404": 1}


@pytest.mark.parametrize("addresses", ["one address", "many addresses"])
def test_h34_one_picture_on_very_many_products_is_set_aside(
    workspace: Workspace, server: RudeServer, addresses: str
) -> None:
    paths = ["/none.jpg"] * 6 if addresses == "one address" else [f"/none{n}.jpg" for n in range(6)]
    server.routes |= {path: answer(picture(1)) for path in paths} | {"/real.jpg": answer(picture(2))}
    put_products(workspace, {f"p{n}": [server.url("/real.jpg")] * (n < 4) + [server.url(paths[n])] for n in range(6)})
    report = fetch(workspace, settings(placeholder_products=5))
    aside = [row for row in rows(workspace).values() if row["status"] == "set_aside"]
    assert len(aside) == 6
    assert {(row["reason"], row["bytes"], row["image_id"]) for row in aside} == {
        ("placeholder", None, store(picture(1)).image_id)
    }
    assert report.skipped["placeholder pictures set aside"] == 6
    assert report.done["pictures stored"] == 4
    again = fetch(workspace, settings(placeholder_products=5))
    assert again.skipped["placeholder pictures set aside"] == 0


def test_h35_h73_a_picture_that_kills_its_decoder_fails_alone(workspace: Workspace, server: RudeServer) -> None:
    server.routes |= {f"/{n}.jpg": answer(picture(n, side=900)) for n in range(40)}
    put_products(workspace, {"tee": [server.url(path) for path in server.routes]})

    def murder() -> None:
        while len(server.requests) < 4:
            time.sleep(0.001)
        decoders = [one for one in psutil.Process().children() if "wildwear.images.decoder_child" in one.cmdline()]
        decoders[0].kill()

    killer = threading.Thread(target=murder)
    killer.start()
    report = fetch(workspace, settings(decoders=2))
    killer.join()
    assert len(rows(workspace)) == 40
    assert report.failed in ({}, {"decoder_died": 1})


def test_two_fetches_at_once_are_refused(workspace: Workspace, server: RudeServer) -> None:
    server.delay = 0.5
    server.routes["/a.jpg"] = answer()
    put_products(workspace, {"tee": [server.url("/a.jpg")]})
    first = threading.Thread(target=fetch, args=(workspace, settings()))
    first.start()
    while not server.requests:
        time.sleep(0.01)
    with pytest.raises(UserError, match="another fetch is running"):
        fetch(workspace, settings())
    first.join()
    assert len(rows(workspace)) == 1


_KILLED_RUN = """
import sys
from pathlib import Path
from wildwear.images.fetch import fetch
from wildwear.images.fetch_settings import FetchSettings
from wildwear.workspace import Workspace
fetch(Workspace.open(Path(sys.argv[1])), FetchSettings(allow_private_addresses=True, all_products=True, decoders=1,
      requests_per_second=200.0, commit_rows=8, attempts=1))
"""


def test_h62_killed_and_run_again_the_rows_equal_an_uninterrupted_run(workspace: Workspace, server: RudeServer) -> None:
    server.routes |= {f"/{n}.jpg": answer(picture(n)) for n in range(150)} | {"/b.jpg": answer(b"", "503 Busy")}
    images = {f"p{n}": [server.url(f"/{n}.jpg"), server.url("/gone.jpg"), server.url("/b.jpg")] for n in range(150)}
    put_products(workspace, images)
    straight = Workspace.create(workspace.root.parent / "straight")
    shutil.copytree(workspace.table(PRODUCTS).path, straight.table(PRODUCTS).path)
    fetch(straight, settings(attempts=1))
    for rows_then in (8, 40, 90):
        run = subprocess.Popen([sys.executable, "-c", _KILLED_RUN, str(workspace.root)])
        while run.poll() is None and workspace.table(IMAGES).count() < rows_then:
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
        run.wait()
    committed = workspace.table(IMAGES).count()
    assert 0 < committed < 452
    fetch(workspace, settings(attempts=1))
    assert rows(workspace) == rows(straight)


def test_hosts_take_turns_in_proportion(workspace: Workspace) -> None:
    small = [f"http://small.example/{n}" for n in range(3)]
    put_products(workspace, {"tee": [f"http://large.example/{n}" for n in range(30)] + small})
    hosts = [host_of(url) for url in wanted(workspace, settings())["url"].to_pylist()]
    assert [hosts[start : start + 11].count("small.example") for start in (0, 11, 22)] == [1, 1, 1]


def test_progress_counts_every_address(workspace: Workspace, server: RudeServer) -> None:
    class Counting:
        done = expected = 0

        def __call__(self, count: int = 1) -> None:
            self.done += count

        def total(self, count: int) -> None:
            self.expected = count

    put_products(workspace, {"tee": [server.url(f"/{n}.jpg") for n in range(30)]})
    progress = Counting()
    fetch(workspace, settings(), progress)
    assert (progress.done, progress.expected) == (30, 30)


@pytest.mark.parametrize(
    "changes",
    [{"timeout": 0.0}, {"attempts": 0}, {"connections_per_host": 0}, {"retry_failed": True, "refresh": True}],
)
def test_settings_that_make_no_sense_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"^--"):
        settings(**changes)


def test_products_without_a_label_are_counted_and_left_alone(server: RudeServer, workspace: Workspace) -> None:
    server.routes |= {"/a.jpg": answer(picture(1)), "/b.jpg": answer(picture(2))}
    put_products(workspace, {"p0": [server.url("/a.jpg")], "p1": [server.url("/b.jpg")]})
    label = {"product_id": "p0", "category": "Jeans", "wins": True}
    workspace.table(LABELS).replace(pa.Table.from_pylist([label], schema=LABELS.schema))
    report = fetch(workspace, settings(all_products=False))
    assert [row["product_id"] for row in rows(workspace).values()] == ["p0"]
    assert report.skipped["products without a label, whose pictures --all-products takes too"] == 1
