"""What came out of an evaluation, and how it is kept: as JSON, and sample by sample as Parquet."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa

from wildwear.evaluation.comparisons import Changes, Comparison
from wildwear.evaluation.judging import Judged
from wildwear.evaluation.places import Places, to_columns
from wildwear.evaluation.scores import Scores
from wildwear.evaluation.settings import EvaluateSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What came out of measuring models on one side of a dataset."""

    dataset: str
    split: str
    version: int
    split_hash: str
    samples: int
    groups: int
    boxed: int
    """Samples that have a box."""
    box_share: float | None
    """The median share of its stored photograph that a box takes, 0 to 1."""
    settings: EvaluateSettings
    scores: tuple[Scores, ...]
    """One a model (or seeds) and way of looking, those that the others are compared with last."""
    comparisons: tuple[Comparison, ...]
    """With `compare_to`: how much better each is than that."""
    changes: tuple[Changes, ...]
    """One a comparison: on which categories."""
    box_gains: tuple[Comparison, ...]
    """With `boxes` both: how much better each model is with them."""
    warnings: tuple[str, ...]
    failed: Mapping[str, int]
    """Samples that could not be read, by reason; they are in no figure."""

    @property
    def places(self) -> tuple[Places, ...]:
        """Every run, sample by sample: what `comparisons` works on."""
        return tuple(run for scores in self.scores for run in scores.places)

    def summary(self) -> dict[str, Any]:
        """Everything but single samples."""
        plain = replace(self, scores=tuple(replace(scores, judged=()) for scores in self.scores))
        values = asdict(plain)
        for scores in values["scores"]:
            del scores["judged"]
        return values

    def to_json(self) -> dict[str, Any]:
        """Everything, with the places of single samples, which `places.read_places` reads back."""
        return self.summary() | {"places": to_columns(self.places)}

    def dumps(self) -> str:
        """`to_json` as text: lists of plain values stand on one line."""
        text = json.dumps(self.to_json(), indent=1, ensure_ascii=False, default=str)
        return re.sub(r"\[\n[^][{}]*\]", lambda held: re.sub(r"\n\s*", " ", held[0]), text)

    def predictions(self) -> bytes:
        """A Parquet file with a row for each sample of each run: places, labels, the likeliest classes."""
        import pyarrow.parquet

        buffer = BytesIO()
        tables = [_predictions(one) for scores in self.scores for one in scores.judged]
        pyarrow.parquet.write_table(pa.concat_tables(tables), buffer)
        return buffer.getvalue()


def _predictions(judged: Judged) -> pa.Table:
    classes = np.array(judged.classes)[judged.top].tolist()
    table = judged.places.to_table()
    table = table.append_column("labels", judged.rows["labels"])
    table = table.append_column("classes", pa.array(classes, pa.list_(pa.string())))
    return table.append_column("probabilities", pa.array(judged.probabilities.tolist(), pa.list_(pa.float32())))
