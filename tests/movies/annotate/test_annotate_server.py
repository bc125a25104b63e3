"""What the annotation page can ask of its server, and what it refuses."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator

import pyarrow as pa
import pytest
from tests.movies.annotate.sitting import OFFERED, all_said, clip_id, fill, logged, process, said, serving
from tests.pages.serving import Answer, Served
from tests.review.test_security import kind, raw

from wildwear.errors import UserError
from wildwear.movies import clip_log
from wildwear.movies.annotate.collection import ClipCollection
from wildwear.movies.annotate.settings import AnnotateSettings
from wildwear.movies.clip_log import ClipLog, Discard
from wildwear.tables import CLIP_DECISIONS, CLIPS
from wildwear.workspace import Workspace


@pytest.fixture
def served(workspace: Workspace) -> Iterator[Served]:
    fill(workspace, 6, failed=1)
    with serving(workspace) as server:
        yield server


def say(served: Served, *annotations: dict[str, object]) -> Answer:
    return served.ask("POST", "/api/annotations", json.dumps({"annotations": annotations}).encode())


def test_the_opening_lists_the_clips_that_can_be_looked_at(served: Served) -> None:
    opening = served.get("/api/opening")
    assert opening["clips"]["ids"] == [clip_id(number) for number in range(5)]
    assert [opening["movies"][code] for code in opening["clips"]["movie"]] == ["film0000"] * 5
    assert opening["clips"]["start"] == [0, 1, 2, 3, 4]
    assert (opening["who"], opening["said"]) == ("anna", {})
    assert opening["discards"] == [reason.value for reason in Discard]
    assert {"name": "Jeans", "region": "lower", "synonyms": ["denims"]} in opening["palette"]


def test_clips_follow_each_other_by_film_and_time_whatever_their_order_in_the_table(workspace: Workspace) -> None:
    clips = fill(workspace, 102)
    table = workspace.table(CLIPS)
    table.replace(table.read().take(list(range(101, -1, -1))))
    with serving(workspace) as served:
        assert served.get("/api/opening")["clips"]["ids"] == clips
        assert served.get(f"/api/clip/{clips[101]}")["timestamp"] == "1.5"


def test_one_persons_clips_follow_each_other(workspace: Workspace) -> None:
    clips = fill(workspace, 5)
    table = workspace.table(CLIPS)
    rows = table.read().to_pylist()
    for row, person in zip(rows, ("2", "1", "2", None, "1"), strict=True):
        row["person"] = person
    table.replace(pa.Table.from_pylist(rows, schema=CLIPS.schema))
    shown = [clip.clip_id for clip in ClipCollection(workspace).clips]
    assert shown == [clips[number] for number in (0, 2, 1, 4, 3)]


def test_a_clip_is_described_with_its_boxes_and_what_the_model_guesses(served: Served) -> None:
    details = served.get(f"/api/clip/{clip_id(2)}")
    assert (details["movie"], details["timestamp"], details["person"]) == ("film0000", "2.5", "0")
    assert len(details["cells"]) == 4 and len(details["cells"][0]["box"]) == 4
    assert details["top"][0]["category"] == OFFERED[2]
    for picture in ("sprite", "picture"):
        answer = served.ask("GET", f"/{picture}/{clip_id(2)}.jpg")
        assert answer.headers["content-type"] == "image/jpeg" and answer.body[:2] == b"\xff\xd8"


def test_what_is_said_is_on_the_disk_when_it_is_answered(served: Served, workspace: Workspace) -> None:
    answer = say(
        served,
        {"clip": clip_id(0), "categories": ["jacket", "Jeans"]},
        {"clip": clip_id(1), "discard": "face_only"},
        {"clip": clip_id(0)},
    )
    assert answer.json == {"sequences": [1, 2, 3]}
    log = ClipLog(workspace).since(0)
    assert [(one.clip_id, one.who, one.categories, one.discard) for one in log] == [
        (clip_id(0), "anna", ("Jacket", "Jeans"), None),
        (clip_id(1), "anna", (), Discard.FACE_ONLY),
        (clip_id(0), "anna", (), None),
    ]
    assert list(served.get("/api/opening")["said"]) == [clip_id(1)]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ({"clip": "nothing"}, 404),
        ({"clip": clip_id(5), "categories": ["Jeans"]}, 404),
        ({"clip": clip_id(0), "categories": ["Jeens"]}, 404),
        ({"clip": clip_id(0), "categories": ["Jeans", "jeans"]}, 422),
        ({"clip": clip_id(0), "categories": ["Jeans"], "discard": "other"}, 422),
        ({"clip": clip_id(0), "discard": "boring"}, 422),
        ({"clip": clip_id(0), "who": "ben"}, 422),
        ({"clip": clip_id(0), "categories": ["Jeans"] * 21}, 413),
        ({"categories": ["Jeans"]}, 422),
    ],
)
def test_what_cannot_be_said_is_refused_whole(
    served: Served, workspace: Workspace, word: dict[str, object], status: int
) -> None:
    assert say(served, {"clip": clip_id(1), "discard": "other"}, word).status == status
    assert logged(workspace) == []


def test_a_name_is_met_with_near_ones(served: Served) -> None:
    assert "did you mean Jeans" in say(served, {"clip": clip_id(0), "categories": ["Jeens"]}).json["error"]["message"]


def test_an_annotator_learns_nothing_of_what_others_answered(served: Served, workspace: Workspace) -> None:
    said(workspace, "ben", all_said([clip_id(0), clip_id(1)], "Cape"))
    opening = served.get("/api/opening")
    assert opening["said"] == {} and opening["last"] == 2
    assert "ben" not in json.dumps(opening)
    assert served.get("/api/own?since=0") == {"last": 2, "said": []}


def test_what_arrived_can_be_asked_for(served: Served) -> None:
    say(served, {"clip": clip_id(0), "categories": ["Jeans"]})
    say(served, {"clip": clip_id(1), "discard": "other"})
    own = served.get("/api/own?since=1")
    assert own == {
        "last": 2,
        "said": [{"clip": clip_id(1), "categories": [], "discard": "other", "adjudicates": False}],
    }


def test_clips_stay_what_they_are_while_the_table_is_written_anew(workspace: Workspace) -> None:
    clips = fill(workspace, 4)
    table = workspace.table(CLIPS)
    collection = ClipCollection(workspace)
    before = [collection.picture(clip, "sprite") for clip in clips]
    table.replace(table.read().take([3, 2, 1]))
    table.compact(readers_seconds=0)
    assert [collection.picture(clip, "sprite") for clip in clips[1:]] == before[1:]
    assert ClipCollection(workspace).clips != collection.clips


def test_without_clips_it_says_what_to_do(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="wildwear clips build"):
        ClipCollection(workspace)
    fill(workspace, 2, failed=2)
    with pytest.raises(UserError, match="wildwear clips build"):
        ClipCollection(workspace)


def test_settings_are_checked() -> None:
    with pytest.raises(UserError, match="--as takes up to 64 printable"):
        AnnotateSettings(who="a" * 65)
    with pytest.raises(UserError, match="--port 70000"):
        AnnotateSettings(port=70000)
    assert AnnotateSettings(who=" anna ").signed == "anna"
    assert AnnotateSettings().signed


def test_h52_nothing_is_answered_to_strangers(served: Served, workspace: Workspace) -> None:
    paths = ("/", "/api/opening", "/static/main.js", f"/sprite/{clip_id(0)}.jpg", "/api/agreement", "/nothing")
    for path in paths:
        assert kind(served.ask("GET", path, headers={"Authorization": None})) == (401, "no_token"), path
        assert kind(served.ask("GET", path, headers={"Host": "evil.example"})) == (403, "foreign_host"), path
        assert kind(served.ask("GET", path, headers={"Origin": "https://evil.example"})) == (403, "foreign_origin")
    word = json.dumps({"annotations": [{"clip": clip_id(0), "discard": "other"}]}).encode()
    for headers in ({"Authorization": None}, {"Origin": "null"}, {"Content-Type": "text/plain"}):
        assert served.ask("POST", "/api/annotations", word, headers).status in (401, 403, 415, 422)
    assert workspace.table(CLIP_DECISIONS).count() == 0
    told = served.ask("GET", "/", headers={"Authorization": None}).json["error"]["message"]
    assert told == "open the address that 'wildwear clips annotate' printed"


def test_h52_every_answer_tells_browsers_to_be_careful(served: Served) -> None:
    for path in ("/", "/api/opening", f"/picture/{clip_id(0)}.jpg", "/api/nothing", "/static/style.css"):
        policy = served.ask("GET", path).headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy, path


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%252e%252e%252fapp.py",
        "/static/..%5capp.py",
        "/sprite/..%2f..%2fwildwear.toml",
        "/sprite/../../etc/passwd.jpg",
        "/picture/%2fetc%2fpasswd.jpg",
        "/picture/' OR 1=1 --.jpg".replace(" ", "%20"),
        "/api/clip/x%00y",
        f"/sprite/{clip_id(5)}.jpg",
    ],
)
def test_h49_names_that_no_clip_has_find_nothing(served: Served, path: str) -> None:
    answer = served.ask("GET", path)
    assert answer.status in (404, 422), answer
    assert b"wildwear." not in answer.body and b"root:" not in answer.body


def test_h50_a_body_over_the_limit_is_refused_by_its_length(served: Served) -> None:
    head = f"POST /api/annotations HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n"
    head += f"Authorization: Bearer {served.token}\r\nContent-Length: 300000000\r\n\r\n{{"
    assert raw(served.port, head.encode()).split()[1] == b"413"


def test_h44_film_names_leave_as_json_and_nothing_else(workspace: Workspace) -> None:
    fill(workspace, 1)
    table, hostile = workspace.table(CLIPS), "</title><script>alert(1)</script>"
    row = table.read().to_pylist()[0] | {"movie": hostile, "person": hostile}
    table.replace(pa.Table.from_pylist([row], schema=CLIPS.schema))
    with serving(workspace) as served:
        answer = served.ask("GET", f"/api/clip/{clip_id(0)}")
        assert answer.headers["content-type"] == "application/json" and answer.json["movie"] == hostile
        assert hostile.encode() not in served.ask("GET", "/").body


def test_agreement_is_told_of_the_two_who_share_the_most(workspace: Workspace) -> None:
    clips = fill(workspace, 6)
    said(workspace, "anna", all_said(clips, "Jeans"))
    said(workspace, "ben", all_said(clips[:4], "Jeans") | {clips[0]: "Leggings", clips[1]: "face_only"})
    said(workspace, "carla", {clips[5]: "Cape"})
    with serving(workspace) as served:
        view = served.get("/api/agreement")
        other = served.get("/api/agreement?first=carla&second=ben")
        assert kind(served.ask("GET", "/api/agreement?first=anna&second=dora")) == (404, "unknown_annotator")
    assert {name: view["pair"][name] for name in ("first", "second", "clips", "agreed")} == {
        "first": "anna",
        "second": "ben",
        "clips": 4,
        "agreed": 2,
    }
    assert {"first": "Jeans", "second": "face_only", "count": 1} in view["pair"]["confusion"]
    assert [one["clip"] for one in view["open"]] == [clips[0], clips[1], clips[5]]
    assert view["final"] == {"agreed": 2, "single": 1}
    assert view["annotators"][1] == {"name": "ben", "judged": 4, "discards": {"face_only": 1}}
    assert (other["pair"]["clips"], other["pair"]["kappa"]) == (0, None)


def test_one_person_alone_has_nobody_to_agree_with(served: Served, workspace: Workspace) -> None:
    assert served.get("/api/agreement")["pair"] is None
    said(workspace, "anna", {clip_id(0): "Jeans"})
    view = served.get("/api/agreement")
    assert (view["pair"], view["open"], view["final"]) == (None, [], {"single": 1})


def test_ctrl_c_ends_the_server_and_says_what_was_done(workspace: Workspace) -> None:
    clips = fill(workspace, 4)
    said(workspace, "ben", {clips[0]: "Cape"})
    with process(workspace) as (child, served):
        say(served, {"clip": clips[0], "categories": ["Jeans"]}, {"clip": clips[1], "discard": "face_only"})
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, "")
    assert re.search(r"2\s+annotated\s+1\s+face only", out)
    assert "2 of 4 clips are left to anna" in out
    assert "1 clip on which annotators differ waits" in out
    assert clip_log.words_of(workspace).annotators == ["anna", "ben"]
