"""The loss for label sets as torch computes it (`wildwear.losses` is its reference); nothing is imported before use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from wildwear.training.mixing import Mixed


def set_losses(logits: Tensor, members: Tensor, smoothing: float = 0.0) -> Tensor:
    """Minus the logarithm of the summed probability of each row's set, B × C to B, in float32.

    `members` is boolean with at least one a row. With `smoothing`, that fraction of the target is spread evenly over
    all classes (Szegedy et al. 2016). With one member a row it is the cross-entropy.
    """
    log_probabilities = logits.float().log_softmax(dim=1)
    inside = log_probabilities.masked_fill(~members, float("-inf")).logsumexp(dim=1)
    return -((1 - smoothing) * inside + smoothing * log_probabilities.mean(dim=1))


def set_loss(logits: Tensor, members: Tensor, smoothing: float = 0.0) -> Tensor:
    """`set_losses`, meaned over the rows."""
    return set_losses(logits, members, smoothing).mean()


def mixed_set_loss(logits: Tensor, mixed: Mixed, smoothing: float = 0.0, weights: Tensor | None = None) -> Tensor:
    """The loss of mixed pictures: each of the two sets' losses by its share of the picture, meaned over the rows.

    `weights` (B, 0 to 1) say how much each row counts; a batch of doubtful rows moves the network less.
    """
    losses = set_losses(logits, mixed.first, smoothing)
    if mixed.share < 1:
        losses = mixed.share * losses + (1 - mixed.share) * set_losses(logits, mixed.second, smoothing)
    return losses.mean() if weights is None else (losses * weights).mean()
