"""The settings of `demo`; light to import, since the command line takes its flags from here."""

from __future__ import annotations

from dataclasses import dataclass

from wildwear.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """How large the demonstration is."""

    fresh: bool = False
    """Delete the demonstration that is there and begin anew."""
    products: int = 440
    """Products in the shop; each has one or two pictures."""
    scenes: int = 70
    """Street photographs with known boxes; a third of them only for measuring."""
    aside: int = 12
    """Street photographs that are kept aside and tagged at the end."""
    takes: int = 4
    """Shots of the movie that is tagged at the end."""
    seed: int = 7
    """Another seed gives another shop."""
    side: int = 384
    """Width of the pictures that the shop serves, pixels."""
    model: str = "wildwear-base"
    """The model whose features are used."""

    def __post_init__(self) -> None:
        for name, least in (("products", 40), ("scenes", 10), ("aside", 1), ("takes", 1), ("side", 128)):
            if getattr(self, name) < least:
                raise UserError(f"--{name} must be at least {least}, and is {getattr(self, name)}")
