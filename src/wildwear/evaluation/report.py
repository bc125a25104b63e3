"""The evaluation as one HTML file: summary, figures, tables and pictures inside, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from wildwear import __version__
from wildwear.evaluation.bootstrap import Estimate
from wildwear.evaluation.comparisons import FEW
from wildwear.evaluation.figures import COLOURS, by_category, change_by_category, headline, reliability_diagram
from wildwear.evaluation.matrix import confusion_figure
from wildwear.evaluation.outcome import Evaluation
from wildwear.evaluation.story import about_categories, about_confusions, moved, p_value, percent, signed, story
from wildwear.evaluation.views import CROPS

RANKING_TITLES = {
    "all": "among all of the model's classes",
    "dataset": "among the classes of this dataset",
    "within-region": "among the classes of the right region",
}


def render(it: Evaluation, pictures: Mapping[str, str]) -> str:
    """The page; `pictures` has a `data:` address for each sample that is shown."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        loader=jinja2.PackageLoader("wildwear.evaluation"),
    )
    environment.filters.update(percent=percent, interval=_interval, signed=signed, p_value=p_value, count="{:,}".format)
    return environment.get_template("report.html.j2").render(
        it=it,
        titles=[scores.title for scores in it.scores if scores.boxes != "ignored"] or [it.scores[0].title],
        story=story(it),
        moved=[moved(changes) for changes in it.changes],
        about_categories=about_categories(it.scores[0]),
        about_confusions=[about_confusions(scores) for scores in it.scores],
        looked=_looked(it),
        seeds=any(len(scores.seeds) > 1 for scores in it.scores),
        few=FEW,
        pictures=pictures,
        colours=[COLOURS[index % len(COLOURS)] for index in range(len(it.scores))],
        ranking_titles=RANKING_TITLES,
        figures=_figures(it),
        version=__version__,
    )


def _figures(it: Evaluation) -> dict[str, object]:
    from markupsafe import Markup

    return {
        "headline": Markup(headline(it.scores, it.settings.classes)),
        "changes": [Markup(change_by_category(changes)) for changes in it.changes],
        "categories": Markup(by_category(it.scores)),
        "reliability": Markup(reliability_diagram(it.scores)),
        "confusions": [Markup(confusion_figure(scores.confusion_matrix, scores.title)) for scores in it.scores],
    }


def _looked(it: Evaluation) -> str:
    """How samples were looked at."""
    crops = it.settings.crops
    often = "Each sample is looked at once" if crops == 1 else f"Each sample is looked at in {crops} views"
    often += f" ({CROPS[crops]})" + ("." if crops == 1 else ", whose probabilities are averaged.")
    if not it.boxed:
        return f"{often} The samples have no boxes: the whole of each stored picture is seen."
    ways = {
        "given": "What lies in a sample's box is seen.",
        "ignored": "Boxes are ignored: all that is stored of a photograph is seen.",
        "both": "With boxes, what lies in them is seen; without, all that is stored of the photograph.",
    }
    share = f" A box takes {percent(it.box_share)} % of its stored picture (median)." if it.box_share else ""
    return f"{often} {ways[it.settings.boxes]}{share}"


def _interval(estimate: Estimate) -> str:
    return f"{percent(estimate.low)} – {percent(estimate.high)}"
