"""Which addresses may be asked: their form before anything is looked up, their network before anything is sent.

The table of networks is our own: `ipaddress.is_global` holds 224.0.0.1, ::127.0.0.1, 64:ff9b::a9fe:a9fe and
2002:7f00:1:: for global. Source: the IANA IPv4 and IPv6 special-purpose address registries.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, TypeAlias

from wildwear.records import Failure

if TYPE_CHECKING:
    from yarl import URL

Address: TypeAlias = IPv4Address | IPv6Address

MAX_LENGTH = 2048
_PORTS = {80, 443, 8080, 8443}
_FIRST_UNPRIVILEGED_PORT = 1024
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_AUTHORITY_END = re.compile("[/?#]")
_NAME = re.compile(r"[a-z0-9._-]+", re.IGNORECASE)
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)

_NOT_PUBLIC_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and the metadata services of clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # IETF protocol assignments
        "192.0.2.0/24",
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",
    )
)
_PUBLIC_V6 = IPv6Network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # IETF protocol assignments
        "2001:db8::/32",
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_LAST_32_BITS = tuple(
    IPv6Network(network)
    for network in (
        "::/96",  # IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64 for local use
    )
)
_SIX_TO_FOUR = IPv6Network("2002::/16")
_TEREDO = IPv6Network("2001::/32")


class Refused(Exception):
    """An address that is not asked at all; `failure` is what its row records."""

    def __init__(self, reason: str, detail: str) -> None:
        self.failure = Failure(reason=reason, detail=detail)
        super().__init__(f"{reason}: {detail}")


def has_scheme(reference: str) -> bool:
    """Whether an image reference is an address (of any scheme) rather than a path in the images folder."""
    return _SCHEME.match(reference.strip()) is not None


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet; IPv4 inside IPv6 is judged by the inner address.

    >>> is_public(ip_address("93.184.216.34")), is_public(ip_address("64:ff9b::a9fe:a9fe"))
    (True, False)
    """
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    inner = inner_addresses(address)
    if inner:
        return all(is_public(one) for one in inner)
    return address in _PUBLIC_V6 and not any(address in network for network in _NOT_PUBLIC_V6)


def inner_addresses(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses that packets to this address would reach by translation or tunnel, if any."""
    bits = int(address)
    if any(address in network for network in _LAST_32_BITS):
        return (IPv4Address(bits & 0xFFFFFFFF),)
    if address in _SIX_TO_FOUR:
        return (IPv4Address(bits >> 80 & 0xFFFFFFFF),)
    if address in _TEREDO:  # its server, and its client with the bits turned over (RFC 4380)
        return IPv4Address(bits >> 64 & 0xFFFFFFFF), IPv4Address(~bits & 0xFFFFFFFF)
    return ()


def checked_address(text: str, *, allow_private: bool = False) -> URL:
    """The parsed form of an address that may be asked; names in it are judged later, when they are looked up.

    `allow_private` lifts the block of networks and opens ports from 1024 on; the other rules stay.
    Raises `Refused` with the reason `bad_address`, `bad_scheme`, `bad_port` or `blocked_address`.
    """
    from yarl import URL

    text = text.strip(" ")
    _check_characters(text)
    scheme = _SCHEME.match(text)
    if scheme is None or scheme[1].lower() not in ("http", "https"):
        raise Refused("bad_scheme", f"only http and https are fetched, not {text[:40]!r}")
    try:
        url = URL(text)
        port = url.port
    except ValueError as error:
        raise Refused("bad_address", str(error)) from error
    if "@" in _AUTHORITY_END.split(text[scheme.end() :].lstrip("/"), maxsplit=1)[0]:
        raise Refused("bad_address", "user information before the host")
    _check_port(port, allow_private)
    _check_host(url, text, allow_private)
    return url


def _check_characters(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise Refused("bad_address", f"{len(text)} characters, and at most {MAX_LENGTH} are taken")
    if any(ord(char) < 32 or ord(char) == 127 or char == "\\" for char in text):
        raise Refused("bad_address", "a control character or backslash")


def _check_port(port: int | None, allow_private: bool) -> None:
    if port in _PORTS or (allow_private and port is not None and port >= _FIRST_UNPRIVILEGED_PORT):
        return
    raise Refused("bad_port", f"port {port}: only {', '.join(map(str, sorted(_PORTS)))} are asked")


def _check_host(url: URL, text: str, allow_private: bool) -> None:
    host = url.raw_host or ""
    if not host or "%" in host:
        raise Refused("bad_address", "no host, or a host with a zone")
    try:
        literal = ip_address(host)
    except ValueError:
        _check_name(host, url.host or "")
        return
    if ":" not in host and host not in text:
        raise Refused("blocked_address", "digits that are not plain ASCII")
    if not (allow_private or is_public(literal)):
        raise Refused("blocked_address", f"{host} is not on the public internet")


def _check_name(host: str, as_written: str) -> None:
    """Refuses the numbers that a system's resolver takes for addresses: 127.1, 0x7f000001, 2130706433."""
    if not _NAME.fullmatch(host):
        raise Refused("bad_address", f"{host[:40]!r} cannot be a host")
    if any(_NUMBER.fullmatch(name.rstrip(".").rpartition(".")[2]) for name in (host, as_written)):
        raise Refused("blocked_address", f"{host!r} is a number, and not in the form 1.2.3.4")
