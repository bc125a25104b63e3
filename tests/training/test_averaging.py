"""The moving average of weights."""

from __future__ import annotations

from typing import Any

import pytest
from tests.training.on_torch import torch_on_one_thread  # noqa: F401


def small() -> Any:
    import torch

    return torch.nn.Sequential(torch.nn.Conv2d(3, 4, 1), torch.nn.BatchNorm2d(4))


def moved(network: Any) -> None:
    """What a step does: other weights, other statistics."""
    import torch

    network.train()(torch.randn(8, 3, 4, 4))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter))


def test_the_average_is_that_of_its_formula_with_its_warm_up() -> None:
    import torch

    from wildwear.training.averaging import averaged, decay_after

    network = small()
    average = averaged(network, decay=0.3)
    expected: dict[str, Any] = {}
    for step in range(9):
        moved(network)
        average.update_parameters(network)
        for name, value in network.state_dict().items():
            decay = decay_after(step, 0.3) if step and value.is_floating_point() else 0.0
            expected[name] = decay * expected.get(name, 0 * value) + (1 - decay) * value
    for name, value in average.module.state_dict().items():
        torch.testing.assert_close(value, expected[name].to(value.dtype))


def test_it_follows_weights_that_stand_still() -> None:
    import torch

    from wildwear.training.averaging import averaged

    network = small()
    average = averaged(network, decay=0.9)
    average.update_parameters(network)
    moved(network)
    for _ in range(200):
        average.update_parameters(network)
    for kept, current in zip(average.module.parameters(), network.parameters(), strict=True):
        torch.testing.assert_close(kept, current, rtol=1e-3, atol=1e-3)


def test_an_average_that_is_stored_goes_on_as_if_it_had_not_been() -> None:
    import torch

    from wildwear.training.averaging import averaged

    network = small()
    straight = averaged(network, decay=0.9)
    for _ in range(3):
        moved(network)
        straight.update_parameters(network)
    resumed = averaged(small(), decay=0.9)
    resumed.load_state_dict(straight.state_dict())
    moved(network)
    straight.update_parameters(network)
    resumed.update_parameters(network)
    for one, other in zip(straight.state_dict().values(), resumed.state_dict().values(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


@pytest.mark.parametrize("decay", [0.0, 0.5])
def test_the_network_itself_is_left_alone(decay: float) -> None:
    import torch

    from wildwear.training.averaging import averaged

    network = small()
    average = averaged(network, decay)
    moved(network)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    average.update_parameters(network)
    average.update_parameters(network)
    for name, value in network.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)
