"""Figures as SVG that lies inside a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wildwear.evaluation.scores import Part, Scores
from wildwear.figures import FAINT, bare, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#1f5fa8", "#c8641b", "#3d8b4f", "#8a4fa3", "#a33b4c", "#4a7d87")
"""One a model, dark enough for print."""


def by_category(scores: Sequence[Scores]) -> str:
    """Top-1 accuracy of each category with its interval, one mark a model."""
    names = [part.name for part in scores[0].categories]
    counts = {part.name: part.samples for part in scores[0].categories}

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for index, one in enumerate(scores):
            _intervals(axes, names, one.categories, COLOURS[index % len(COLOURS)], _offset(index, len(scores)))
        axes.set_yticks(range(len(names)), [f"{name}  ({counts[name]:,})" for name in names])
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xlim(0, 100)
        axes.set_xlabel("top-1 accuracy, %")
        axes.xaxis.grid(True, color=FAINT, linewidth=0.8)
        axes.set_axisbelow(True)
        bare(axes, "left", "top", "right")

    return svg(
        draw,
        width=7.6,
        height=0.6 + max(0.24, 0.13 * len(scores)) * len(names),
        title="Top-1 accuracy of each category",
        description="A dot for each model and category, with a line for its 95 % interval.",
    )


def reliability_diagram(scores: Sequence[Scores]) -> str:
    """Accuracy against confidence: on the diagonal a model is right as often as it says."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.plot([0, 100], [0, 100], color="#9aa4af", linewidth=1, linestyle=(0, (4, 3)))
        for index, one in enumerate(scores):
            points = [(100 * held.confidence, 100 * held.accuracy) for held in one.after.bins]
            sizes = [10 + 140 * held.samples / one.samples for held in one.after.bins]
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
        width=3.7,
        height=3.5,
        title="Accuracy against confidence",
        description="A line for each model; on the diagonal it is right as often as it says.",
    )


def _intervals(axes: Axes, names: Sequence[str], parts: Sequence[Part], colour: str, offset: float) -> None:
    at = {name: place for place, name in enumerate(names)}
    heights = [at[part.name] + offset for part in parts]
    axes.hlines(
        heights, [100 * p.top1.low for p in parts], [100 * p.top1.high for p in parts], colors=colour, alpha=0.45
    )
    axes.scatter([100 * part.top1.value for part in parts], heights, s=22, color=colour, zorder=3, clip_on=False)


def _offset(index: int, models: int) -> float:
    return 0.0 if models == 1 else 0.5 * (index / (models - 1) - 0.5)
