"""What is refused before anything is sent."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wildwear.images.addresses import Refused, checked_address, has_scheme, inner_addresses, is_public

SPECIAL = """
    0.0.0.0 [::] 100.64.0.1 100.127.255.255 224.0.0.1 239.255.255.250 255.255.255.255 [ff02::1] 10.0.0.1 172.16.0.1
    172.31.255.255 192.168.1.1 127.0.0.1 [::1] 198.18.0.1 192.0.0.8 203.0.113.9 [fc00::1] [2001:db8::1] [3fff::1]
    [5f00::1] [100::1] [2001:2::1] [4000::1]
"""
INNER = st.integers(0, 2**32 - 1).map(IPv4Address)
FORMS = {
    "mapped": lambda inner: f"::ffff:{inner}",
    "compatible": lambda inner: f"::{inner}",
    "translated": lambda inner: f"::ffff:0:{inner}",
    "NAT64": lambda inner: f"64:ff9b::{inner}",
    "local NAT64": lambda inner: f"64:ff9b:1::{inner}",
    "6to4": lambda inner: IPv6Address(0x2002 << 112 | int(inner) << 80 | 1),
    "Teredo": lambda inner: IPv6Address(0x20010000 << 96 | 0x08080808 << 64 | ~int(inner) & 0xFFFFFFFF),
}


def reason(address: str, *, allow_private: bool = False) -> str:
    """Why an address is refused, or "" where it is taken."""
    try:
        checked_address(address, allow_private=allow_private)
    except Refused as refused:
        return refused.failure.reason
    return ""


@pytest.mark.parametrize("host", ["169.254.169.254", "[fd00:ec2::254]", "169.254.170.2", "[fe80::1]"])
def test_h01_metadata_services_are_blocked(host: str) -> None:
    assert reason(f"http://{host}/latest/meta-data/") == "blocked_address"


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "0x7f000001",
        "0X7F.1",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
        "127.0.0.1.",
        "１２７.0.0.1",
        "127。0。0。1",
        "①②⑦.0.0.1",
        "٢١٣٠٧٠٦٤٣٣",
        "1.1",
        "256.256.256.256",
    ],
)
def test_h02_numbers_that_a_resolver_takes_for_addresses_are_blocked(host: str) -> None:
    assert reason(f"http://{host}/x.jpg") in ("blocked_address", "bad_address")


@pytest.mark.parametrize("host", SPECIAL.split())
def test_h03_special_networks_are_blocked(host: str) -> None:
    assert reason(f"http://{host}/x.jpg") == "blocked_address"


@pytest.mark.parametrize(
    "host",
    ["93.184.216.34", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "[2606:2800:220:1::1]"],
)
def test_public_addresses_are_taken(host: str) -> None:
    assert reason(f"http://{host}/x.jpg") == ""


@pytest.mark.parametrize("form", FORMS)
@given(inner=INNER)
def test_h04_ipv4_inside_ipv6_is_judged_by_the_inner_address(form: str, inner: IPv4Address) -> None:
    outer = IPv6Address(FORMS[form](inner))
    assert inner in inner_addresses(outer)
    assert is_public(outer) == is_public(inner)


@pytest.mark.parametrize(
    "host",
    [
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
    ],
)
def test_h04_loopback_and_metadata_in_ipv6_clothes_are_blocked(host: str) -> None:
    assert not is_public(ip_address(host))
    assert reason(f"http://[{host}]/") == "blocked_address"


@pytest.mark.parametrize("address", ["file:///etc/passwd", "data:image/png;base64,AA==", "ftp://x.org/a.jpg"])
@pytest.mark.parametrize("allow_private", [False, True])
def test_h08_only_http_and_https_are_addresses(address: str, allow_private: bool) -> None:
    assert has_scheme(address)
    assert reason(address, allow_private=allow_private) == "bad_scheme"


@pytest.mark.parametrize("path", ["/etc/passwd", "m/h/mh01.jpg", "//cdn.example.com/a.jpg", "../secret.jpg"])
def test_h08_a_bare_path_is_no_address(path: str) -> None:
    assert not has_scheme(path)
    assert reason(path) == "bad_scheme"


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://user:secret@example.com/a.jpg", "bad_address"),
        ("http://user@example.com/a.jpg", "bad_address"),
        ("http://@example.com/a.jpg", "bad_address"),
        ("http://example.com\\@127.0.0.1/", "bad_address"),
        ("http://example.com/a.jpg\r\nHost: inside", "bad_address"),
        ("http://example.com/\x00", "bad_address"),
        ("http://ex ample.com/", "bad_address"),
        ("http://example.com/" + "a" * 8000, "bad_address"),
        ("http://[fe80::1%25eth0]/", "bad_address"),
        ("http:///a.jpg", "bad_address"),
        ("http://example.com:99999/", "bad_address"),
        ("http://example.com:22/", "bad_port"),
        ("http://example.com:6379/", "bad_port"),
        ("http://example.com:0/", "bad_port"),
    ],
)
def test_h09_user_information_controls_odd_ports_and_endless_addresses_are_refused(address: str, why: str) -> None:
    assert reason(address) == why


def test_h09_private_addresses_may_be_allowed_and_low_ports_may_not() -> None:
    assert reason("http://127.0.0.1:34567/a.jpg", allow_private=True) == ""
    assert reason("http://127.0.0.1:22/a.jpg", allow_private=True) == "bad_port"
    assert reason("http://127.1/a.jpg", allow_private=True) == "blocked_address"
    assert reason("http://me@127.0.0.1/a.jpg", allow_private=True) == "bad_address"


@pytest.mark.parametrize(
    "address",
    [
        "https://cdn.example.com/a b.jpg?w=3,h=2&sig=a%2Fb",
        "HTTP://例え.jp/写真.jpg",
        "https://example.com:8443/a@2x.jpg",
        "  http://a_b.example.com/user@home.jpg  ",
    ],
)
def test_addresses_that_catalogues_hold_are_taken(address: str) -> None:
    assert reason(address) == ""


@given(st.text(max_size=60))
def test_h09_every_text_is_taken_or_refused_with_a_reason(text: str) -> None:
    for address in (text, f"http://{text}", f"http://{text}/x", f"http://x/{text}"):
        assert reason(address) in ("", "bad_address", "bad_scheme", "bad_port", "blocked_address")
