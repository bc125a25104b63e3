"""Labels as a source writes them to sets of categories, all of them before anything slow begins."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from wildwear.datasets.samples import by_region
from wildwear.errors import UnknownName, UserError
from wildwear.records import Region
from wildwear.taxonomy import LabelMapping, Taxonomy

Sets = Mapping[str, Mapping[Region, frozenset[str]]]
"""What a label as written stands for: a set of categories for each region; nothing for an ignored one."""


def translate_all(labels: Iterable[str], mapping: LabelMapping, taxonomy: Taxonomy, where: str) -> Sets:
    """What each label as written stands for. Raises `UserError` that names all those that nothing explains."""
    sets: dict[str, Mapping[Region, frozenset[str]]] = {}
    unknown: dict[str, str] = {}
    for label in labels:
        parts: list[frozenset[str]] = []
        for part in filter(None, map(str.strip, label.split("|"))):
            try:
                parts += filter(None, [mapping.translate(part, taxonomy)])
            except UnknownName as error:
                unknown[error.value] = _near(error)
        sets[label] = by_region(parts, taxonomy)
    if unknown:
        named = ", ".join(f"{label!r}{unknown[label]}" for label in sorted(unknown)[:20])
        raise UserError(
            f"{where}: {len(unknown)} labels are neither categories nor in the mapping {mapping.name!r}: {named}. "
            "Give them a meaning under [labels], or name them in ignore, in a file for --labels FILE.toml"
        )
    return sets


def _near(error: UnknownName) -> str:
    by_folded = {choice.casefold(): choice for choice in error.choices}
    near = difflib.get_close_matches(error.value.casefold(), by_folded, n=1)
    return f" (near {by_folded[near[0]]})" if near else ""
