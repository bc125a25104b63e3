"""What each rendered product really is, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wildwear.rendered.chance import choice, draw, fraction, one_of
from wildwear.rendered.wardrobe import BY_CATEGORY, KINDS, Article

Fate = Literal["ok", "dead", "flaky", "truncated", "page", "placeholder"]
_FATES: tuple[tuple[Fate, float], ...] = (
    ("dead", 0.02),
    ("flaky", 0.02),
    ("truncated", 0.01),
    ("page", 0.005),
    ("placeholder", 0.02),
)
WRONG_CLAIMS, DUPLICATES, LOOKALIKES, WORN_SHARE = 0.05, 0.02, 0.03, 0.6
_BLOCK = 16
_PATTERNS = tuple(kind.patterns for kind in KINDS)
_COLOURS = tuple(kind.colours for kind in KINDS)
PATTERN_NAMES = tuple(name for patterns in _PATTERNS for name in patterns)
COLOUR_NAMES = tuple(name for colours in _COLOURS for name in colours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What product `index` is."""

    index: int
    category: str
    """What its pictures show."""
    claimed: str
    """What its texts say; another category in 5 % of the products."""
    pattern: str
    colour: str
    duplicate_of: int | None
    """The product that this one repeats, texts and all."""
    lookalike_of: int | None
    """The product whose pictures this one shows, with small changes and other texts."""
    fate: Fate
    """What happens to its first picture on the way."""
    pictures: int

    @property
    def shows(self) -> int:
        """The product whose pictures these are."""
        return next((one for one in (self.duplicate_of, self.lookalike_of) if one is not None), self.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """Truths of many products, as arrays of one length."""

    index: NDArray[np.int64]
    texts: NDArray[np.int64]
    """The index that the texts are drawn for."""
    kind: NDArray[np.int64]
    claimed: NDArray[np.int64]
    pattern: NDArray[np.int64]
    """Position in `PATTERN_NAMES`."""
    colour: NDArray[np.int64]
    """Position in `COLOUR_NAMES`."""
    worn: NDArray[np.bool_]
    """Whether there is a second picture."""


def looks(index: NDArray[np.int64], seed: int) -> Looks:
    """What the products of these numbers are.

    A repeated product repeats the first one of its block of 16, so that no product depends on how many there are.
    """
    first = index - index % _BLOCK
    chance = fraction(seed, "repeat", index)
    later = index != first
    duplicate, lookalike = later & (chance < DUPLICATES), later & (chance >= 1 - LOOKALIKES)
    origin = np.where(duplicate | lookalike, first, index)
    texts = np.where(duplicate, first, index)
    kind = choice(seed, "kind", origin, len(KINDS))
    wrong = fraction(seed, "wrong", texts) < WRONG_CLAIMS
    other = (kind + 1 + choice(seed, "other", texts, len(KINDS) - 1)) % len(KINDS)
    return Looks(
        index=index,
        texts=texts,
        kind=kind,
        claimed=np.where(wrong, other, kind),
        pattern=one_of(seed, "pattern", origin, _PATTERNS, kind),
        colour=one_of(seed, "colour", origin, _COLOURS, kind),
        worn=fraction(seed, "worn", origin) < WORN_SHARE,
    )


def truth(index: int, seed: int = 0) -> Truth:
    """What the product of that number is."""
    look = looks(np.array([index]), seed)
    first = index - index % _BLOCK
    chance = float(fraction(seed, "repeat", look.index)[0])
    repeated = index != first
    return Truth(
        index=index,
        category=KINDS[look.kind[0]].category,
        claimed=KINDS[look.claimed[0]].category,
        pattern=PATTERN_NAMES[look.pattern[0]],
        colour=COLOUR_NAMES[look.colour[0]],
        duplicate_of=first if repeated and chance < DUPLICATES else None,
        lookalike_of=first if repeated and chance >= 1 - LOOKALIKES else None,
        fate=fate(index, seed),
        pictures=2 if look.worn[0] else 1,
    )


def fate(index: int, seed: int) -> Fate:
    """What happens to a product's first picture on its way."""
    left = float(fraction(seed, "fate", np.array([index]))[0])
    for name, share in _FATES:
        if left < share:
            return name
        left -= share
    return "ok"


def generator(index: int, position: int, seed: int) -> np.random.Generator:
    """The source of chance for one picture."""
    return np.random.default_rng(int(draw(seed, f"picture {position}", np.array([index]))[0]))


def article(what: Truth, seed: int) -> Article:
    """The garment that a product's pictures show."""
    cut = int(draw(seed, "cut", np.array([what.shows]))[0])
    return Article(kind=BY_CATEGORY[what.category], pattern=what.pattern, colour=what.colour, seed=cut)
