"""What the query view asks of the server, on the real one."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.queries.shop import winners
from tests.review.query_shop import open_shop
from tests.review.serving import TOKEN, Served, fill_dataset, image_id, jpeg, serving

from wildwear.queries.postings import Superseded
from wildwear.queries.preview import Previewer
from wildwear.queries.settings import LabelSettings
from wildwear.queries.stage import label
from wildwear.review.settings import ReviewSettings
from wildwear.tables import IMAGES
from wildwear.workspace import Workspace


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    return open_shop(workspace)


@pytest.fixture
def served(shop: Workspace) -> Iterator[Served]:
    with serving(shop) as server:
        yield server


def preview(served: Served, category: str, text: str) -> Any:
    return served.post("/api/queries/preview", category=category, text=text)


def save(served: Served, version: str, category: str = "Jeans", text: str = "jeans | linen") -> Any:
    body = json.dumps({"category": category, "text": text, "version": version}).encode()
    return served.ask("POST", "/api/queries/save", body)


def test_every_category_is_listed_with_its_query_and_its_products(served: Served) -> None:
    answer = served.get("/api/queries")
    queries = {query["category"]: query for query in answer["queries"]}
    assert len(queries) == len(answer["queries"]) > 50
    assert (queries["Jeans"]["count"], queries["Jeans"]["region"], queries["Jeans"]["file"]) == (
        3,
        "lower",
        "shipped.toml",
    )
    assert queries["Jeans"]["text"].startswith("jeans | denims")
    assert queries["Pants"]["region"] == "lower"
    assert "phone case" in answer["minus_terms"][queries["Jeans"]["minus"][0]]
    assert (answer["products"], answer["labelled"], answer["version"]) == (8, True, "none")


def test_a_preview_names_products_and_their_pictures(served: Served) -> None:
    found = preview(served, "Jeans", "jeans | linen")
    assert (found["ok"], found["before"], found["after"]) == (True, 3, 4)
    sheet, trousers = found["comes_in"]["products"]
    assert (sheet["product_id"], sheet["item"], sheet["other"]) == ("P5", 5, "")
    assert (trousers["product_id"], trousers["wins"], trousers["other"]) == ("P2", False, "Chinos")
    assert served.ask("GET", f"/picture/{sheet['item']}.jpg").headers["content-type"] == "image/jpeg"
    assert preview(served, "Hat", "gift")["comes_in"]["products"][0]["item"] is None
    (text,) = (one["text"] for one in served.get("/api/queries")["queries"] if one["category"] == "Jeans")
    still = preview(served, "Jeans", text)
    assert [product["item"] for product in still["holds"]["products"]] == [0, 3, 6]


def test_a_broken_query_is_an_answer_with_message_and_place(served: Served) -> None:
    assert preview(served, "Jeans", "jeans |\n(linen") == {
        "ok": False,
        "error": {"message": "this '(' is never closed", "position": 8},
    }
    assert preview(served, "Jeans", "!jeans")["error"]["position"] == 0


def test_what_cannot_be_is_refused_in_plain_words(served: Served, shop: Workspace) -> None:
    def ask(**body: object) -> tuple[int, str]:
        answer = served.ask("POST", "/api/queries/preview", json.dumps(body).encode())
        return answer.status, answer.json["error"]["message"]

    assert ask(category="Jenas", text="jeans") == (404, "unknown category 'Jenas': did you mean Jeans or Jeggings?")
    assert ask(category="Jeans")[0] == 422
    assert ask(category="Jeans", text="jeans # \ud800")[0] == 422
    assert preview(served, "Jeans", "jeans \ud800")["error"]["position"] == 6
    assert ask(category="Jeans", text="a" * (1 << 20))[0] == 413
    (shop.root / "queries.toml").write_text("[Jeans\n")
    status, message = ask(category="Jeans", text="jeans")
    assert (status, "is not TOML" in message) == (422, True)


def test_what_is_saved_is_what_label_reads(served: Served, shop: Workspace) -> None:
    promised = preview(served, "Jeans", "jeans | linen")["labels"]
    answer = save(served, "none")
    assert answer.status == 200
    assert answer.json["file"] == str(shop.root / "queries.toml")
    changes = label(shop, LabelSettings(diff=True)).details["changes"]
    assert changes == [["Jeans", promised["before"], promised["after"], promised["gained"], promised["lost"]]]
    label(shop, LabelSettings())
    assert {product for product, name in winners(shop).items() if name == "Jeans"} == {"P0", "P3", "P5", "P6"}
    again = served.get("/api/queries")
    jeans = next(query for query in again["queries"] if query["category"] == "Jeans")
    assert (jeans["text"], jeans["file"], again["version"]) == ("jeans | linen", "queries.toml", answer.json["version"])


def test_who_saves_over_somebody_elses_edit_is_told(served: Served, shop: Workspace) -> None:
    version = save(served, "none").json["version"]
    file = shop.root / "queries.toml"
    file.write_text(file.read_text() + "# by hand\n")
    answer = save(served, version)
    assert (answer.status, answer.json["error"]["type"]) == (409, "edit_conflict")
    assert "changed by someone else meanwhile" in answer.json["error"]["message"]
    assert save(served, "none").status == 409
    assert file.read_text().endswith("# by hand\n")


def test_of_two_who_save_at_once_one_is_told(served: Served, shop: Workspace) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: save(served, "none", text=f"jeans | linen{n}"), range(8)))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7
    (won,) = (number for number, answer in enumerate(answers) if answer.status == 200)
    assert f"linen{won}'" in (shop.root / "queries.toml").read_text()


def test_a_broken_query_is_not_saved(served: Served, shop: Workspace) -> None:
    answer = save(served, "none", text="jeans | (linen")
    assert (answer.status, answer.json["error"]["type"]) == (422, "refused")
    assert not (shop.root / "queries.toml").exists()


@pytest.mark.parametrize("category", ["../../etc/passwd", "wildwear", "", "Jeans]\n[Hat"])
def test_h49_a_category_names_no_file_and_writes_no_other_block(served: Served, shop: Workspace, category: str) -> None:
    before = sorted(path.name for path in Path(shop.root).iterdir())
    assert save(served, "none", category=category).status == 404
    assert sorted(path.name for path in Path(shop.root).iterdir()) == before


def test_h52_the_query_view_wants_the_token_as_well(served: Served) -> None:
    for path in ("/queries", "/api/queries"):
        assert served.ask("GET", path, headers={"Authorization": None}).status == 401
    assert served.ask("POST", "/api/queries/save", b"{}", {"Origin": "http://evil.example"}).status == 403


def test_a_preview_that_nobody_waits_for_stops(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, stopped = threading.Event(), threading.Event()

    def endless(self: Previewer, category: str, text: str, stop: Any) -> None:
        begun.set()
        while not stop():
            stopped.wait(0.01)
        stopped.set()
        raise Superseded

    monkeypatch.setattr(Previewer, "preview", endless)
    body = b'{"category": "Jeans", "text": "jeans"}'
    head = (
        f"POST /api/queries/preview HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        connection.sendall(head.encode() + body)
        assert begun.wait(10)
    assert stopped.wait(10)
    monkeypatch.undo()
    assert preview(served, "Jeans", "jeans")["ok"]


def test_a_dataset_is_reviewed_beside_the_queries_of_its_workspace(shop: Workspace) -> None:
    fill_dataset(shop, "street", [(None, ["Jeans"])])
    with serving(shop, ReviewSettings(who="tester", on="street")) as server:
        found = preview(server, "Jeans", "jeans | linen")
        assert [product["item"] for product in found["comes_in"]["products"]] == [None, None]


def test_the_picture_of_a_product_is_its_main_one(shop: Workspace) -> None:
    images = shop.table(IMAGES)
    back = images.read().slice(5, 1).to_pylist()[0]
    front = {**back, "url": "front.jpg", "position": 0, "image_id": image_id(jpeg(99)), "bytes": jpeg(99)}
    images.upsert(pa.Table.from_pylist([{**back, "position": 1}, front], schema=IMAGES.schema))
    with serving(shop) as server:
        (item, _) = (product["item"] for product in preview(server, "Jeans", "jeans | linen")["comes_in"]["products"])
        assert server.ask("GET", f"/picture/{item}.jpg").body == jpeg(99)


def test_what_previews_need_is_prepared_when_the_page_opens_and_ends_with_the_server(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = threading.Event()
    original = Previewer.prepare

    def counted(self: Previewer, stop: Any) -> bool:
        more = original(self, stop)
        if not more:
            done.set()
        return more

    monkeypatch.setattr(Previewer, "prepare", counted)
    with serving(shop) as server:
        server.get("/api/queries")
        assert done.wait(20)
        assert preview(server, "Jeans", "jeans | linen")["after"] == 4
        monkeypatch.setattr(Previewer, "prepare", lambda self, stop: True)
        server.get("/api/queries")
    assert "query-view" not in {thread.name for thread in threading.enumerate()}
