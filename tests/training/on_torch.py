"""What tests of networks share: torch on one thread, and batches that tell classes by colour."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.conftest import skip

if TYPE_CHECKING:
    from torch import Tensor

TINY = "test_resnet"
CLASSES = ("Jeans", "Tee", "Dress")


@pytest.fixture(autouse=True)
def torch_on_one_thread() -> Iterator[Any]:
    """torch, seeded, on one thread; threads that wait for each other are slow where others want the cores."""
    if not find_spec("torch"):
        skip("needs the extra [train]")
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield torch
    torch.set_num_threads(threads)


def coloured_batch(count: int = 12, size: int = 32) -> tuple[Tensor, Tensor]:
    """Pictures of noise around one colour a class, count × 3 × size × size in about -1 to 1, and their sets."""
    import torch

    random = np.random.default_rng(0)
    classes = np.arange(count) % len(CLASSES)
    colours = 2.0 * np.eye(3)[classes] - 1
    pixels = np.clip(127.5 + 100 * colours[:, :, None, None] + random.normal(0, 20, (count, 3, size, size)), 0, 255)
    normalised = (torch.from_numpy(pixels.astype(np.uint8)).float() - 127.5) / 127.5
    return normalised, torch.from_numpy(np.eye(len(CLASSES), dtype=bool)[classes])
