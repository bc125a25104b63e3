"""Learning curves as SVG: accuracy against target samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wildwear.evaluation.figures import COLOURS
from wildwear.figures import FAINT, bare, svg
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
