"""Downloads from servers that misbehave, each in one of the ways that servers do."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver
from tests.images.rude_server import PICTURE, Internet, Names, RudeServer, SilentNames, answer, redirect, serving

from wildwear.images.download import Downloader, ResolverDown, Unfetchable
from wildwear.images.fetch_settings import DownloadSettings

SHOP, OTHER = "93.184.216.34", "151.101.1.69"
QUICK: dict[str, Any] = {
    "timeout": 5.0,
    "connect_timeout": 2.0,
    "first_wait": 0.01,
    "max_wait": 0.1,
    "requests_per_second": 1000.0,
    "resolver_patience": 0.2,
}


def settings(**changes: Any) -> DownloadSettings:
    return DownloadSettings(**(QUICK | changes))


def download_all(addresses: list[str], chosen: DownloadSettings, resolver: AbstractResolver | None = None) -> list[Any]:
    """What became of each address: its bytes or the exception."""

    async def run() -> list[Any]:
        async with Downloader(chosen, resolver) as downloader:
            return await asyncio.gather(*map(downloader.download, addresses), return_exceptions=True)

    return asyncio.run(run())


def download(address: str, resolver: AbstractResolver | None = None, **changes: Any) -> bytes | Unfetchable:
    outcome = download_all([address], settings(allow_private_addresses=True, **changes), resolver)[0]
    assert isinstance(outcome, bytes | Unfetchable), repr(outcome)
    return outcome


def reason(outcome: object) -> str:
    assert isinstance(outcome, Unfetchable), outcome
    return outcome.failure.reason


@pytest.fixture
def server() -> Iterator[RudeServer]:
    with serving() as one:
        yield one


@pytest.fixture
def internet(server: RudeServer, monkeypatch: pytest.MonkeyPatch) -> Internet:
    """`SHOP` is the test's server; nothing else can be connected."""
    routed = Internet({SHOP: server.port})
    monkeypatch.setattr(socket, "socket", routed.socket)
    return routed


def test_a_picture_comes_as_it_is(server: RudeServer) -> None:
    server.routes["/a.jpg"] = answer()
    assert download(server.url("/a.jpg")) == PICTURE


def test_the_user_agent_is_honest_and_names_a_contact(server: RudeServer) -> None:
    server.routes["/a.jpg"] = answer()
    download(server.url("/a.jpg"), user_agent_contact="https://shop.example/bots")
    headers = server.requests[0][1]
    assert headers["user-agent"].startswith("wildwear/")
    assert headers["user-agent"].endswith("(+https://shop.example/bots)")
    assert headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("inside", ["169.254.169.254", "127.0.0.1", "10.1.2.3", "fd00:ec2::254", "::ffff:127.0.0.1"])
def test_h01_a_name_that_leads_inside_is_blocked_and_no_packet_is_sent(internet: Internet, inside: str) -> None:
    names = Names({"shop.example": [inside]})
    outcome = download_all(["http://shop.example/a.jpg"], settings(), names)[0]
    assert reason(outcome) == "blocked_address"
    assert not outcome.failure.transient
    assert internet.attempts == []


def test_h05_a_redirect_to_a_private_address_is_blocked_at_that_hop(server: RudeServer, internet: Internet) -> None:
    server.routes["/literal.jpg"] = redirect("http://169.254.169.254/latest/")
    server.routes["/name.jpg"] = redirect("http://inside.example/")
    server.routes["/scheme.jpg"] = redirect("file:///etc/passwd")
    names = Names({"shop.example": [SHOP], "inside.example": ["192.168.0.1"]})
    addresses = [f"http://shop.example/{name}.jpg" for name in ("literal", "name", "scheme")]
    outcomes = download_all(addresses, settings(), names)
    assert [reason(one) for one in outcomes] == ["blocked_address", "blocked_address", "bad_scheme"]
    assert set(internet.attempts) == {SHOP}


def test_h06_a_name_that_resolves_anew_cannot_lead_inside(server: RudeServer, internet: Internet) -> None:
    server.routes["/a.jpg"] = answer()
    names = Names({"shop.example": ([SHOP], ["127.0.0.1"], ["169.254.169.254"])})
    outcomes = [download_all(["http://shop.example/a.jpg"], settings(), names)[0] for _ in range(3)]
    assert outcomes[0] == PICTURE
    assert [reason(one) for one in outcomes[1:]] == ["blocked_address"] * 2
    assert names.asked == ["shop.example"] * 3
    assert internet.attempts == [SHOP]


