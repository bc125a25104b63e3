"""How figures look that lie inside a page as SVG: type, colours, and what a screen reader says of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, FAINT = "#22272e", "#5b6672", "#d9dee4"
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "wildwear",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.parse_math": False,
}


def svg(draw: Callable[[Figure], None], *, width: float, height: float, title: str, description: str) -> str:
    """What `draw` puts on a figure of that size (inches) as an `<svg>` element with title and description.

    The same input gives the same bytes: no date, no random names.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure)
        text = StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    drawn = text.getvalue()
    opening, _, rest = drawn[drawn.index("<svg") :].partition(">")
    label = re.sub(r"\W+", "-", title.lower())
    told = f'<title id="{label}">{escape(title)}</title><desc id="{label}-more">{escape(description)}</desc>'
    return f'{opening} role="img" aria-labelledby="{label} {label}-more">{told}{rest}'


def bare(axes: Axes, *sides: str) -> None:
    """Takes the frame away on these sides, and all tick marks."""
    for side in sides:
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
