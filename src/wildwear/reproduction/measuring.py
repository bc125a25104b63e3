"""Where the right classes stand when a model looks at one side of a dataset."""

from __future__ import annotations

from wildwear.datasets.reader import parse_on
from wildwear.evaluation.judging import Question
from wildwear.evaluation.places import Places
from wildwear.evaluation.running import Contender, Side, run_all
from wildwear.evaluation.settings import EvaluateSettings
from wildwear.models.package import Model
from wildwear.progress import Progress
from wildwear.reproduction.experiment import Measure
from wildwear.taxonomy import load_taxonomy
from wildwear.workspace import Workspace


def judge(workspace: Workspace, model: Model, measure: Measure, progress: Progress) -> Places:
    """The places of the samples that can be read; raises `UserError` where there is none."""
    ref = parse_on(measure.on)
    table = ref.open(workspace)
    question = Question(
        taxonomy=load_taxonomy(workspace.taxonomy_name),
        dataset_classes=frozenset(name for names in table.read(["labels"])["labels"].to_pylist() for name in names),
    )
    settings = EvaluateSettings(on=measure.on, boxes="given" if measure.boxes else "ignored", crops=measure.crops)
    side = Side(table=table, where=str(ref.where))
    (run,) = run_all([Contender(models=(model,))], side, question, settings, progress)
    return run.judged[0].places
