"""Measures models on one side of a dataset, side by side, and writes what came out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from wildwear.datasets.reader import DatasetRef, parse_on, read_pixels
from wildwear.datasets.samples import split_hash
from wildwear.errors import StorageError, UserError
from wildwear.evaluation.bootstrap import Estimate
from wildwear.evaluation.gallery import pictures_of
from wildwear.evaluation.leaks import NEEDED, in_words, shared
from wildwear.evaluation.report import render
from wildwear.evaluation.scores import Evaluator, Question, Scores, bootstrap_over, differences, names_of_sets
from wildwear.evaluation.settings import EvaluateSettings
from wildwear.files import write_durably
from wildwear.models.package import Model
from wildwear.models.registry import load_model
from wildwear.models.settings import RuntimeOptions
from wildwear.progress import Progress, silent
from wildwear.records import Report, Split
from wildwear.table import Table
from wildwear.taxonomy import load_taxonomy
from wildwear.workspace import Workspace

_COLUMNS = ("sample_id", "labels", "region", *NEEDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What came out of measuring models on one side of a dataset."""

    dataset: str
    split: str
    version: int
    split_hash: str
    samples: int
    groups: int
    settings: EvaluateSettings
    scores: tuple[Scores, ...]
    """One a model, the one that the others are compared with last."""
    differences: Mapping[str, Mapping[str, Estimate]]
    """By model: how much better it is than the last, with paired intervals."""
    warnings: tuple[str, ...]
    failed: Mapping[str, int]
    """Samples that could not be read, by reason; they are in no figure."""

    def to_json(self) -> dict[str, Any]:
        """Everything but the single samples' places."""
        values = asdict(self)
        for scores in values["scores"]:
            del scores["places"]
        return values


def evaluate(
    workspace: Workspace,
    models: Sequence[str],
    settings: EvaluateSettings,
    options: RuntimeOptions | None = None,
    progress: Progress = silent,
) -> Report:
    """Measures `models` and writes an HTML report with a JSON file beside it.

    Raises `UserError` for whatever is wrong with models, dataset or paths before the first picture is read.
    """
    ref = _one_side(settings.on)
    table = ref.open(workspace)
    loaded = _load(workspace, models, settings, options)
    page = settings.report or _default_page(workspace, ref, loaded)
    evaluation = measure(workspace, table, ref, loaded, settings, progress)
    _write(page, evaluation, table)
    return Report(
        verb="evaluate",
        done={"samples": evaluation.samples},
        failed=evaluation.failed,
        notes=(*evaluation.warnings, f"report: {page.resolve()}"),
        details=evaluation.to_json() | {"report": str(page.resolve())},
    )


def measure(
    workspace: Workspace,
    table: Table,
    ref: DatasetRef,
    models: Sequence[Model],
    settings: EvaluateSettings,
    progress: Progress = silent,
) -> Evaluation:
    """Runs each model over the samples that `ref` names; the last is what the others are compared with, if asked."""
    assert ref.where is not None
    question = Question(
        taxonomy=load_taxonomy(workspace.taxonomy_name),
        dataset_classes=frozenset(name for names in table.read(["labels"])["labels"].to_pylist() for name in names),
        ranking=settings.classes,
        rounds=settings.rounds,
        seed=settings.seed,
    )
    scores, rows, failed = [], table.read(list(_COLUMNS), ref.where), dict[str, int]()
    for model in models:
        score, rows, failed = _run(model, table, ref.where, question, settings.batch_size, progress)
        scores.append(score)
    compared: dict[str, Mapping[str, Estimate]] = {}
    if settings.compare_to is not None:
        bootstrap, names = bootstrap_over(rows, question), names_of_sets(rows["labels"], question.taxonomy)
        base = scores[-1].places[settings.classes]
        compared = {one.model: differences(bootstrap, one.places[settings.classes], base, names) for one in scores[:-1]}
    return Evaluation(
        dataset=ref.name,
        split=str(ref.split),
        version=table.version,
        split_hash=split_hash(table),
        samples=rows.num_rows,
        groups=len(set(rows["group"].to_pylist())),
        settings=settings,
        scores=tuple(scores),
        differences=compared,
        warnings=tuple(_warnings(workspace, table, ref, models, rows)),
        failed=failed,
    )


