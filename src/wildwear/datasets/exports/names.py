"""Texts of strangers as names of files and as cells of a spreadsheet."""

from __future__ import annotations

import hashlib

_PLAIN = " -_.,&()"
_MOST_BYTES = 150
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
_FORMULA_STARTS = tuple("=+-@\t\r")


def safe_name(text: str) -> str:
    """A name for a file or folder that cannot lead out of the folder it is in; different for different texts.

    Whatever is neither letter nor digit nor one of ` -_.,&()` is written as in an address; so is a first or last
    character that a shell or a file system treats specially.

    >>> safe_name("Button-Down"), safe_name("Blouse or Top"), safe_name("../../etc"), safe_name("A/B")
    ('Button-Down', 'Blouse or Top', '%2E.%2F..%2Fetc', 'A%2FB')
    """
    name = "".join(char if char.isalnum() or char in _PLAIN else _escaped(char) for char in text)
    if name and (name[0] in _PLAIN or name.partition(".")[0].casefold() in _RESERVED):
        name = _escaped(name[0]) + name[1:]
    if name and name[-1] in " .":
        name = name[:-1] + _escaped(name[-1])
    encoded = name.encode()
    if len(encoded) <= _MOST_BYTES:
        return name or "%"
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]
    return encoded[:_MOST_BYTES].decode(errors="ignore").rstrip(" .") + "%" + digest


def safe_cell(cell: object) -> object:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front, which makes it text.

    >>> safe_cell("=1+1"), safe_cell("Jeans"), safe_cell(-1.5)
    ("'=1+1", 'Jeans', -1.5)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell


def _escaped(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode(errors="surrogatepass"))
