"""How far two people agree on clips, and what is taken as true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from wildwear.movies.clip_log import Annotation, Words


class Basis(StrEnum):
    """What a final label rests on."""

    SINGLE = "single"
    """One person's word."""
    AGREED = "agreed"
    """Two or more who all say the same."""
    ADJUDICATED = "adjudicated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Two people's answers, on the clips that both have judged."""

    first: str
    second: str
    clips: int
    agreed: int
    kappa: float
    """Cohen's, over whole answers (sets of categories, or reasons to discard); NaN without a clip."""
    confusion: Mapping[tuple[str, str], int]
    """How often the first said one thing and the second another, the most frequent first; the diagonal too."""
    disputed: tuple[str, ...]
    """The clips on which they differ, sorted."""


def cohen_kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Cohen's kappa (1960): agreement beyond what two people of these habits would reach by chance.

    1 is agreement throughout, 0 what chance gives; NaN where there is nothing to compare, or where both always say
    one and the same thing, so that chance agrees throughout.

    >>> cohen_kappa(["Tee", "Tee", "Jeans", "Jeans"], ["Tee", "Tee", "Jeans", "Tee"])
    0.5
    """
    assert len(first) == len(second), "both judge the same clips"
    said, also = Counter(first), Counter(second)
    total = len(first)
    chance = sum(count * also[answer] for answer, count in said.items())
    if chance == total * total:
        return float("nan")
    same = sum(one == other for one, other in zip(first, second, strict=True))
    return (same * total - chance) / (total * total - chance)


def agreement(words: Words, first: str, second: str) -> Agreement:
    """How two people answer on the clips that both have judged."""
    mine, theirs = words.of(first), words.of(second)
    shared = sorted(mine.keys() & theirs.keys())
    pairs = [(mine[clip].answer, theirs[clip].answer) for clip in shared]
    disputed = tuple(clip for clip, (one, other) in zip(shared, pairs, strict=True) if one != other)
    counted = Counter(pairs)
    return Agreement(
        first=first,
        second=second,
        clips=len(shared),
        agreed=len(shared) - len(disputed),
        kappa=cohen_kappa([one for one, _ in pairs], [other for _, other in pairs]),
        confusion=dict(sorted(counted.items(), key=lambda item: (-item[1], item[0]))),
        disputed=disputed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """What is taken as true of a clip."""

    annotation: Annotation
    basis: Basis


def final_labels(words: Words, annotators: int = 1) -> dict[str, Final]:
    """What is taken as true of each clip, in order of `clip_id`: what was adjudicated, else what all who judged it say.

    A clip that is disputed, or that fewer than `annotators` people have judged, has no label yet.
    """
    final: dict[str, Final] = {}
    for clip in sorted(words.by_clip.keys() | words.adjudicated.keys()):
        said = list(words.by_clip.get(clip, {}).values())
        if clip in words.adjudicated:
            final[clip] = Final(annotation=words.adjudicated[clip], basis=Basis.ADJUDICATED)
        elif len(said) >= annotators and len({one.answer for one in said}) == 1:
            basis = Basis.AGREED if len(said) > 1 else Basis.SINGLE
            final[clip] = Final(annotation=said[0], basis=basis)
    return final


def disputed(words: Words) -> list[str]:
    """Clips on which those who judged them differ, and that nobody has adjudicated, sorted."""
    return sorted(
        clip
        for clip, said in words.by_clip.items()
        if len({one.answer for one in said.values()}) > 1 and clip not in words.adjudicated
    )