def _one_side(on: str) -> DatasetRef:
    ref = parse_on(on)
    if ref.weight != 1:
        raise UserError(f"--on {on}: a weight is for training; leave it out")
    return ref if ref.split else DatasetRef(name=ref.name, split=Split.VAL)


def _load(
    workspace: Workspace, models: Sequence[str], settings: EvaluateSettings, options: RuntimeOptions | None
) -> list[Model]:
    if not models:
        raise UserError("name a model to evaluate; 'wildwear models list' shows them")
    names = [*models, *([settings.compare_to] if settings.compare_to is not None else [])]
    if twice := {name for name in names if names.count(name) > 1}:
        raise UserError(f"model {min(twice)} is named twice")
    return [load_model(name, workspace, options) for name in names]


def _default_page(workspace: Workspace, ref: DatasetRef, models: Sequence[Model]) -> Path:
    return workspace.root / "reports" / f"{'-'.join(model.name for model in models)}-on-{ref.name}-{ref.split}.html"


def _run(
    model: Model, table: Table, where: str, question: Question, batch_size: int, progress: Progress
) -> tuple[Scores, pa.Table, dict[str, int]]:
    """The scores of one model, the rows that could be read, and how many could not, by reason."""
    evaluator = Evaluator(model.key, model.classes, model.regions, question)
    rows: list[pa.Table] = []
    failed: Counter[str] = Counter()
    with progress(f"running {model.name}", table.count(where)) as advance:
        for batch in read_pixels(
            table, model.preprocessing, where=where, batch_size=batch_size, columns=list(_COLUMNS)
        ):
            failed.update(batch.failed["reason"].to_pylist())
            if batch.rows.num_rows:
                evaluator.process(model.probabilities(model.run(batch.pixels).logits), batch.rows)
                rows.append(batch.rows)
            advance(batch.rows.num_rows + batch.failed.num_rows)
    if not rows:
        raise UserError(f"{table.path.stem}: none of its {failed.total()} samples can be read")
    return evaluator.evaluate(), pa.concat_tables(rows), dict(failed)


def _warnings(
    workspace: Workspace, table: Table, ref: DatasetRef, models: Sequence[Model], measured: pa.Table
) -> Iterator[str]:
    """Everything known that makes the figures too good: leaks of the split, and of what the models learned from."""
    others = table.read(list(NEEDED), f"split != '{ref.split}'")
    if found := shared(others, measured):
        yield in_words(found, measured.num_rows, f"{ref.name}:{ref.split}", "other sides of the split")
    for model in models:
        for data in model.metadata.data:
            if data.dataset not in workspace.dataset_names():
                continue
            learned = workspace.dataset(data.dataset).read(list(NEEDED), f"split = '{data.split}'")
            same = data.dataset == ref.name and data.split != ref.split
            if not same and (found := shared(learned, measured)):
                title = f"{data.dataset}:{data.split}, which {model.name} has learned from"
                yield in_words(found, measured.num_rows, f"{ref.name}:{ref.split}", title)


def _write(page: Path, evaluation: Evaluation, table: Table) -> None:
    data = json.dumps(evaluation.to_json(), indent=1, ensure_ascii=False, default=str)
    shown = {mistake.sample_id for scores in evaluation.scores for mistake in scores.mistakes}
    html = render(evaluation, pictures_of(table, shown))
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        write_durably(page.with_suffix(".json"), data.encode())
        write_durably(page, html.encode())
    except OSError as error:
        raise StorageError(f"cannot write the report {page}: {error.strerror or error}") from error
