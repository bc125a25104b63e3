"""A contact sheet: which items, in what order; its sprites are asked for by its name."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wildwear.errors import UnknownName
from wildwear.review.collection import Collection, Names
from wildwear.review.judgements import State
from wildwear.review.sprites import COLUMNS, PER_SPRITE, ROWS, TILE

Items = NDArray[np.int64]
Order = Literal["suspicious", "clusters", "newest", "random"]
Wanted = Literal["all", "unjudged", "rejected", "kept", "relabelled"]

_STATES = {"unjudged": State.NONE, "kept": State.KEEP, "rejected": State.REJECT, "relabelled": State.RELABEL}
_HELD_ITEMS = 8_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRequest:
    """What a sheet shall show; an empty text does not narrow it."""

    category: str = ""
    mode: str = ""
    source: str = ""
    order: Order = "suspicious"
    seed: int = 0
    state: Wanted = "all"


def choose(
    collection: Collection,
    request: SheetRequest,
    states: NDArray[np.int8],
    among: NDArray[np.bool_] | None = None,
) -> Items:
    """The labelled items that are asked for (and among those), in order. Raises `UnknownName`."""
    chosen = collection.label.codes >= 0
    if among is not None:
        chosen &= among
    if request.category:
        labels = collection.labels_with(request.category)
        if not labels.any():
            raise UnknownName("category", request.category, collection.categories)
        chosen &= labels[collection.label.codes]
    for kind, names in (("mode", collection.mode), ("source", collection.source)):
        if wanted := getattr(request, kind):
            chosen &= names.codes == _known(kind, wanted, names)
    if request.state != "all":
        chosen &= states == _STATES[request.state]
    return _ORDERS[request.order](collection, np.flatnonzero(chosen), request.seed)


def _known(kind: str, wanted: str, names: Names) -> int:
    code = names.code(wanted)
    if code < 0:
        raise UnknownName(kind, wanted, names.names.to_pylist())
    return code


def _suspicious(collection: Collection, items: Items, _seed: int) -> Items:
    """Most suspicious first; what was not judged last."""
    return items[np.argsort(-np.nan_to_num(collection.suspicion[items], nan=-1.0), kind="stable")]


def _clusters(collection: Collection, items: Items, _seed: int) -> Items:
    """Look-alikes together, large groups first, and those that are alone at the end."""
    groups = collection.look_alike[items]
    _, inverse, counts = np.unique(groups, return_inverse=True, return_counts=True)
    size = np.where(groups < 0, 0, counts[inverse])
    return items[np.lexsort((items, groups, -size))]


def _newest(_collection: Collection, items: Items, _seed: int) -> Items:
    return items[::-1]


def _random(_collection: Collection, items: Items, seed: int) -> Items:
    return np.random.default_rng(seed).permutation(items)


_ORDERS: dict[Order, Callable[[Collection, Items, int], Items]] = {
    "suspicious": _suspicious,
    "clusters": _clusters,
    "newest": _newest,
    "random": _random,
}


class Sheets:
    """The sheets that were handed out lately, by a name made of what they hold."""

    def __init__(self, collection: Collection) -> None:
        self._salt = hashlib.sha256(collection.pictures.version.encode())
        self._sheets: OrderedDict[str, Items] = OrderedDict()
        self._lock = Lock()

    def add(self, items: Items) -> str:
        """Keeps a sheet; the same items in the same order have the same name."""
        digest = self._salt.copy()
        digest.update(np.ascontiguousarray(items, np.int64).data)
        name = digest.hexdigest()[:24]
        with self._lock:
            self._sheets[name] = items
            self._sheets.move_to_end(name)
            while len(self._sheets) > 1 and sum(map(len, self._sheets.values())) > _HELD_ITEMS:
                self._sheets.popitem(last=False)
        return name

    def sprite(self, name: str, number: int) -> Items | None:
        """The items of one sprite; None for a sheet or a sprite that is not there."""
        with self._lock:
            items = self._sheets.get(name)
            if items is None or number * PER_SPRITE >= max(len(items), 1):
                return None
            self._sheets.move_to_end(name)
        return items[number * PER_SPRITE : (number + 1) * PER_SPRITE]


def sheet_json(
    collection: Collection, name: str, items: Items, states: NDArray[np.int8], becomes: Mapping[int, int]
) -> bytes:
    """A sheet as the page gets it, written column by column; `becomes` is about the few that are relabelled."""
    columns: dict[str, NDArray[Any]] = {
        "items": items,
        "clusters": collection.look_alike[items] + 1,
        "verdicts": states[items],
        "suspicion": np.rint(100 * np.nan_to_num(collection.suspicion[items])).astype(np.int16),
    }
    head = f'{{"sheet":"{name}","count":{len(items)},"tile":{TILE},"columns":{COLUMNS},"rows":{ROWS}'
    body = "".join(f',"{key}":[{_joined(values)}]' for key, values in columns.items())
    return (head + body + f',"becomes":{json.dumps(becomes)}}}').encode()


def _joined(values: NDArray[Any]) -> str:
    """Numbers with commas between, without a Python object for each."""
    texts = pa.array(values).cast(pa.string())
    whole = pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts)
    return str(pc.binary_join(whole, ",")[0].as_py())
