"""The view of agreement: who has said how much, how far two agree, and what is left to settle."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations
from typing import Any

from wildwear.errors import UnknownName
from wildwear.movies.agreement import Agreement, agreement, disputed, final_labels
from wildwear.movies.annotate.collection import ClipCollection
from wildwear.movies.annotate.session import said_json
from wildwear.movies.clip_log import Words

_MOST_PAIRS = 400
"""Different pairs of answers that are sent, the most frequent of them."""


def agreement_json(words: Words, collection: ClipCollection, first: str, second: str) -> dict[str, Any]:
    """All of the view for two people; without names, for the two who share the most clips.

    Raises `UnknownName` for somebody who has said nothing.
    """
    names = words.annotators
    for name in filter(None, (first, second)):
        if name not in names:
            raise UnknownName("annotator", name, names)
    if not (first and second):
        first, second = _closest(words) or ("", "")
    final = final_labels(words)
    return {
        "annotators": [_annotator(words, name) for name in names],
        "pair": _pair(agreement(words, first, second)) if first and second else None,
        "clips": len(collection.clips),
        "final": Counter(one.basis.value for one in final.values()),
        "open": _open(words, collection),
    }


def _closest(words: Words) -> tuple[str, str] | None:
    shared = Counter(pair for said in words.by_clip.values() for pair in combinations(sorted(said), 2))
    names = words.annotators
    return max(shared, key=lambda pair: (shared[pair], pair), default=(names[0], names[1]) if len(names) > 1 else None)


def _annotator(words: Words, name: str) -> dict[str, Any]:
    said = words.of(name).values()
    discards = Counter(one.discard.value for one in said if one.discard)
    return {"name": name, "judged": len(said), "discards": discards}


def _pair(found: Agreement) -> dict[str, Any]:
    confusion = [{"first": one, "second": other, "count": count} for (one, other), count in found.confusion.items()]
    return {
        "first": found.first,
        "second": found.second,
        "clips": found.clips,
        "agreed": found.agreed,
        "kappa": None if math.isnan(found.kappa) else found.kappa,
        "confusion": confusion[:_MOST_PAIRS],
    }


def _open(words: Words, collection: ClipCollection) -> list[dict[str, Any]]:
    """The clips to settle, in the order in which clips are shown, with what each person said."""
    left = set(disputed(words))
    return [
        {
            "clip": clip.clip_id,
            "said": [{"who": who} | said_json(one) for who, one in sorted(words.by_clip[clip.clip_id].items())],
        }
        for clip in collection.clips
        if clip.clip_id in left
    ]
