"""Product feeds in XML (RSS or Atom) as rows, an item a row.

Each item is cut out of the text as it streams by, and parsed alone between tags of ours: a damaged one costs itself
and no other, memory is that of one item, and no entity can be declared where anything is parsed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import count
from typing import Any, TypeAlias
from xml.parsers import expat

from wildwear.catalog.rows import AnyRow, BadRow, Reading, Row, with_sampled_columns
from wildwear.errors import UnreadableInput

_CHUNK = 2**18
_LONGEST_ITEM = 16 * 2**20
_LONGEST_TAG = 256
_MOST_NAMESPACES = 20
_ENCODING = re.compile(rb"""<\?xml[^>]{0,99}?\bencoding\s*=\s*["']([A-Za-z][\w.-]{0,40})["']""")
_NAMESPACE = re.compile(r"""\bxmlns(?::([\w.-]{1,60}))?\s{0,9}=\s{0,9}["']([^"'<&]{0,300})["']""")
_PREFIX = r"(?:[\w.-]{1,60}:)?"
_MARKUP = re.compile(
    rf"<!--|<!\[CDATA\[|<\?|<!(?:DOCTYPE|ENTITY)|<{_PREFIX}(item|entry)(?=[\s/>])|</?{_PREFIX}(?:rss|feed|RDF)(?=[\s>])"
)
_WITHIN = re.compile(rf"<!--|<!\[CDATA\[|<\?|</{_PREFIX}(item|entry)\s{{0,60}}>")
_ENDS = {"<!--": re.compile("-->"), "<![CDATA[": re.compile("]]>"), "<?": re.compile(r"\?>")}
_TAG_END = re.compile(">")
_CUT_OFF = "cut_off"
_ATOM = {"summary": "description", "content": "description"}

_GOOGLE = "http://base.google.com/ns/1.0"
_FIELD, _PART = 3, 4  # depths of elements: the tag of ours is at 1, the item at 2


def declared_encoding(start: bytes) -> str | None:
    """The encoding that an XML declaration names.

    >>> declared_encoding(b'<?xml version="1.0" encoding="ISO-8859-1"?>')
    'ISO-8859-1'
    """
    found = _ENCODING.match(start.removeprefix(b"\xef\xbb\xbf").lstrip())
    return found[1].decode() if found else None


def read_feed(text: io.TextIOWrapper, name: str) -> Reading:
    """The items of a feed; cells are named as Google names them, without `g:`, and are lists where an element repeats.

    Raises `UnreadableInput` for a document type and where there is no item at all. A feed that is cut off ends in a
    bad row.
    """
    feed = _Feed(text, name)
    reading = with_sampled_columns(_rows(feed), lambda: feed.characters)
    if not reading.columns:
        first = next(reading.rows, None)
        if isinstance(first, BadRow):
            raise UnreadableInput(f"{name}: none of its items can be read; the first: {first.reason}: {first.detail}")
        raise UnreadableInput(f"{name} is XML without an <item> or <entry>: of XML, RSS and Atom feeds are read")
    return reading


def _rows(feed: _Feed) -> Iterator[AnyRow]:
    numbers = count(1)
    for item in feed.items():
        number = next(numbers)
        if isinstance(item, str):
            yield _row(number, item, feed.namespaces)
        else:
            yield BadRow(number, *item)


def _row(number: int, item: str, namespaces: str) -> AnyRow:
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    try:
        parser.Parse(f"<feed{namespaces}>{item}</feed>", True)
    except expat.ExpatError as error:
        return BadRow(number, "bad_xml", expat.ErrorString(error.code))
    except UnicodeEncodeError:
        return BadRow(number, "bad_encoding", "the item holds bytes that are not text in this encoding")
    return Row(number, builder.cells())


Problem: TypeAlias = tuple[str, str]
"""A reason and its detail."""


class _Feed:
    """A feed's text as it streams by, one item at a time."""

    def __init__(self, stream: io.TextIOWrapper, name: str) -> None:
        self._stream, self._name = stream, name
        self._held, self._at = "", 0
        self._item_start: int | None = None
        self._is_ended = False
        self._is_open = False
        self.namespaces = _declarations("")
        """The feed's namespaces, as attributes of the tag that each item is parsed in."""
        self.characters = 0

    def items(self) -> Iterator[str | Problem]:
        """Each item with its tags, or why it cannot be had."""
        while found := self._search(_MARKUP):
            self._at = found.end()
            markup = found[0]
            if markup in _ENDS:
                self._pass(_ENDS[markup])
            elif found[1]:
                item = self._item(found)
                yield item
                if item[0] == _CUT_OFF:
                    return
            elif markup.startswith("<!"):
                raise UnreadableInput(
                    f"{self._name} declares a document type or an entity, which no feed needs and which may be a trap: "
                    f"take the line with {markup} out"
                )
            elif markup.startswith("</"):
                self._is_open = False
            else:
                self._begin(found)
        if self._is_open:
            yield _CUT_OFF, "the file ends without the end tag of the feed"

    def _begin(self, found: re.Match[str]) -> None:
        """Takes the namespaces from the feed's own tag."""
        self._is_open = True
        self._item_start = found.start()
        end = self._search(_TAG_END)
        self.namespaces = _declarations(self._held[self._item_start : end.end()] if end else "")
        self._item_start = None

    def _item(self, found: re.Match[str]) -> str | Problem:
        self._item_start = found.start()
        try:
            return self._rest_of_item(found[1])
        finally:
            self._item_start = None

    def _rest_of_item(self, name: str) -> str | Problem:
        if self._is_self_closing():
            return self._cut()
        while found := self._search(_WITHIN):
            self._at = found.end()
            if found[0] in _ENDS:
                self._pass(_ENDS[found[0]])
            elif found[1] == name:
                return self._cut()
        if self._is_ended and self._at >= len(self._held):
            return _CUT_OFF, f"the file ends within this <{name}>"
        self._at = len(self._held)
        return "item_too_long", f"no end within {_LONGEST_ITEM:,} characters, which were passed over"

    def _is_self_closing(self) -> bool:
        end = self._search(_TAG_END)
        if end is None or self._held[end.start() - 1] != "/":
            return False
        self._at = end.end()
        return True

    def _cut(self) -> str:
        return self._held[self._item_start : self._at]

    def _pass(self, end: re.Pattern[str]) -> None:
        found = self._search(end)
        self._at = found.end() if found else len(self._held)

    def _search(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The next match, reading on as far as it takes; None at the end of the text or of the longest item."""
        while True:
            found = pattern.search(self._held, self._at)
            if found and (found.end() < len(self._held) or self._is_ended):
                return found
            if self._is_ended:
                self._at = len(self._held)
                return None
            if self._item_start is not None and len(self._held) - self._item_start > _LONGEST_ITEM:
                return None
            self._at = max(self._at, found.start() if found else len(self._held) - _LONGEST_TAG)
            self._read()

    def _read(self) -> None:
        """Reads on, and lets go of what was passed; a search may have moved on, so that `_at` only ever grows."""
        keep = self._at if self._item_start is None else self._item_start
        more = self._stream.read(_CHUNK)
        self._is_ended = not more
        self.characters += len(more)
        self._held = self._held[keep:] + more
        self._at -= keep
        if self._item_start is not None:
            self._item_start = 0


def _declarations(tag: str) -> str:
    """The namespaces of a feed's tag, written anew; `g` is Google's even where the feed forgets to say so."""
    namespaces = {"g": _GOOGLE}
    for prefix, address in _NAMESPACE.findall(tag)[:_MOST_NAMESPACES]:
        namespaces[prefix] = _GOOGLE if "base.google.com/ns/" in address else address
    return "".join(
        f' xmlns{prefix and ":" + prefix}="{address}"'
        for prefix, address in namespaces.items()
        if address and prefix not in ("xml", "xmlns")
    )


class _Builder:
    """Gathers the elements of one item."""

    def __init__(self) -> None:
        self._depth = 0
        self._google: dict[str, list[Any]] = {}
        self._other: dict[str, list[Any]] = {}
        self._texts: list[str] = []
        self._part: list[str] = []
        self._parts: dict[str, str] = {}
        self._address = ""

    def start(self, _name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == _FIELD:
            self._texts, self._parts = [], {}
            self._address = attributes.get("href", "")
        elif self._depth == _PART:
            self._part = []

    def text(self, text: str) -> None:
        if self._depth == _FIELD:
            self._texts.append(text)
        elif self._depth >= _PART:
            self._part.append(text)

    def end(self, name: str) -> None:
        namespace, _, local = name.rpartition(" ")
        if self._depth == _PART:
            text = "".join(self._part)
            if namespace == _GOOGLE:
                self._parts[local] = text
            else:
                self._texts.append(f" {text} ")
        elif self._depth == _FIELD:
            value = self._parts or "".join(self._texts).strip() or self._address
            if namespace == _GOOGLE:
                self._google.setdefault(local.lower(), []).append(value)
            else:
                self._other.setdefault(_ATOM.get(local, local.lower()), []).append(value)
        self._depth -= 1

    def cells(self) -> dict[str, Any]:
        """The item's cells by name; Google's elements go before RSS's or Atom's of the same name, but for blank texts.

        An id of Atom's is no product's, so that a blank one of Google's stays blank.
        """
        google = {name: values for name, values in self._google.items() if any(values) or name == "id"}
        cells = {**self._other, **google}
        return {name: values[0] if len(values) == 1 else values for name, values in cells.items()}
