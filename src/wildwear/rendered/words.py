"""What shops write, read from `words.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Choices for each slot of a product's texts."""

    title: dict[str, list[str]]
    description: dict[str, list[str]]
    """`openings` have `{}` where the garment is named."""
    cloths: dict[str, str]
    """A sentence for each cloth."""
    sections: dict[str, list[str]]
    """The shop's own categories, by region."""


@cache
def words() -> Words:
    """The words that come with the package."""
    data = tomllib.loads((files("wildwear.rendered") / "words.toml").read_text(encoding="utf-8"))
    cloths = data["description"].pop("cloths")
    return Words(title=data["title"], description=data["description"], cloths=cloths, sections=data["sections"])
