"""Checks that the settings of every page share; light to import."""

from __future__ import annotations

import getpass

from wildwear.errors import UserError

MAX_WHO = 64


def checked_port(port: int) -> int:
    """The port itself; raises `UserError` for what is none."""
    if not 0 <= port <= 65535:
        raise UserError(f"--port {port}: a port is 0 (any that is free) to 65535")
    return port


def checked_who(name: str, flag: str) -> str:
    """The name that decisions are signed with; raises `UserError` for one that a log cannot hold well."""
    if len(name) > MAX_WHO or not name.isprintable():
        raise UserError(f"{flag} takes up to {MAX_WHO} printable characters")
    return name


def account() -> str:
    """Who decides, where nobody says."""
    try:
        return getpass.getuser()[:MAX_WHO]
    except (OSError, KeyError):
        return "someone"
