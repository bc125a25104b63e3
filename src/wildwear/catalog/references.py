"""How a catalogue names its pictures: addresses, or paths below a folder or an address."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from wildwear.errors import UserError

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://|(data|file|blob|javascript|mailto|[A-Za-z]):")
_HOST_FIRST = re.compile(r"//[\w-]+(?:\.[\w-]+)+/")
_NEXT_ADDRESS = re.compile(r"[|\n]|[\s,;]+(?=[A-Za-z][A-Za-z0-9+.-]*://|//)")
_NEXT_PATH = re.compile(r"[,;|\n]")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_URL_SAFE = "%/:?#[]@!$&'()*+,;=~"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_NONE = frozenset({"", "no_selection", "none", "null", "n/a", "-"})


class BadReference(ValueError):
    """A picture's name that is neither an http(s) address nor a path below the pictures' folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageBase:
    """What the catalogue's relative paths are relative to."""

    folder: Path | None = None
    prefix: str | None = None

    @staticmethod
    def parse(images: str | None) -> ImageBase:
        """Reads `--images`; raises `UserError` unless it is a folder that exists or the start of an http(s) address."""
        if images is None:
            return ImageBase()
        if "://" in images:
            if urlsplit(images).scheme not in ("http", "https") or not urlsplit(images).hostname:
                raise UserError(f"--images {images}: give a folder or the start of an http(s) address")
            return ImageBase(prefix=images.rstrip("/"))
        folder = Path(images).expanduser()
        if not folder.is_dir():
            raise UserError(f"--images {images}: there is no such folder")
        return ImageBase(folder=folder.resolve())

    def resolve(self, reference: str) -> str:
        """An absolute http(s) address, or a relative POSIX path; raises `BadReference`.

        >>> ImageBase().resolve("/m/h/mh01.jpg"), ImageBase(prefix="https://x.org/media").resolve("a b.jpg")
        ('m/h/mh01.jpg', 'https://x.org/media/a%20b.jpg')
        """
        if _CONTROL.search(reference):
            raise BadReference("it holds control characters")
        if _HOST_FIRST.match(reference):
            reference = f"https:{reference}"
        scheme = _SCHEME.match(reference)
        if scheme is None:
            return self._path(reference)
        if (scheme[1] or "").lower() not in ("http", "https"):
            raise BadReference("only http and https addresses are read")
        return _address(reference)

    def _path(self, reference: str) -> str:
        path, mark, query = reference.replace("\\", "/").partition("?") if self.prefix else (reference, "", "")
        if self.folder and path.startswith(f"{self.folder}/"):
            path = path[len(str(self.folder)) :]
        parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
        if ".." in parts:
            raise BadReference("it leads out of the pictures' folder")
        if not parts:
            raise BadReference("it names no file")
        if self.prefix is None:
            return "/".join(parts)
        return f"{self.prefix}/{'/'.join(_quoted(part, '%~') for part in parts)}{mark}{_quoted(query, _URL_SAFE)}"


def _address(reference: str) -> str:
    try:
        host = urlsplit(reference).hostname
    except ValueError as error:
        raise BadReference(str(error)) from error
    if not host:
        raise BadReference("the address has no host")
    return _quoted(reference, _URL_SAFE)


def _quoted(text: str, safe: str) -> str:
    return quote(_BARE_PERCENT.sub("%25", text), safe=safe)


def split_references(cell: str) -> list[str]:
    """The references of one cell: a JSON list, or separated by comma, semicolon, bar or line break. Commas within an
    address stay: there only one before the next address separates.

    >>> split_references("http://x/w_3,h_2/a.jpg, http://x/b.jpg"), split_references("a.jpg,b.jpg")
    (['http://x/w_3,h_2/a.jpg', 'http://x/b.jpg'], ['a.jpg', 'b.jpg'])
    """
    cell = cell.strip()
    if cell.startswith("["):
        try:
            listed = json.loads(cell)
        except (ValueError, RecursionError):
            listed = None
        if isinstance(listed, list):
            return [text for one in listed if isinstance(one, str) and (text := one.strip()).lower() not in _NONE]
    parts = (_NEXT_ADDRESS if "://" in cell else _NEXT_PATH).split(cell)
    return [text for part in parts if (text := part.strip()).lower() not in _NONE]
