"""An evaluation in plain sentences, made from its figures: what a reader should know who reads nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wildwear.evaluation.bootstrap import Difference
from wildwear.evaluation.calibration import Calibration
from wildwear.evaluation.comparisons import FEW, Change, Changes, Comparison
from wildwear.evaluation.outcome import Evaluation
from wildwear.evaluation.scores import Part, Scores

_NAMED = 4
"""How many categories a sentence names, and of how many models it is told."""
_LETTERS = 26
_GLUE = "\N{NO-BREAK SPACE}"
_REGIONS = {"upper": "the upper body", "lower": "the lower body", "full": "the full body", "accessory": "accessories"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A piece of the summary."""

    lead: str
    """What it is about, in a word or two."""
    text: str


def story(it: Evaluation) -> tuple[Paragraph, ...]:
    """The summary on top of the report."""
    return tuple(Paragraph(lead=lead, text=text) for lead, text in _paragraphs(it) if text)


def _paragraphs(it: Evaluation) -> Iterator[tuple[str, str]]:
    ranking = it.settings.classes
    yield "Accuracy", " ".join([accuracy(it.scores[0], ranking), *(beside(one, ranking) for one in it.scores[1:])])
    yield from (("Which is better", verdict(found)) for found in it.comparisons)
    if len(it.scores) > 1 and not it.comparisons and not it.box_gains:
        yield "Which is better", "That is for --compare-to to say, which looks at the same samples in pairs."
    ways = 2 if it.settings.boxes == "both" else 1  # the figures tell of both, the summary of the first alone
    yield from (("What changes", f"{moved(changes)} {where(changes)}".strip()) for changes in it.changes[::ways])
    yield "Boxes", " ".join(boxes(gain, it) for gain in it.box_gains)
    honest = (f"{one.title}: {honesty(one.after, one.before)}" for one in it.scores[::ways][:_NAMED])
    yield "Confidence", " ".join(honest)
    yield "Few samples", few(it.scores[0].categories)
    if not it.warnings:
        yield (
            "Leaks",
            (
                f"No picture or group of {it.dataset}:{it.split} was found among what the models have learned from, "
                "as far as their cards and this workspace can tell."
            ),
        )


def accuracy(scores: Scores, ranking: str) -> str:
    """How often a model is right, beside the simplest guess."""
    top1, top3, often = scores.rankings[ranking]["top1"], scores.rankings[ranking]["top3"], scores.categories[0]
    return (
        f"{scores.title} names the right category at the first guess in {share(top1.value)} of {scores.samples:,} "
        f"cases, and within its first three guesses in {share(top3.value)} (with 95{_GLUE}% confidence between "
        f"{percent(top3.low)} and {share(top3.high)}). The most frequent label, {often.name}, makes up "
        f"{share(often.samples / scores.samples)} of the samples."
    )


def beside(scores: Scores, ranking: str) -> str:
    """The same of a further model, briefly."""
    top1, top3 = scores.rankings[ranking]["top1"], scores.rankings[ranking]["top3"]
    return f"{scores.title} reaches {share(top1.value)} at the first guess and {share(top3.value)} within three."


def verdict(found: Comparison) -> str:
    """Whether one is better than the other, and how sure that is."""
    gain = found.gains["top3"]
    test = found.mcnemar.get("top3")
    sure = f"p{_GLUE}={_GLUE}{p_value(gain.p)}" + (f"; McNemar's test: {p_value(test.p)}" if test else "")
    if not gain.shown:
        return (
            f"These samples do not show which of {found.ours} and {found.theirs} is better: they differ by "
            f"{points(gain.value)} points of top-3 accuracy, and anything from {signed(gain.low)} to "
            f"{signed(gain.high)} fits what was seen ({sure})."
        )
    better = "better" if gain.value > 0 else "worse"
    return (
        f"{found.ours} is {better} than {found.theirs}, by {points(gain.value)} points of top-3 accuracy, with "
        f"95{_GLUE}% confidence between {signed(gain.low)} and {signed(gain.high)} ({sure})."
    )


def moved(changes: Changes) -> str:
    """Which categories gain or lose more than chance would explain."""
    sure = [one for one in changes.categories if not one.few and one.gain.shown]
    gains = sorted((one for one in sure if one.gain.value > 0), key=lambda one: -one.gain.value)
    losses = sorted((one for one in sure if one.gain.value < 0), key=lambda one: one.gain.value)
    enough = sum(not one.few for one in changes.categories)
    if not sure:
        return f"None of the {enough} categories with at least {FEW} samples changes by more than chance would explain."
    told = [f"gains on {_named(gains)}"] if gains else []
    told += [f"loses on {_named(losses)}"] if losses else []
    return (
        f"{changes.ours} {' and '.join(told)}, in points of top-{changes.k}. Of {enough} categories with at least "
        f"{FEW} samples about {max(1, round(0.05 * enough))} would seem to change by chance."
    )


