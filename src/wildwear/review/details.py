"""Everything that is said of one item: read from the tables when it is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

from wildwear.decisions import DecisionLog
from wildwear.review.collection import Collection
from wildwear.tables import LABELS, PRODUCTS
from wildwear.workspace import Workspace

_MOST_LOOK_ALIKES = 1000


def describe(workspace: Workspace, collection: Collection, item: int) -> dict[str, Any]:
    """An item as the page's panel shows it."""
    crop, product = str(collection.crop.of(item)), collection.product.of(item)
    suspicion = float(collection.suspicion[item])
    history = DecisionLog(workspace).history(collection.name, crop)
    return {
        "item": item,
        "crop_id": crop,
        "product_id": product,
        **_texts(workspace, product),
        "category": collection.label.of(item),
        "guess": collection.guess.of(item),
        "suspicion": None if np.isnan(suspicion) else round(suspicion, 4),
        "mode": collection.mode.of(item),
        "source": collection.source.of(item),
        "look_alikes": _look_alikes(collection, item),
        "history": history.select(["verdict", "becomes", "who", "when"]).to_pylist(),
    }


def _texts(workspace: Workspace, product: str | None) -> dict[str, Any]:
    if product is None:
        return {"title": "", "description": "", "words": []}
    where = "product_id = '" + product.replace("'", "''") + "'"
    texts = workspace.table(PRODUCTS).read(["title", "description"], where).to_pylist()
    claims = workspace.table(LABELS).read(["words"], f"{where} AND wins = true")["words"].to_pylist()
    title, description = (texts[0]["title"], texts[0]["description"]) if texts else ("", "")
    words = [word for claim in claims for word in claim or ()]
    return {"title": title or "", "description": description or "", "words": words}


def _look_alikes(collection: Collection, item: int) -> list[int]:
    group = collection.look_alike[item]
    if group < 0:
        return []
    same = np.flatnonzero(collection.look_alike == group)
    return [int(other) for other in same[:_MOST_LOOK_ALIKES] if other != item]
