"""Measures models on one side of a dataset, side by side, and writes what came out."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from wildwear.datasets.reader import DatasetRef, parse_on
from wildwear.datasets.samples import split_hash
from wildwear.errors import StorageError, UserError
from wildwear.evaluation.comparisons import Changes, Comparison, Resampling, change_by_category, compare
from wildwear.evaluation.gallery import pictures_of
from wildwear.evaluation.judging import Question, names_of_sets
from wildwear.evaluation.leaks import NEEDED, too_good
from wildwear.evaluation.outcome import Evaluation
from wildwear.evaluation.report import render
from wildwear.evaluation.running import Contender, Side, run_all
from wildwear.evaluation.scores import Scores, scores_of
from wildwear.evaluation.settings import EvaluateSettings
from wildwear.files import write_durably
from wildwear.models.package import Model
from wildwear.models.registry import load_model
from wildwear.models.settings import RuntimeOptions
from wildwear.progress import Progress, silent
from wildwear.records import Report, Split
from wildwear.table import Table
from wildwear.taxonomy import Taxonomy, load_taxonomy
from wildwear.workspace import Workspace

_COLUMNS = ["sample_id", "labels", "region", "box", "width", "height", *NEEDED]


def evaluate(
    workspace: Workspace,
    models: Sequence[str],
    settings: EvaluateSettings,
    options: RuntimeOptions | None = None,
    progress: Progress = silent,
) -> Report:
    """Measures `models` and writes an HTML report with a JSON file beside it.

    `A+B+C` are seeds of one recipe, measured as one. Raises `UserError` for whatever is wrong with models, dataset or
    paths before the first picture is read.
    """
    ref = _one_side(settings.on)
    table = ref.open(workspace)
    loaded = _load(workspace, models, settings, options)
    page = settings.report or _default_page(workspace, ref, loaded)
    _make_folders(page, settings.predictions)
    evaluation = measure(workspace, table, ref, loaded, settings, progress)
    _write(page, settings.predictions, evaluation, table)
    written = [f"report: {page.resolve()}"]
    written += [f"predictions: {settings.predictions.resolve()}"] if settings.predictions else []
    return Report(
        verb="evaluate",
        done={"samples": evaluation.samples},
        failed=evaluation.failed,
        notes=(*evaluation.warnings, *written),
        details=evaluation.summary() | {"report": str(page.resolve())},
    )


def measure(
    workspace: Workspace,
    table: Table,
    ref: DatasetRef,
    models: Sequence[Model | Sequence[Model]],
    settings: EvaluateSettings,
    progress: Progress = silent,
) -> Evaluation:
    """Runs each model, or the seeds of each recipe, over the samples that `ref` names.

    The last is what the others are compared with, if `settings.compare_to` is given.
    """
    assert ref.where is not None
    taxonomy = load_taxonomy(workspace.taxonomy_name)
    rows = table.read(_COLUMNS, ref.where)
    side = Side(table=table, where=ref.where, boxed=rows["box"].null_count < rows.num_rows)
    if settings.boxes != "given" and not side.boxed:
        raise UserError(f"--boxes {settings.boxes}: {settings.on} has no boxes; leave it out")
    question = Question(
        taxonomy=taxonomy,
        dataset_classes=frozenset(name for names in table.read(["labels"])["labels"].to_pylist() for name in names),
        ranking=settings.classes,
        rounds=settings.rounds,
        seed=settings.seed,
    )
    contenders = [Contender(models=(one,) if isinstance(one, Model) else tuple(one)) for one in models]
    runs = list(run_all(contenders, side, question, settings, progress))
    scores = tuple(scores_of(run.entry, run.judged, question) for run in runs)
    how = Resampling(ranking=settings.classes, rounds=settings.rounds, seed=settings.seed)
    trained = trained_counts(table, taxonomy)
    pairs = list(_against_baseline(scores, settings))
    return Evaluation(
        dataset=ref.name,
        split=str(ref.split),
        version=table.version,
        split_hash=split_hash(table),
        samples=scores[0].samples,
        groups=len(set(scores[0].places[0].group.tolist())),
        boxed=rows.num_rows - rows["box"].null_count,
        box_share=_box_share(rows),
        settings=settings,
        scores=scores,
        comparisons=tuple(_compared(one, other, how) for one, other in pairs),
        changes=tuple(_changed(one, other, trained, how) for one, other in pairs),
        box_gains=tuple(_compared(one, other, how) for one, other in _with_and_without(scores)),
        warnings=too_good(workspace, table, ref, [model for one in contenders for model in one.models], rows),
        failed=runs[0].failed,
    )


def trained_counts(table: Table, taxonomy: Taxonomy) -> Mapping[str, int]:
    """How many samples of each label set's name stand on a dataset's train side."""
    labels = table.read(["labels"], f"split = '{Split.TRAIN}'")["labels"]
    return Counter(names_of_sets(labels, taxonomy).tolist())


def _against_baseline(scores: Sequence[Scores], settings: EvaluateSettings) -> Iterator[tuple[Scores, Scores]]:
    """Each with the baseline, both with boxes or both without."""
    if settings.compare_to is None:
        return
    ways = 2 if settings.boxes == "both" else 1
    for place, one in enumerate(scores[:-ways]):
        yield one, scores[len(scores) - ways + place % ways]


def _with_and_without(scores: Sequence[Scores]) -> Iterator[tuple[Scores, Scores]]:
    """Each that looked at boxes with the same that did not, where both were asked for."""
    return (
        (one, other) for one, other in itertools.pairwise(scores) if (one.boxes, other.boxes) == ("given", "ignored")
    )


def _compared(one: Scores, other: Scores, how: Resampling) -> Comparison:
    return replace(compare(one.places, other.places, how), ours=one.title, theirs=other.title)


def _changed(one: Scores, other: Scores, trained: Mapping[str, int], how: Resampling) -> Changes:
    changes = change_by_category(one.places, other.places, trained, how)
    return replace(changes, ours=one.title, theirs=other.title)


def _box_share(rows: pa.Table) -> float | None:
    shares = [
        (row["box"][2] - row["box"][0]) * (row["box"][3] - row["box"][1]) / (row["width"] * row["height"])
        for row in rows.select(["box", "width", "height"]).to_pylist()
        if row["box"]
    ]
    return float(np.median(shares)) if shares else None


def _one_side(on: str) -> DatasetRef:
    ref = parse_on(on)
    if ref != DatasetRef(name=ref.name, split=ref.split):
        raise UserError(f"--on {on}: a weight is for training, and so is a number of samples; leave it out")
    return ref if ref.split else DatasetRef(name=ref.name, split=Split.VAL)


def _load(
    workspace: Workspace, models: Sequence[str], settings: EvaluateSettings, options: RuntimeOptions | None
) -> list[tuple[Model, ...]]:
    if not models:
        raise UserError("name a model to evaluate; 'wildwear models list' shows them")
    asked = [*models, *([settings.compare_to] if settings.compare_to is not None else [])]
    contenders = [[one] if Path(one).exists() else one.split("+") for one in asked]
    names = [name for seeds in contenders for name in seeds]
    if twice := {name for name in names if names.count(name) > 1}:
        raise UserError(f"model {min(twice)} is named twice")
    loaded = {name: load_model(name, workspace, options) for name in names}
    keys = [model.key for model in loaded.values()]
    if twice := {name for name, model in loaded.items() if keys.count(model.key) > 1}:
        raise UserError(f"{' and '.join(sorted(twice))} are the same model")
    return [tuple(loaded[name] for name in seeds) for seeds in contenders]


def _default_page(workspace: Workspace, ref: DatasetRef, contenders: Sequence[Sequence[Model]]) -> Path:
    named = "-".join(seeds[0].name if len(seeds) == 1 else f"{seeds[0].name}+{len(seeds) - 1}" for seeds in contenders)
    return workspace.root / "reports" / f"{named}-on-{ref.name}-{ref.split}.html"


def _write(page: Path, predictions: Path | None, evaluation: Evaluation, table: Table) -> None:
    boxes = evaluation.settings.boxes != "ignored"
    shown = {mistake.sample_id for scores in evaluation.scores for mistake in scores.mistakes}
    files = {page.with_suffix(".json"): evaluation.dumps().encode()}
    files[page] = render(evaluation, pictures_of(table, shown, boxes=boxes)).encode()
    if predictions is not None:
        files[predictions] = evaluation.predictions()
    for path, data in files.items():
        with _writing(path):
            write_durably(path, data)


def _make_folders(*paths: Path | None) -> None:
    """Finds out before the slow part that something cannot be written."""
    for path in paths:
        if path is not None:
            with _writing(path):
                path.parent.mkdir(parents=True, exist_ok=True)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"cannot write the report {path}: {error.strerror or error}") from error
