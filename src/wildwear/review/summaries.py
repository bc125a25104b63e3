"""Counts of a collection: what there is, and how far the review has come."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wildwear.errors import UserError
from wildwear.review.audit import latest
from wildwear.review.judgements import State
from wildwear.review.session import Review


def overview(review: Review) -> dict[str, Any]:
    """All that the page needs to begin."""
    collection = review.collection
    return {
        "name": collection.name,
        "kind": collection.kind,
        "count": int(np.count_nonzero(collection.label.codes >= 0)),
        "who": review.settings.signed,
        "categories": _categories(review),
        "modes": [{"name": name, "count": count} for name, count in collection.mode.counts().items()],
        "sources": [{"name": name, "count": count} for name, count in collection.source.counts().items()],
        "inspected": collection.inspected,
        "palette": [
            {"name": one.name, "region": one.region.value, "synonyms": list(one.synonyms)}
            for one in review.taxonomy.categories.values()
        ],
    }


def progress(review: Review) -> dict[str, int]:
    """How many of the labelled items are judged, and how."""
    review.judgements.catch_up()
    states = review.judgements.states()[review.collection.label.codes >= 0]
    counts = np.bincount(states, minlength=len(State)).tolist()
    return {
        "judged": sum(counts[1:]),
        "rejected": counts[State.REJECT],
        "kept": counts[State.KEEP],
        "relabelled": counts[State.RELABEL],
        "total": len(states),
    }


def _categories(review: Review) -> list[dict[str, Any]]:
    audited = latest(review.workspace, review.collection.name)
    collection, states = review.collection, review.judgements.states()
    per_label = _per_label(collection.label.codes, states, len(collection.label.names))
    rows = []
    for name in collection.categories:
        none, kept, rejected, relabelled = per_label[collection.labels_with(name)[:-1]].sum(axis=0).tolist()
        count = none + kept + rejected + relabelled
        rows.append(
            {
                "name": name,
                "region": _region(review, name),
                "count": count,
                "judged": count - none,
                "rejected": rejected,
                "rare": count < review.settings.rare,
                "audit": asdict(audited[name]) if name in audited else None,
            }
        )
    return rows


def _per_label(labels: NDArray[np.int32], states: NDArray[np.int8], count: int) -> NDArray[np.int64]:
    """Items by label and state: labels × states."""
    labelled = labels >= 0
    keys = labels[labelled].astype(np.int64) * len(State) + states[labelled]
    return np.bincount(keys, minlength=count * len(State)).reshape(count, len(State))


def _region(review: Review, category: str) -> str | None:
    try:
        return review.taxonomy.region(category).value
    except UserError:  # a category of another taxonomy
        return None
