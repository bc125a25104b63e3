"""The figures of an experiment as SVG: what changes on each category, and accuracy against target samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wildwear.evaluation.figures import COLOURS
from wildwear.figures import FAINT, SOFT, bare, svg
from wildwear.reproduction.results import Curve, FigureResult
from wildwear.reproduction.tables import NAMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def learning_curves(result: FigureResult) -> str:
    """A line an arm with a band for its 95 % interval, and a dot a seed; an arm without target samples is dashed."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for index, curve in enumerate(result.curves):
            _curve(axes, curve, COLOURS[index % len(COLOURS)])
        sizes = sorted({point.size for curve in result.curves for point in curve.points if point.size})
        axes.set_xscale("log")
        axes.set_xticks(_apart(sizes), [f"{size:,}" for size in _apart(sizes)])
        axes.minorticks_off()
        axes.set_xlabel("target samples that are learned from (logarithmic)")
        axes.set_ylabel(f"{NAMES[result.spec.figure]} accuracy, %")
        axes.yaxis.grid(True, color=FAINT, linewidth=0.8)
        axes.set_axisbelow(True)
        bare(axes, "top", "right")

    return svg(
        draw,
        width=7.4,
        height=4.2,
        title=result.spec.title,
        description="Accuracy against the number of target samples, a line for each arm with its 95 % interval.",
    )


def _curve(axes: Axes, curve: Curve, colour: str) -> None:
    low, value, high = (
        [100 * getattr(point.ours, name) for point in curve.points] for name in ("low", "value", "high")
    )
    if [point.size for point in curve.points] == [0]:
        axes.axhspan(low[0], high[0], color=colour, alpha=0.08, linewidth=0)
        axes.axhline(value[0], color=colour, linewidth=1.3, linestyle=(0, (5, 3)))
        return
    sizes = [point.size for point in curve.points]
    axes.fill_between(sizes, low, high, color=colour, alpha=0.13, linewidth=0)
    axes.plot(sizes, value, color=colour, linewidth=1.7, marker="o", markersize=4.5)
    for point in curve.points:
        seeds = [100 * one for one in point.by_seed]
        axes.scatter([point.size] * len(seeds), seeds, s=8, color=colour, alpha=0.45, linewidth=0)


def _apart(sizes: Sequence[int]) -> list[int]:
    """Those that are far enough from the one before for a label: groups come whole, so that arms differ a little."""
    kept: list[int] = []
    for size in sizes:
        if not kept or size > 1.2 * kept[-1]:
            kept.append(size)
    return kept


def category_changes(result: FigureResult) -> str:
    """A bar a category with its 95 % interval, those with the most training samples first (the paper's Figure 4)."""
    changes = result.changes
    assert changes is not None

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for place, one in enumerate(changes.categories):
            colour = SOFT if one.few else COLOURS[0] if one.gain.value >= 0 else COLOURS[1]
            axes.bar(place, 100 * one.gain.value, width=0.72, color=colour, alpha=0.35 if one.few else 0.9)
            axes.vlines(place, 100 * one.gain.low, 100 * one.gain.high, color="#22272e", alpha=0.55, linewidth=1)
        axes.axhline(0, color="#22272e", linewidth=0.8)
        titles = [f"{one.name}  ({one.trained:,})" for one in changes.categories]
        axes.set_xticks(range(len(titles)), titles, rotation=60, ha="right", rotation_mode="anchor")
        axes.set_xlim(-0.6, len(titles) - 0.4)
        axes.set_ylabel(f"change of {NAMES[result.spec.figure]}, points")
        axes.yaxis.grid(True, color=FAINT, linewidth=0.8)
        axes.set_axisbelow(True)
        bare(axes, "top", "right", "bottom")

    return svg(
        draw,
        width=max(5.0, 1.2 + 0.3 * len(changes.categories)),
        height=4.0,
        title=result.spec.title,
        description="The change of accuracy on each category, those with the most training samples first.",
    )
