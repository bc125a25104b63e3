"""Shop prose as plain text: no markup, no control characters, single spaces."""

from __future__ import annotations

import html
import re
import unicodedata

_MARKUP = re.compile(r"<(?:!--|/?[a-zA-Z]|[!?/])")
_TAG_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*+)")
_TAG_END = re.compile(r"""(?:=\s*+(?:"[^"]*+"|'[^']*+')|[^>=]++|=)*+>""")
_INLINE_TAGS = (
    "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark q s samp small span strike strong "
    "sub sup tt u var wbr"
)
_INLINE = frozenset(_INLINE_TAGS.split())
_HIDDEN = {name: re.compile(rf"</{name}[^>]*+>", re.IGNORECASE) for name in ("script", "style", "template", "noscript")}
# Tags without attributes are most of what shops write, and are taken out at once.
_BARE_INLINE = re.compile(rf"</?(?:{'|'.join(sorted(_INLINE))})>", re.IGNORECASE)
_BARE = re.compile(rf"</?(?!(?:{'|'.join(_HIDDEN)})\b)[a-z][a-z0-9]*+\s*+/?>", re.IGNORECASE)
_ABSURD_REFERENCE = re.compile(r"&#(?:[0-9]{8,}+|[xX][0-9a-fA-F]{7,}+);?")

_CONTROLS = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]"
)
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_UNDECODED = re.compile("[\ud800-\udfff]")


def plain_text(text: str) -> str:
    """Text without markup, control characters and superfluous white space.

    >>> plain_text("<p>Warm &amp; dry.</p><ul><li>H<b>oo</b>d</li><li>Zip</li></ul>")
    'Warm & dry. Hood Zip'
    """
    cleaned = _INVISIBLE.sub("", _CONTROLS.sub("", html_to_text(text)))
    return unicodedata.normalize("NFC", " ".join(cleaned.split()))


def holds_controls(text: str) -> bool:
    """Whether there are NULs, other control characters or bidirectional overrides, which nobody wrote on purpose."""
    return _CONTROLS.search(text) is not None


def is_undecoded(text: str) -> bool:
    """Whether bytes were left that the encoding does not know (lone surrogates, by `surrogateescape`)."""
    return _UNDECODED.search(text) is not None


def html_to_text(text: str) -> str:
    """The text of HTML as a browser's reader would see it: entities resolved, blocks and breaks as spaces, scripts,
    styles and comments dropped. Never raises and needs linear time, whatever it is given.

    The standard library's `html.parser` does neither: 50 kB of `<a ` take it 12 seconds, and `<![<![` an exception.
    """
    if "<" in text:
        text = _BARE.sub(" ", _BARE_INLINE.sub("", text))
        text = "".join(_without_markup(text))
    return html.unescape(_ABSURD_REFERENCE.sub("\ufffd", text)) if "&" in text else text


def _without_markup(text: str) -> list[str]:
    parts: list[str] = []
    position = 0
    while found := _MARKUP.search(text, position):
        start = found.start()
        parts.append(text[position:start])
        end, replacement = _skip(text, start)
        if end is None:
            position = start
            break
        parts.append(replacement)
        position = end
    parts.append(text[position:])
    return parts


def _skip(text: str, start: int) -> tuple[int | None, str]:
    """Where the markup that begins at `start` ends, and what stands for it; None where no `>` ever ends it."""
    if text.startswith("<!--", start):
        end = text.find("-->", start)
        return (len(text), "") if end < 0 else (end + 3, "")
    named = _TAG_NAME.match(text, start)
    if named is None:
        end = text.find(">", start)
        return (None, "") if end < 0 else (end + 1, "")
    ended = _TAG_END.match(text, named.end())
    if ended is None:
        return None, ""
    name = named[1].lower()
    if name in _HIDDEN and text[start + 1] != "/":
        closing = _HIDDEN[name].search(text, ended.end())
        return (closing.end() if closing else len(text)), " "
    return ended.end(), "" if name in _INLINE else " "