def test_h07_of_public_and_private_records_the_private_are_never_tried(server: RudeServer, internet: Internet) -> None:
    server.routes["/a.jpg"] = answer()
    names = Names({"shop.example": ["127.0.0.1", "10.0.0.1", OTHER, "::1", SHOP]})
    assert download_all(["http://shop.example/a.jpg"], settings(), names) == [PICTURE]
    assert set(internet.attempts) <= {SHOP, OTHER}


def test_h10_a_redirect_loop_ends(server: RudeServer) -> None:
    server.routes |= {"/a": redirect("/b"), "/b": redirect("/a")}
    assert reason(download(server.url("/a"), redirects=4)) == "too_many_redirects"
    assert len(server.requests) == 5


def test_a_relative_redirect_is_followed(server: RudeServer) -> None:
    server.routes |= {"/old/a.jpg": redirect("../new/a.jpg"), "/new/a.jpg": answer()}
    assert download(server.url("/old/a.jpg")) == PICTURE


@pytest.mark.parametrize(
    "start", [b"HTTP/1.1 200 ", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n"]
)
def test_h11_a_byte_at_a_time_meets_the_total_deadline(server: RudeServer, start: bytes) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(b"a")
            await writer.drain()
            await asyncio.sleep(0.05)

    server.routes["/slow.jpg"] = drip
    began = time.monotonic()
    outcome = download(server.url("/slow.jpg"), attempts=1, timeout=0.5)
    assert reason(outcome) == "timeout"
    assert isinstance(outcome, Unfetchable) and outcome.failure.transient
    assert time.monotonic() - began < 5


def test_h11_redirects_share_one_deadline(server: RudeServer) -> None:
    server.delay = 0.25
    server.routes |= {f"/{n}": redirect(f"/{n + 1}") for n in range(9)}
    assert reason(download(server.url("/0"), attempts=1, redirects=9, timeout=0.6)) == "timeout"
    assert len(server.requests) <= 4


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"])
def test_h12_an_endless_body_meets_the_cap(server: RudeServer, head: bytes) -> None:
    sent = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(head)
        while True:
            writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            await writer.drain()
            sent += 65536

    server.routes["/endless.jpg"] = flood
    outcome = download(server.url("/endless.jpg"), max_bytes=500_000, timeout=5.0)
    assert reason(outcome) == "too_many_bytes"
    assert sent < 50_000_000


def test_h12_a_length_over_the_cap_is_refused_before_the_body(server: RudeServer) -> None:
    server.routes["/big.jpg"] = answer(b"", content_length="999999999999")
    assert reason(download(server.url("/big.jpg"))) == "too_many_bytes"


@pytest.mark.parametrize(
    "short",
    [
        answer(PICTURE, content_length=str(len(PICTURE) + 10), connection="close"),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffff\r\nshort",
    ],
)
def test_h13_fewer_bytes_than_promised_is_truncated_and_transient(server: RudeServer, short: bytes) -> None:
    async def cut(writer: asyncio.StreamWriter) -> None:
        writer.write(short)
        await writer.drain()

    server.routes["/short.jpg"] = cut
    outcome = download(server.url("/short.jpg"), attempts=2)
    assert reason(outcome) == "truncated"
    assert isinstance(outcome, Unfetchable) and outcome.failure.transient
    assert len(server.requests) == 2


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", "br", "zstd", "GZIP"])
def test_h14_compressed_bodies_are_refused_and_not_unpacked(server: RudeServer, encoding: str) -> None:
    server.routes["/bomb.jpg"] = answer(gzip.compress(bytes(1_000_000)), content_encoding=encoding)
    outcome = download(server.url("/bomb.jpg"))
    assert reason(outcome) == "content_encoding"
    assert len(server.requests) == 1


def test_h15_a_picture_with_a_wrong_content_type_is_taken(server: RudeServer) -> None:
    server.routes["/a.txt"] = answer(content_type="text/plain")
    assert download(server.url("/a.txt")) == PICTURE


@pytest.mark.parametrize("when", ["Fri, 01 Jan 2099 00:00:00 GMT", "999999999", "soon", "-5", "1e99", "²"])
def test_h16_retry_after_is_obeyed_up_to_a_cap(server: RudeServer, when: str) -> None:
    server.routes["/a.jpg"] = [answer(b"", "429 Too Many Requests", retry_after=when), answer()]
    began = time.monotonic()
    assert download(server.url("/a.jpg"), max_wait=0.2) == PICTURE
    assert time.monotonic() - began < 5


def test_h16_retry_after_holds_for_the_whole_host(server: RudeServer) -> None:
    server.routes |= {"/a.jpg": [answer(b"", "429 Slow", retry_after="1"), answer()], "/b.jpg": answer()}
    chosen = settings(allow_private_addresses=True, max_wait=0.4, connections_per_host=1)
    assert download_all([server.url("/a.jpg"), server.url("/b.jpg")], chosen) == [PICTURE, PICTURE]
    first, second = server.requests[0][2], server.requests[1][2]
    assert second - first >= 0.39


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "403 Forbidden", "400 Bad"])
def test_h17_what_is_gone_is_permanent_and_asked_once(server: RudeServer, status: str) -> None:
    server.routes["/a.jpg"] = answer(b"", status)
    outcome = download(server.url("/a.jpg"))
    assert reason(outcome) == f"http_{status[:3]}"
    assert isinstance(outcome, Unfetchable) and not outcome.failure.transient
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", ["503 Busy", "500 Oops", "502 Gateway", "408 Timeout", "429 Slow"])
def test_h17_what_may_pass_is_tried_again(server: RudeServer, status: str) -> None:
    server.routes |= {"/a.jpg": [answer(b"", status), answer()], "/b.jpg": answer(b"", status)}
    assert download(server.url("/a.jpg")) == PICTURE
    outcome = download(server.url("/b.jpg"), attempts=3)
    assert isinstance(outcome, Unfetchable) and outcome.failure.transient
    assert server.paths().count("/b.jpg") == 3


