"""The first pass as one HTML file: what was found, drawn and with pictures, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from wildwear import __version__
from wildwear.crops import box_in
from wildwear.images.thumbnail import data_address
from wildwear.inspection.charts import MODE_COLOURS, SIDE_COLOURS, sizes_and_modes
from wildwear.inspection.collection import Collection
from wildwear.inspection.settings import InspectSettings
from wildwear.inspection.summary import Findings, Summary, label_names, remedy, share
from wildwear.records import Mode
from wildwear.taxonomy import Taxonomy

_PER_MODE, _UNSURE, _SUSPICIOUS, _GROUPS, _PER_GROUP = 12, 4, 16, 8, 4

_MEANINGS = {
    Mode.PRODUCT: "the garment alone",
    Mode.WORN: "on somebody, before a plain ground",
    Mode.WILD: "on somebody, in a place",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Look-alikes that are shown together."""

    rows: tuple[int, ...]
    size: int
    owners: int
    """How many products, senders or photographs they are of."""


def render(
    collection: Collection, found: Findings, summary: Summary, taxonomy: Taxonomy, settings: InspectSettings
) -> str:
    """The page; the same findings give the same bytes."""
    import jinja2
    from markupsafe import Markup

    modes = {mode: _of_mode(found, mode) for mode in Mode}
    suspects, groups = _most_suspicious(found), list(_largest(collection, found))
    shown = {*suspects, *(row for parts in modes.values() for part in parts for row in part)}
    shown.update(row for group in groups for row in group.rows)
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    environment.filters["share"] = lambda part: share(part, summary.pictures)
    text = (files("wildwear.inspection") / "templates" / "inspection.html.j2").read_text(encoding="utf-8")
    return environment.from_string(text).render(
        it=summary,
        found=found,
        settings=settings,
        modes=modes,
        meanings=_MEANINGS,
        colours=MODE_COLOURS,
        side_colours=SIDE_COLOURS,
        suspects=suspects,
        groups=groups,
        labels=_labels(collection, taxonomy, shown),
        pictures=_pictures(collection, sorted(shown)),
        chart=Markup(sizes_and_modes(summary, settings.rare)) if summary.categories else None,
        remedy=remedy(summary) if summary.rare else None,
        owners="products" if summary.is_catalogue else "groups",
        version=__version__,
    )


def _of_mode(found: Findings, mode: Mode) -> tuple[list[int], list[int]]:
    """Pictures of a mode, some at random (a crop id is a hash, and they are in its order), and the least sure."""
    rows = np.flatnonzero((found.mode == mode) & ~found.placeholder)
    unsure = rows[np.argsort(found.mode_confidence[rows], kind="stable")][:_UNSURE]
    some = rows[~np.isin(rows, unsure)][:_PER_MODE]
    return some.tolist(), unsure.tolist() if len(some) else []


def _most_suspicious(found: Findings) -> list[int]:
    order = np.argsort(-np.nan_to_num(found.suspicion, nan=-1), kind="stable")[:_SUSPICIOUS]
    return [int(row) for row in order if found.suspicion[row] > 0 and not found.placeholder[row]]


def _largest(collection: Collection, found: Findings) -> Iterator[Group]:
    """The largest groups, each with the pictures of as many owners as it shows."""
    numbers, sizes = np.unique(found.look_alike[found.look_alike >= 0], return_counts=True)
    for place in np.argsort(-sizes, kind="stable")[:_GROUPS]:
        rows = np.flatnonzero(found.look_alike == numbers[place])
        owners = collection.group[rows]
        first = np.sort(np.unique(owners, return_index=True)[1])
        rest = np.setdiff1d(np.arange(len(rows)), first)
        chosen = np.concatenate([first, rest])[:_PER_GROUP]
        yield Group(rows=tuple(rows[chosen].tolist()), size=len(rows), owners=len(first))


def _labels(collection: Collection, taxonomy: Taxonomy, rows: set[int]) -> Mapping[int, str]:
    order = np.array(sorted(rows), np.int64)
    named = label_names(collection.rows(order), taxonomy)
    return {int(row): ", ".join(names) or "no label" for row, names in zip(order, named, strict=True)}


def _pictures(collection: Collection, rows: list[int]) -> Mapping[int, str]:
    order: NDArray[np.int64] = np.array(rows, np.int64)
    boxes = [box_in(collection.crops[row].as_py()) for row in rows]
    return {
        row: data_address(picture, box) for row, picture, box in zip(rows, collection.read(order), boxes, strict=True)
    }
