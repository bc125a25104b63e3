"""The recipe `probe`: a linear classifier on a model's frozen features, trained in seconds on a CPU."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wildwear.datasets.reader import label_matrix
from wildwear.embedding import Embedded, embedded
from wildwear.errors import UserError
from wildwear.evaluation.leaks import in_words, shared
from wildwear.evaluation.metrics import headline, ranks
from wildwear.linear import Examples, LinearHead, choose_l2, fit_head
from wildwear.losses import Balance, balancing_weights, fit_temperature
from wildwear.models.card import NETWORK, ModelCard
from wildwear.models.package import Model
from wildwear.models.registry import load_model
from wildwear.models.settings import DEFAULT_MODEL
from wildwear.models.write import write_model
from wildwear.progress import Progress, silent
from wildwear.records import Report
from wildwear.taxonomy import load_taxonomy
from wildwear.training.data import Part, open_parts, with_inherited
from wildwear.training.settings import TrainSettings
from wildwear.training.surgery import head_of, with_head
from wildwear.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One side of one dataset with its features."""

    part: Part
    data: Embedded
    members: NDArray[np.bool_]
    """N × C."""

    @property
    def usable(self) -> NDArray[np.bool_]:
        """The samples of which some class is right."""
        return np.asarray(self.members.any(axis=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    """A head with what was chosen on the way."""

    head: LinearHead
    l2: float
    losses: dict[float, float]
    """By each regularisation that was tried."""
    temperature: float


def train_probe(workspace: Workspace, name: str, settings: TrainSettings, progress: Progress = silent) -> Report:
    """Trains the model `name` on what `settings.on` names, and measures it on the val sides of the same datasets.

    Samples none of whose categories is a class are skipped, and counted. The temperature is fitted on the val
    sides, and is 1 where there are none.
    """
    parts = open_parts(workspace, settings.on, settings.seed)
    taxonomy = load_taxonomy(workspace.taxonomy_name)
    classes = parts.classes(settings.classes, taxonomy)
    regions = tuple(taxonomy.region(category).value for category in classes)
    init = load_model(settings.init or DEFAULT_MODEL, workspace)
    learned, measured = (
        [_side(workspace, part, init, classes, progress) for part in some] for some in (parts.learned, parts.measured)
    )
    prior = _prior(init, classes) if settings.probe.prior == "init" else None
    with progress("fitting", 1) as advance:
        fitted = _fit(_examples(learned, settings.balance or "sqrt", prior), measured, settings, prior)
        advance(1)
    card = ModelCard(
        name=name,
        classes=classes,
        regions=regions,
        preprocessing=init.preprocessing,
        recipe="probe",
        settings=_own(settings) | {"l2": fitted.l2, "l2 losses": {f"{l2:g}": at for l2, at in fitted.losses.items()}},
        data=with_inherited([side.part.record(len(side.data.vectors)) for side in learned], init.metadata.data),
        metrics={"val": {side.part.name: _figures(side, fitted.head) for side in measured if len(side.members)}},
        temperature=fitted.temperature,
        licence=settings.licence or init.metadata.licence,
        init=init.key,
    )
    network = with_head((init.folder / NETWORK).read_bytes(), fitted.head)
    model = write_model(workspace.models / name, network, card)
    return _report(model, learned, measured)


def _own(settings: TrainSettings) -> dict[str, Any]:
    """The settings that a probe has, for its card."""
    told = {name: value for name, value in asdict(settings).items() if name not in ("overrides", "run")}
    return told | {"init": settings.init or DEFAULT_MODEL, "balance": settings.balance or "sqrt"}


def _side(workspace: Workspace, part: Part, init: Model, classes: Sequence[str], progress: Progress) -> _Side:
    data = embedded(workspace, part.table, init, part.where, progress=progress)
    return _Side(part=part, data=data, members=label_matrix(data.rows["labels"], classes))


def _prior(init: Model, classes: Sequence[str]) -> LinearHead:
    """The calibrated last layer of `init`; a class that it does not know is likely as its classes are on average."""
    known = head_of((init.folder / NETWORK).read_bytes(), init.name)
    places = [init.classes.index(name) if name in init.classes else None for name in classes]
    if places.count(None) == len(places):
        raise UserError(f"--prior init: {init.name} knows none of the classes: {', '.join(classes)}")
    mean = LinearHead(weight=known.weight.mean(axis=0), bias=known.bias.mean())
    rows = [mean if at is None else LinearHead(weight=known.weight[at], bias=known.bias[at]) for at in places]
    temperature = np.float32(init.metadata.temperature)
    return LinearHead(
        weight=np.stack([row.weight for row in rows]) / temperature,
        bias=np.array([row.bias for row in rows], np.float32) / temperature,
    )


def _examples(sides: Sequence[_Side], balance: Balance, prior: LinearHead | None) -> Examples:
    if not any(side.usable.any() for side in sides):
        raise UserError("no sample has a category that is a class: look at --classes, and at 'wildwear dataset show'")
    members = np.concatenate([side.members[side.usable] for side in sides])
    weights = np.concatenate([np.full(side.usable.sum(), side.part.weight, np.float32) for side in sides])
    features = np.concatenate([side.data.vectors[side.usable] for side in sides if side.usable.any()])
    return Examples(
        features=features,
        members=members,
        weights=balancing_weights(members, weights, balance).astype(np.float32),
        groups=np.concatenate([_groups(side)[side.usable] for side in sides]),
        prior=None if prior is None else prior(features),
    )


def _groups(side: _Side) -> NDArray[np.str_]:
    return np.array([f"{side.part.name}/{group}" for group in side.data.rows["group"].to_pylist()], dtype=np.str_)


def _fit(examples: Examples, measured: Sequence[_Side], settings: TrainSettings, prior: LinearHead | None) -> _Fitted:
    l2, losses = settings.probe.l2, dict[float, float]()
    if l2 is None:
        l2, losses = choose_l2(examples, seed=settings.seed)
    head = fit_head(examples, l2)
    if prior is not None:
        head = head + prior
    usable = [side for side in measured if side.usable.any()]
    if not usable:
        return _Fitted(head=head, l2=l2, losses=losses, temperature=1.0)
    logits = np.concatenate([head(side.data.vectors[side.usable]) for side in usable])
    members = np.concatenate([side.members[side.usable] for side in usable])
    return _Fitted(head=head, l2=l2, losses=losses, temperature=fit_temperature(logits, members))


def _figures(side: _Side, head: LinearHead) -> dict[str, float]:
    return headline(ranks(head(side.data.vectors), side.members), side.data.rows["labels"].to_pylist())


def _report(model: Model, learned: Sequence[_Side], measured: Sequence[_Side]) -> Report:
    card = model.metadata
    failed: Counter[str] = Counter()
    for side in (*learned, *measured):
        failed.update(side.data.failed)
    figures: Any = card.metrics["val"]
    return Report(
        verb="train",
        done={"samples": sum(int(side.usable.sum()) for side in learned), "classes": len(model.classes)},
        skipped={"none of its categories is a class": sum(int((~side.usable).sum()) for side in learned)},
        failed=failed,
        notes=(
            f"l2 {card.settings['l2']:g}, temperature {card.temperature:.2f}",
            *(
                in_words(found, len(of.members), of.part.title, side.part.title)
                for of in measured
                for side in learned
                if (found := shared(side.data.rows, of.data.rows))
            ),
            f"{model.key} in {model.folder}",
        ),
        details={"model": model.key, "folder": str(model.folder), "classes": list(model.classes), "val": figures},
    )
