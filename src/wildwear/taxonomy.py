"""Categories, where they are worn, and how other sources' labels translate into *sets* of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from wildwear.errors import UnknownName, UserError
from wildwear.files import read_toml
from wildwear.records import Region


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A kind of garment."""

    name: str
    region: Region
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """The categories in use, the umbrella words over several of them, and named selections.

    >>> taxonomy = load_taxonomy()
    >>> taxonomy.region("Jeans")
    <Region.LOWER: 'lower'>
    >>> sorted(taxonomy.expand("Knitwear"))
    ['Cardigan', 'Sweater', 'Turtleneck']
    >>> len(taxonomy.selection("deepfashion-43"))
    43
    """

    name: str
    categories: Mapping[str, Category]
    umbrellas: Mapping[str, tuple[str, ...]]
    selections: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.categories)

    def category(self, name: str, where: str = "") -> Category:
        """The category of that name, whatever its case; `UnknownName` lists near ones."""
        found = self.categories.get(name) or self._by_folded_name().get(name.casefold())
        if found is None:
            raise UnknownName("category", name, self.categories, where)
        return found

    def region(self, name: str) -> Region:
        """Where a category, or all members of an umbrella, are worn."""
        return self.category(min(self.expand(name))).region

    def expand(self, name: str, where: str = "") -> frozenset[str]:
        """The set of categories that a category's or an umbrella's name stands for."""
        if name in self.umbrellas:
            return frozenset(self.umbrellas[name])
        if name.casefold() not in self._by_folded_name():
            raise UnknownName("category", name, [*self.categories, *self.umbrellas], where)
        return frozenset({self.category(name).name})

    def name_of_set(self, members: frozenset[str]) -> str:
        """The category, the umbrella over exactly these, or what the set holds.

        >>> load_taxonomy().name_of_set(frozenset({"Cape", "Poncho"}))
        'Cape or Poncho'
        """
        over = [(len(held), name) for name, held in self.umbrellas.items() if members <= set(held)]
        size, umbrella = min(over, default=(0, ""))
        if len(members) > 1 and size == len(members):
            return umbrella
        if len(members) > 3 and umbrella:
            return f"{umbrella} ({len(members)} of {size})"
        named = sorted(members)
        return " or ".join([*named[:3], f"{len(named) - 3} more"] if len(named) > 4 else named)

    def selection(self, name: str) -> tuple[str, ...]:
        """The categories of a named selection, in its own order; `all` is every one."""
        if name == "all":
            return self.names
        if name not in self.selections:
            raise UnknownName("selection", name, ["all", *self.selections])
        return self.selections[name]

    def _by_folded_name(self) -> dict[str, Category]:
        return {name.casefold(): category for name, category in self.categories.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelMapping:
    """How one source's labels translate. Labels that it does not name must be categories or umbrellas."""

    name: str
    labels: Mapping[str, tuple[str, ...]]
    ignore: frozenset[str] = frozenset()

    def translate(self, label: str, taxonomy: Taxonomy) -> frozenset[str] | None:
        """The set of categories a label stands for; None for one that is to be left out.

        Raises `UnknownName` for a label that nothing explains.

        >>> mapping = load_mapping("wild-garments")
        >>> sorted(mapping.translate("Top", load_taxonomy()))
        ['Blouse', 'Tank', 'Top']
        >>> mapping.translate("Not sure", load_taxonomy()) is None
        True
        """
        if label in self.ignore:
            return None
        names = self.labels.get(label, (label,))
        return frozenset().union(*(taxonomy.expand(name, f"mapping {self.name}") for name in names))


@cache
def load_taxonomy(name: str = "wildwear") -> Taxonomy:
    """A taxonomy that ships with the package (or one of its selections, by name), or one in a TOML file."""
    if name.endswith(".toml"):
        return _parse(Path(name).stem, read_toml(Path(name)))
    whole = _parse("wildwear", tomllib.loads((files("wildwear") / "taxonomies/wildwear.toml").read_text()))
    return whole if name == "wildwear" else _restricted(whole, name)


@cache
def load_mapping(name: str = "identity") -> LabelMapping:
    """A label mapping that ships with the package, by name, or one in a TOML file; `identity` maps nothing."""
    if name == "identity":
        return LabelMapping(name=name, labels={})
    folder = files("wildwear") / "taxonomies/labels"
    shipped = {Path(entry.name).stem: entry for entry in folder.iterdir()}
    if name.endswith(".toml"):
        data = read_toml(Path(name))
    elif name in shipped:
        data = tomllib.loads(shipped[name].read_text())
    else:
        raise UnknownName("label mapping", name, [*shipped, "identity", "a FILE.toml"])
    labels = {
        key: (value,) if isinstance(value, str) else tuple(value) for key, value in data.get("labels", {}).items()
    }
    return LabelMapping(name=Path(name).stem, labels=labels, ignore=frozenset(data.get("ignore", ())))


def _parse(name: str, data: Mapping[str, Any]) -> Taxonomy:
    categories = {
        category: Category(name=category, region=region, synonyms=tuple(synonyms))
        for region in Region
        for category, synonyms in data.get(region.value, {}).items()
    }
    if not categories:
        raise UserError(f"taxonomy {name}: no categories; name them under [upper], [lower], [full] or [accessory]")
    umbrellas = {key: tuple(members) for key, members in data.get("umbrellas", {}).items()}
    named = {key: tuple(value) for key, value in data.get("selections", {}).items() if key != "without"}
    for key, rule in data.get("selections", {}).get("without", {}).items():
        named[key] = tuple(member for member in named[rule["of"]] if member not in rule["drop"])
    for group, members in {**umbrellas, **named}.items():
        for member in members:
            if member not in categories:
                raise UnknownName("category", member, categories, f"{name}: {group}")
    return Taxonomy(name=name, categories=categories, umbrellas=umbrellas, selections=named)


def _restricted(whole: Taxonomy, selection: str) -> Taxonomy:
    if selection not in whole.selections:
        raise UnknownName("taxonomy", selection, ["wildwear", *whole.selections, "a FILE.toml"])
    kept = {name: whole.categories[name] for name in whole.selections[selection]}
    umbrellas = {key: tuple(m for m in members if m in kept) for key, members in whole.umbrellas.items()}
    return Taxonomy(
        name=selection,
        categories=kept,
        umbrellas={key: members for key, members in umbrellas.items() if members},
        selections={key: m for key, m in whole.selections.items() if set(m) <= set(kept)},
    )
