"""Learning rates by layer and by step."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.training.on_torch import CLASSES, TINY, torch_on_one_thread  # noqa: F401

from wildwear.training.recipe import NetworkSettings, OptimizerSettings, ScheduleSettings
from wildwear.training.recipe_files import load_recipe


def network(backbone: str = TINY, **settings: Any) -> Any:
    from wildwear.training.networks import build_network

    return build_network(NetworkSettings(backbone=backbone, **settings), CLASSES, "scratch")


def by_name(groups: list[dict[str, Any]], key: str) -> dict[str, float]:
    return {name: group[key] for group in groups for name in group["names"]}


@pytest.mark.parametrize("backbone", [TINY, "test_efficientnet", "test_vit", "test_convnext"])
def test_every_trained_parameter_stands_in_one_group(backbone: str) -> None:
    from wildwear.training.optimizers import parameter_groups

    one = network(backbone)
    groups = parameter_groups(one, OptimizerSettings(layer_decay=0.7))
    names = [name for group in groups for name in group["names"]]
    assert sorted(names) == sorted(name for name, _ in one.named_parameters())
    assert all(len(group["params"]) == len(group["names"]) for group in groups)


def test_each_block_has_its_share_of_the_next_ones_rate_and_the_head_its_own() -> None:
    from wildwear.training.optimizers import parameter_groups

    settings = OptimizerSettings(learning_rate=1.0, head_learning_rate=7.0, layer_decay=0.5)
    rates = by_name(parameter_groups(network(), settings), "lr")
    stem = rates["conv1.0.weight"]
    blocks = [rates[f"layer{number}.0.conv1.weight"] for number in (1, 2, 3, 4)]
    assert [stem, *blocks] == [0.0625, 0.125, 0.25, 0.5, 1.0]
    assert rates["fc.weight"] == rates["fc.bias"] == 7.0


def test_without_a_rate_of_its_own_the_head_has_the_last_blocks() -> None:
    from wildwear.training.optimizers import parameter_groups

    groups = parameter_groups(network(), OptimizerSettings(learning_rate=0.1, head_learning_rate=0.0))
    assert set(by_name(groups, "lr").values()) == {0.1}


def test_biases_and_normalisation_do_not_decay_nor_what_the_network_excludes() -> None:
    from wildwear.training.optimizers import parameter_groups

    one = network("test_vit")
    decays = by_name(parameter_groups(one, OptimizerSettings(weight_decay=0.1)), "weight_decay")
    for name, parameter in one.named_parameters():
        exempt = parameter.ndim <= 1 or name in ("pos_embed", "cls_token", "reg_token")
        assert decays[name] == (0.0 if exempt else 0.1), name


def test_the_papers_optimizer_is_sgd_with_momentum_at_one_rate() -> None:
    import torch

    from wildwear.training.optimizers import build_optimizer

    optimizer = build_optimizer(network(), load_recipe("paper").optimizer)
    assert isinstance(optimizer, torch.optim.SGD)
    assert {(group["lr"], group["momentum"], group["nesterov"]) for group in optimizer.param_groups} == {
        (0.1, 0.9, False)
    }


def test_the_modern_recipes_optimizer_is_adamw_with_rates_as_documented() -> None:
    import torch

    from wildwear.training.optimizers import build_optimizer

    settings = load_recipe("modern").optimizer
    optimizer = build_optimizer(network("test_efficientnet"), settings)
    assert isinstance(optimizer, torch.optim.AdamW)
    rates = by_name(optimizer.param_groups, "lr")
    assert rates["classifier.weight"] == settings.head_learning_rate
    assert max(rate for name, rate in rates.items() if not name.startswith("classifier")) == settings.learning_rate
    assert rates["conv_stem.weight"] == min(rates.values())


def test_what_is_frozen_is_not_optimized() -> None:
    from wildwear.training.optimizers import parameter_groups

    groups = parameter_groups(network(frozen=("conv1", "bn1", "layer1")), OptimizerSettings())
    assert not any(name.startswith(("conv1", "bn1", "layer1")) for name in by_name(groups, "lr"))


@pytest.mark.parametrize("steps_per_epoch", [1, 7])
def test_the_papers_schedule_is_torchs_step_lr(steps_per_epoch: int) -> None:
    import torch

    from wildwear.training.optimizers import learning_rate_factor

    settings = load_recipe("paper").schedule
    factor = learning_rate_factor(settings, steps_per_epoch)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    reference = torch.optim.lr_scheduler.StepLR(optimizer, settings.step_epochs, settings.gamma)
    for epoch in range(settings.epochs):
        for step in range(steps_per_epoch):
            assert factor(epoch * steps_per_epoch + step) == pytest.approx(optimizer.param_groups[0]["lr"])
        optimizer.step()
        reference.step()


@given(
    epochs=st.integers(1, 30),
    steps=st.integers(1, 50),
    warmup=st.floats(0, 1),
    kind=st.sampled_from(["cosine", "step"]),
)
def test_the_rate_rises_to_its_height_and_only_falls_from_there(
    epochs: int, steps: int, warmup: float, kind: Any
) -> None:
    from wildwear.training.optimizers import learning_rate_factor

    settings = ScheduleSettings(epochs=epochs, kind=kind, warmup_epochs=warmup * epochs, step_epochs=7)
    factor = learning_rate_factor(settings, steps)
    rates = [factor(step) for step in range(epochs * steps)]
    assert all(0 < rate <= 1 for rate in rates)
    if kind == "cosine":
        rising = round(warmup * epochs * steps)
        assert rates[:rising] == sorted(rates[:rising])
        assert rates[rising:] == sorted(rates[rising:], reverse=True)
        if rising:
            assert rates[rising - 1] == 1
        if rising < len(rates):
            assert rates[rising] == 1
            assert factor(epochs * steps) == pytest.approx(0, abs=1e-9)
