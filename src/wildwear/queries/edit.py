"""Changes one query in the text of a TOML file; every character of all else stays as it is, comments and order too."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from wildwear.errors import UserError

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = (
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
)
_PART = r'(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\')'
_KEY = re.compile(rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*")
_HEADER = re.compile(rf"\[{{1,2}}[ \t]*({_KEY.pattern})[ \t]*\]{{1,2}}")
_IS = re.compile(r"[ \t]*=[ \t]*")
_PIECE = re.compile(rf"{_STRING}|#[^\n]*|[\[{{]|[\]}}]|[^\[\]{{}}\"'#,\n]+|[,\n]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Place:
    """A value (or, where `is_header`, the head of a table) of the file: its path of keys, and where it stands."""

    path: tuple[str, ...]
    start: int
    end: int
    is_header: bool = False


def with_match(text: str, category: str, match: str, *, inherits: bool = False) -> str:
    """The text of a file of queries with `match` as the query of a category.

    A block that is not there yet is added at the end; with `inherits` it takes its minus-terms from the shipped one.
    Raises `UserError` for what no TOML file can hold, and where the block is written in a way that cannot be edited.

    >>> print(with_match("[Hat] # warm\\nmatch = 'cap'  # or hat\\nnot = ['gun']", "Hat", "cap | hat"))
    [Hat] # warm
    match = 'cap | hat'  # or hat
    not = ['gun']
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    value = toml_string(match).replace("\n", newline)
    places = [place for place in _places(text) if place.path and place.path[0].casefold() == category.casefold()]
    written = next((one for one in places if one.path[1:] == ("match",) and not one.is_header), None)
    header = next((one for one in places if one.is_header and len(one.path) == 1), None)
    if written:
        edited = text[: written.start] + value + text[written.end :]
    elif header:
        edited = f"{text[: header.end]}{newline}match = {value}{text[header.end :]}"
    else:
        block = [f"[{toml_key(category)}]", *(['extends = "shipped"'] if inherits else []), f"match = {value}", ""]
        edited = _ended(text, newline) + newline.join(block)
    _check(text, edited, category, match)
    return edited


def toml_string(text: str) -> str:
    """A text as a TOML value, on as many lines as it has, with as few escapes as can be.

    >>> print(toml_string('jeans | "phone case"'), toml_string("men's"), toml_string("a'''b\\n"))
    'jeans | "phone case"' '''men's''' "a'''b\\n"
    """
    plain = not any(_is_control(char) for char in text)
    if plain and "'" not in text and "\n" not in text:
        return f"'{text}'"
    if plain and "'''" not in text and not text.endswith("'"):
        return "'''" + ("\n" if text.startswith("\n") else "") + text + "'''"
    return '"' + "".join(_escaped(char) for char in text) + '"'


def toml_key(name: str) -> str:
    """A name as a TOML key, in quotes where it must be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else '"' + "".join(_escaped(char) for char in name) + '"'


def _is_control(char: str) -> bool:
    return (char < " " and char not in "\t\n") or char == "\x7f"


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char == "\n":
        return "\\n"
    return f"\\u{ord(char):04x}" if _is_control(char) else char


def _ended(text: str, newline: str) -> str:
    """The text with an empty line at its end, if there is a text."""
    if not text.strip():
        return text
    return text + ("" if text.endswith("\n") else newline) + newline


def _check(old: str, new: str, category: str, match: str) -> None:
    """Holds the edit against what the parser of TOML reads: the query is the one asked for, and all else as before."""
    try:
        new.encode()
        before, after = tomllib.loads(old), tomllib.loads(new)
    except UnicodeEncodeError as error:
        raise UserError(f"the query of {category} holds half a character, which no file can") from error
    except tomllib.TOMLDecodeError as error:
        raise UserError(_by_hand(category)) from error
    block = _popped(after, category)
    rest = _popped(before, category)
    if before != after or block.pop("match", None) != match or not _same_but_match(rest, block):
        raise UserError(_by_hand(category))


def _popped(data: dict[str, Any], category: str) -> dict[str, Any]:
    found = next((key for key in data if key.casefold() == category.casefold()), None)
    block = data.pop(found) if found else {}
    return block if isinstance(block, dict) else {}


def _same_but_match(before: dict[str, Any], after: dict[str, Any]) -> bool:
    rest = {key: value for key, value in before.items() if key != "match"}
    return after == rest or (not before and after == {"extends": "shipped"})


def _by_hand(category: str) -> str:
    return f"the block of {category} is written in a way that only a person can edit: change it in the file"


# Where things stand in a file that the parser has read


def _places(text: str) -> Iterator[_Place]:
    """All heads of tables and all values, those inside inline tables too."""
    table: tuple[str, ...] = ()
    at = _blank(text, 0)
    while at < len(text):
        if header := _HEADER.match(text, at):
            table = _path(header[1])
            yield _Place(table, at, header.end(), is_header=True)
            at = header.end()
        else:
            at = yield from _pair(text, at, table)
        at = _blank(text, at)


def _pair(text: str, at: int, table: tuple[str, ...]) -> Generator[_Place, None, int]:
    """One `key = value` and what is inside it; gives where it ends."""
    key = _KEY.match(text, at)
    if key is None:
        return len(text)
    path = (*table, *_path(key[0]))
    is_ = _IS.match(text, key.end())
    start = is_.end() if is_ else key.end()
    end = _value_end(text, start)
    yield _Place(path, start, end)
    if text.startswith("{", start):
        inside = start + 1
        while inside < end - 1:
            inside = _blank(text, inside)
            if text.startswith(",", inside):
                inside += 1
            elif inside < end - 1:
                inside = yield from _pair(text, inside, path)
    return end


def _value_end(text: str, at: int) -> int:
    """Where the value that begins at `at` ends: a string, an array, an inline table, or one bare word."""
    depth = 0
    while piece := _PIECE.match(text, at):
        depth += (piece[0] in "[{") - (piece[0] in "]}")
        if depth < 0 or (depth == 0 and (piece[0] in ",\n" or piece[0].startswith("#"))):
            return at
        at = piece.end()
        if depth == 0:
            return at
    return at


def _blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _path(key: str) -> tuple[str, ...]:
    """The parts of a dotted key, as the parser of TOML reads them."""
    found: list[str] = []
    inner: Any = tomllib.loads(f"{key} = 0")
    while isinstance(inner, dict):
        name, inner = next(iter(inner.items()))
        found.append(name)
    return tuple(found)
