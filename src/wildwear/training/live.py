"""What changes while a network is trained, how it is kept, counted and measured."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wildwear.errors import Interrupted, TrainingStopped
from wildwear.losses import set_loss
from wildwear.progress import Say
from wildwear.training.averaging import averaged
from wildwear.training.bags import Rounds
from wildwear.training.checkpoint import Checkpoint, Checkpoints
from wildwear.training.measuring import Look, Measuring, Outcome, Pictures
from wildwear.training.optimizers import build_optimizer
from wildwear.training.order import Order
from wildwear.training.pace import Pace
from wildwear.training.processes import StopRequests, summed
from wildwear.training.recipe import Recipe
from wildwear.training.settings import RunSettings
from wildwear.training.sources import Source

if TYPE_CHECKING:
    import torch
    from accelerate import Accelerator

LOSS, TOP3, SAMPLES, FAILED = range(4)
"""What is counted in steps: the loss and the hits summed over samples, samples, and those that do not decode."""
_STEPS_BETWEEN_LOOKS = 10  # on a GPU, which looking makes wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What is trained on what, and how."""

    recipe: Recipe
    seed: int
    sources: Sequence[Source]
    order: Order
    measuring: Measuring
    settings: RunSettings
    checkpoints: Checkpoints
    identity: Mapping[str, Any]
    """What a checkpoint must have been written by to be gone on from."""
    measured_every: int = 1
    """Epochs from one measurement to the next; the last epoch is always measured."""

    @property
    def epochs(self) -> int:
        return self.recipe.schedule.epochs

    @property
    def steps(self) -> int:
        return self.epochs * self.order.steps_per_epoch


@dataclass(slots=True, kw_only=True)
class Live:
    """A network at some step of its training."""

    training: Training
    accelerator: Accelerator
    network: Any
    model: Any
    """The network as it is called: shared by several processes, where there are any."""
    optimizer: Any
    rates: Sequence[float]
    """The highest learning rate of each of the optimizer's groups."""
    average: Any
    """The moving average of the network, or None."""
    counted: torch.Tensor
    """What this process has counted since the last look."""
    bf16: bool
    mean: torch.Tensor
    std: torch.Tensor
    rounds: Rounds
    """When bags are weighed, and how they were."""
    step: int = 0
    tally: list[float] = field(default_factory=lambda: [0.0] * 4)
    """What all processes have counted in this epoch."""
    history: list[Mapping[str, Any]] = field(default_factory=list)
    outcomes: dict[str, Outcome] | None = None
    """What the network that is kept says about the val sides, once it is measured."""
    stops: StopRequests = field(default_factory=StopRequests)
    pace: Pace = field(default_factory=Pace)
    saved: float = field(default_factory=time.monotonic)

    @property
    def kept(self) -> Any:
        """The network that the model will be."""
        return self.network if self.average is None else self.average.module

    @property
    def device(self) -> torch.device:
        return self.accelerator.device

    @property
    def epoch_ends(self) -> bool:
        return self.step % self.training.order.steps_per_epoch == 0

    @property
    def looks(self) -> bool:
        """Whether it is time to count, to heed signals and to keep a checkpoint."""
        return self.epoch_ends or self.device.type == "cpu" or self.step % _STEPS_BETWEEN_LOOKS == 0

    @property
    def rate(self) -> float:
        return max(float(group["lr"]) for group in self.optimizer.param_groups)

    def look(self) -> None:
        """Adds what was counted over all processes; raises `TrainingStopped`, the same in each of them."""
        counted = summed(self.accelerator, self.counted).tolist()
        self.counted.zero_()
        if not math.isfinite(counted[LOSS]):
            raise TrainingStopped(
                f"the loss is no number by step {self.step:,} of {self.training.steps:,} (learning rate "
                f"{self.rate:g}): try a lower --learning-rate or --precision float32, with --no-resume; the last "
                "checkpoint stays"
            )
        self.tally = [old + new for old, new in zip(self.tally, counted, strict=True)]
        self._heed_signals()
        minutes = self.training.settings.checkpoint_minutes
        if not self.epoch_ends and time.monotonic() - self.saved >= 60 * minutes:
            self.save()

    def save(self) -> None:
        """Writes a checkpoint, in the first process."""
        self.saved = time.monotonic()
        if not self.accelerator.is_main_process:
            return
        states = {name: part.state_dict() for name, part in _stateful(self).items()}
        self.training.checkpoints.save(
            Checkpoint(
                run=self.training.identity,
                step=self.step,
                states=states,
                history=tuple(self.history),
                tally=tuple(self.tally),
            )
        )

    def end_epoch(self, say: Say) -> None:
        """Measures, says how things stand, and keeps a checkpoint; between measurements only counts."""
        epoch, training = len(self.history) + 1, self.training
        due = epoch % training.measured_every == 0 or epoch == training.epochs
        figures = {of: outcome.figures() for of, outcome in self.measure().items()} if due else {}
        loss, top3, samples, failed = self.tally
        mean = max(samples, 1.0)
        entry = {"epoch": epoch, "loss": loss / mean, "top3": top3 / mean, "learning_rate": self.rate}
        self.history.append(entry | {"samples": int(samples), "failed": int(failed), "val": figures})
        self.tally = [0.0] * 4
        self.track(entry | {f"{of}/{name}": value for of, row in figures.items() for name, value in row.items()})
        if due:
            say(_line(self.history[-1], training.epochs))
            self.save()

    def measure(self) -> dict[str, Outcome]:
        """What the network that is kept says about the val sides now; all processes share the work."""
        with self._kept_for_looking() as network:
            self.outcomes = self.training.measuring(network, self.accelerator, self._heed_signals)
        return self.outcomes

    def weigh_bags(self) -> None:
        """Has the network that is kept look at all boxes of bags, which are drawn accordingly from now on.

        It looks at the size that it is trained at; a box that does not decode shows nothing.
        """
        recipe = self.training.recipe
        look = Look(
            preprocessing=replace(recipe.preprocessing, size=recipe.views.size),
            classes=len(self.training.measuring.classes),
            threads=self.training.settings.threads,
        )
        for source in self.training.sources:
            if (bags := source.bags) is not None:
                pictures = Pictures(snapshot=source.snapshot, rows=bags.rows, columns=source.columns)
                with self._kept_for_looking() as network:
                    logits, seen = look(pictures, network, self.accelerator, self._heed_signals)
                bags.weigh(np.where(seen, _shown(logits, source.members[bags.bag_of_row]), 0), recipe.bags.sharpness)

    @contextmanager
    def _kept_for_looking(self) -> Iterator[Any]:
        from accelerate.utils import broadcast

        if self.accelerator.num_processes > 1:
            for buffer in self.kept.buffers():  # each process has seen other pictures: batch norm is the first one's
                buffer.copy_(broadcast(buffer))
        yield self.kept.eval()
        self.network.train()

    def track(self, values: Mapping[str, float]) -> None:
        self.accelerator.log(dict(values), step=self.step)

    def _heed_signals(self) -> None:
        """Stops all processes where one of them is told to."""
        told = self.counted.new_tensor([float(self.stops.count > 0)])
        if summed(self.accelerator, told).item():
            self.save()
            raise Interrupted(
                f"stopped at step {self.step:,} of {self.training.steps:,}; the same command goes on from there"
            )


