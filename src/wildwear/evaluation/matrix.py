"""The confusion matrix as a figure that stays readable with fifty classes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wildwear.evaluation.comparisons import FEW
from wildwear.evaluation.confusion import ConfusionMatrix
from wildwear.evaluation.story import short
from wildwear.figures import FAINT, INK, SOFT, bare, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_RIGHT, _WRONG = (0.122, 0.373, 0.659), (0.784, 0.392, 0.106)
_FULL = 0.6  # the share of a row from which a cell has its full colour
_NUMBERED = 0.1  # the share from which a cell says its number
_CELL = 0.2  # inches


def confusion_figure(matrix: ConfusionMatrix, title: str) -> str:
    """Rows are labels, normalised, ordered by region; right cells are blue, wrong ones orange, numbers per cent."""
    counts = np.array(matrix.counts, dtype=np.float64)
    shares = counts / counts.sum(axis=1, keepdims=True)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        _cells(axes, shares, np.array(matrix.right))
        _frame(axes, matrix, counts.sum(axis=1) / matrix.seeds)

    return svg(
        draw,
        width=2.6 + _CELL * max(8, len(matrix.classes)),
        height=2.2 + _CELL * max(6, len(matrix.labels)),
        title=f"Confusions of {title}",
        description="A matrix: for each label, a row, what share of it is taken for each class.",
    )


def _cells(axes: Axes, shares: NDArray[np.float64], right: NDArray[np.bool_]) -> None:
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    rows, columns = np.nonzero(shares)
    strength = np.clip(shares[rows, columns] / _FULL, 0, 1) ** 0.7
    hues = [_RIGHT if good else _WRONG for good in right[rows, columns]]
    patches = [Rectangle((x - 0.5, y - 0.5), 1, 1) for y, x in zip(rows, columns, strict=True)]
    faces = [(*hue, 0.08 + 0.87 * alpha) for hue, alpha in zip(hues, strength, strict=True)]
    axes.add_collection(PatchCollection(patches, facecolors=faces, edgecolors="white", linewidths=0.5))
    for y, x, alpha in zip(rows.tolist(), columns.tolist(), strength.tolist(), strict=True):
        if shares[y, x] >= _NUMBERED:
            colour = "white" if alpha > 0.6 else INK
            number = f"{100 * shares[y, x]:.0f}"
            axes.text(x, y, number, ha="center", va="center", fontsize=6, color=colour)


def _frame(axes: Axes, matrix: ConfusionMatrix, samples: NDArray[np.float64]) -> None:
    rows, columns = len(matrix.labels), len(matrix.classes)
    titles = [f"{short(name)} · {count:,.0f}" for name, count in zip(matrix.labels, samples, strict=True)]
    axes.set_yticks(range(rows), titles, fontsize=8)
    for label, count in zip(axes.get_yticklabels(), samples, strict=True):
        label.set_color(SOFT if count < FEW else INK)
    axes.set_xticks(range(columns), [short(name) for name in matrix.classes], fontsize=8, rotation=90)
    axes.xaxis.tick_top()
    axes.set_xlim(-0.5, columns - 0.5)
    axes.set_ylim(rows - 0.5, -0.5)
    for start, end, region in _stretches(matrix.label_regions):
        axes.axhline(start - 0.5, color=FAINT, linewidth=0.8)
        axes.text(
            columns - 0.3, (start + end) / 2, region, rotation=270, ha="left", va="center", color=SOFT, fontsize=8
        )
    for start, _, _ in _stretches(matrix.class_regions):
        axes.axvline(start - 0.5, color=FAINT, linewidth=0.8)
    axes.set_xlabel("taken for")
    axes.xaxis.set_label_position("top")
    bare(axes, "left", "top", "right", "bottom")


def _stretches(regions: Sequence[str]) -> list[tuple[int, int, str]]:
    """First and last place of each region."""
    places = groupby(enumerate(regions), key=lambda entry: entry[1])
    held = [(region, [place for place, _ in stretch]) for region, stretch in places]
    return [(at[0], at[-1], region) for region, at in held]