def test_h18_a_dead_host_is_given_up_and_does_not_slow_the_others(server: RudeServer, internet: Internet) -> None:
    server.routes["/a.jpg"] = answer()
    names = Names({"dead.example": [OTHER], "shop.example": [SHOP]})
    dead = [f"http://dead.example/{n}.jpg" for n in range(200)]
    outcomes = download_all([*dead, *["http://shop.example/a.jpg"] * 20], settings(failures_to_give_up=5), names)
    assert outcomes[200:] == [PICTURE] * 20
    assert {reason(one) for one in outcomes[:200]} == {"unreachable"}
    assert all(one.failure.transient for one in outcomes[:200])
    assert internet.attempts.count(OTHER) < 15


def test_h18_a_host_that_was_given_up_is_asked_again_later(server: RudeServer) -> None:
    server.routes["/a.jpg"] = [*[answer(b"", "503 Busy")] * 2, answer()]
    chosen = settings(allow_private_addresses=True, attempts=1, failures_to_give_up=2, give_up_seconds=1.0)

    async def run() -> list[Any]:
        async with Downloader(chosen) as downloader:
            outcomes = []
            for wait in (0, 0, 0, 1.1):
                await asyncio.sleep(wait)
                outcomes += await asyncio.gather(downloader.download(server.url("/a.jpg")), return_exceptions=True)
            return outcomes

    *before, after = asyncio.run(run())
    assert [reason(one) for one in before] == ["http_503"] * 3
    assert after == PICTURE
    assert len(server.requests) == 3


def test_h19_without_a_resolver_nothing_is_known_about_a_picture() -> None:
    addresses = [f"http://shop{n}.example/a.jpg" for n in range(5)]
    began = time.monotonic()
    outcomes = download_all(addresses, settings(), SilentNames())
    assert all(isinstance(one, ResolverDown) for one in outcomes)
    assert 0.2 <= time.monotonic() - began < 10


def test_h19_a_resolver_that_comes_back_is_waited_for(server: RudeServer, internet: Internet) -> None:
    server.routes["/a.jpg"] = answer()
    silent = socket.gaierror(socket.EAI_AGAIN, "try again")
    names = Names({"shop.example": (silent, silent, silent, [SHOP])})
    assert download_all(["http://shop.example/a.jpg"], settings(resolver_patience=5.0), names) == [PICTURE]


