"""How weights move: learning rates by layer, the optimizer, and the schedule as a function of the step."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wildwear.training.networks import head_prefixes
from wildwear.training.recipe import OptimizerSettings, ScheduleSettings

if TYPE_CHECKING:
    from torch.optim import Optimizer


def parameter_groups(network: Any, settings: OptimizerSettings) -> list[dict[str, Any]]:
    """The trained parameters of a timm network in groups of one learning rate and weight decay each.

    A group holds `params`, `names`, `lr` and `weight_decay`. The last layer has the head's learning rate. Before it,
    the last block has `learning_rate`, and each block before that `layer_decay` of the next one's; blocks are what
    timm's `group_matcher` says. Biases, normalisation and what the network itself excludes do not decay.
    """
    depths, heads = _depths(network), head_prefixes(network)
    deepest = max(depth for name, depth in depths.items() if not name.startswith(heads))
    undecayed = set(network.no_weight_decay()) if hasattr(network, "no_weight_decay") else set()
    groups: dict[tuple[float, float], dict[str, Any]] = {}
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        rate = settings.learning_rate * settings.layer_decay ** (deepest - min(depths[name], deepest))
        if name.startswith(heads):
            rate = settings.head_learning_rate or settings.learning_rate
        decay = 0.0 if parameter.ndim <= 1 or name in undecayed else settings.weight_decay
        group = groups.setdefault((rate, decay), {"params": [], "names": [], "lr": rate, "weight_decay": decay})
        group["params"].append(parameter)
        group["names"].append(name)
    return list(groups.values())


def build_optimizer(network: Any, settings: OptimizerSettings) -> Optimizer:
    """SGD with momentum, or AdamW (Loshchilov and Hutter 2019), over `parameter_groups`."""
    import torch

    groups = parameter_groups(network, settings)
    if settings.name == "sgd":
        return torch.optim.SGD(groups, lr=settings.learning_rate, momentum=settings.momentum)
    return torch.optim.AdamW(groups, lr=settings.learning_rate)


def learning_rate_factor(settings: ScheduleSettings, steps_per_epoch: int) -> Callable[[int], float]:
    """The learning rate at a step, counted from 0, as a fraction of the highest: for torch's `LambdaLR`.

    It rises in a line over the warm-up and then goes on from 1: along a cosine that reaches 0 where the last step ends
    (Loshchilov and Hutter 2017), or in steps that count whole epochs from the start of training.

    >>> factor = learning_rate_factor(ScheduleSettings(epochs=11, warmup_epochs=1), steps_per_epoch=5)
    >>> [round(factor(step), 2) for step in (0, 4, 5, 30, 55)]
    [0.2, 1.0, 1.0, 0.5, 0.0]
    """
    warmup = round(settings.warmup_epochs * steps_per_epoch)
    steps = settings.epochs * steps_per_epoch

    def factor(step: int) -> float:
        rise = min(1.0, (step + 1) / max(1, warmup))
        if settings.kind == "step":
            return float(rise * settings.gamma ** (step // steps_per_epoch // settings.step_epochs))
        if step < warmup:
            return rise
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warmup) / max(1, steps - warmup))))

    return factor


def _depths(network: Any) -> dict[str, int]:
    """The number of the block of each parameter by name, from the input on."""
    from timm.models import group_parameters

    if not hasattr(network, "group_matcher"):
        return dict.fromkeys((name for name, _ in network.named_parameters()), 0)
    depths: dict[str, int] = group_parameters(network, network.group_matcher(coarse=False), reverse=True)
    return depths
