"""Two pictures as one: mixup and cutmix of a batch whose labels are sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wildwear.training.recipe import LossSettings

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixed:
    """A batch of pictures of which each may show two samples."""

    pixels: Tensor
    """B × 3 × S × S, floating point."""
    first: Tensor
    """B × C, boolean: the label set of the sample itself."""
    second: Tensor
    """B × C, boolean: the label set of the sample mixed into it."""
    share: float
    """How much of each picture the first sample is, 0 to 1."""


def mix(pixels: Tensor, members: Tensor, settings: LossSettings, random: np.random.Generator) -> Mixed:
    """Mixes a batch with itself in another order, by mixup or cutmix, or leaves it as it is.

    `pixels` are B × 3 × S × S in floating point, `members` B × C; neither is changed. All chance comes from `random`,
    so that a step that is taken again is mixed again in the same way. Mixup (Zhang et al. 2018) is the weighted mean
    of two pictures; where cutmix is on too, either is as likely.
    """
    ways = [way for way, alpha in (("mixup", settings.mixup), ("cutmix", settings.cutmix)) if alpha > 0]
    if not ways or random.random() >= settings.mix_probability:
        return Mixed(pixels=pixels, first=members, second=members, share=1.0)
    way = ways[int(random.integers(len(ways)))]
    alpha = settings.mixup if way == "mixup" else settings.cutmix
    share = float(random.beta(alpha, alpha))
    partners = _partners(pixels, random)
    if way == "mixup":
        mixed = pixels[partners].lerp(pixels, share)
    else:
        mixed, share = _cutmix(pixels, pixels[partners], share, random)
    return Mixed(pixels=mixed, first=members, second=members[partners], share=share)


def _partners(pixels: Tensor, random: np.random.Generator) -> Tensor:
    import torch

    return torch.from_numpy(random.permutation(len(pixels))).to(pixels.device, non_blocking=True)


def _cutmix(pixels: Tensor, others: Tensor, share: float, random: np.random.Generator) -> tuple[Tensor, float]:
    """A patch of the other picture pasted in its place (Yun et al. 2019, CutMix); the share is of what is left over.

    The patch has the picture's aspect ratio and lies around a point anywhere in it, cut at the border.
    """
    height, width = pixels.shape[-2:]
    top, bottom = _interval(height, (1 - share) ** 0.5, random)
    left, right = _interval(width, (1 - share) ** 0.5, random)
    mixed = pixels.clone()
    mixed[..., top:bottom, left:right] = others[..., top:bottom, left:right]
    return mixed, 1 - (bottom - top) * (right - left) / (height * width)


def _interval(length: int, fraction: float, random: np.random.Generator) -> tuple[int, int]:
    """Where a patch begins and ends along one side."""
    half, centre = length * fraction / 2, random.uniform(0, length)
    return max(0, round(centre - half)), min(length, round(centre + half))