def where(changes: Changes) -> str:
    """In which region, and at which frequency, most is gained."""
    if len(changes.regions) < 2:
        return ""
    region = max(changes.regions, key=lambda one: one.gain.value)
    third = max(changes.terciles, key=lambda one: one.gain.value)
    return (
        f"By region the gain is largest on {_REGIONS.get(region.name, region.name)} ({_change(region.gain)}); by "
        f"frequency in training, on the {third.name.split(' ')[0]} third of the categories ({_change(third.gain)})."
    )


def boxes(gain: Comparison, it: Evaluation) -> str:
    """What a box is worth."""
    found = gain.gains["top3"]
    less = "loses" if found.value > 0 else "gains"
    chance = "" if found.shown else ", which may be chance"
    part = f" (a box takes {share(it.box_share)} of it, median)" if it.box_share else ""
    return (
        f"When {gain.ours} sees all that is stored of the photograph{part} and not the box alone, it {less} "
        f"{points(found.value)} points of top-3 accuracy ({signed(-found.high)} to {signed(-found.low)}){chance}."
    )


def honesty(after: Calibration, before: Calibration) -> str:
    """Whether probabilities can be taken at their word."""
    known = f"calibration error {share(after.error)}; chance alone explains up to {share(after.by_chance)}"
    scaled = "" if after.error == before.error else f" Without its temperature the error is {share(before.error)}."
    if after.error <= after.by_chance:
        return f"its probabilities can be taken at their word ({known}).{scaled}"
    gap = f"by {points(after.overconfidence)} points on average"
    how = f"too sure of itself, {gap}" if after.overconfidence > 0 else f"more modest than it need be, {gap}"
    return f"it is {how} ({known}).{scaled}"


def few(categories: Sequence[Part]) -> str:
    """How many categories cannot be judged."""
    small = sum(part.few for part in categories)
    if not small:
        return ""
    return f"{small} of the {len(categories)} labels have fewer than {FEW} samples: their figures, in grey, say little."


def about_categories(scores: Scores) -> str:
    """What the figure by category shows."""
    judged = sorted((part for part in scores.categories if not part.few), key=lambda part: part.top1.value)
    if len(judged) < 2:
        return ""
    worst, best = judged[0], judged[-1]
    return (
        f"{scores.title} does best on {best.name} ({share(best.top1.value)}) and worst on {worst.name} "
        f"({share(worst.top1.value)}), of those with at least {FEW} samples."
    )


def about_confusions(scores: Scores) -> str:
    """What the confusion matrix shows."""
    if not scores.confusions:
        return "Nothing is taken for anything else."
    pair = scores.confusions[0]
    return f"Most often {pair.truth} is taken for {pair.predicted}: {pair.samples:,} times, {share(pair.share)} of it."


def percent(value: float) -> str:
    """A share in per cent, with one decimal."""
    return f"{100 * value:.1f}"


def share(value: float) -> str:
    """The same with its sign, which no line break parts from it."""
    return f"{percent(value)}{_GLUE}%"


def points(value: float) -> str:
    """The size of a difference of shares in percentage points."""
    return f"{100 * abs(value):.1f}"


def signed(value: float) -> str:
    """A difference of shares in percentage points, with its sign.

    >>> signed(-0.0312), signed(0.0)
    ('−3.1', '0.0')
    """
    text = f"{100 * value:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "−")


def p_value(p: float) -> str:
    """A probability as papers print it.

    >>> p_value(0.0312), p_value(0.00002)
    ('0.031', 'below 0.001')
    """
    return "below 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def short(name: str) -> str:
    """A name that fits beside a figure.

    >>> short("Jeans"), short("Button-Down or Cardigan or 14 more")
    ('Jeans', 'Button-Down or Cardigan o…')
    """
    return name if len(name) <= _LETTERS else name[: _LETTERS - 1] + "…"


def _named(changes: Sequence[Change]) -> str:
    named = [f"{one.name} ({signed(one.gain.value)})" for one in changes[:_NAMED]]
    more = f" and {len(changes) - _NAMED} more" if len(changes) > _NAMED else ""
    return ", ".join(named) + more


def _change(gain: Difference) -> str:
    return f"{signed(gain.value)} points, {signed(gain.low)} to {signed(gain.high)}"
