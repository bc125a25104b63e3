"""Figures as SVG that lies inside a page; narrow enough for a phone, with alternative text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wildwear.evaluation.comparisons import FEW, Change, Changes
from wildwear.evaluation.scores import Part, Scores
from wildwear.evaluation.story import percent, short, signed
from wildwear.figures import FAINT, INK, SOFT, bare, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#1f5fa8", "#c8641b", "#3d8b4f", "#8a4fa3", "#a33b4c", "#4a7d87")
"""One a model, dark enough for print."""
GREY = "#b4bcc5"
"""What says next to nothing: parts with few samples."""
_GAIN, _LOSS = COLOURS[:2]
_WIDTH = 4.8  # inches; half of the page, and a phone's width when it is scaled down a little
_ROW = 0.2


def headline(scores: Sequence[Scores], ranking: str) -> str:
    """Top-1, top-3 and top-5 accuracy with its interval, one mark a model."""
    names = ("top1", "top3", "top5", "macro")

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for index, one in enumerate(scores):
            colour = COLOURS[index % len(COLOURS)]
            for place, name in enumerate(names):
                estimate, height = one.rankings[ranking][name], place + _offset(index, len(scores))
                axes.hlines(height, 100 * estimate.low, 100 * estimate.high, colors=colour, alpha=0.45, linewidth=2)
                axes.scatter(100 * estimate.value, height, s=24, color=colour, zorder=3)
                told = percent(estimate.value)
                axes.text(100 * estimate.high + 1.5, height, told, va="center", fontsize=8, color=colour)
        axes.set_yticks(range(len(names)), ("first guess", "first three", "first five", "macro"))
        axes.set_ylim(len(names) - 0.4, -0.6)
        _percent_axis(axes, "accuracy, %")

    return svg(
        draw,
        width=_WIDTH,
        height=0.7 + max(0.34, 0.17 * len(scores)) * len(names),
        title="Accuracy of each model",
        description="; ".join(_in_words(one, ranking) for one in scores),
    )


def by_category(scores: Sequence[Scores]) -> str:
    """Top-1 accuracy of each category with its interval, one mark a model."""
    parts = scores[0].categories
    names = [part.name for part in parts]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for index, one in enumerate(scores):
            _intervals(axes, names, one.categories, COLOURS[index % len(COLOURS)], _offset(index, len(scores)))
        axes.set_yticks(range(len(names)), [f"{short(part.name)} · {part.samples:,}" for part in parts])
        _grey_few(axes, parts)
        axes.set_ylim(len(names) - 0.4, -0.6)
        _percent_axis(axes, "top-1 accuracy, %")

    return svg(
        draw,
        width=_WIDTH,
        height=0.6 + max(_ROW, 0.13 * len(scores)) * len(names),
        title="Top-1 accuracy of each category",
        description="A dot for each model and category, with a line for its 95 % interval.",
    )


def change_by_category(changes: Changes) -> str:
    """Bars of what is gained or lost: by region, by frequency, and on each category (the paper's Figure 4)."""
    blocks = (changes.regions, changes.terciles, changes.categories)
    kept = [one.gain for block in blocks for one in block if not one.few]
    reach = min(100.0, max([5.0, *(115 * max(abs(gain.low), abs(gain.high)) for gain in kept)]))
    rows = [len(block) for block in blocks]

    def draw(figure: Figure) -> None:
        spaces = figure.subplots(3, 1, sharex=True, gridspec_kw={"height_ratios": [count + 1 for count in rows]})
        titles = ("by region", "by samples in training", "by category, most samples in training on top")
        for axes, block, title in zip(spaces, blocks, titles, strict=True):
            _bars(axes, block, trained=block is changes.categories)
            axes.set_title(title, loc="left", fontsize=9, color=SOFT)
        spaces[-1].set_xlim(-reach, reach)
        spaces[-1].set_xlabel(f"points of top-{changes.k} accuracy gained")

    return svg(
        draw,
        width=_WIDTH,
        height=1.5 + _ROW * sum(rows),
        title=f"Change from {changes.theirs} to {changes.ours}",
        description="; ".join(f"{one.name} {signed(one.gain.value)}" for one in (*changes.regions, *changes.terciles)),
    )


def reliability_diagram(scores: Sequence[Scores]) -> str:
    """Accuracy against confidence: on the diagonal a model is right as often as it says."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.plot([0, 100], [0, 100], color="#9aa4af", linewidth=1, linestyle=(0, (4, 3)))
        for index, one in enumerate(scores):
            total = sum(held.samples for held in one.after.bins)
            points = [(100 * held.confidence, 100 * held.accuracy) for held in one.after.bins]
            sizes = [10 + 140 * held.samples / total for held in one.after.bins]
            colour = COLOURS[index % len(COLOURS)]
            x, y = [point[0] for point in points], [point[1] for point in points]
            axes.plot(x, y, color=colour, linewidth=1.4)
            axes.scatter(x, y, s=sizes, color=colour, alpha=0.75, linewidth=0, zorder=3)
        axes.set(xlim=(0, 100), ylim=(0, 100), xlabel="confidence, %", ylabel="accuracy, %", aspect="equal")
        axes.grid(True, color=FAINT, linewidth=0.8)
        axes.set_axisbelow(True)
        bare(axes, "top", "right")

    return svg(
        draw,
        width=3.9,
        height=3.6,
        title="Accuracy against confidence",
        description="A line for each model; on the diagonal it is right as often as it says.",
    )


def _bars(axes: Axes, changes: Sequence[Change], *, trained: bool) -> None:
    places = range(len(changes))
    values = [100 * one.gain.value for one in changes]
    colours = [GREY if one.few else _GAIN if one.gain.value >= 0 else _LOSS for one in changes]
    axes.barh(places, values, height=0.66, color=colours, alpha=0.85)
    axes.scatter(values, places, s=8, color=[SOFT if one.few else INK for one in changes], zorder=3)
    low, high = [100 * one.gain.low for one in changes], [100 * one.gain.high for one in changes]
    axes.hlines(places, low, high, colors=[SOFT if one.few else INK for one in changes], linewidth=1)
    axes.axvline(0, color=SOFT, linewidth=0.8)
    labels = [f"{short(one.name)} · {one.trained:,} → {one.samples:,}" if trained else one.name for one in changes]
    axes.set_yticks(places, labels)
    _grey_few(axes, changes)
    axes.set_ylim(len(changes) - 0.4, -0.6)
    axes.xaxis.grid(True, color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    bare(axes, "left", "top", "right")


def _intervals(axes: Axes, names: Sequence[str], parts: Sequence[Part], colour: str, offset: float) -> None:
    at = {name: place for place, name in enumerate(names)}
    heights = [at[part.name] + offset for part in parts]
    colours = [GREY if part.few else colour for part in parts]
    low, high = [100 * part.top1.low for part in parts], [100 * part.top1.high for part in parts]
    axes.hlines(heights, low, high, colors=colours, alpha=0.45)
    values = [100 * part.top1.value for part in parts]
    axes.scatter(values, heights, s=22, color=colours, zorder=3, clip_on=False)


def _grey_few(axes: Axes, parts: Sequence[Part | Change]) -> None:
    for label, part in zip(axes.get_yticklabels(), parts, strict=True):
        label.set_color(SOFT if part.samples < FEW else INK)


def _percent_axis(axes: Axes, title: str) -> None:
    axes.set_xlim(0, 100)
    axes.set_xlabel(title)
    axes.xaxis.grid(True, color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    bare(axes, "left", "top", "right")


def _offset(index: int, models: int) -> float:
    return 0.0 if models == 1 else 0.5 * (index / (models - 1) - 0.5)


def _in_words(scores: Scores, ranking: str) -> str:
    figures = scores.rankings[ranking]
    return f"{scores.title}: " + ", ".join(
        f"{name[:3]}-{name[3:]} {figures[name]}" for name in ("top1", "top3", "top5")
    )
