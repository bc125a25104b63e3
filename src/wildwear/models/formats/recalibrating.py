"""A model's temperature, fitted anew for where the model will be used."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wildwear.datasets.reader import label_matrix
from wildwear.errors import UserError
from wildwear.evaluation.calibration import error_by_chance, expected_calibration_error, reliability
from wildwear.losses import fit_temperature
from wildwear.models.formats.base import Job
from wildwear.models.formats.sides import batches, open_side
from wildwear.models.package import Model, open_model
from wildwear.records import Split


def recalibrated(job: Job, on: str) -> Job:
    """The same with the temperature that suits the samples that `on` names, and in the card how much that changed.

    A temperature that training has fitted on several datasets suits none of them exactly. Raises `UserError` where
    no sample has a category that the model knows.
    """
    side = open_side(job.workspace, on, Split.VAL)
    model = open_model(job.folder)
    said, right = [], []
    with job.progress(f"calibrating on {side.title}", side.samples) as advance:
        for batch in batches(side, model, advance):
            said.append(model.run(batch.pixels).logits)
            right.append(label_matrix(batch.rows["labels"], model.classes))
    logits, members = np.concatenate(said), np.concatenate(right)
    known = members.any(axis=1)
    if not known.any():
        raise UserError(f"{side.title}: no sample has a category that {model.name} knows")
    card = replace(model.metadata, temperature=fit_temperature(logits[known], members[known]))
    after = replace(model, metadata=card)
    facts = {
        "fitted_on": side.title,
        "samples": int(known.sum()),
        "temperature": [model.metadata.temperature, card.temperature],
        "error": [_errors(one, logits, members)["error"] for one in (model, after)],
        "by_chance": _errors(after, logits, members)["by_chance"],
    }
    return replace(job, card=replace(card, metrics=dict(card.metrics) | {"calibration": facts}))


def in_words(facts: dict[str, Any]) -> str:
    """One line on what came out of it."""
    (cold, warm), (before, after) = facts["temperature"], facts["error"]
    return (
        f"temperature {cold:.2f} → {warm:.2f}, calibration error on {facts['fitted_on']} {before:.3f} → {after:.3f} "
        f"(chance alone: up to {facts['by_chance']:.3f})"
    )


def _errors(model: Model, logits: NDArray[np.float32], members: NDArray[np.bool_]) -> dict[str, float]:
    probabilities = model.probabilities(logits)
    first = probabilities.argmax(axis=1)
    confidence, right = probabilities.max(axis=1), members[np.arange(len(first)), first]
    return {
        "error": expected_calibration_error(reliability(confidence, right)),
        "by_chance": error_by_chance(confidence),
    }
