"""How many pictures each category has and how they were taken, side by side (after Figure 2 of the paper)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from wildwear.figures import FAINT, INK, SOFT, bare, svg
from wildwear.inspection.summary import CategoryCount, Summary, share
from wildwear.records import Mode, Split

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MODE_COLOURS = {Mode.PRODUCT: "#3d639c", Mode.WORN: "#e8b04a", Mode.WILD: "#2c7a57"}
MODE_INK = {Mode.PRODUCT: "#ffffff", Mode.WORN: INK, Mode.WILD: "#ffffff"}
"""What is written on them, with a contrast of at least 4.5."""
SIDE_COLOURS = {Split.TRAIN: "#33475b", Split.VAL: "#7089a3", Split.TEST: "#aebdcb"}
RARE = "#a83a12"

_ROW = 0.25
_SIDES_ROW = 0.42
_LABELLED = 0.07
"""The least share that is written on its bar."""


def sizes_and_modes(summary: Summary, rare: int) -> str:
    """An SVG with a row a category: its size on a logarithmic scale, and the shares of its modes."""
    counts = summary.categories
    with_sides = any(count.sides for count in counts)

    def draw(figure: Figure) -> None:
        figure.set_layout_engine("constrained", wspace=0.05)
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1, 1.05))
        _sizes(left, counts, rare, with_sides=with_sides)
        _shares(right, summary)
        left.set_ylim(len(counts) - 0.4, -1.9)

    parts = ", ".join(f"{mode} {share(summary.modes[mode], summary.pictures)}" for mode in Mode)
    sizes = ", ".join(f"{count.category} {count.pictures:,}" for count in counts)
    return svg(
        draw,
        width=10.2,
        height=1.15 + (_SIDES_ROW if with_sides else _ROW) * (len(counts) + 1.5),
        title=f"Sizes and photo modes of {summary.collection}",
        description=f"Pictures of each category: {sizes}. Modes of all pictures: {parts}.",
    )


def _sizes(axes: Axes, counts: Sequence[CategoryCount], rare: int, *, with_sides: bool) -> None:
    places = range(len(counts))
    for place, count in enumerate(counts):
        if with_sides:
            for number, (side, colour) in enumerate(SIDE_COLOURS.items()):
                axes.barh(place + 0.26 * (number - 1), count.sides[side], 0.24, left=0.5, color=colour)
        else:
            axes.barh(place, count.pictures, 0.66, left=0.5, color=RARE if count.rare else SIDE_COLOURS[Split.TRAIN])
        text = f"{count.pictures:,}" + ("  rare" if count.rare else "")
        end = max(count.sides.values()) if with_sides else count.pictures
        axes.annotate(
            text,
            (end + 0.5, place),
            (5, 0),
            textcoords="offset points",
            va="center",
            color=RARE if count.rare else INK,
            weight="bold" if count.rare else "normal",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )
    axes.set_xscale("log")
    axes.set_xlim(0.8, 4 * max((count.pictures for count in counts), default=1) + 10)
    axes.set_yticks(list(places), [count.category for count in counts])
    for label, count in zip(axes.get_yticklabels(), counts, strict=True):
        label.set_color(RARE if count.rare else INK)
    if rare:
        axes.plot([rare, rare], [-0.75, len(counts) - 0.5], color=RARE, linewidth=0.9, linestyle=(0, (3, 3)), zorder=0)
        axes.text(rare, -0.85, f"rare below {rare:,}", color=RARE, ha="center", va="bottom")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_xlabel("pictures, logarithmic scale")
    axes.xaxis.grid(True, color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    bare(axes, "left", "top", "right")


def _shares(axes: Axes, summary: Summary) -> None:
    _stack(axes, -1.3, summary.modes, thickness=0.8)
    axes.text(-1.5, -1.3, "all", ha="right", va="center", weight="bold")
    for place, count in enumerate(summary.categories):
        _stack(axes, place, count.modes, thickness=0.66)
    axes.set_xlim(0, 100)
    axes.set_xlabel("share of photo modes, %")
    axes.tick_params(labelleft=False)
    bare(axes, "left", "top", "right", "bottom")


def _stack(axes: Axes, place: float, modes: Mapping[str, int], *, thickness: float) -> None:
    whole, left = sum(modes.values()) or 1, 0.0
    for mode, colour in MODE_COLOURS.items():
        width = 100 * modes[mode] / whole
        axes.barh(place, width, thickness, left=left, color=colour, edgecolor="white", linewidth=0.8)
        if width >= 100 * _LABELLED:
            axes.text(
                left + width / 2, place, f"{width:.0f}", ha="center", va="center", color=MODE_INK[mode], fontsize=8
            )
        left += width
    axes.tick_params(colors=SOFT)
