"""Mixup and cutmix: what is pasted is what the share says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.training.on_torch import coloured_batch, torch_on_one_thread  # noqa: F401

from wildwear.training.recipe import LossSettings

MIXUP = LossSettings(mixup=1.0, mix_probability=1.0)
CUTMIX = LossSettings(cutmix=1.0, mix_probability=1.0)


def chance(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@given(seed=st.integers(0, 2**32), height=st.integers(1, 40), width=st.integers(1, 40), alpha=st.floats(0.05, 5))
def test_the_share_of_cutmix_is_the_area_that_is_left(seed: int, height: int, width: int, alpha: float) -> None:
    import torch

    from wildwear.training.mixing import mix

    # Each picture is one grey level, by which its pixels are told from others'.
    pixels = torch.arange(4.0)[:, None, None, None].expand(4, 3, height, width)
    mixed = mix(pixels, torch.eye(4, dtype=torch.bool), LossSettings(cutmix=alpha, mix_probability=1.0), chance(seed))
    for row in range(4):
        partner = int(mixed.second[row].nonzero())
        own = (mixed.pixels[row] == row).float().mean().item()
        assert own == pytest.approx(1.0 if partner == row else mixed.share)
        assert set(mixed.pixels[row].unique().tolist()) <= {float(row), float(partner)}


@given(seed=st.integers(0, 2**32))
def test_mixup_is_the_mean_of_two_pictures_by_their_share(seed: int) -> None:
    import torch

    from wildwear.training.mixing import mix

    pixels = torch.randn(4, 3, 5, 5)
    mixed = mix(pixels, torch.eye(4, dtype=torch.bool), MIXUP, chance(seed))
    partners = mixed.second.int().argmax(dim=1)
    torch.testing.assert_close(mixed.pixels, mixed.share * pixels + (1 - mixed.share) * pixels[partners])
    assert sorted(partners.tolist()) == [0, 1, 2, 3]


@pytest.mark.parametrize("settings", [MIXUP, CUTMIX])
def test_the_same_step_is_mixed_in_the_same_way(settings: LossSettings) -> None:
    import torch

    from wildwear.training.mixing import mix

    pixels, members = coloured_batch()
    before = pixels.clone()
    one, again, other = (mix(pixels, members, settings, chance(seed)) for seed in (7, 7, 8))
    torch.testing.assert_close(one.pixels, again.pixels, rtol=0, atol=0)
    assert one.share == again.share != other.share
    torch.testing.assert_close(pixels, before, rtol=0, atol=0)


def test_what_is_not_to_be_mixed_is_handed_back() -> None:
    from wildwear.training.mixing import mix

    pixels, members = coloured_batch()
    for settings in (LossSettings(), LossSettings(mixup=1.0, cutmix=1.0, mix_probability=0.0)):
        mixed = mix(pixels, members, settings, chance(0))
        assert mixed.pixels is pixels
        assert mixed.share == 1


def test_batches_are_mixed_as_often_as_asked_and_by_both_ways_alike() -> None:
    from wildwear.training.mixing import mix

    pixels, members = coloured_batch(4, 8)
    pixels = pixels.round()  # of whole numbers cutmix makes whole numbers, and mixup does not
    settings = LossSettings(mixup=1.0, cutmix=1.0, mix_probability=0.5)
    drawn = [mix(pixels, members, settings, chance(seed)) for seed in range(400)]
    mixed = [one for one in drawn if one.pixels is not pixels]
    pasted = sum(bool((one.pixels == one.pixels.round()).all()) for one in mixed)
    assert len(mixed) == pytest.approx(200, abs=40)
    assert pasted == pytest.approx(len(mixed) / 2, abs=40)


def test_a_single_picture_is_mixed_with_itself() -> None:
    import torch

    from wildwear.training.mixing import mix

    pixels, members = coloured_batch(1)
    for settings in (MIXUP, CUTMIX):
        torch.testing.assert_close(mix(pixels, members, settings, chance(3)).pixels, pixels)
