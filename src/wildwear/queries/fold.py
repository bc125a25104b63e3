"""How text is looked at: lower case, without accents, every other character a separator.

Folding goes character by character and never makes one longer in UTF-8, so that a whole column of texts is folded
in its buffer, without a Python object a row, and every position can be traced back to the text it came from.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_APART = b"  "
"""Between rows: two separators, which no phrase spans."""
_UNKNOWN = 255
_NO_BREAK = frozenset("™®©℠°’‘ʼ")
_BREAKS = b",;:|/()[]{}+&!?"


def fold_char(char: str) -> str:
    """What one character counts as: a letter or digit without accents, a space, or nothing (marks, invisible signs).

    >>> [fold_char(char) for char in "Éß-™\u00ad"]
    ['e', 'ss', ' ', ' ', '']
    """
    kind = unicodedata.category(char)
    if kind in ("Mn", "Me", "Cf"):
        return ""
    if kind[0] not in "LNM":
        return " "
    bare = (c for c in unicodedata.normalize("NFKD", char) if unicodedata.category(c)[0] in "LN" or c == char)
    for folded in ("".join(bare).casefold(), char.casefold()):
        if len(folded.encode()) <= len(char.encode()):
            return folded
    return char


def fold(text: str) -> str:
    """A text as the matcher sees it.

    >>> fold("Café Crème T-Shirt™")
    'cafe creme t shirt '
    """
    return "".join(map(fold_char, text))


def fold_words(text: str) -> tuple[str, ...]:
    """The words of a text, folded.

    >>> fold_words("Men's T-Shirt")
    ('men', 's', 't', 'shirt')
    """
    return tuple(fold(text).split())


class _CharTable:
    """`fold_char` for whole arrays of code points, each looked up once."""

    def __init__(self) -> None:
        self.length = np.full(0x110000, _UNKNOWN, np.uint8)
        self.bytes = np.zeros((0x110000, 4), np.uint8)
        self.breaks = np.zeros(0x110000, bool)

    def learn(self, codes: Ints) -> None:
        for code in np.unique(codes[self.length[codes] == _UNKNOWN]).tolist():
            char = chr(code) if not 0xD800 <= code < 0xE000 else "?"
            folded = fold_char(char).encode()
            self.bytes[code, : len(folded)] = list(folded)
            self.breaks[code] = folded == b" " and char not in _NO_BREAK and not char.isspace()
            # Last, since threads share the table and read what has a length.
            self.length[code] = len(folded)


_CHARS = _CharTable()
_ASCII = bytes(ord(fold_char(chr(code)) or " ") if code < 128 else code for code in range(256))
_IS_BREAK = np.isin(np.arange(256), list(_BREAKS))


@dataclass(frozen=True)
class FoldedColumn:
    """A column of texts, folded: `data` is one buffer, row `i` begins at `starts[i]`, two spaces between rows.

    `raw` and `raw_starts` are the same before folding (UTF-8); `deleted` are the positions in `raw` that have no
    counterpart in `data`.
    """

    data: bytes
    starts: Ints
    raw: NDArray[np.uint8] = field(repr=False)
    raw_starts: Ints = field(repr=False)
    deleted: Ints = field(repr=False)
    _leads: Ints = field(repr=False)
    _codes: Ints = field(repr=False)

    def rows(self, positions: Ints) -> Ints:
        """Which row each position in `data` is in."""
        return np.searchsorted(self.starts, positions, side="right") - 1

    def raw_positions(self, positions: Ints) -> Ints:
        """Where in `raw` each position of `data` came from."""
        shifted = self.deleted - np.arange(len(self.deleted))
        return positions + np.searchsorted(shifted, positions, side="right")

    def offsets(self, positions: Ints, rows: Ints) -> Ints:
        """Positions in `data` as character offsets in the text of the row that each is in."""
        raw, start = self.raw_positions(positions), self.raw_starts[rows]
        inside = np.searchsorted(self._continuations, raw) - np.searchsorted(self._continuations, start)
        return raw - start - inside

    def breaks_before(self, positions: Ints, rows: Ints) -> Ints:
        """How many brackets, commas, spaced dashes and the like stand before each position in its row."""
        before = np.searchsorted(self._breaks, self.raw_positions(positions))
        return before - np.searchsorted(self._breaks, self.raw_starts[rows])

    @cached_property
    def _continuations(self) -> Ints:
        return np.flatnonzero((self.raw & 0xC0) == 0x80)

    @cached_property
    def _breaks(self) -> Ints:
        plain = _IS_BREAK[self.raw]
        dash = np.flatnonzero(self.raw[:-1] == ord("-"))
        spaced = dash[(self.raw[dash - 1] == ord(" ")) | (self.raw[dash + 1] == ord(" "))]
        return np.sort(np.concatenate([np.flatnonzero(plain), spaced, self._leads[_CHARS.breaks[self._codes]]]))


def fold_column(texts: pa.Array) -> FoldedColumn:
    """Folds an array of strings (null is empty) as one buffer."""
    raw, raw_starts = _joined(texts)
    leads = np.flatnonzero(raw >= 0xC0)
    codes, widths = _code_points(raw, leads)
    data, deleted = raw.tobytes().translate(_ASCII), np.zeros(0, np.int64)
    if len(leads):
        data, deleted = _with_letters(data, leads, codes, widths)
    return FoldedColumn(
        data=data,
        starts=raw_starts - np.searchsorted(deleted, raw_starts),
        raw=raw,
        raw_starts=raw_starts,
        deleted=deleted,
        _leads=leads,
        _codes=codes,
    )


def _with_letters(data: bytes, leads: Ints, codes: Ints, widths: Ints) -> tuple[bytes, Ints]:
    """Folds the characters beyond ASCII that begin at `leads`; gives the data and the positions that fell away."""
    _CHARS.learn(codes)
    lengths, replacements = _CHARS.length[codes], _CHARS.bytes[codes]
    folded = np.frombuffer(bytearray(data), np.uint8)
    gone = []
    for place in range(4):
        written = place < lengths
        folded[leads[written] + place] = replacements[written, place]
        gone.append(leads[(place >= lengths) & (place < widths)] + place)
    deleted = np.sort(np.concatenate(gone))
    kept = np.ones(len(folded), bool)
    kept[deleted] = False
    return folded[kept].tobytes(), deleted


def _joined(texts: pa.Array) -> tuple[NDArray[np.uint8], Ints]:
    """All texts in one buffer of bytes, with two spaces before, between and after, and where each begins."""
    filled = pc.fill_null(texts.cast(pa.large_binary()), b"")
    nothing, apart = pa.scalar(b"", pa.large_binary()), pa.scalar(_APART, pa.large_binary())
    padded = pc.binary_join_element_wise(nothing, filled, apart)
    offsets = np.frombuffer(padded.buffers()[1], np.int64, len(padded) + 1, padded.offset * 8)
    data = np.frombuffer(padded.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    raw = np.concatenate([data, np.frombuffer(_APART, np.uint8)])
    return raw, offsets[:-1] - offsets[0] + len(_APART)


def _code_points(raw: NDArray[np.uint8], leads: Ints) -> tuple[Ints, Ints]:
    """The code points that begin at `leads` and how many bytes each has, 2 to 4."""
    first = raw[leads].astype(np.int64)
    widths = 2 + (first >= 0xE0) + (first >= 0xF0)
    codes = first & np.where(widths == 2, 0x1F, np.where(widths == 3, 0x0F, 0x07))
    for place in range(1, 4):
        more = widths > place
        codes[more] = codes[more] << 6 | (raw[leads[more] + place] & 0x3F)
    return np.minimum(codes, 0x10FFFF), widths
