"""The exponential moving average of a network's weights, which does better than the last weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim.swa_utils import AveragedModel


def averaged(network: Any, decay: float) -> AveragedModel:
    """The moving average of `network` (as it is unwrapped, on its device): `.update_parameters(network)` after each
    step, `.module` is the averaged network.

    Batch norm's statistics are averaged as weights are. The average forgets its first steps faster, by
    min(decay, (1 + n) / (10 + n)) after n of them, so that a short training is not the average of its beginning.
    """
    from torch.optim.swa_utils import AveragedModel

    average = AveragedModel(network, use_buffers=True)

    def update(kept: list[Tensor], current: list[Tensor], _: Any) -> None:
        # The count lies on the CPU even where the network does not: reading it there does not wait for the device.
        _follow(kept, current, decay_after(int(average.n_averaged), decay))

    average.multi_avg_fn = update
    return average


def decay_after(steps: int, decay: float) -> float:
    """The decay with its warm-up.

    >>> [round(decay_after(steps, 0.998), 3) for steps in (0, 8, 90, 9000)]
    [0.1, 0.5, 0.91, 0.998]
    """
    return min(decay, (1 + steps) / (10 + steps))


def _follow(kept: list[Tensor], current: list[Tensor], decay: float) -> None:
    """Moves the kept tensors, all of one type, towards the current ones; counters are copied."""
    import torch

    if kept[0].is_floating_point():
        torch._foreach_lerp_(kept, current, 1 - decay)
    else:
        torch._foreach_copy_(kept, current)
