"""What the page can ask of the server, on the real one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
from tests.review.serving import Served, fill, image_id, jpeg, label, serving, write

from wildwear.decisions import CATALOGUE, Decision, DecisionLog, Verdict
from wildwear.errors import UserError
from wildwear.review.app import create_app
from wildwear.review.settings import ReviewSettings
from wildwear.tables import DECISIONS, IMAGES
from wildwear.workspace import Workspace


@pytest.fixture
def served(workspace: Workspace) -> Iterator[Served]:
    fill(workspace, ["Jeans", "Jeans", "Dress", "Jeans", None])
    with serving(workspace) as server:
        yield server


def test_a_collection_is_described(served: Served) -> None:
    overall = served.get("/api/collection")
    assert {key: overall[key] for key in ("name", "kind", "count", "who", "inspected")} == {
        "name": "catalogue",
        "kind": "catalogue",
        "count": 4,
        "who": "tester",
        "inspected": True,
    }
    assert overall["categories"] == [
        {"name": "Dress", "region": "full", "count": 1, "judged": 0, "rejected": 0, "rare": True, "audit": None},
        {"name": "Jeans", "region": "lower", "count": 3, "judged": 0, "rejected": 0, "rare": True, "audit": None},
    ]
    assert overall["modes"] == [{"name": "product", "count": 3}, {"name": "worn", "count": 2}]
    assert {"name": "Jeans", "region": "lower", "synonyms": []}.keys() == overall["palette"][0].keys()
    assert "Blazer" in [one["name"] for one in overall["palette"]]


def test_an_item_tells_all_that_is_known(served: Served) -> None:
    served.decide((3, "relabel", "chinos"))
    item = served.get("/api/item/3")
    (last,) = item.pop("history")
    assert last.pop("when").startswith("20")
    assert last == {"verdict": "relabel", "becomes": "Chinos", "who": "anna"}
    assert item == {
        "item": 3,
        "crop_id": image_id(jpeg(3)),
        "product_id": "p3",
        "title": "A fine garment 3",
        "description": "as worn",
        "words": [{"word": "garment", "field": "title", "offset": 7}],
        "category": "Jeans",
        "guess": "Coat",
        "suspicion": 0.6,
        "mode": "worn",
        "source": "spring.csv",
        "look_alikes": [1],
    }


def test_the_stored_picture_is_sent_and_kept_by_the_browser(served: Served) -> None:
    answer = served.ask("GET", "/picture/2.jpg")
    assert answer.body == jpeg(2)
    assert answer.headers["content-type"] == "image/jpeg"
    assert "immutable" in answer.headers["cache-control"]


def test_progress_counts_what_stands(served: Served) -> None:
    served.decide((0, "keep"), (1, "reject"), (2, "relabel", "Coat"))
    served.decide((1, "clear"))
    assert served.get("/api/progress") == {"judged": 2, "rejected": 0, "kept": 1, "relabelled": 1, "total": 4}
    counts = {one["name"]: one["judged"] for one in served.get("/api/collection")["categories"]}
    assert counts == {"Dress": 1, "Jeans": 1}


def test_two_servers_see_each_others_decisions(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"] * 4)
    with serving(workspace) as one, serving(workspace) as other:
        (first,) = one.decide((0, "reject"), who="anna")
        (second,) = other.decide((1, "relabel", "Chinos"), who="ben")
        anna = {"item": 0, "sequence": first, "verdict": "reject", "category": None, "who": "anna"}
        ben = {"item": 1, "sequence": second, "verdict": "relabel", "category": "Chinos", "who": "ben"}
        for server in (one, other):
            assert server.get("/api/changes?since=0") == {"last": second, "changes": [anna, ben]}
            assert server.get(f"/api/changes?since={first}") == {"last": second, "changes": [ben]}
            assert server.get(f"/api/changes?since={second}") == {"last": second, "changes": []}
            assert server.get("/api/progress")["judged"] == 2


def test_a_decision_on_a_picture_is_one_on_all_products_that_show_it(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"] * 3)
    with serving(workspace) as served:
        assert served.get("/api/collection")["count"] == 3
        served.decide((0, "reject"))
    assert workspace.table(DECISIONS).count() == 1
    images = workspace.table(IMAGES)
    rows = images.read().to_pylist()
    rows[2] |= {"image_id": rows[0]["image_id"], "bytes": rows[0]["bytes"]}
    write(workspace, IMAGES, rows)
    with serving(workspace) as served:
        assert [change["item"] for change in served.get("/api/changes?since=0")["changes"]] == [0, 2]
        assert served.get("/api/progress")["rejected"] == 2


def test_decisions_that_wait_go_into_one_commit_together(served: Served, workspace: Workspace) -> None:
    before = workspace.table(DECISIONS).version
    threads = [threading.Thread(target=served.decide, args=((number % 5, "keep"),)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    table = workspace.table(DECISIONS)
    assert sorted(table.read(["sequence"])["sequence"].to_pylist()) == list(range(1, 41))
    assert table.version - before < 40


def test_decisions_survive_labels_that_change(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"] * 3)
    with serving(workspace) as served:
        served.decide((0, "reject"), (1, "relabel", "Chinos"), (2, "keep"))
    label(workspace, {"p0": "Coat", "p1": "Coat", "p2": "Jeans"})
    with serving(workspace) as served:
        assert served.get("/api/sheet?category=Coat&order=newest")["verdicts"] == [3, 2]
        assert served.get("/api/sheet?category=Jeans")["verdicts"] == [1]


def test_decisions_survive_a_new_download(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"] * 3)
    with serving(workspace) as served:
        served.decide((2, "reject"))
    fill(workspace, ["Jeans"] * 4, first=2)
    with serving(workspace) as served:
        assert served.get("/api/sheet?order=newest&state=rejected")["items"] == [0]
        assert served.get("/api/item/0")["crop_id"] == image_id(jpeg(2))


def test_pictures_are_found_again_when_their_version_is_gone(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"] * 4)
    with serving(workspace) as served:
        images = workspace.table(IMAGES)
        kept = images.read().slice(1)
        for _ in range(4):
            images.replace(kept)
        images.compact(readers_seconds=0)
        assert served.ask("GET", "/picture/2.jpg").body == jpeg(2)
        assert served.ask("GET", "/picture/0.jpg").status == 404
        sheet = served.get("/api/sheet")["sheet"]
        assert served.ask("GET", f"/sprite/{sheet}/0.jpg").status == 200


@pytest.mark.parametrize(
    ("body", "status", "kind", "says"),
    [
        ({"decisions": [{"item": 99, "verdict": "keep"}]}, 404, "unknown_item", "0 to 4"),
        ({"decisions": [{"item": -1, "verdict": "keep"}]}, 422, "malformed", "item"),
        ({"decisions": [{"item": 0.5, "verdict": "keep"}]}, 422, "malformed", "item"),
        ({"decisions": [{"item": "0", "verdict": "keep"}]}, 422, "malformed", "item"),
        ({"decisions": [{"item": 0, "verdict": "maybe"}]}, 422, "malformed", "'keep', 'reject', 'relabel' or 'clear'"),
        ({"decisions": [{"item": 0, "verdict": "relabel"}]}, 422, "refused", "names the category"),
        ({"decisions": [{"item": 0, "verdict": "keep", "category": "Jeans"}]}, 422, "refused", "no other"),
        (
            {"decisions": [{"item": 0, "verdict": "relabel", "category": "Jaket"}]},
            404,
            "unknown_category",
            "did you mean Jacket",
        ),
        ({"decisions": [{"item": 0, "verdict": "keep"}], "who": "x" * 65}, 422, "malformed", "who"),
        ({"decisions": [{"item": 0, "verdict": "keep"}], "who": "a\nb"}, 422, "malformed", "who"),
        ({"decisions": [{"item": 0, "verdict": "keep"}], "audit": "../../x"}, 404, "unknown_audit", "x"),
        ({"decisions": [], "more": 1}, 422, "malformed", "more"),
        ({"decisions": [{"item": 0, "verdict": "keep"}] * 10_001}, 413, "too_many", "10000"),
        ({}, 422, "malformed", "decisions"),
    ],
)
def test_what_cannot_be_decided_is_refused_whole(
    served: Served, workspace: Workspace, body: dict[str, object], status: int, kind: str, says: str
) -> None:
    answer = served.ask("POST", "/api/decisions", json.dumps({"who": "anna"} | body).encode())
    assert (answer.status, answer.json["error"]["type"]) == (status, kind)
    assert says in answer.json["error"]["message"]
    assert workspace.table(DECISIONS).count() == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"decisions": "all"}', b"[" * 10_000])
def test_malformed_json_is_a_typed_refusal(served: Served, body: bytes) -> None:
    answer = served.ask("POST", "/api/decisions", body)
    assert answer.status in (400, 422)
    assert answer.json["error"]["type"] == "malformed"


def test_unknown_paths_and_methods_are_typed_refusals(served: Served) -> None:
    for method, path, status, kind in (
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/docs", 404, "not_found"),
        ("GET", "/openapi.json", 404, "not_found"),
        ("GET", "/static/", 404, "not_found"),
        ("DELETE", "/api/decisions", 405, "wrong_method"),
        ("GET", "/api/item/x", 422, "malformed"),
        ("GET", "/api/item/5", 404, "unknown_item"),
        ("GET", "/api/sheet?order=best", 422, "malformed"),
        ("GET", "/api/changes?since=-1", 422, "malformed"),
    ):
        answer = served.ask(method, path)
        assert (answer.status, answer.json["error"]["type"]) == (status, kind), path


def test_without_pictures_there_is_nothing_to_open(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="run 'wildwear fetch' first"):
        create_app(workspace, ReviewSettings(), "t")
    with pytest.raises(UserError, match="unknown dataset 'street'"):
        create_app(workspace, ReviewSettings(on="street"), "t")


def test_decisions_on_pictures_that_are_gone_stay_in_the_log_and_out_of_the_page(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"])
    gone = Decision(crop_id="gone", collection=CATALOGUE, category="Jeans", verdict=Verdict.REJECT, who="anna")
    DecisionLog(workspace).append([gone])
    with serving(workspace) as served:
        assert served.get("/api/changes?since=0") == {"last": 1, "changes": []}
        assert served.get("/api/progress")["judged"] == 0


def test_h64_a_decision_that_cannot_be_written_is_no_success_and_the_page_may_try_again(
    served: Served, workspace: Workspace
) -> None:
    in_the_way = workspace.root / "decisions.lance"
    in_the_way.write_bytes(b"")
    body = b'{"decisions": [{"item": 0, "verdict": "reject"}]}'
    answer = served.ask("POST", "/api/decisions", body)
    assert (answer.status, answer.json["error"]["type"]) == (500, "storage")
    in_the_way.unlink()
    assert served.ask("POST", "/api/decisions", body).json == {"sequences": [1]}
    assert served.get("/api/progress")["rejected"] == 1
