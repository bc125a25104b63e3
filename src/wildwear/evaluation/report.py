"""The evaluation as one HTML file: tables, figures and pictures inside, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING

from wildwear import __version__
from wildwear.evaluation.bootstrap import Estimate
from wildwear.evaluation.figures import COLOURS, by_category, reliability_diagram

if TYPE_CHECKING:
    from wildwear.evaluation.outcome import Evaluation

RANKING_TITLES = {
    "all": "among all of the model's classes",
    "dataset": "among the classes of this dataset",
    "within-region": "among the classes of the right region",
}


def render(evaluation: Evaluation, pictures: Mapping[str, str]) -> str:
    """The page; `pictures` has a `data:` address for each sample that is shown."""
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    environment.filters.update(percent=_percent, interval=_interval, signed=_signed)
    text = (files("wildwear.evaluation") / "templates" / "report.html.j2").read_text(encoding="utf-8")
    return environment.from_string(text).render(
        it=evaluation,
        names=[scores.model.split("@")[0] for scores in evaluation.scores],
        pictures=pictures,
        colours=[COLOURS[index % len(COLOURS)] for index in range(len(evaluation.scores))],
        ranking_titles=RANKING_TITLES,
        categories_figure=Markup(by_category(evaluation.scores)),
        reliability_figure=Markup(reliability_diagram(evaluation.scores)),
        version=__version__,
    )


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _interval(estimate: Estimate) -> str:
    return f"{100 * estimate.low:.1f} – {100 * estimate.high:.1f}"


def _signed(value: float) -> str:
    return f"{100 * value:+.1f}".replace("-", "−")
