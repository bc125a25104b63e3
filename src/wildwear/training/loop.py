"""The training loop, in plain sight; in one process on a CPU or a GPU, or in many that share each batch.

All that a step depends on is its number, the seed and the states in the checkpoint, so that a run that was stopped
goes on as if it had not been.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wildwear.progress import Progress, Say, note, silent, unheard
from wildwear.training.checkpoint import Checkpoint
from wildwear.training.live import FAILED, LOSS, SAMPLES, TOP3, Live, Training, begin
from wildwear.training.losses_torch import mixed_set_loss
from wildwear.training.mixing import mix
from wildwear.training.optimizers import learning_rate_factor
from wildwear.training.processes import noticing_lost_processes
from wildwear.training.reader import Batch, read_batches

if TYPE_CHECKING:
    import torch
    from accelerate import Accelerator

_GREY = 128


def train(
    training: Training,
    network: Any,
    accelerator: Accelerator,
    checkpoint: Checkpoint | None = None,
    *,
    progress: Progress = silent,
    say: Say = unheard,
) -> Live:
    """Trains `network`, from a checkpoint where there is one, to the last step, and measures it after each epoch.

    Raises `TrainingStopped` on a signal (a checkpoint is written) and where the loss is no number (none is), and
    `ProcessLost` where another process is gone.
    """
    live = begin(training, network, accelerator, checkpoint)
    pace = live.pace
    factor = learning_rate_factor(training.recipe.schedule, training.order.steps_per_epoch)
    with live.stops.noted(), noticing_lost_processes(), progress("training", training.steps - live.step) as advance:
        if live.step and live.epoch_ends and len(live.history) * training.order.steps_per_epoch < live.step:
            live.end_epoch(say)  # it was stopped while it was measured
        for batch in _batches(live):
            for group, rate in zip(live.optimizer.param_groups, live.rates, strict=True):
                group["lr"] = rate * factor(live.step)
            learn(live, batch)
            live.step += 1
            advance(1)
            pace.add(len(batch.members) * accelerator.num_processes, batch.waited)
            if live.looks:
                live.look()
                if told := pace.told():
                    note(advance, f"{_so_far(live)} · {told}")
                    live.track(told.figures)
            if live.epoch_ends:
                live.end_epoch(say)
                pace.rested()
        if live.outcomes is None:
            live.measure()
    return live


def learn(live: Live, batch: Batch) -> None:
    """One step. What it counts stays on the device, so that the next one can begin."""
    import torch

    recipe, samples = live.training.recipe, len(batch.members)
    place = (live.training.seed, live.step, live.accelerator.process_index)
    # Dropout and stochastic depth draw from a generator that begins anew each step, and has no state to keep.
    torch.manual_seed(int(np.random.SeedSequence(place).generate_state(1)[0]))
    mixed = mix(*_on_device(live, batch), recipe.loss, np.random.default_rng(place))
    with torch.autocast(live.device.type, torch.bfloat16, enabled=live.bf16):
        logits = live.model(mixed.pixels)
    weights = torch.from_numpy(batch.weight).to(live.device) if samples else None
    loss = mixed_set_loss(logits, mixed, recipe.loss.label_smoothing, weights)
    live.optimizer.zero_grad()
    # Gradients are meaned over processes: weighted so, they become that of the mean over the whole batch.
    whole = len(live.training.order.batch(live.step).row)
    live.accelerator.backward(loss * (samples * live.accelerator.num_processes / whole))
    if recipe.optimizer.clip:
        live.accelerator.clip_grad_norm_(live.network.parameters(), recipe.optimizer.clip)
    live.optimizer.step()
    if live.average is not None:
        live.average.update_parameters(live.network)
    best = logits.detach().topk(min(3, logits.shape[1]), dim=1).indices
    live.counted[LOSS] += loss.detach() * samples
    live.counted[TOP3] += mixed.first[:samples].gather(1, best[:samples]).any(dim=1).sum()
    live.counted[SAMPLES] += samples
    live.counted[FAILED] += batch.failed


def _batches(live: Live) -> Iterator[Batch]:
    """The batches that are left; bags are weighed in between, where a round starts, and nothing is read ahead of it."""
    training = live.training
    while live.step < training.steps:
        if live.rounds.due(live.step):
            live.weigh_bags()
        yield from read_batches(
            training.sources,
            training.order,
            training.recipe.views,
            training.recipe.preprocessing,
            steps=range(live.step, live.rounds.end(live.step, training.steps)),
            seed=training.seed,
            total_epochs=training.epochs,
            rank=live.accelerator.process_index,
            ranks=live.accelerator.num_processes,
            threads=training.settings.threads,
            allocate=_pinned if live.device.type == "cuda" else None,
        )


def _pinned(shape: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """Memory that a GPU copies from while it computes."""
    import torch

    memory: NDArray[np.uint8] = torch.empty(shape, dtype=torch.uint8, pin_memory=True).numpy()
    return memory


def _on_device(live: Live, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """The batch as B × 3 × S × S, normalised, and B × C.

    Where none of its pictures decodes it is two grey ones of any class, which count nothing: processes must take
    each step together.
    """
    import torch

    pixels, members = batch.pixels, batch.members
    if not len(members):
        pixels, members = np.full((2, *pixels.shape[1:]), _GREY, np.uint8), np.ones((2, members.shape[1]), bool)
    there, allowed = (torch.from_numpy(values).to(live.device, non_blocking=True) for values in (pixels, members))
    return there.permute(0, 3, 1, 2).float().sub_(live.mean).div_(live.std), allowed


def _so_far(live: Live) -> str:
    loss, top3, samples, _ = live.tally
    epoch = min(live.training.epochs, len(live.history) + 1)
    if not samples:
        return f"epoch {epoch}/{live.training.epochs}"
    return f"epoch {epoch}/{live.training.epochs} · loss {loss / samples:.3f} · top-3 {100 * top3 / samples:.1f} %"
