"""Strangers: other pages in the same browser, other programs on the same machine, and titles that are no titles."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import closing, suppress

import psutil
import pytest
from tests.review.serving import Answer, Served, fill, serving, write

from wildwear.pages import security
from wildwear.pages.server import CONNECTIONS, MAX_HEADERS
from wildwear.tables import DECISIONS, PRODUCTS
from wildwear.workspace import Workspace


@pytest.fixture
def served(workspace: Workspace) -> Iterator[Served]:
    fill(workspace, ["Jeans"] * 3)
    with serving(workspace) as server:
        yield server


def raw(port: int, sent: bytes, wait: float = 10.0) -> bytes:
    """What comes back for those bytes, until the server closes or `wait` is over."""
    received = b""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=wait)) as connection, suppress(OSError):
        connection.sendall(sent)
        while part := connection.recv(65_536):
            received += part
    return received


def kind(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["error"]["type"]


def test_h52_nothing_is_answered_without_the_token(served: Served) -> None:
    for path in ("/", "/api/collection", "/static/main.js", "/picture/0.jpg", "/api/item/0", "/nothing"):
        for given in (None, "Bearer wrong", "Basic YTpi", "Bearer ", "Bearer é", f"Bearer {served.token}x"):
            headers = {"Authorization": None if given is None else given.encode().decode("latin-1")}
            assert kind(served.ask("GET", path, headers=headers)) == (401, "no_token"), (path, given)
    decision = b'{"decisions": [{"item": 0, "verdict": "reject"}]}'
    assert kind(served.ask("POST", "/api/decisions", decision, {"Authorization": None})) == (401, "no_token")


def test_h52_the_printed_address_becomes_a_cookie_that_scripts_and_other_sites_cannot_use(served: Served) -> None:
    answer = served.ask("GET", f"/?token={served.token}", headers={"Authorization": None})
    assert (answer.status, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    shown = {"Authorization": None, "Cookie": cookie.split(";")[0]}
    assert served.ask("GET", "/api/progress", headers=shown).status == 200
    assert served.ask("GET", "/api/progress", headers=shown | {"Cookie": "a=b; ;;=;" + shown["Cookie"]}).status in (
        200,
        401,
    )
    assert kind(served.ask("GET", "/?token=wrong", headers={"Authorization": None})) == (403, "wrong_token")
    assert kind(served.ask("GET", f"/api/progress?token={served.token}", headers={"Authorization": None}))[0] == 401


def test_h52_a_foreign_host_is_refused_even_with_the_token(served: Served) -> None:
    hosts = (
        "evil.example",
        f"evil.example:{served.port}",
        "127.0.0.1",
        "localhost:1",
        f"127.0.0.1.evil.example:{served.port}",
    )
    for host in hosts:
        assert kind(served.ask("GET", "/api/progress", headers={"Host": host})) == (403, "foreign_host"), host
    for host in (f"127.0.0.1:{served.port}", f"localhost:{served.port}"):
        assert served.ask("GET", "/api/progress", headers={"Host": host}).status == 200
    none = raw(served.port, b"GET / HTTP/1.0\r\nAuthorization: Bearer " + served.token.encode() + b"\r\n\r\n")
    assert none.split()[1] == b"403"


def test_h52_a_foreign_origin_is_refused_even_with_the_token(served: Served, workspace: Workspace) -> None:
    decision = b'{"decisions": [{"item": 0, "verdict": "reject"}]}'
    for origin in (
        "https://evil.example",
        "null",
        f"https://127.0.0.1:{served.port}",
        f"http://localhost:{served.port}",
    ):
        answer = served.ask("POST", "/api/decisions", decision, {"Origin": origin})
        assert kind(answer) == (403, "foreign_origin"), origin
        assert "access-control-allow-origin" not in answer.headers
    assert workspace.table(DECISIONS).count() == 0
    own = {"Origin": f"http://127.0.0.1:{served.port}"}
    assert served.ask("POST", "/api/decisions", decision, own).status == 200


def test_h52_a_form_of_another_site_is_no_decision(served: Served) -> None:
    for content in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        body = b'{"decisions": [{"item": 0, "verdict": "reject"}]}'
        answer = served.ask("POST", "/api/decisions", body, {"Content-Type": content})
        assert answer.status in (415, 422), content


def test_the_server_listens_on_this_machine_alone(served: Served) -> None:
    listening = [one.laddr for one in psutil.Process().net_connections("inet") if one.status == psutil.CONN_LISTEN]
    assert {one.ip for one in listening if one.port == served.port} == {"127.0.0.1"}


def test_every_answer_tells_browsers_to_be_careful(served: Served) -> None:
    sheet = served.get("/api/sheet")["sheet"]
    for path, headers in (
        ("/", {}),
        ("/api/progress", {}),
        ("/api/nothing", {}),
        (f"/sprite/{sheet}/0.jpg", {}),
        ("/picture/1.jpg", {}),
        ("/", {"Host": "evil.example"}),
        ("/", {"Authorization": "Bearer wrong"}),
    ):
        answer = served.ask("GET", path, headers=headers)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "script-src 'self'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "server" not in answer.headers
        if path.startswith("/api") or answer.status != 200:
            assert answer.headers["cache-control"] == "no-store", path


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><svg/onload=alert(1)>",
    "' OR 1=1 --",
    "\u2028\u202e\x07\\u003cscript>",
]


def test_h44_titles_leave_as_json_and_nothing_else(workspace: Workspace) -> None:
    fill(workspace, ["Jeans"] * len(HOSTILE))
    rows = workspace.table(PRODUCTS).read().to_pylist()
    for row, title in zip(rows, HOSTILE, strict=True):
        row |= {"title": title, "description": title}
    write(workspace, PRODUCTS, rows)
    with serving(workspace) as served:
        for number, title in enumerate(HOSTILE):
            answer = served.ask("GET", f"/api/item/{number}")
            assert answer.headers["content-type"] == "application/json"
            assert answer.json["title"] == answer.json["description"] == title
        page = served.ask("GET", "/").body
        assert not any(title.encode() in page for title in HOSTILE)


def test_h44_refusals_are_json_whatever_they_quote(served: Served) -> None:
    answer = served.ask("GET", "/api/sheet?category=%3Cscript%3Ealert(1)%3C/script%3E")
    assert (answer.status, answer.headers["content-type"]) == (404, "application/json")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/%252e%252e%252fapp.py",
        "/static/..\\app.py",
        "/static/..%5capp.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/index.html%00.js",
        "/static",
        "/static/",
        "/picture/../../wildwear.toml",
        "/picture/0.jpg%2f..",
        "/picture/-1.jpg",
        "/picture/3.jpg",
        "/picture/0x0.jpg",
        "/picture/1e0.jpg",
        "/picture/99999999999999999999999.jpg",
        "/picture/C:%5c0.jpg",
        "/sprite/..%2f..%2fx/0.jpg",
        "/sprite/0000/0.jpg",
        "//evil.example/",
        "/wildwear.toml",
    ],
)
def test_h49_names_that_are_no_number_find_nothing(served: Served, path: str) -> None:
    answer = served.ask("GET", path)
    assert answer.status in (404, 422), answer
    assert b"wildwear." not in answer.body and b"root:" not in answer.body


def test_h49_a_sprite_beyond_its_sheet_is_not_there(served: Served) -> None:
    sheet = served.get("/api/sheet")["sheet"]
    assert served.ask("GET", f"/sprite/{sheet}/0.jpg").status == 200
    assert served.ask("GET", f"/sprite/{sheet}/1.jpg").status == 404


def test_h50_a_body_over_the_limit_is_refused_by_its_length(served: Served) -> None:
    head = f"POST /api/decisions HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nAuthorization: Bearer {served.token}\r\n"
    answer = raw(served.port, head.encode() + b"Content-Length: 300000000\r\n\r\n{")
    assert answer.split()[1] == b"413"


def test_h50_an_endless_body_is_refused_while_it_streams(served: Served) -> None:
    memory = psutil.Process().memory_info().rss
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    connection.putrequest("POST", "/api/decisions")
    connection.putheader("Authorization", f"Bearer {served.token}")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    sent = 0
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with closing(connection):
        with suppress(OSError):
            while sent < 300 << 20:
                connection.send(chunk)
                sent += 0x10000
        with suppress(OSError, http.client.HTTPException):  # where it has closed, its answer may be lost
            assert connection.getresponse().status == 413
    assert sent < 64 << 20, "the server went on reading"
    assert psutil.Process().memory_info().rss - memory < 64 << 20
    assert served.get("/api/progress")["total"] == 3


def test_h50_the_limit_itself_is_taken(served: Served) -> None:
    body = b'{"decisions": []}'
    assert served.ask("POST", "/api/decisions", body + b" " * (security.MAX_BODY - len(body))).status == 200
    assert kind(served.ask("POST", "/api/decisions", body + b" " * security.MAX_BODY)) == (413, "too_large")


def test_h50_a_body_that_never_comes_is_given_up(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "BODY_SECONDS", 0.3)
    head = f"POST /api/decisions HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nAuthorization: Bearer {served.token}\r\n"
    start = time.monotonic()
    answer = raw(served.port, head.encode() + b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
    assert answer.split()[1] == b"408"
    assert time.monotonic() - start < 8


@pytest.mark.parametrize("length", ["-1", "1e3", "+5", "five", "1, 2"])
def test_h50_a_length_that_is_none_is_refused(served: Served, length: str) -> None:
    head = f"POST /api/decisions HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nAuthorization: Bearer {served.token}\r\n"
    answer = raw(served.port, head.encode() + f"Content-Length: {length}\r\n\r\n".encode())
    assert answer.split()[1] in (b"400", b"413")


def test_h51_ten_thousand_form_parts_are_not_read(served: Served) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    answer = served.ask(
        "POST", "/api/decisions", part * 10_000 + b"--x--", {"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert answer.status in (413, 415, 422)


@pytest.mark.parametrize("ranges", ["bytes=0-", "bytes=" + ",".join(f"{n}-{n}" for n in range(1000)), "bytes=9-1", "x"])
def test_h51_hostile_ranges_get_the_picture_once(served: Served, ranges: str) -> None:
    whole = served.ask("GET", "/picture/0.jpg").body
    answer = served.ask("GET", "/picture/0.jpg", headers={"Range": ranges})
    assert (answer.status, answer.body) == (200, whole)


def test_h51_endless_headers_are_refused(served: Served) -> None:
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n".encode()
    answer = raw(served.port, head + b"X-A: " + b"a" * 4 * MAX_HEADERS)
    assert answer == b"" or answer.split()[1] in (b"400", b"431")
    assert served.get("/api/progress")["total"] == 3


def test_h54_more_connections_than_are_taken_get_503_and_the_server_goes_on(served: Served) -> None:
    held = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(CONNECTIONS + 5)]
    time.sleep(0.5)
    assert served.ask("GET", "/api/progress").status == 503
    for one in held:
        one.close()
    time.sleep(0.5)
    assert served.get("/api/progress")["total"] == 3


def test_h56_what_goes_wrong_inside_is_not_told_outside(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("the secret of the shop")

    monkeypatch.setattr("wildwear.review.app.describe", fails)
    answer = served.ask("GET", "/api/item/0")
    assert kind(answer) == (500, "failed")
    assert b"secret" not in answer.body
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "the secret of the shop" in caplog.text, "and the terminal says it"
    assert served.token not in caplog.text
