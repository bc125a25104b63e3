"""`wildwear evaluate`."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import App, Parameter

from wildwear.cli.session import current
from wildwear.evaluation.settings import EvaluateSettings
from wildwear.models.settings import RuntimeOptions
from wildwear.records import Report

app = App(name="evaluate", help_epilogue="Example: wildwear evaluate mine --on street:val --compare-to wildwear-base")

_RANKED = {"all": "all classes", "dataset": "the dataset's", "within-region": "the region's"}
_COLUMNS = ("top-1", "top-3", "top-5", "macro")


@app.default
def evaluate(
    models: list[str],
    /,
    *,
    settings: Annotated[EvaluateSettings, Parameter(name="*", negative="")],
    options: Annotated[RuntimeOptions, Parameter(name="*")] = RuntimeOptions(),
) -> Report:
    """Measure models on one side of a dataset, with 95 % intervals, per category and per region.

    Parameters
    ----------
    models
        Models to measure, by name or folder, side by side.
    """
    from wildwear.cli.output import print_table, progress
    from wildwear.evaluation.stage import evaluate

    report = evaluate(current().open(), models, settings, options, progress)
    scores: Any = report.details["scores"]
    rows = [
        (title if not index else "", one["title"], *map(_cell, one["rankings"][ranking].values()))
        for ranking, title in _RANKED.items()
        for index, one in enumerate(scores)
    ]
    print_table(("ranked among", "model", *_COLUMNS), rows, "accuracy, %, with half of its 95 % interval")
    compared: Any = [*report.details["comparisons"], *report.details["box_gains"]]  # type: ignore[misc]
    if compared:
        gains = [
            (one["ours"], one["theirs"], *(_cell(gain, "+.1f") for gain in one["gains"].values())) for one in compared
        ]
        title = "gain over another, percentage points, with half of its 95 % interval"
        print_table(("model", "over", *_COLUMNS), gains, title)
    return report


def _cell(estimate: dict[str, float], form: str = ".1f") -> str:
    return f"{100 * estimate['value']:{form}} ± {50 * (estimate['high'] - estimate['low']):.1f}"
