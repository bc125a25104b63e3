"""The loss of label sets in torch, against the reference and torch's own cross-entropy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.training.on_torch import torch_on_one_thread  # noqa: F401

from wildwear.losses import set_loss as reference

if TYPE_CHECKING:
    from torch import Tensor


def rows(seed: int = 0, count: int = 9, classes: int = 5) -> tuple[Tensor, Tensor]:
    import torch

    random = np.random.default_rng(seed)
    members = random.random((count, classes)) < 0.4
    members[:, 0] |= ~members.any(axis=1)
    return torch.from_numpy(random.normal(size=(count, classes)).astype(np.float32)), torch.from_numpy(members)


def test_the_loss_is_the_references() -> None:
    from wildwear.training.losses_torch import set_losses

    logits, members = rows()
    np.testing.assert_allclose(set_losses(logits, members).numpy(), reference(logits.numpy(), members.numpy()), 1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_with_one_member_a_row_it_is_torchs_cross_entropy(smoothing: float) -> None:
    import torch

    from wildwear.training.losses_torch import set_loss

    logits, _ = rows()
    targets = torch.arange(9) % 5
    expected = torch.nn.functional.cross_entropy(logits, targets, label_smoothing=smoothing)
    torch.testing.assert_close(set_loss(logits, torch.eye(5, dtype=torch.bool)[targets], smoothing), expected)


def test_the_gradient_only_asks_for_the_set() -> None:
    import torch

    from wildwear.losses import set_loss_and_gradient
    from wildwear.training.losses_torch import set_losses

    logits, members = rows()
    logits.requires_grad_()
    set_losses(logits, members).sum().backward()
    expected = set_loss_and_gradient(logits.detach().numpy(), members.numpy())[1]
    torch.testing.assert_close(logits.grad, torch.from_numpy(expected))


def test_a_set_of_everything_costs_nothing() -> None:
    import torch

    from wildwear.training.losses_torch import set_loss

    assert set_loss(rows()[0], torch.ones(9, 5, dtype=torch.bool)).item() == pytest.approx(0, abs=1e-6)


def test_half_precision_and_huge_logits_stay_finite() -> None:
    import torch

    from wildwear.training.losses_torch import set_loss

    logits, members = rows()
    assert torch.isfinite(set_loss((logits * 1e4).bfloat16(), members, 0.1))


def test_a_row_of_weight_zero_counts_nothing_and_of_a_half_half() -> None:
    import torch

    from wildwear.training.losses_torch import mixed_set_loss, set_losses
    from wildwear.training.mixing import Mixed

    logits, members = rows(count=3)
    one, two, _ = set_losses(logits, members)
    plain = Mixed(pixels=torch.zeros(3, 3, 4, 4), first=members, second=members, share=1.0)
    weighted = mixed_set_loss(logits, plain, weights=torch.tensor([1.0, 0.5, 0.0]))
    torch.testing.assert_close(weighted, (one + two / 2) / 3)


def test_mixed_pictures_are_measured_on_both_sets_by_their_shares() -> None:
    import torch

    from wildwear.training.losses_torch import mixed_set_loss, set_loss
    from wildwear.training.mixing import Mixed

    logits, first = rows()
    second = first[torch.arange(8, -1, -1)]
    mixed = Mixed(pixels=torch.zeros(9, 3, 4, 4), first=first, second=second, share=0.3)
    expected = 0.3 * set_loss(logits, first, 0.1) + 0.7 * set_loss(logits, second, 0.1)
    torch.testing.assert_close(mixed_set_loss(logits, mixed, 0.1), expected)