def test_h19_one_name_without_an_answer_is_not_a_resolver_that_is_down(server: RudeServer, internet: Internet) -> None:
    server.routes["/a.jpg"] = answer()
    names = Names({"shop.example": [SHOP], "lame.example": socket.gaierror(socket.EAI_AGAIN, "SERVFAIL")})
    good, lame = download_all(["http://shop.example/a.jpg", "http://lame.example/a.jpg"], settings(), names)
    assert good == PICTURE
    assert reason(lame) == "lookup_failed"
    assert lame.failure.transient


def test_a_name_that_does_not_exist_is_looked_up_once_and_may_be_retried(internet: Internet) -> None:
    names = Names({})
    outcome = download_all(["http://gone.example/a.jpg"], settings(), names)[0]
    assert reason(outcome) == "unknown_host"
    assert outcome.failure.transient
    assert names.asked == ["gone.example"]


def test_h21_a_self_signed_certificate_is_refused(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command + files, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving({"/a.jpg": answer()}, tls=context) as server:
        outcome = download(server.url("/a.jpg").replace("http:", "https:"))
    assert reason(outcome) == "tls_certificate"
    assert isinstance(outcome, Unfetchable) and not outcome.failure.transient
    assert server.requests == []


@pytest.mark.parametrize(
    "nonsense",
    [b"", b"\x00" * 300, b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 99999],
)
def test_answers_that_are_no_http_are_transient_failures(server: RudeServer, nonsense: bytes) -> None:
    async def babble(writer: asyncio.StreamWriter) -> None:
        writer.write(nonsense)
        await writer.drain()

    server.routes["/a.jpg"] = babble
    outcome = download(server.url("/a.jpg"), attempts=1)
    assert reason(outcome) in ("bad_response", "connection_lost", "timeout", "truncated")
    assert isinstance(outcome, Unfetchable) and outcome.failure.transient


def test_politeness_holds_connections_a_host(server: RudeServer) -> None:
    server.delay = 0.02
    server.routes["/a.jpg"] = answer()
    chosen = settings(allow_private_addresses=True, connections_per_host=3, timeout=5.0)
    assert download_all([server.url("/a.jpg")] * 30, chosen) == [PICTURE] * 30
    assert server.most_open <= 3


def test_politeness_holds_requests_a_second(server: RudeServer) -> None:
    server.routes["/a.jpg"] = answer()
    chosen = settings(allow_private_addresses=True, requests_per_second=50.0, timeout=5.0)
    began = time.monotonic()
    download_all([server.url("/a.jpg")] * 26, chosen)
    assert time.monotonic() - began >= 24 / 50


def test_h70_deadlines_hold_when_the_clock_jumps(server: RudeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    jumping = iter(range(0, 10**9, 3600))
    monkeypatch.setattr(time, "time", lambda: float(next(jumping)))
    server.delay = 0.1
    server.routes["/a.jpg"] = answer()
    assert download(server.url("/a.jpg")) == PICTURE


def test_robots_are_kept_to_on_request(server: RudeServer) -> None:
    rules = b"User-agent: *\nDisallow: /private/\n"
    server.routes |= {"/robots.txt": answer(rules), "/private/a.jpg": answer(), "/a.jpg": answer()}
    chosen = settings(allow_private_addresses=True, robots=True)
    excluded, allowed, _ = download_all([server.url(path) for path in ("/private/a.jpg", "/a.jpg", "/a.jpg")], chosen)
    assert reason(excluded) == "robots_excluded"
    assert allowed == PICTURE
    assert server.paths().count("/robots.txt") == 1
    assert "/private/a.jpg" not in server.paths()


def test_robots_that_are_missing_allow_and_robots_that_fail_do_not(server: RudeServer) -> None:
    server.routes["/a.jpg"] = answer()
    assert download(server.url("/a.jpg"), robots=True) == PICTURE
    server.routes["/robots.txt"] = answer(b"", "503 Busy")
    outcome = download(server.url("/a.jpg"), robots=True, attempts=1)
    assert isinstance(outcome, Unfetchable) and outcome.failure.transient


def test_a_keep_alive_connection_serves_many_pictures(server: RudeServer) -> None:
    server.routes["/a.jpg"] = answer()
    chosen = settings(allow_private_addresses=True, connections_per_host=1)
    assert download_all([server.url("/a.jpg")] * 5, chosen) == [PICTURE] * 5
