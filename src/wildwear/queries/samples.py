"""A few products of very many, as excerpts with the words that mattered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict, TypeVar

import numpy as np
import pyarrow as pa

from wildwear.queries.fields import field_texts
from wildwear.queries.fold import fold

_AROUND = 40
"""Characters shown on either side of a word in a long text."""
_SHORT = 100

T = TypeVar("T")


class Sample(TypedDict):
    """One product, for a person to look at."""

    product_id: str
    excerpt: str
    highlights: list[tuple[int, int]]
    """Where the words that mattered stand in the excerpt."""
    why: str


def spread(items: Sequence[T], count: int) -> list[T]:
    """`count` of the items (all, if there are no more), evenly spread over them.

    >>> spread(range(100), 3)
    [0, 50, 99]
    """
    if len(items) <= count:
        return list(items)
    return [items[index] for index in np.linspace(0, len(items) - 1, count).round().astype(int)]


def sample(products: pa.RecordBatch, row: int, words: Iterable[Mapping[str, Any]], why: str) -> Sample:
    """The product in a row of `products` with its title and the parts of other fields that hold `words`."""
    by_field: dict[str, list[tuple[int, str]]] = {"title": []}
    for word in words:
        by_field.setdefault(word["field"], []).append((word["offset"], word["word"]))
    excerpt = ""
    highlights: list[tuple[int, int]] = []
    for field, found in by_field.items():
        text = field_texts(products, field)[row].as_py() or ""
        spans = [(offset, written_end(text, offset, word)) for offset, word in found]
        if field != "title":
            text, spans = _window(text, spans[:1])
            excerpt += f"  [{field}] "
        highlights += [(len(excerpt) + start, len(excerpt) + end) for start, end in spans]
        excerpt += text
    product_id = products["product_id"][row].as_py()
    return Sample(product_id=product_id, excerpt=excerpt, highlights=highlights, why=why)


def written_end(text: str, offset: int, word: str) -> int:
    """Where the folded `word` that begins at `offset` ends in the text as written.

    >>> written_end("a Straße b", 2, "strasse")
    8
    """
    length, end = 0, offset
    while end < len(text) and length < len(word):
        length += len(fold(text[end]))
        end += 1
    return end


def _window(text: str, spans: list[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """The part of a text around its spans, and the spans in it."""
    if len(text) <= _SHORT or not spans:
        return text[:_SHORT], spans
    start, end = max(0, spans[0][0] - _AROUND), spans[-1][1] + _AROUND
    before, after = "…" * (start > 0), "…" * (end < len(text))
    shift = start - len(before)
    return before + text[start:end] + after, [(first - shift, last - shift) for first, last in spans]
