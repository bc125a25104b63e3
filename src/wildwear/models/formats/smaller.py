"""A model in int8 as a model of its own, with what it lost in its card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wildwear.datasets.reader import PixelBatch, label_matrix, parse_on
from wildwear.evaluation.metrics import TOP, ranks
from wildwear.models.card import NETWORK
from wildwear.models.formats.base import Job, Written
from wildwear.models.formats.int8 import quantised
from wildwear.models.formats.sides import Side, batches, open_side
from wildwear.models.package import Model, open_model
from wildwear.models.runtimes import open_network
from wildwear.models.settings import RuntimeOptions
from wildwear.models.write import write_model
from wildwear.progress import Advance
from wildwear.records import Split


def as_int8(job: Job) -> Written:
    """Learns scales from pictures, measures the network beside the one that it is made from, and writes the model."""
    learned, measured = _sides(job)
    card = replace(job.card, name=job.target.name, made_from=job.card.key, files={})
    whole = replace(open_model(job.folder), metadata=job.card)
    some = learned.spread(job.settings.pictures)
    with job.progress(f"calibrating on {learned.title}", some.samples) as advance:
        network = quantised((job.folder / NETWORK).read_bytes(), _pixels(some, whole, advance))
    small = replace(whole, metadata=card, network=open_network(network, RuntimeOptions()))
    with job.progress(f"measuring on {measured.title}", measured.samples) as advance:
        lost = compare(whole, small, measured, advance)
    facts = {"calibrated_on": learned.title, "pictures": some.samples, "measured_on": measured.title, **lost}
    made = write_model(job.target, network, replace(card, metrics={"int8": facts, "before": job.card.metrics}))
    sizes = [one.metadata.files[NETWORK].size for one in (whole, made)]
    return Written(files=2, notes=tuple(_notes(facts, *sizes)), details=facts)


def compare(whole: Model, small: Model, side: Side, advance: Advance) -> dict[str, Any]:
    """How well both do on a side, as shares of its samples of which a class is right, and how often they agree.

    `agreement` is the share of the same first class; `difference` the mean over samples of the largest difference
    of a probability.
    """
    said: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
    members = []
    for batch in batches(side, whole, advance):
        said.append((_probabilities(whole, batch), _probabilities(small, batch)))
        members.append(label_matrix(batch.rows["labels"], whole.classes))
    before, after = (np.concatenate(parts) for parts in zip(*said, strict=True))
    right = np.concatenate(members)
    return {
        "samples": len(right),
        "float32": _accuracy(before, right),
        "int8": _accuracy(after, right),
        "agreement": float((before.argmax(axis=1) == after.argmax(axis=1)).mean()),
        "difference": float(np.abs(before - after).max(axis=1).mean()),
    }


def _sides(job: Job) -> tuple[Side, Side]:
    assert job.settings.calibrate is not None
    learned = open_side(job.workspace, job.settings.calibrate, Split.TRAIN)
    name = parse_on(job.settings.calibrate).name
    measured = open_side(job.workspace, job.settings.measure or f"{name}:{Split.VAL}", Split.VAL)
    return learned, measured


def _pixels(side: Side, model: Model, advance: Advance) -> Iterator[NDArray[np.float32]]:
    for batch in batches(side, model, advance):
        yield batch.pixels


def _probabilities(model: Model, batch: PixelBatch) -> NDArray[np.float32]:
    return model.probabilities(model.run(batch.pixels).logits)


def _accuracy(probabilities: NDArray[np.float32], members: NDArray[np.bool_]) -> dict[str, float]:
    places = ranks(probabilities, members)
    return {f"top{k}": float((places < k).mean()) for k in TOP}


def _notes(facts: Mapping[str, Any], before: int, after: int) -> Iterator[str]:
    calibrated = f"calibrated on {facts['pictures']} pictures of {facts['calibrated_on']}"
    yield f"{before / 1e6:.1f} MB became {after / 1e6:.1f}, {calibrated}"
    changes = (f"top-{k} {facts['float32'][f'top{k}']:.1%} → {facts['int8'][f'top{k}']:.1%}" for k in TOP)
    yield f"on {facts['samples']} of {facts['measured_on']}: {', '.join(changes)}"
    yield f"the same first class for {facts['agreement']:.1%}"
