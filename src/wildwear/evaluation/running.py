"""Runs models over one side of a dataset, looking as they are told to."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wildwear.errors import UserError
from wildwear.evaluation.judging import KEPT, Evaluator, Judged, Question
from wildwear.evaluation.scores import Entry
from wildwear.evaluation.settings import EvaluateSettings
from wildwear.evaluation.views import Look, read_views
from wildwear.models.package import Model
from wildwear.progress import Progress
from wildwear.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A model, or the seeds of one recipe, that are measured as one."""

    models: tuple[Model, ...]

    @property
    def names(self) -> str:
        return "+".join(model.name for model in self.models)

    @property
    def title(self) -> str:
        """The model's name; that of seeds is what their names begin with, and how many there are."""
        names = [model.name for model in self.models]
        if len(names) == 1:
            return names[0]
        same = itertools.takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
        common = "".join(letters[0] for letters in same).rstrip("-_.")
        return f"{common or names[0]} × {len(names)} seeds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came out of one contender that looked in one way."""

    entry: Entry
    judged: tuple[Judged, ...]
    failed: Mapping[str, int]
    """Samples that could not be read, by reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What is measured on: the rows of a dataset for which a condition holds."""

    table: Table
    where: str
    boxed: bool = True
    """Whether any of them has a box."""

    @property
    def samples(self) -> int:
        return self.table.count(self.where)


def run_all(
    contenders: Sequence[Contender], side: Side, question: Question, settings: EvaluateSettings, progress: Progress
) -> Iterator[Run]:
    """Each contender in each way of looking: `given` before `ignored` where both are asked for."""
    ways = ("given", "ignored") if settings.boxes == "both" else (settings.boxes,)
    titles = [contender.title for contender in contenders]
    for contender in contenders:
        called = contender.title if titles.count(contender.title) == 1 else contender.names
        for way in ways:
            look = Look(boxes=way == "given", crops=settings.crops)
            title = called + (" (no boxes)" if way == "ignored" else "")
            entry = Entry(
                keys=tuple(model.key for model in contender.models),
                title=title,
                boxes=way if side.boxed else "none",
                crops=look.crops,
                temperatures=tuple(model.metadata.temperature for model in contender.models),
            )
            ran = [_run(model, side, look, question, settings.batch_size, progress) for model in contender.models]
            yield Run(entry=entry, judged=tuple(judged for judged, _ in ran), failed=ran[0][1])


def _run(
    model: Model, side: Side, look: Look, question: Question, batch_size: int, progress: Progress
) -> tuple[Judged, dict[str, int]]:
    """What one model said, and how many samples could not be read, by reason."""
    evaluator = Evaluator(_name(model, look), model.classes, model.regions, question)
    failed: Counter[str] = Counter()
    read = 0
    with progress(f"running {_name(model, look).replace(model.key, model.name)}", side.samples) as advance:
        for batch in read_views(
            side.table, model.preprocessing, look, where=side.where, batch_size=batch_size, columns=KEPT
        ):
            failed.update(batch.failed)
            if batch.rows.num_rows:
                before, after = _probabilities(model, batch.pixels, batch_size)
                evaluator.process(after, batch.rows, before)
            read += batch.rows.num_rows
            advance(batch.rows.num_rows + len(batch.failed))
    if not read:
        raise UserError(f"{side.table.path.stem}: none of its {failed.total()} samples can be read")
    return evaluator.evaluate(), dict(failed)


def _probabilities(
    model: Model, pixels: NDArray[np.float32], batch_size: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """N × C probabilities at temperature 1 and at the model's own, averaged over the views (N × views × …)."""
    samples, crops = pixels.shape[:2]
    flat = pixels.reshape(samples * crops, *pixels.shape[2:])
    pieces = [model.run(flat[at : at + batch_size]).logits for at in range(0, len(flat), batch_size)]
    logits = np.concatenate(pieces)
    plain = model.probabilities(logits * np.float32(model.metadata.temperature))
    scaled = model.probabilities(logits)
    return plain.reshape(samples, crops, -1).mean(axis=1), scaled.reshape(samples, crops, -1).mean(axis=1)


def _name(model: Model, look: Look) -> str:
    """What a run is filed under: two runs of different names may be compared."""
    boxes = "" if look.boxes else " without boxes"
    crops = "" if look.crops == 1 else f" in {look.crops} crops"
    return f"{model.key}{boxes}{crops}"