def begin(training: Training, network: Any, accelerator: Accelerator, checkpoint: Checkpoint | None) -> Live:
    """Brings everything to the device, and to where the checkpoint stood."""
    import torch

    device, settings, look = accelerator.device, training.settings, training.recipe.preprocessing
    on_gpu = device.type == "cuda"
    torch.backends.cudnn.benchmark = on_gpu
    network = network.to(device, memory_format=torch.channels_last)  # as the reader's pictures lie in memory
    optimizer = build_optimizer(network, training.recipe.optimizer)
    mean, std = (torch.tensor(values, device=device).mul(255).view(1, 3, 1, 1) for values in (look.mean, look.std))
    live = Live(
        training=training,
        accelerator=accelerator,
        network=network,
        model=network,
        optimizer=optimizer,
        rates=[group["lr"] for group in optimizer.param_groups],
        average=averaged(network, training.recipe.ema) if training.recipe.ema else None,
        counted=torch.zeros(4, device=device),
        bf16=settings.precision == "bf16"
        or (settings.precision == "auto" and on_gpu and torch.cuda.is_bf16_supported()),
        mean=mean,
        std=std,
        rounds=Rounds([source.bags for source in training.sources], training.recipe.bags.rounds, training.steps),
    )
    if checkpoint is not None:
        for name, part in _stateful(live).items():
            part.load_state_dict(checkpoint.states[name])
        live.step, live.tally, live.history = checkpoint.step, list(checkpoint.tally), list(checkpoint.history)
    if settings.compile == "yes" or (settings.compile == "auto" and on_gpu):
        network.compile()
    live.model, live.optimizer = accelerator.prepare(network, optimizer)
    return live


def _shown(logits: NDArray[np.float32], members: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The summed probability of each row's set, N × C to N."""
    return np.asarray(np.exp(-set_loss(logits, members)), dtype=np.float64)


def _stateful(live: Live) -> dict[str, Any]:
    parts = {"network": live.network, "optimizer": live.optimizer, "average": live.average, "bags": live.rounds}
    return {name: part for name, part in parts.items() if part is not None}


def _line(entry: Mapping[str, Any], epochs: int) -> str:
    """One epoch for a person: the loss, and top-1, top-3 and top-5 on each val side."""
    sides = [
        f"{of} {' / '.join(f'{100 * row[top]:.1f}' for top in ('top1', 'top3', 'top5'))} %"
        for of, row in entry["val"].items()
    ]
    numbers = f"loss {entry['loss']:.3f}, top-3 {100 * entry['top3']:.1f} %"
    return " · ".join([f"epoch {entry['epoch']}/{epochs}", numbers, *sides])
