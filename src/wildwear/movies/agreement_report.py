"""The stage behind `clips agreement`: every two annotators who have judged the same clips."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from wildwear.errors import UnknownName, UserError
from wildwear.movies.agreement import Agreement, agreement, disputed, final_labels
from wildwear.movies.clip_log import Words, words_of
from wildwear.records import Report
from wildwear.workspace import Workspace

COLUMNS = ("first", "second", "clips", "agreed", "share", "kappa")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two annotators, for a reader."""

    found: Agreement

    @property
    def row(self) -> tuple[object, ...]:
        """What belongs under `COLUMNS`."""
        one = self.found
        share = f"{100 * one.agreed / one.clips:.1f} %" if one.clips else ""
        kappa = "" if math.isnan(one.kappa) else f"{one.kappa:.3f}"
        return one.first, one.second, one.clips, one.agreed, share, kappa

    @property
    def differences(self) -> list[tuple[tuple[str, str], int]]:
        """What they call differently, the most frequent first."""
        return [(pair, count) for pair, count in self.found.confusion.items() if pair[0] != pair[1]]


def agreement_report(workspace: Workspace, first: str | None, second: str | None) -> tuple[Report, list[Pair]]:
    """How far those two agree, or every two who share a clip. Raises `UnknownName` for who has said nothing."""
    words = words_of(workspace)
    names = words.annotators
    for name in (first, second):
        if name is not None and name not in names:
            raise UnknownName("annotator", name, names)
    if not names:
        raise UserError("nobody has said anything of a clip yet: run 'wildwear clips annotate --as NAME'")
    pairs = [Pair(found=agreement(words, *pair)) for pair in _pairs(words, first, second)]
    bases = Counter(one.basis.value for one in final_labels(words).values())
    left = len(disputed(words))
    report = Report(
        verb="clips agreement",
        done={"clips judged": len(words.by_clip), **{f"labels: {basis}": count for basis, count in bases.items()}},
        notes=(f"{left:,} clips are disputed: settle them on the page of 'wildwear clips annotate'",) if left else (),
        details={
            "annotators": {name: len(words.of(name)) for name in names},
            "pairs": [
                {
                    "first": pair.found.first,
                    "second": pair.found.second,
                    "clips": pair.found.clips,
                    "agreed": pair.found.agreed,
                    "kappa": None if math.isnan(pair.found.kappa) else pair.found.kappa,
                }
                for pair in pairs
            ],
        },
    )
    return report, pairs


def _pairs(words: Words, first: str | None, second: str | None) -> list[tuple[str, str]]:
    """Those two; else all with one of them, or all, who share a clip."""
    if first and second:
        return [(first, second)]
    shared = {pair for said in words.by_clip.values() for pair in combinations(sorted(said), 2)}
    return sorted(pair for pair in shared if first is None or first in pair)
