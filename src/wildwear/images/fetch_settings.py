"""The settings of `fetch`, light to import: they are the flags of its verb."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wildwear import __version__
from wildwear.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadSettings:
    """How pictures are downloaded."""

    allow_private_addresses: bool = False
    """Take addresses in private networks and on this machine too. For one's own server; not for foreign catalogues."""
    requests_per_second: float = 10.0
    """How often one host is asked, at most."""
    connections_per_host: int = 4
    """How many connections one host gets at a time."""
    connections: int = 64
    """How many connections there are at a time, to all hosts together."""
    timeout: float = 30.0
    """Seconds that one picture may take from the request to its last byte, redirects included."""
    connect_timeout: float = 10.0
    """Seconds that a connection may take to stand."""
    max_bytes: int = 32_000_000
    """Bytes of the largest picture that is taken."""
    attempts: int = 3
    """How often a picture is tried when the failure may pass: a timeout, a reset, 429, 5xx."""
    redirects: int = 5
    """How many redirects are followed; each is checked like the first address."""
    first_wait: float = 0.5
    """Seconds before the second attempt; each further wait is twice as long."""
    max_wait: float = 60.0
    """Seconds of the longest wait, whatever a server asks for."""
    failures_to_give_up: int = 8
    """So many failures in a row, and a host is left alone for --give-up-seconds."""
    give_up_seconds: float = 120.0
    """Seconds for which a host that does not answer is left alone; its pictures fail meanwhile, and can be retried."""
    resolver_patience: float = 60.0
    """Seconds to wait when no name can be looked up, before the run stops."""
    robots: bool = False
    """Keep to the robots.txt of each host."""
    user_agent_contact: str = ""
    """Where the owner of a server can reach you (an address or a page): part of the user agent."""

    def __post_init__(self) -> None:
        for name in ("requests_per_second", "timeout", "connect_timeout", "max_wait", "first_wait"):
            _check(getattr(self, name) > 0, name, getattr(self, name), "above 0")
        for name in ("connections_per_host", "connections", "max_bytes", "attempts", "failures_to_give_up"):
            _check(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        _check(self.user_agent_contact.isprintable(), "user_agent_contact", self.user_agent_contact, "printable")

    @property
    def user_agent(self) -> str:
        """Who asks, honestly: the name, the version and the contact."""
        return f"wildwear/{__version__}" + (f" (+{self.user_agent_contact})" if self.user_agent_contact else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings(DownloadSettings):
    """Which pictures are fetched, and how."""

    images: Path | None = None
    """The folder that relative paths of pictures start from; by default the one that was given to import."""
    all_products: bool = False
    """Fetch for every product, not only for those that hold a label."""
    retry_failed: bool = False
    """Try the pictures again whose failure may have passed, and only those."""
    refresh: bool = False
    """Ask for pictures again that are there, and flag those that changed."""
    max_pixels: int = 64_000_000
    """The largest picture that is decoded, width × height."""
    placeholder_products: int = 20
    """One picture on so many products is a placeholder ("no image available"), and is set aside."""
    workers: int = 2
    """How many processes of a Ray cluster download; each is given its share of the limits of a host."""
    decoders: int = 0
    """How many processes decode (on a cluster: for each worker); 0 is one a processor core."""
    commit_rows: int = 1024
    """Pictures after which the table is committed, or earlier after --commit-seconds."""
    commit_seconds: float = 5.0
    """Seconds after which what has come is committed."""
    runner: str = "native"
    """Where it runs: native, or the address of a Ray cluster (ray, ray://host:port)."""

    def __post_init__(self) -> None:
        DownloadSettings.__post_init__(self)
        for name in ("workers", "commit_rows", "max_pixels"):
            _check(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        _check(self.placeholder_products >= 2, "placeholder_products", self.placeholder_products, "at least 2")
        _check(not (self.retry_failed and self.refresh), "refresh", self.refresh, "used without --retry-failed")


def _check(holds: bool, name: str, value: object, rule: str) -> None:
    if not holds:
        raise UserError(f"--{name.replace('_', '-')} {value}: must be {rule}")
