"""`name=value,name=value`, as Magento and others write a product's attributes into one cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_NEXT_NAME = re.compile(r",(?=\s*[A-Za-z_][A-Za-z0-9_]*=)")
_NEXT_VARIATION = re.compile(r"\|(?=sku=)")
SEPARATOR = "|"
"""Stands between several values of one attribute."""


def parse_attributes(cell: str) -> dict[str, str]:
    """Reads `name=value,name=value`; a comma separates only where `name=` follows, so that values may hold commas.

    >>> parse_attributes("material=Wool, Silk,climate=Cool|Windy")
    {'material': 'Wool, Silk', 'climate': 'Cool|Windy'}
    """
    attributes: dict[str, str] = {}
    for part in _NEXT_NAME.split(cell):
        name, equals, value = part.partition("=")
        if equals and name.strip() and value.strip():
            attributes.setdefault(name.strip(), value.strip())
    return attributes


def parse_variations(cell: str) -> list[str]:
    """The skus that a Magento `configurable_variations` cell names.

    >>> parse_variations("sku=A-S,size=S|sku=A-M,size=M")
    ['A-S', 'A-M']
    """
    skus = (parse_attributes(part).get("sku") for part in _NEXT_VARIATION.split(cell))
    return [sku for sku in skus if sku]


def unite(*several: Mapping[str, str]) -> dict[str, str]:
    """All attributes; differing values of one name stand in order, each once, with `|` between.

    >>> unite({"size": "S"}, {"size": "M", "color": "Red"}, {"size": "S"})
    {'size': 'S|M', 'color': 'Red'}
    """
    united: dict[str, dict[str, None]] = {}
    for attributes in several:
        for name, value in attributes.items():
            united.setdefault(name, {}).update(dict.fromkeys(value.split(SEPARATOR)))
    return {name: SEPARATOR.join(values) for name, values in united.items()}


def united_in_order(*several: Iterable[str]) -> tuple[str, ...]:
    """Each value once, in the order of its first appearance."""
    return tuple(dict.fromkeys(value for values in several for value in values))
