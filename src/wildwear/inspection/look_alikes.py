"""Pictures that are copies of one photograph: scaled, recompressed, cropped, brightened, mirrored, bordered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from os import cpu_count
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from wildwear.inspection.agreement import agreement
from wildwear.inspection.candidates import candidates
from wildwear.inspection.glances import Fetched, Glances, glance_at
from wildwear.inspection.grouping import stars
from wildwear.inspection.neighbours import nearest
from wildwear.inspection.scrutiny import scrutinise
from wildwear.progress import Advance, Progress, silent

Rows = NDArray[np.int64]

_GLANCE = 0.65
"""The agreement at a glance that is worth a closer look; copies have it."""
_GLANCE_COLOUR = 30.0
"""The difference of colours that is worth one: edges count, so copies have up to 25."""
_OVERLAP = 0.7
_STRENGTHS = 1 << 16
_PAIRS_AT_ONCE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlikeSettings:
    """When two pictures are copies of one."""

    agreement: float = 0.65
    """How well fine detail must agree where two pictures lie on each other, 0 to 1."""
    difference: float = 10.0
    """How far colours may differ, levels of 255: so far in all but the worst 2 % of places, and half as far in all but
    the worst 10 %. With 255 the same shot of a garment in another colour is a copy too."""
    neighbours: int = 8
    """With how many of the nearest by vector each picture is compared."""

    def __post_init__(self) -> None:
        if not 0 < self.agreement <= 1 or not 0 <= self.difference <= 255 or self.neighbours < 0:
            raise ValueError(f"needs agreement in 0 to 1, difference in 0 to 255, neighbours from 0 on, and got {self}")


def look_alikes(
    phash: NDArray[np.uint64],
    vectors: NDArray[np.floating],
    pictures: Fetched,
    settings: LookAlikeSettings | None = None,
    progress: Progress = silent,
) -> Rows:
    """The number of each picture's group of copies, from 0 on in the order of the groups' first rows; -1 for one alone.

    `phash` (N) and `vectors` (N × D of one model, in memory or in a file) say which pairs to compare: hashes that are
    near, as they are or mirrored, with a border or without; and the nearest vectors. `pictures` gives the stored
    pictures of rows: all of them once, in order, and again those of pairs that agree at a glance. In each group all
    agree with one and the same; which groups there are does not depend on the order of rows. Pictures without
    structure, or that cannot be decoded, are alone. Raises `ValueError` where lengths differ.
    """
    settings = settings or LookAlikeSettings()
    if len(phash) != len(vectors):
        raise ValueError(f"needs one vector a hash, and got {len(vectors)} for {len(phash)}")
    glances = glance_at(len(phash), pictures, progress)
    _, rows, inverse = np.unique(glances.digest, return_index=True, return_inverse=True)
    compared = _Compared(glances=glances, rows=rows, pictures=pictures, settings=settings)
    hashes = [of[rows] for of in (glances.hash, glances.mirrored, phash)]
    left, right = candidates(hashes, nearest(vectors, rows, settings.neighbours), glances.there[rows])
    with progress("comparing pairs", len(left)) as advance:
        linked, strength = compared.links(left, right, advance)
    middle = stars(len(rows), left[linked], right[linked], strength[linked], lambda a, b: compared.links(a, b)[0])
    return _numbered(np.where(middle >= 0, middle, np.arange(len(rows)))[inverse], glances.there)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """Different pictures, in an order of their own: by digest."""

    glances: Glances
    rows: Rows
    """Where each of them lies first."""
    pictures: Fetched
    settings: LookAlikeSettings
    reading: Lock = field(default_factory=Lock)

    def links(self, left: Rows, right: Rows, advance: Advance = lambda _: None) -> tuple[NDArray[np.bool_], Rows]:
        """Which pairs are copies of one, and how strongly. A thread a core, each with some pairs."""
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped, unused-ignore]

        linked, strength = np.zeros(len(left), bool), np.zeros(len(left), np.int64)
        parts = [slice(start, start + _PAIRS_AT_ONCE) for start in range(0, len(left), _PAIRS_AT_ONCE)]
        with threadpool_limits(1), ThreadPoolExecutor(cpu_count()) as pool:
            found = pool.map(lambda part: self._links(left[part], right[part]), parts)
            for part, (copies, how) in zip(parts, found, strict=True):
                linked[part], strength[part] = copies, how
                advance(len(copies))
        return linked, strength

    def _links(self, one: Rows, other: Rows) -> tuple[NDArray[np.bool_], Rows]:
        left, right = self.rows[np.minimum(one, other)], self.rows[np.maximum(one, other)]
        seen = agreement(self.glances, left, right)
        colour = seen.colour <= max(_GLANCE_COLOUR, self.settings.difference)
        kept = np.flatnonzero((seen.detail >= _GLANCE) & (seen.overlap >= _OVERLAP) & colour)
        closer = scrutinise(self.glances, self._fetch, left[kept], right[kept], seen.among(kept))
        copies = (closer.detail >= self.settings.agreement) & (closer.difference <= self.settings.difference)
        linked, strength = np.zeros(len(left), bool), np.zeros(len(left), np.int64)
        linked[kept] = copies
        strength[kept] = np.round(closer.detail * _STRENGTHS)
        return linked, strength

    def _fetch(self, rows: Rows) -> list[bytes]:
        with self.reading:
            return self.pictures(rows)


def _numbered(group: Rows, there: NDArray[np.bool_]) -> Rows:
    """Groups numbered by their first rows; -1 for those of one, and for what cannot be compared."""
    _, first, inverse, sizes = np.unique(group, return_index=True, return_inverse=True, return_counts=True)
    many = (sizes > 1) & there[first]
    number = np.full(len(sizes), -1)
    chosen = np.flatnonzero(many)[np.argsort(first[many])]
    number[chosen] = np.arange(len(chosen))
    return np.asarray(number[inverse])
